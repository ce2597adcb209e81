"""How the site is set up for safety: heads, cookies, hashing, and what HTTPS adds."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from django.contrib.auth.hashers import PBKDF2PasswordHasher
from django.test import Client

import tongjian.site.settings as written
from tests.site.world import World


def test_heads_of_every_page(world: World) -> None:
    for client, path, status in (
        (world.client("public"), "/", 200),
        (world.client("public"), "/account/login/", 200),
        (world.client("preparer"), "/account/", 200),
        (world.client("preparer"), "/account/users", 403),
        (world.client("public"), "/nothing/there", 404),
    ):
        answer = client.get(path)
        assert answer.status_code == status, path
        policy = answer["Content-Security-Policy"]
        assert "default-src 'none'" in policy and "script-src 'self';" in f"{policy};"
        assert "unsafe" not in policy and "*" not in policy and "http" not in policy
        assert "frame-ancestors 'none'" in policy and answer["X-Frame-Options"] == "DENY"
        assert answer["X-Content-Type-Options"] == "nosniff"
        assert answer["Referrer-Policy"] == "same-origin"
        assert answer["Cross-Origin-Opener-Policy"] == "same-origin"
        assert answer["Content-Type"] == "text/html; charset=utf-8"
        assert "Server" not in answer and "X-Powered-By" not in answer


def test_pages_of_the_signed_in_are_kept_by_nobody(world: World) -> None:
    for path in ("/", "/account/", "/account/tokens"):
        kept = world.client("preparer").get(path)["Cache-Control"]
        assert "no-store" in kept and "private" in kept, path
    assert "Cookie" in world.client("public").get("/")["Vary"]


def test_a_form_without_its_secret_is_refused(world: World) -> None:
    client = Client(enforce_csrf_checks=True)
    answer = client.post("/account/login/", {"login": "preparera", "password": "x"})

    assert answer.status_code == 403
    assert "页面已过期" in answer.content.decode() or "page has expired" in answer.content.decode()


def test_a_strange_host_is_refused(world: World) -> None:
    assert world.client("public").get("/", HTTP_HOST="evil.example").status_code == 400


def test_errors_tell_nothing_of_the_inside(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    client = world.client("preparer")
    client.raise_request_exception = False
    monkeypatch.setattr("tongjian.site.access.views_own.has_second_factor", lambda user: 1 / 0)
    answer = client.get("/account/")

    assert answer.status_code == 500
    page = answer.content.decode()
    assert "系统出错" in page and "ZeroDivision" not in page and "Traceback" not in page


def test_debugging_is_off_and_the_admin_of_django_is_not_there(world: World) -> None:
    assert written.DEBUG is False
    assert "django.contrib.admin" not in written.INSTALLED_APPS
    assert world.client("admin").get("/admin/").status_code == 404


def test_passwords_are_hashed_slowly() -> None:
    # The tests of this folder hash fast; a site has what Django takes first.
    assert not hasattr(written, "PASSWORD_HASHERS")
    assert PBKDF2PasswordHasher.iterations >= 600_000


def settings_of(tmp_path: Path, **environment: str) -> dict[str, Any]:
    """The settings of a site that is set up like this, from a process of its own."""
    script = (
        "import json, tongjian.site.settings as s;"
        "print(json.dumps({k: getattr(s, k) for k in dir(s) if k.isupper()}, default=str))"
    )
    given = {**os.environ, "TONGJIAN_SITE": str(tmp_path), **environment}
    out = subprocess.run(
        [sys.executable, "-c", script], env=given, capture_output=True, check=True, text=True
    )
    found: dict[str, Any] = json.loads(out.stdout)
    return found


def test_what_https_adds(tmp_path: Path) -> None:
    safe = settings_of(tmp_path, TONGJIAN_HTTPS="1", TONGJIAN_HOSTS="carbon.example.cn")
    plain = settings_of(tmp_path)

    assert safe["SESSION_COOKIE_SECURE"] and safe["CSRF_COOKIE_SECURE"]
    assert safe["SESSION_COOKIE_NAME"] == "__Host-sessionid"
    assert safe["SECURE_SSL_REDIRECT"] and safe["SECURE_HSTS_SECONDS"] >= 31_536_000
    assert safe["SECOND_FACTOR"] and not safe["MFA_WEBAUTHN_ALLOW_INSECURE_ORIGIN"]
    assert not plain["SECOND_FACTOR"] and not plain["SECURE_SSL_REDIRECT"]
    assert settings_of(tmp_path, TONGJIAN_MFA="1")["SECOND_FACTOR"]


def test_the_secret_is_made_once_and_is_its_owners(tmp_path: Path) -> None:
    first, second = settings_of(tmp_path), settings_of(tmp_path)

    assert first["SECRET_KEY"] == second["SECRET_KEY"] and len(first["SECRET_KEY"]) >= 50
    assert (tmp_path / "secret").stat().st_mode & 0o077 == 0


def test_the_provider_is_where_forms_may_go_and_nowhere_else(tmp_path: Path) -> None:
    told = settings_of(tmp_path, TONGJIAN_OIDC="https://sso.example.cn/realm", TONGJIAN_OIDC_ID="x")
    policy = told["CONTENT_SECURITY_POLICY"]["DIRECTIVES"]

    assert policy["form-action"] == ["'self'", "https://sso.example.cn"]
    assert policy["connect-src"] == policy["script-src"] == ["'self'"]


def test_mail_is_sent_as_the_address_says(tmp_path: Path) -> None:
    told = settings_of(tmp_path, TONGJIAN_MAIL="smtp://us%40er:p%3Aw@mail.example.cn:587")

    assert (told["EMAIL_HOST"], told["EMAIL_PORT"]) == ("mail.example.cn", 587)
    assert (told["EMAIL_HOST_USER"], told["EMAIL_HOST_PASSWORD"]) == ("us@er", "p:w")
    assert told["EMAIL_USE_TLS"] and not told["EMAIL_USE_SSL"] and told["SENDS_MAIL"]
    assert settings_of(tmp_path)["EMAIL_BACKEND"].endswith("dummy.EmailBackend")


def test_signing_in_is_written_down_without_passwords(
    world: World, caplog: pytest.LogCaptureFixture
) -> None:
    from tests.site.test_access_sign_in import PASSWORD, sign_in

    client = world.client("public")
    sign_in(client, "preparera", "not the password of anybody")
    sign_in(client, "preparera", PASSWORD)
    told = "\n".join(one.getMessage() for one in caplog.records if one.name == "tongjian.security")

    assert re.search(r"sign-in failed: 'preparera' from 127\.0\.0\.1", told)
    assert re.search(r"signed in: 'preparera' from 127\.0\.0\.1", told)
    assert PASSWORD not in told and "not the password" not in told

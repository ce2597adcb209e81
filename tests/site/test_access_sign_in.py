"""Signing in: by name and password, slowed down when guessed, over after a while, never by default
pages of the package that does it."""

from __future__ import annotations

import re
import time
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import allauth
import pytest
from django.conf import settings
from django.core import mail
from django.core.cache import cache
from django.template.loader import get_template
from django.test import Client, override_settings
from django.urls import NoReverseMatch, reverse
from django.utils import timezone

from tests.site.matrix import endpoints
from tests.site.world import PASSWORD, World
from tongjian.site.access.lockout import FREE
from tongjian.site.access.models import Lockout, PastPassword, User

FRESH = "a river in the morning 42"
ANOTHER = "three kettles on the hill 9"


def sign_in(client: Client, username: str, password: str, **more: Any) -> Any:
    return client.post("/account/login/", {"login": username, "password": password}, **more)


def signed_in(client: Client) -> bool:
    return "_auth_user_id" in client.session


@pytest.fixture
def visitor(world: World) -> Client:
    return world.client("public")


@pytest.fixture
def mails() -> Iterator[list[Any]]:
    with override_settings(SENDS_MAIL=True):
        mail.outbox = []
        yield mail.outbox


# ---- in and out ----------------------------------------------------------------------------


def test_who_gives_name_and_password_is_signed_in_with_a_new_session(visitor: Client) -> None:
    visitor.get("/account/login/")
    before = visitor.session.session_key
    answer = sign_in(visitor, "preparera", PASSWORD)

    assert answer.status_code == 302 and answer["Location"] == "/"
    assert signed_in(visitor) and visitor.session.session_key != before
    cookie = visitor.cookies[settings.SESSION_COOKIE_NAME]
    assert cookie["httponly"] and cookie["samesite"] == "Lax" and not cookie["max-age"]


def test_a_wrong_name_and_a_wrong_password_are_told_alike(visitor: Client) -> None:
    known = sign_in(visitor, "preparera", "not the password of anybody")
    unknown = sign_in(visitor, "nobody.at.all", "not the password of anybody")
    bodies = [
        re.sub(r'value="\w{64}"|"X-CSRFToken": "\w+"', "", one.content.decode()).replace(name, "")
        for one, name in ((known, "preparera"), (unknown, "nobody.at.all"))
    ]

    assert "用户名或口令不正确" in bodies[0] and bodies[0] == bodies[1]
    assert known.status_code == unknown.status_code and not signed_in(visitor)


@pytest.mark.parametrize("name", ["preparera", "nobody.at.all"])
def test_guessing_locks_a_name_whether_or_not_it_exists(visitor: Client, name: str) -> None:
    for _ in range(FREE):
        sign_in(visitor, name, "not the password of anybody")
    answer = sign_in(visitor, name, PASSWORD)

    assert "失败次数过多" in answer.content.decode() and not signed_in(visitor)
    Lockout.objects.update(last=timezone.now() - timedelta(minutes=2))
    answer = sign_in(visitor, name, PASSWORD)
    assert signed_in(visitor) == (name == "preparera")


def test_the_lock_grows_and_ends(world: World) -> None:
    from tongjian.site.access.lockout import LONGEST_S, failed, locked_until, succeeded

    waits = []
    for _ in range(FREE + 8):
        failed("Somebody")
        until = locked_until("somebody ")
        waits.append(0 if until is None else round((until - timezone.now()).total_seconds()))
    assert waits[: FREE - 1] == [0] * (FREE - 1)
    assert waits[FREE - 1 : FREE + 3] == [60, 120, 240, 480]
    assert max(waits) == LONGEST_S
    # Some hundred tries a day at most, in the worst case.
    assert 24 * 3600 / LONGEST_S < 100
    succeeded("somebody")
    assert locked_until("somebody") is None
    assert "somebody" not in str(list(Lockout.objects.values()))


def test_many_tries_from_one_address_are_slowed_down_too(visitor: Client) -> None:
    answers = [sign_in(visitor, f"name{one}", "x" * 20).status_code for one in range(35)]

    assert 429 in answers


def test_limits_are_kept_where_all_workers_see_them(world: World) -> None:
    from django.db import connection

    cache.set("shared", 1)
    with connection.cursor() as cursor:
        cursor.execute("SELECT COUNT(*) FROM site_cache")
        assert cursor.fetchone()[0] == 1


def test_signing_out_needs_a_form_and_ends_the_session(world: World) -> None:
    client = world.client("preparer")
    key = client.session.session_key
    assert client.get("/account/logout/").status_code == 200 and signed_in(client)
    client.post("/account/logout/")

    assert not signed_in(client)
    assert not client.session.exists(key)


def test_where_to_go_next_is_on_this_site(visitor: Client) -> None:
    address = "/account/login/?next=https://evil.example/x"
    answer = visitor.post(address, {"login": "preparera", "password": PASSWORD})

    assert answer["Location"] == "/"


@pytest.mark.parametrize("name", ["account_signup", "account_email", "socialaccount_signup"])
def test_nobody_signs_up_or_links_by_themselves(name: str) -> None:
    with pytest.raises(NoReverseMatch):
        reverse(name)


# ---- sessions ------------------------------------------------------------------------------


def test_a_session_ends_when_it_is_left_alone_and_when_it_is_old(world: World) -> None:
    client = world.client("preparer")
    client.get("/")
    for key, age in (("seen", settings.IDLE_SECONDS + 1), ("began", 12 * 3600 + 1)):
        client = world.client("preparer")
        client.get("/")
        session = client.session
        session[key] = time.time() - age
        session.save()
        page = client.get("/").content.decode()
        assert not signed_in(client), key
        assert "登录已到期" in page


def test_a_session_that_is_used_goes_on(world: World) -> None:
    client = world.client("preparer")
    client.get("/")
    session = client.session
    session["seen"] = time.time() - 600
    session.save()
    client.get("/")

    assert signed_in(client) and time.time() - client.session["seen"] < 60


def test_sessions_are_listed_and_ended_here_and_everywhere(world: World) -> None:
    here, there, third = (world.client("public") for _ in range(3))
    for client in (here, there, third):
        sign_in(client, "preparera", PASSWORD, HTTP_USER_AGENT="A browser")
    page = here.get("/account/sessions").content.decode()
    assert page.count("A browser") == 3
    number = re.findall(r'name="end" value="(\d+)"', page)
    here.post("/account/sessions", {"end": number[0]})
    assert sorted(map(signed_in, (there, third))) == [False, True]
    here.post("/account/sessions", {"end": "others"})
    assert signed_in(here) and not signed_in(there) and not signed_in(third)
    here.post("/account/sessions", {"end": "all"})
    assert not signed_in(here)


def test_nobody_ends_the_session_of_another(world: World) -> None:
    from allauth.usersessions.models import UserSession

    mine, theirs = world.client("public"), world.client("public")
    sign_in(mine, "preparera", PASSWORD)
    sign_in(theirs, "preparerb", PASSWORD)
    other = UserSession.objects.get(user=world.user("preparer", "B"))
    mine.post("/account/sessions", {"end": str(other.pk)})

    assert signed_in(theirs)


def test_a_closed_account_is_out_at_once_and_cannot_sign_in(world: World) -> None:
    client = world.client("preparer")
    assert client.get("/account/").status_code == 200
    User.objects.filter(username="preparera").update(is_active=False)

    assert client.get("/account/").status_code == 302
    answer = sign_in(world.client("public"), "preparera", PASSWORD)
    assert answer["Location"] == "/account/inactive/"


# ---- passwords -----------------------------------------------------------------------------


def change(client: Client, old: str, new: str, again: str = "") -> Any:
    said = {"oldpassword": old, "password1": new, "password2": again or new}
    return client.post("/account/password/", said)


@pytest.mark.parametrize(
    ("password", "told"),
    [
        ("short1234", "12"),
        ("1234567890123", "口令|密码"),
        ("password1234", "常见"),
        ("preparera-preparera", "相似|类似"),
        (PASSWORD, "最近 5 次"),
        ("x" * 129, "128"),
    ],
)
def test_passwords_that_are_no_good_are_refused(world: World, password: str, told: str) -> None:
    client = world.client("preparer")
    page = change(client, PASSWORD, password).content.decode()

    assert re.search(told, page[page.index("errorlist") :])
    assert world.user("preparer").check_password(PASSWORD)


def test_nothing_is_asked_of_what_a_password_is_made_of(world: World) -> None:
    client = world.client("preparer")
    change(client, PASSWORD, "一句只有自己知道的话要记牢")

    assert world.user("preparer").check_password("一句只有自己知道的话要记牢")


def test_two_that_differ_are_told_in_our_words(world: World) -> None:
    page = change(world.client("preparer"), PASSWORD, FRESH, ANOTHER).content.decode()

    assert "两次输入的口令不一致" in page


def test_a_change_ends_other_sessions_and_keeps_this_one(world: World, mails: list[Any]) -> None:
    here, there = world.client("preparer"), world.client("preparer")
    before = here.session.session_key
    assert change(here, PASSWORD, FRESH).status_code == 302

    assert here.get("/account/tokens").status_code == 200
    assert there.get("/account/tokens").status_code == 302
    assert here.session.session_key != before
    assert [one.to for one in mails] == [["preparera@example.org"]]
    assert "password was changed" in mails[0].subject and "口令已修改" in mails[0].subject


def test_none_of_the_last_five_is_taken_again(world: World) -> None:
    user = world.user("preparer")
    for number in range(6):
        user.set_password(f"{FRESH} {number}")
        user.save()
    kept = PastPassword.objects.filter(user=user)
    assert kept.count() == 5

    from django.contrib.auth.password_validation import validate_password
    from django.core.exceptions import ValidationError

    validate_password(f"{FRESH} 0", user)  # the sixth from the end
    with pytest.raises(ValidationError):
        validate_password(f"{FRESH} 1", user)


def test_a_password_that_somebody_else_set_is_good_for_changing_it(world: World) -> None:
    User.objects.filter(username="preparera").update(must_change_password=True)
    client = world.client("preparer")
    for path in ("/", "/account/", "/account/tokens"):
        assert client.get(path)["Location"] == "/account/password/", path
    part = client.get("/", HTTP_HX_REQUEST="true")
    assert part.status_code == 204 and part["HX-Redirect"] == "/account/password/"
    change(client, PASSWORD, FRESH)

    assert client.get("/").status_code == 200
    assert not world.user("preparer").must_change_password


def test_such_a_password_runs_out(world: World) -> None:
    past = timezone.now() - timedelta(seconds=1)
    User.objects.filter(username="preparera").update(must_change_password=True, password_until=past)
    client = world.client("public")
    sign_in(client, "preparera", PASSWORD)

    assert not signed_in(client)


# ---- reset by mail -------------------------------------------------------------------------


def ask(client: Client, address: str) -> Any:
    return client.post("/account/password/reset/", {"email": address}, follow=True)


def link_in(message: Any) -> str:
    found = re.search(r"http://testserver(/\S+)", message.body)
    assert found
    return found[1]


def test_a_forgotten_password_is_set_by_a_link_that_is_good_once(
    visitor: Client, mails: list[Any]
) -> None:
    ask(visitor, "preparera@example.org")
    assert len(mails) == 1 and mails[0].to == ["preparera@example.org"]
    link = link_in(mails[0])
    form = visitor.get(link, follow=True)
    to = form.redirect_chain[-1][0]
    visitor.post(to, {"password1": FRESH, "password2": FRESH})

    assert not signed_in(visitor)
    sign_in(visitor, "preparera", FRESH)
    assert signed_in(visitor)
    again = Client().get(link, follow=True).content.decode()
    assert "链接已失效" in again or "no longer good" in again
    # Whoever owns the account is told.
    assert len(mails) == 2 and "was reset" in mails[1].subject


def test_asking_for_a_link_does_not_tell_whose_address_it_is(
    visitor: Client, mails: list[Any]
) -> None:
    known = ask(visitor, "preparera@example.org")
    unknown = ask(visitor, "nobody@example.org")
    bodies = [
        re.sub(r'value="\w{64}"|"X-CSRFToken": "\w+"', "", one.content.decode())
        for one in (known, unknown)
    ]

    assert bodies[0] == bodies[1] and known.redirect_chain == unknown.redirect_chain
    assert len(mails) == 1


def test_a_closed_account_gets_no_link(visitor: Client, mails: list[Any]) -> None:
    User.objects.filter(username="preparera").update(is_active=False)
    ask(visitor, "preparera@example.org")

    assert not mails


def test_an_address_that_was_changed_opens_nothing_any_more(
    world: World, visitor: Client, mails: list[Any]
) -> None:
    ask(visitor, "preparera@example.org")  # allauth remembers the address
    old = link_in(mails[0])
    client = world.client("preparer")
    client.post("/account/", {"language": "zh-hans", "email": "new@example.org"})
    assert mails[-1].to == ["preparera@example.org"] and "mail address" in mails[-1].subject
    del mails[:]
    ask(visitor, "preparera@example.org")

    assert not mails
    assert "链接已失效" in visitor.get(old, follow=True).content.decode()


# ---- confirming ----------------------------------------------------------------------------


def test_sensitive_pages_ask_again_after_a_while(world: World) -> None:
    client = world.client("preparer")
    session = client.session
    session["account_authentication_methods"][0]["at"] = time.time() - 3600
    session.save()
    answer = client.get("/account/tokens")
    assert answer["Location"] == "/account/confirm/?next=%2Faccount%2Ftokens"
    wrong = client.post(answer["Location"], {"password": "something else it is"})
    assert "口令不正确" in wrong.content.decode()
    answer = client.post(answer["Location"], {"password": PASSWORD})

    assert answer["Location"] == "/account/tokens"
    assert client.get("/account/tokens").status_code == 200


# ---- what it looks like --------------------------------------------------------------------

ALLAUTH = Path(allauth.__file__).parent / "templates"
# Pages of addresses that this site does not have, and words that `adapters` says by itself.
NEVER_SHOWN = (
    "account/base_",
    "account/confirm_",
    "account/email",
    "account/messages/",
    "account/password_set.html",
    "account/phone_change",
    "account/request_login_code",
    "account/signup",
    "account/snippets/",
    "account/verification_sent",
    "account/verified_email_required",
    "allauth/",
    "idp/",
    "mfa/base_",
    "mfa/email/",
    "mfa/messages/",
    "mfa/recovery_codes/base",
    "mfa/totp/base",
    "mfa/trust",
    "mfa/webauthn/base",
    "mfa/webauthn/signup_form",
    "mfa/webauthn/snippets/",
    "openid/",
    "socialaccount/authentication_error",
    "socialaccount/base_",
    "socialaccount/connections",
    "socialaccount/email/",
    "socialaccount/login_redirect",
    "socialaccount/messages/",
    "socialaccount/signup",
    "socialaccount/snippets/",
    "usersessions/",
)


def test_no_template_of_allauth_is_ever_shown() -> None:
    names = [str(path.relative_to(ALLAUTH)) for path in ALLAUTH.rglob("*.*")]
    shown = [one for one in names if not one.startswith(NEVER_SHOWN)]
    assert len(shown) > 15
    for name in shown:
        assert "/tongjian/site/access/" in str(get_template(name).origin), name


OUTSIDE = {
    "account_change_password",
    "account_inactive",
    "account_login",
    "account_logout",
    "account_reauthenticate",
    "account_reset_password",
    "account_reset_password_done",
    "account_reset_password_from_key",
    "account_reset_password_from_key_done",
    "mfa_activate_totp",
    "mfa_add_webauthn",
    "mfa_authenticate",
    "mfa_deactivate_totp",
    "mfa_download_recovery_codes",
    "mfa_edit_webauthn",
    "mfa_generate_recovery_codes",
    "mfa_index",
    "mfa_list_webauthn",
    "mfa_reauthenticate",
    "mfa_reauthenticate_webauthn",
    "mfa_remove_webauthn",
    "mfa_view_recovery_codes",
    "openid_connect_callback",
    "openid_connect_login",
    "socialaccount_login_cancelled",
}
OPEN = {
    "account_inactive",
    "account_login",
    "account_logout",
    "account_reset_password",
    "account_reset_password_done",
    "account_reset_password_from_key",
    "account_reset_password_from_key_done",
    "openid_connect_callback",
    "openid_connect_login",
    "socialaccount_login_cancelled",
}
"""Of those, what one may ask for without being signed in."""


def test_addresses_of_other_packages_are_known_by_name() -> None:
    found = {one.name for one in endpoints() if one.outside and "api" not in one.name}

    assert found == OUTSIDE


def address(name: str) -> str:
    arguments: dict[str, dict[str, Any]] = {
        "account_reset_password_from_key": {"uidb36": "1", "key": "abc-def"},
        "mfa_edit_webauthn": {"pk": 1},
        "mfa_remove_webauthn": {"pk": 1},
        "openid_connect_callback": {"provider_id": "oidc"},
        "openid_connect_login": {"provider_id": "oidc"},
    }
    return reverse(name, kwargs=arguments.get(name))


def test_what_belongs_to_an_account_asks_who_it_is(world: World) -> None:
    visitor = world.client("public")
    for name in OUTSIDE - OPEN:
        for method in ("get", "post"):
            answer = getattr(visitor, method)(address(name))
            assert answer.status_code == 302, name
            assert answer["Location"].startswith("/account/login/"), name


@pytest.mark.parametrize("language", ["zh-hans", "en"])
def test_pages_of_accounts_are_in_our_layout_and_language(world: World, language: str) -> None:
    visitor = world.client("public", language=language)
    member = world.client("preparer", language=language)
    mark = '<html lang="zh-Hans">' if language == "zh-hans" else '<html lang="en">'
    seen = 0
    for name in OUTSIDE:
        client = visitor if name in OPEN else member
        answer = client.get(address(name), follow=True)
        page = answer.content.decode()
        if answer.status_code in (403, 404):
            continue
        assert mark in page and 'class="top"' in page, name
        assert page.count("<h1") == 1, name
        assert " style=" not in page and "<style" not in page and "onclick" not in page, name
        for script in re.findall(r"<script([^>]*)>", page):
            assert "src=" in script or "application/json" in script, name
        if language == "en":
            body = re.sub(r"<(form|code)[^>]*>.*?</\1>", "", page, flags=re.S)
            main = body[body.index("<main") :]
            assert not re.search(r"[\u4e00-\u9fff]", main), name
        seen += 1
    assert seen > 15

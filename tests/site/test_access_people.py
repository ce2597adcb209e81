"""Accounts and rights: who makes, closes and gives what, and that each act is in the site's log."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

import pytest
from django.core import mail
from django.test import override_settings

from tests.site.test_access_sign_in import FRESH, change, link_in, sign_in, signed_in
from tests.site.world import B, World
from tongjian.problems import TongjianError
from tongjian.site.access import people
from tongjian.site.access.models import ApiToken, Assignment, Membership, User
from tongjian.site.acting import acting
from tongjian.site.operations.models import AuditEntry
from tongjian.site.registry.models import Enterprise
from tongjian.site.workspaces import site_log
from tongjian.verification import report_guards
from tongjian.workflow import GRANT, advance, report_flow


@pytest.fixture
def mails() -> Iterator[list[Any]]:
    with override_settings(SENDS_MAIL=True):
        mail.outbox = []
        yield mail.outbox


def entries(act: str) -> list[Any]:
    """The entries of an act in the site's log, which are in the audit trail as well."""
    found = site_log().entries(act)
    assert AuditEntry.every.filter(log="site", act=act).count() == len(found)
    return found


# ---- making accounts -----------------------------------------------------------------------


def test_an_administrator_makes_an_account_and_its_owner_sets_the_password(
    world: World, mails: list[Any]
) -> None:
    admin = world.client("admin")
    said = {"username": "wang.fang", "name": "王芳", "email": "wang@example.org"}
    assert admin.post("/account/users/new", said)["Location"] == "/account/user/wang.fang"
    user = User.objects.get(username="wang.fang")
    assert not user.has_usable_password()
    assert mails[0].to == ["wang@example.org"] and "wang.fang" in mails[0].body
    visitor = world.client("public")
    to = visitor.get(link_in(mails[0]), follow=True).redirect_chain[-1][0]
    visitor.post(to, {"password1": FRESH, "password2": FRESH})
    sign_in(visitor, "wang.fang", FRESH)

    assert signed_in(visitor)
    made = entries("user.create")
    assert [(one.by, one.subject) for one in made] == [("系统管理员（admin）", "user:wang.fang")]
    assert len(entries("user.reset")) == 1


def test_an_approver_makes_preparers_of_the_enterprise_and_nothing_else(
    world: World, mails: list[Any]
) -> None:
    client = world.client("approver")
    said = {"username": "chosen", "name": "李四", "email": "li@example.org", "role": "approver"}
    to = client.post("/account/users/new", said)["Location"]
    user = User.objects.get(email="li@example.org")

    # Its name is made by the site: that one is taken would tell of accounts elsewhere.
    assert user.username != "chosen" and re.fullmatch(r"u\d{8}", user.username)
    held = Membership.objects.get(user=user)
    assert (held.role, held.enterprise) == ("preparer", world.enterprise())
    client.post(f"{to}/give", {"role": "admin"})
    client.post(f"{to}/give", {"role": "approver", "uscc": world.enterprise(B).uscc})
    assert Membership.objects.filter(user=user).count() == 1
    actor = world.actor("approver")
    for role, of in (("approver", "A"), ("preparer", "B"), ("verifier", "A")):
        with pytest.raises(people.PermissionDenied):
            people.give_membership(actor, user, role, world.enterprise(of), "")


def test_an_approver_sees_and_closes_only_preparers_of_the_enterprise(world: World) -> None:
    client = world.client("approver")
    page = client.get("/account/users").content.decode()
    names = re.findall(r'href="/account/user/([^"]+)"', page)
    assert sorted(names) == ["approvera", "preparera"]
    assert client.get("/account/user/preparerb").status_code == 404
    assert client.post("/account/user/approvera/close").status_code == 403
    # Whoever has a role elsewhere too is not the approver's to close.
    user = world.user("preparer")
    Membership.objects.create(user=user, role="preparer", enterprise=world.enterprise(B))
    assert client.post("/account/user/preparera/close").status_code == 403
    Membership.objects.filter(user=user, enterprise=world.enterprise(B)).delete()
    assert client.post("/account/user/preparera/close").status_code == 302

    assert not world.user("preparer").is_active


def test_what_somebody_has_elsewhere_is_not_shown_to_an_approver(world: World) -> None:
    other = world.enterprise(B)
    user = world.user("preparer")
    Membership.objects.create(user=user, role="preparer", enterprise=other)
    client = world.client("approver")
    for path in ("/account/user/preparera", "/account/users", "/account/users?q=" + other.name_zh):
        page = client.get(path).content.decode()
        assert other.name_zh not in page.replace(f'value="{other.name_zh}"', ""), path
    Membership.objects.filter(user=user, enterprise=other).update(role="approver")
    page = client.get("/account/users?role=preparer").content.decode()
    assert "preparera" in page
    assert "preparera" not in client.get("/account/users?role=approver").content.decode()


def test_names_are_checked(world: World) -> None:
    client = world.client("admin", language="en")
    for said, told in (
        ({"username": "PREPARERA", "name": "x", "email": "a@b.cn"}, "taken"),
        ({"username": "a b", "name": "x", "email": "a@b.cn"}, "valid username"),
        ({"username": "new", "name": "x", "email": "no address"}, "valid email"),
        ({"username": "new", "name": "", "email": "a@b.cn"}, "required"),
    ):
        answer = client.post("/account/users/new", said)
        assert answer.status_code == 422 and told in answer.content.decode(), told
    assert not site_log().entries("user.create")


# ---- password, second factor, single sign-on -----------------------------------------------


def test_a_password_that_is_handed_over_is_shown_once_and_changed_first(world: World) -> None:
    theirs, admin = world.client("preparer"), world.client("admin")
    answer = admin.post("/account/user/preparera/reset", {"how": "shown"})
    found = re.search(r"[a-z2-9]{4}(?:-[a-z2-9]{4}){3}", answer.content.decode())
    assert found and "no-store" in answer["Cache-Control"]
    assert theirs.get("/account/").status_code == 302  # whoever was signed in is out
    client = world.client("public")
    sign_in(client, "preparera", found[0])
    assert client.get("/")["Location"] == "/account/password/"
    change(client, found[0], FRESH)
    assert client.get("/").status_code == 200
    assert found[0] not in admin.get("/account/user/preparera").content.decode()
    kept = entries("user.reset")
    assert len(kept) == 1 and found[0] not in str(kept)


def test_nobody_resets_or_closes_themselves(world: World) -> None:
    client = world.client("admin")
    for path in ("reset", "close", "factor"):
        answer = client.post(f"/account/user/admin/{path}", {"how": "shown"})
        assert answer.status_code == 422 and "不能对自己的账户" in answer.content.decode()


def test_a_site_keeps_an_administrator(world: World) -> None:
    client = world.client("admin")
    held = Membership.objects.get(user=world.user("admin"))
    answer = client.post("/account/user/admin/end", {"membership": str(held.pk)})
    assert answer.status_code == 422 and "最后一位" in answer.content.decode()
    client.post("/account/user/analyst/give", {"role": "admin"})
    client.post("/account/user/admin/end", {"membership": str(held.pk)})

    held.refresh_from_db()
    assert held.ended is not None
    assert client.get("/account/users").status_code == 403


# ---- giving and ending ---------------------------------------------------------------------


def test_a_role_and_where_it_holds_fit_together(world: World) -> None:
    actor, user = world.actor("admin"), world.user("norole")
    enterprise = world.enterprise()
    for role, where, division in (
        ("preparer", None, ""),
        ("city", enterprise, "320100"),
        ("city", None, ""),
        ("city", None, "320000"),
        ("province", None, "999999"),
        ("public", None, ""),
        ("emperor", None, ""),
    ):
        with pytest.raises(TongjianError):
            people.give_membership(actor, user, role, where, division)
    for role, where, division, kept in (
        ("preparer", enterprise, "", ""),
        ("city", None, "320500", "3205"),
        ("province", None, "320000", "32"),
        ("nation", None, "320000", ""),
        ("verifier", None, "", ""),
    ):
        made = people.give_membership(actor, user, role, where, division)
        assert made.division == kept
        assert people.give_membership(actor, user, role, where, division) == made
    assert len(entries("membership.give")) == 5


def test_what_ends_with_a_membership(world: World) -> None:
    """Whoever was given nothing any more can do nothing, here and in the enterprise's log."""
    actor, enterprise = world.actor("preparer"), world.enterprise()
    subject = f"report:{world.plant().code}/2024"
    facts = {"facility": world.plant().code, "division": enterprise.division}

    def step(name: str) -> None:
        with acting(actor, enterprise) as workspace:
            log, flow = workspace.log, report_flow()
            advance(log, flow, subject, name, actor.signature, guards=report_guards(), facts=facts)

    step("open")
    before = len(world.workspace().log.entries())
    token = ApiToken.objects.create(
        prefix="abcdef01",
        hashed="0" * 64,
        user=world.user("preparer"),
        membership=Membership.objects.get(user=world.user("preparer")),
        name="x",
        expires="2099-01-01T00:00:00Z",
    )
    client = world.client("preparer")
    held = Membership.objects.get(user=world.user("preparer"))
    said = {"membership": str(held.pk)}
    assert world.client("approver").post("/account/user/preparera/end", said).status_code == 302

    token.refresh_from_db()
    assert token.revoked is not None
    assert client.get("/account/tokens").status_code == 403
    with pytest.raises(TongjianError):
        step("submit")
    # Before it refused, the enterprise's log was told that the role is gone.
    told = world.workspace().log.entries()[before:]
    assert [(one.act, one.content["roles"]) for one in told] == [(GRANT, [])]
    assert actor.signature in told[0].subject
    said_by = [one.by for one in entries("membership.end")]
    assert said_by == [world.user("approver").signature]


def test_closing_an_account_ends_everything_it_had(world: World) -> None:
    theirs = world.client("verifier")
    assert theirs.get("/account/").status_code == 200
    world.client("admin").post("/account/user/verifiera/close")

    assert not signed_in(theirs) or theirs.get("/account/").status_code == 302
    user = world.user("verifier")
    assert not Membership.objects.filter(user=user, ended=None).exists()
    assert not Assignment.objects.filter(user=user, ended=None).exists()
    assert User.objects.filter(username="verifiera").exists()  # closed, not deleted
    world.client("admin").post("/account/user/verifiera/reopen")
    assert world.user("verifier").is_active
    assert not Membership.objects.filter(user=user, ended=None).exists()
    assert len(entries("user.close")) == len(entries("user.reopen")) == 1


# ---- verifications -------------------------------------------------------------------------


def test_a_province_assigns_and_ends(world: World) -> None:
    client, other = world.client("province"), world.enterprise(B)
    page = client.get("/account/assignments", {"search": "示例钢铁乙"}).content.decode()
    assert other.key in page and "verifiera" in page and world.enterprise().key not in page
    said = {"enterprise": other.key, "user": "verifiera", "year": "2025"}
    client.post("/account/assignments", said)
    client.post("/account/assignments", said)
    made = Assignment.objects.get(user=world.user("verifier"), enterprise=other)

    assert (made.year, made.by) == (2025, world.user("province").signature)
    assert len(entries("assignment.give")) == 1
    assert Enterprise.objects.seen_by(world.actor("verifier")).count() == 2
    client.post("/account/assignments/end", {"assignment": str(made.pk)})
    assert Enterprise.objects.seen_by(world.actor("verifier")).count() == 1
    assert len(entries("assignment.end")) == 1


def test_a_province_does_not_assign_beyond_its_border(world: World) -> None:
    other = world.enterprise(B)
    Enterprise.every.filter(pk=other.pk).update(division="330100")
    client = world.client("province")
    said = {"enterprise": other.key, "user": "verifiera", "year": "2025"}
    assert client.post("/account/assignments", said).status_code == 404
    theirs = Assignment.objects.get(enterprise=other, user=world.user("verifier", B))
    said = {"assignment": str(theirs.pk)}
    assert client.post("/account/assignments/end", said).status_code == 404
    assert other.name_zh not in client.get("/account/assignments").content.decode()
    found = client.get("/account/assignments", {"search": "示例"}).content.decode()
    assert other.key not in found


def test_whoever_works_for_an_enterprise_does_not_verify_it(world: World) -> None:
    user, enterprise = world.user("preparer"), world.enterprise()
    Membership.objects.create(user=user, role="verifier")
    with pytest.raises(TongjianError) as told:
        people.assign(world.actor("province"), user, enterprise, 2025)
    assert told.value.problems[0].code == "site.not_independent"
    people.assign(world.actor("province"), user, world.enterprise(B), 2025)
    with pytest.raises(TongjianError):
        people.give_membership(world.actor("admin"), user, "preparer", world.enterprise(B), "")


@pytest.mark.parametrize("language", ["zh-hans", "en"])
def test_pages_of_administration_are_in_both_languages(world: World, language: str) -> None:
    admin = world.client("admin", language=language)
    for path in ("/account/users", "/account/users/new", "/account/user/preparera"):
        page = admin.get(path).content.decode()
        assert page.count("<h1") == 1
        if language == "en":
            assert "Users" in page
            bare = re.sub(
                r"<(td|th|option|h1)[ >].*?</\1>|<header.*?</header>", "", page, flags=re.S
            )
            assert not re.search(r"[\u4e00-\u9fff]", bare[bare.index("<main") :]), path
    table = admin.get("/account/roles").content.decode()
    assert ("who may" if language == "en" else "权限一览") in table.lower()


def test_lists_take_the_same_number_of_queries_however_long(world: World) -> None:
    from django.db import connection
    from django.test.utils import CaptureQueriesContext

    client = world.client("admin")
    client.get("/account/users")
    counts = []
    for _ in range(2):
        with CaptureQueriesContext(
            connection,
        ) as queries:
            assert client.get("/account/users").status_code == 200
        counts.append(len(queries))
        for number in range(60):
            user = User.objects.create(username=f"many{number}-{len(counts)}", name="x")
            Membership.objects.create(user=user, role="preparer", enterprise=world.enterprise())
    assert counts[0] == counts[1] <= 10

"""Jobs, audit trail, health and backups by page: what each may know, and no more."""

from __future__ import annotations

import json
import re
from datetime import UTC, datetime
from pathlib import Path

import pytest

from tests.site.test_journey import advance_by
from tests.site.world import YEAR, World
from tongjian.evidence import Act, EvidenceLog, verify
from tongjian.site.access.people import close_user
from tongjian.site.mrv.projection import catch_up
from tongjian.site.operations.acts import acts
from tongjian.site.operations.console import console_actor
from tongjian.site.operations.models import AuditEntry, Job
from tongjian.site.operations.roots import sign_roots
from tongjian.versions import report_subject

LANGUAGES = ("zh-hans", "en")


def page(world: World, role: str, address: str, of: str = "A", language: str = "zh-hans") -> str:
    answer = world.client(role, of, language).get(address)
    assert answer.status_code == 200, (role, address, answer.status_code)
    return answer.content.decode()


def opened(world: World) -> str:
    """A report is begun, and something of the enterprise's own is entered; its key."""
    advance_by(world, "preparer", "open")
    by = world.actor("preparer").signature
    world.workspace().log.append([Act("run.keep", by, "run:1234", {"private": "只供本企业"})])
    catch_up(world.workspace())
    return world.enterprise().key


@pytest.mark.parametrize("language", LANGUAGES)
def test_pages_are_there_in_both_languages(world: World, language: str) -> None:
    opened(world)
    for role in ("preparer", "verifier", "city", "nation", "analyst", "admin"):
        for address in ("/operations/jobs/", "/operations/audit/"):
            page(world, role, address, language=language)
    told = page(world, "admin", "/operations/health/", language=language)
    assert ("全部在位" if language == "zh-hans" else "all in place") in told
    page(world, "admin", "/operations/backups/", language=language)
    assert world.client("city").get("/operations/health/").status_code == 403


def subjects(told: str) -> list[str]:
    return re.findall(r'<td class="mono">([^<]+)</td>', told)


def test_who_finds_what_in_the_audit_trail(world: World) -> None:
    key = opened(world)
    report = report_subject(world.plant().code, YEAR)
    own = subjects(page(world, "preparer", "/operations/audit/"))
    assert report in own and "run:1234" in own

    assert subjects(page(world, "city", "/operations/audit/")) == [report]
    assert subjects(page(world, "preparer", "/operations/audit/", of="B")) == []
    assert subjects(page(world, "verifier", "/operations/audit/")) == []
    assert set(own) <= set(subjects(page(world, "admin", "/operations/audit/")))

    number = AuditEntry.every.get(log=key, act="run.keep").number
    address = f"/operations/audit/{key}/{number}/"
    assert "只供本企业" in page(world, "approver", address)
    told = page(world, "admin", address)
    assert "只供本企业" not in told and "不向管理员显示" in told
    for role, of in (("city", "A"), ("preparer", "B"), ("verifier", "A")):
        assert world.client(role, of).get(address).status_code == 404, (role, of)


def test_the_trail_is_searched_by_person_act_subject_and_day(world: World) -> None:
    opened(world)

    def found(query: str) -> list[str]:
        return subjects(page(world, "preparer", f"/operations/audit/?{query}"))

    assert found("act=run.keep") == ["run:1234"]
    assert found("subject=1234") == ["run:1234"]
    assert found("by=nobody") == []
    assert len(found("by=preparera")) >= 2
    assert found("since=2001-01-01&until=2001-12-31") == []
    assert found("until=2199-12-31") == found("since=no-day&act=")


def test_it_stays_readable_when_accounts_are_closed(world: World) -> None:
    opened(world)
    name = world.actor("preparer").signature
    close_user(console_actor(), world.user("preparer"))
    told = page(world, "approver", "/operations/audit/?act=run.keep")
    assert name in told and subjects(told) == ["run:1234"]
    assert "关闭账户" in page(world, "admin", "/operations/audit/?act=user.close")


def test_an_entry_is_proven_without_the_site(world: World) -> None:
    by, log = world.actor("preparer").signature, world.workspace().log
    then = EvidenceLog(log.store, lambda: datetime(2020, 1, 15, tzinfo=UTC))
    then.append([Act("run.keep", by, "run:1", {"a": 1})])
    assert sign_roots() >= 1

    key = world.enterprise().key
    answer = world.client("preparer").get(f"/operations/audit/{key}/1/proof")
    assert answer.status_code == 200
    assert verify(answer.content).ok
    assert not verify(answer.content.replace(b"run:1", b"run:2")).ok

    hidden = world.client("admin").get(f"/operations/audit/{key}/1/proof").content
    assert b'"a":1' not in hidden.replace(b" ", b"") and json.loads(hidden)
    unsigned = world.client("preparer").get(f"/operations/audit/{key}/2/proof")
    assert unsigned.status_code == 422


def test_a_job_shows_its_progress_and_whose_it_is(world: World) -> None:
    actor = world.actor("preparer")
    one = Job.every.create(
        kind="mrv.run",
        by=actor.signature,
        user=actor.user,
        enterprise=world.enterprise(),
        state=Job.RUNNING,
        done=3,
        total=7,
    )
    address = f"/operations/jobs/{one.key}/"
    told = page(world, "approver", address)
    assert 'hx-trigger="every 1s"' in told and 'max="7" value="3"' in told
    part = world.client("preparer").get(address, headers={"HX-Request": "true"}).content.decode()
    assert part.startswith('<div id="job"')
    problem = {"code": "x", "zh": "不成", "en": "failed", "repair_zh": "改", "repair_en": "mend"}
    Job.every.filter(pk=one.pk).update(state=Job.FAILED, problems=[problem])
    told = page(world, "preparer", address)
    assert "不成" in told and "hx-trigger" not in told
    told = page(world, "admin", address)
    assert "不成" not in told and "管理员不可查看" in told
    for role, of in (("preparer", "B"), ("city", "A"), ("verifier", "A")):
        assert world.client(role, of).get(address).status_code == 404


def test_every_act_that_is_entered_has_a_name(world: World) -> None:
    sources = Path(__file__).parents[2] / "src" / "tongjian"
    # Acts are constants in capitals or the second argument of `_act`; files and codes look alike.
    found = set()
    for path in sources.rglob("*.py"):
        text = path.read_text(encoding="utf-8")
        found |= set(re.findall(r'\b_act\("([a-z]+\.[a-z_]+)", actor', text))
        if "Act(" in text:
            for line in re.findall(r"^[A-Z][A-Z_, ]* = (.+)$", text, re.M):
                found |= set(re.findall(r'"([a-z]+\.[a-z_]+)"', line))
    lacking = {one for one in found - acts().keys() if not one.endswith((".json", ".zip"))}
    assert found and not lacking

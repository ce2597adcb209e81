"""Verification by HTTP: sample, check list, findings, computing again, opinion; who sees what."""

from __future__ import annotations

import re

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from tests.site.story import (
    ADDRESS,
    RULESET,
    SUBJECT,
    VERIFY,
    At,
    page,
    questions,
    refused,
    sampled,
    sent,
    state,
    work_off,
)
from tests.site.world import YEAR
from tongjian.site.access.models import Assignment
from tongjian.site.operations.models import Job
from tongjian.verification import findings_of, opinion_of, sample_of


def test_the_report_is_accepted_and_everything_is_in_the_log(at: At) -> None:
    world = at("accepted")
    entries = world.workspace().log.entries()
    [finding] = findings_of(entries, SUBJECT)
    opinion = opinion_of(entries, SUBJECT)

    assert state() == "accepted"
    assert (finding.state, finding.outcome, finding.effect) == ("closed", "corrected", 1234.5)
    assert opinion is not None and opinion.opinion == "unmodified"
    assert opinion.version == f"{SUBJECT}/2"
    for role in ("preparer", "verifier", "city", "province", "nation"):
        shown = page(world.client(role), ADDRESS)
        assert "已接受" in shown and "无保留意见" in shown, role


def test_each_page_of_the_workspace_in_both_languages(at: At) -> None:
    world = at("raised")
    said = {
        VERIFY: ("未更正偏差与重要性水平", "Uncorrected misstatements against materiality"),
        f"{VERIFY}/sample": ("抽取原因", "Evidence wanted"),
        f"{VERIFY}/checklist": ("核查清单", "Check list"),
        f"{ADDRESS}/findings": ("过磅单合计与录入不符", "nonconformity"),
        f"{ADDRESS}/findings/1": ("提出发现", "raised the finding"),
        f"{VERIFY}/inspection": ("检查人：", "Inspector:"),
    }
    zh, en = world.client("verifier"), world.client("verifier", language="en")
    for address, (chinese, english) in said.items():
        assert chinese in page(zh, address), address
        if address != f"{VERIFY}/sample":
            assert english in page(en, address), address
    for address in said:
        for role in ("reviewer", "city", "province", "nation"):
            shown = page(world.client(role), address)
            assert '<form class="card" method="post" enctype' not in shown, (role, address)


def test_what_the_sample_page_shows_is_the_sample_of_the_log(at: At) -> None:
    world = at("begun")
    drawn = sample_of(world.workspace().log.entries(), SUBJECT)
    assert drawn is not None
    verifier = world.client("verifier")

    assert sampled(verifier) == list(drawn.ids)
    shown = page(verifier, f"{VERIFY}/sample?left=1")
    assert str(drawn.entry.content["seed"])[:16] in shown
    sent(verifier, f"{VERIFY}/sample/check", {"datum": drawn.ids[:2], "outcome": "agrees"})
    assert len(re.findall('name="datum"', page(verifier, f"{VERIFY}/sample?left=1"))) == (
        len(drawn.ids) - 2
    )


def test_an_act_that_lacks_something_tells_all_of_it_and_enters_nothing(at: At) -> None:
    world = at("begun")
    verifier, log = world.client("verifier"), world.workspace().log
    before = len(log.entries())

    differs = {"datum": sampled(verifier)[:1], "outcome": "differs"}
    assert "说明" in refused(verifier, f"{VERIFY}/sample/check", differs)
    told = refused(verifier, f"{ADDRESS}/findings/raise", {"kind": "x", "about_kind": "record"})
    assert told.count('<span class="repair">') == 3  # kind, about and text
    assert "abc" in refused(
        verifier,
        f"{ADDRESS}/findings/raise",
        {"kind": "observation", "about_kind": "report", "text": "x", "effect": "abc"},
    )
    no_note = {"item": questions(verifier)[:1], "answer": "no"}
    refused(verifier, f"{VERIFY}/checklist/answer", no_note)
    told = refused(verifier, f"{VERIFY}/opinion", {"opinion": "unmodified"})
    assert "复算" in told and "清单" in told
    bad = SimpleUploadedFile("run.exe", b"MZ\x90\x00" * 40, "application/pdf")
    form = {"kind": "observation", "about_kind": "report", "text": "x", "files": bad}
    refused(verifier, f"{ADDRESS}/findings/raise", form)

    assert world.client("verifier").post(f"{VERIFY}/sample/check", {"datum": ["x"]})["Location"]
    assert len(world.workspace().log.entries()) == before


def test_a_finding_is_a_conversation_with_files_for_those_it_concerns(at: At) -> None:
    world = at("verified")
    for role in ("preparer", "verifier", "reviewer", "city"):
        client = world.client(role)
        shown = page(client, f"{ADDRESS}/findings/1")
        order = ["过磅单合计与录入不符", "两张磅单重复计入，已更正", "磅单重复计入", "已核对"]
        places = [shown.index(one) for one in order]
        assert places == sorted(places), role
        links = dict(re.findall(r'href="(/reports/[^"]*/evidence/\w+)">([\w.]+)<', shown))
        assert sorted(links.values()) == ["slips.txt", "sum.txt"], role
        for address, name in links.items():
            answer = client.get(address)
            assert answer["Content-Disposition"] == f'attachment; filename="{name}"'
    for client in (world.client("verifier", "B"), world.client("preparer", "B")):
        for address in links:
            assert client.get(address).status_code == 404


def test_a_closed_finding_is_opened_again_only_while_it_is_verified(at: At) -> None:
    world = at("corrected")
    verifier, address = world.client("verifier"), f"{ADDRESS}/findings/1"
    refused(verifier, f"{address}/close", {"outcome": "nothing"})
    sent(verifier, f"{address}/close", {"outcome": "explained", "remaining": "200"})
    [finding] = findings_of(world.workspace().log.entries(), SUBJECT)
    assert (finding.state, finding.remaining) == ("closed", 200.0)
    refused(verifier, f"{address}/close", {"outcome": "explained"})
    sent(verifier, f"{address}/reopen", {"text": "缺少凭证"})
    assert "待回复" in page(world.client("preparer"), address)


def test_what_was_checked_of_unchanged_data_stays_when_the_sample_is_drawn_anew(at: At) -> None:
    world = at("corrected")
    verifier = world.client("verifier")
    sent(verifier, f"{VERIFY}/sample/draw", {"ruleset": RULESET, "assurance": "reasonable"})
    drawn = sample_of(world.workspace().log.entries(), SUBJECT)

    assert drawn is not None and len(drawn.left) == 1 and "coke/consumed" in drawn.left[0]


def test_the_level_of_materiality_is_agreed_with_its_source(at: At) -> None:
    world = at("begun")
    verifier = world.client("verifier")
    terms = {"ruleset": RULESET, "assurance": "limited"}
    refused(verifier, f"{VERIFY}/sample/draw", {**terms, "percent": "150"})
    sent(verifier, f"{VERIFY}/sample/draw", {**terms, "percent": "2.5", "source": "合同第7条"})

    shown = page(verifier, VERIFY)
    assert "2.500%" in shown and "合同第7条" in shown and "有限保证" in shown


def test_computing_again_is_a_job_whose_result_is_shown(at: At) -> None:
    world = at("begun")
    verifier = world.client("verifier")
    sent(verifier, f"{VERIFY}/recompute")
    assert Job.every.get(kind="mrv.recompute").state == Job.WAITING
    assert "disabled" in page(verifier, VERIFY)

    world = at("verified")
    shown = page(world.client("reviewer", language="en"), VERIFY)
    assert shown.count("same bits") == 2 and "427011.573152" in shown
    [entry] = world.workspace().log.entries("recompute.make")
    assert entry.content["same"] and entry.by == world.actor("verifier").signature


def test_a_job_of_somebody_whose_assignment_ended_does_nothing(at: At) -> None:
    world = at("begun")
    sent(world.client("verifier"), f"{VERIFY}/recompute")
    Assignment.objects.filter(user=world.user("verifier")).update(ended="2026-01-01T00:00:00Z")
    job = Job.every.get(kind="mrv.recompute")
    from tongjian.site.operations.jobs import work

    work.call(job.pk)
    job.refresh_from_db()
    assert job.state == Job.FAILED and job.problems
    assert not world.workspace().log.entries("recompute.make")


def test_the_statement_is_made_of_the_version_that_the_opinion_is_on(at: At) -> None:
    world = at("verified")
    verifier = world.client("verifier")
    sent(verifier, f"{VERIFY}/statement", {"form": "docx"})
    assert verifier.post(f"{VERIFY}/statement", {"form": "exe"}).status_code == 400
    work_off()
    job = Job.every.get(kind="mrv.document")

    assert job.asked["version"] == 2 and f"/reports/files/{job.key}" in page(verifier, VERIFY)
    answer = verifier.get(f"/reports/files/{job.key}")
    assert b"".join(answer).startswith(b"PK")  # type: ignore[arg-type]
    assert world.client("verifier", "B").get(f"/reports/files/{job.key}").status_code == 404


def test_four_eyes_and_who_may_do_what(at: At) -> None:
    world = at("corrected")
    preparer, verifier = world.client("preparer"), world.client("verifier")
    for client in (preparer, world.client("reviewer"), world.client("city")):
        assert client.post(f"{ADDRESS}/findings/1/close").status_code == 403
        assert client.post(f"{VERIFY}/opinion").status_code == 403
    assert verifier.post(f"{ADDRESS}/findings/1/respond").status_code == 403
    assert verifier.post(f"{ADDRESS}/act/verify").status_code == 403
    assert "意见" in refused(world.client("reviewer"), f"{ADDRESS}/act/verify")
    assert preparer.get(VERIFY).status_code == 403
    assert state() == "corrected"


def test_a_verifier_who_is_reviewer_too_cannot_review_their_own(at: At) -> None:
    from tongjian.site.access.models import Membership

    world = at("verified")
    # As if the verifier of this report had been given the reviewer's role as well.
    user = world.user("verifier")
    second = Membership.objects.create(user=user, role="reviewer")
    client = world.client("verifier")
    session = client.session
    session["membership"] = second.pk
    session.save()
    sent(world.client("city"), f"{ADDRESS}/act/return", {"reason": "重做"})
    told = refused(client, f"{ADDRESS}/act/verify")
    assert "已办理过" in told


OTHERS = (("verifier", "B"), ("reviewer", "B"), ("preparer", "B"), ("approver", "B"))


@pytest.mark.parametrize("who", OTHERS)
def test_nobody_elses_page_or_count_tells_of_a_verification(at: At, who: tuple[str, str]) -> None:
    world = at("raised")
    client = world.client(*who)
    for address in (
        *(ADDRESS, VERIFY, f"{VERIFY}/sample", f"{VERIFY}/checklist", f"{VERIFY}/inspection"),
        *(f"{ADDRESS}/findings", f"{ADDRESS}/findings/1"),
    ):
        assert client.get(address).status_code in (403, 404), address
    if who[0] == "verifier":
        missing = client.get(f"/reports/NO-SUCH/{YEAR}/verification")
        hidden = client.get(VERIFY)
        assert (missing.status_code, hidden.status_code) == (404, 404)
        assert client.post(f"{VERIFY}/sample/draw").status_code == 404
        queue = page(client, "/reports/queue?part=all")
        assert "DEMO-STEEL" not in queue and "<small>0</small>" in queue
    assert "DEMO-STEEL" not in page(client, "/") and "示例钢铁甲厂" not in page(client, "/")


def test_a_verification_is_given_for_a_year(at: At) -> None:
    world = at("begun")
    verifier = world.client("verifier")
    assert verifier.get(f"/reports/DEMO-STEEL/{YEAR - 1}/verification").status_code == 404
    assert verifier.get(f"/reports/DEMO-STEEL/{YEAR - 1}").status_code == 404
    Assignment.objects.filter(user=world.user("verifier")).update(year=YEAR - 1)
    assert verifier.get(VERIFY).status_code == 404
    assert "DEMO-STEEL" not in page(verifier, "/reports/queue?part=all")
    assert "DEMO-STEEL" not in page(verifier, "/reports/")


def test_the_enterprise_sees_what_originals_are_asked_for_but_not_the_risk(at: At) -> None:
    world = at("begun")
    shown = page(world.client("preparer"), f"{ADDRESS}/findings")

    assert "核查员要看的原件" in shown and "检测报告原件" in shown
    assert "风险分" not in shown and "高风险" not in shown
    assert "核查员要看的原件" not in page(world.client("city"), f"{ADDRESS}/findings")

"""Review by city, province and nation by HTTP: desk, steps, comparison; four eyes and divisions."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from functools import partial

import pytest
from django.utils import timezone

from tests.site.story import ADDRESS, At, page, refused, sent, state
from tests.site.world import YEAR, World
from tongjian.evidence import EvidenceLog, china_day
from tongjian.site import workspaces
from tongjian.site.access.models import Membership
from tongjian.site.mrv.models import Report, SubmittedFigure, SubmittedVersion
from tongjian.site.mrv.services_compare import compare
from tongjian.site.operations.jobs import work
from tongjian.site.operations.models import Job
from tongjian.site.registry.models import Enterprise, Plant
from tongjian.site.rulebooks.waiting import authority
from tongjian.site.workspaces import site_log


def today() -> date:
    return china_day(timezone.now())


def move_city(world: World, division: str) -> None:
    """Let the city's authority be another one."""
    Membership.objects.filter(user=world.user("city")).update(division=division)


def test_what_waits_for_whom_is_on_their_desk_and_first_page(at: At) -> None:
    world = at("verified")
    city, province = world.client("city"), world.client("province")

    assert "审核 示例钢铁甲厂" in page(city, "/") and "DEMO-STEEL" in page(city, "/reports/queue")
    assert "审核并接受" not in page(province, "/")
    english = page(world.client("city", language="en"), "/")
    assert f"Review the report of Sample Steel A works for {YEAR}" in english
    sent(city, f"{ADDRESS}/act/pass")
    assert "审核 示例钢铁甲厂" not in page(city, "/")
    assert "审核并接受 示例钢铁甲厂" in page(province, "/")
    assert "没有等您办理" in page(city, "/reports/queue")
    sent(province, f"{ADDRESS}/act/accept")
    assert state() == "accepted"
    for part in ("waiting", "overdue"):
        assert "DEMO-STEEL" not in page(province, f"/reports/queue?part={part}")


def test_the_verifiers_have_their_own_todos(at: At) -> None:
    world = at("submitted")
    assert "可以开始核查" in page(world.client("verifier"), "/")
    assert "评审 示例" not in page(world.client("reviewer"), "/")
    for role in ("preparer", "analyst", "admin"):
        assert "可以开始核查" not in page(world.client(role), "/")


def test_each_level_is_told_and_why_a_step_is_not_open(at: At) -> None:
    world = at("verified")
    shown = page(world.client("province"), ADDRESS)

    assert "企业提交" in shown and "市级审核" in shown and 'aria-current="step"' in shown
    assert f'action="{ADDRESS}/act/return"' in shown
    assert f'action="{ADDRESS}/act/accept"' not in shown
    told = refused(world.client("province"), f"{ADDRESS}/act/accept")
    assert "市级审核通过" in told and "核查完成" in told  # from where, and where it stands


def test_who_passed_may_not_accept(at: At) -> None:
    world = at("verified")
    user = world.user("city")
    second = Membership.objects.create(user=user, role="province", division="32")
    client = world.client("city")
    sent(client, f"{ADDRESS}/act/pass")
    session = client.session
    session["membership"] = second.pk
    session.save()

    assert "已办理过" in refused(client, f"{ADDRESS}/act/accept") and state() == "city_reviewed"


def test_a_report_is_returned_with_a_reason_and_revised(at: At) -> None:
    world = at("verified")
    city = world.client("city")
    assert "理由" in refused(city, f"{ADDRESS}/act/return", {"reason": " "})
    sent(city, f"{ADDRESS}/act/return", {"reason": "边界不全"})

    assert state() == "returned"
    assert "边界不全" in page(world.client("preparer"), ADDRESS)
    assert "重新编制" in page(world.client("preparer"), ADDRESS)
    sent(world.client("preparer"), f"{ADDRESS}/act/revise")
    assert state() == "draft"


def test_an_accepted_report_is_recalled_by_province_or_nation_alone(at: At) -> None:
    world = at("accepted")
    assert world.client("city").post(f"{ADDRESS}/act/recall").status_code == 403
    shown = page(world.client("nation"), ADDRESS)
    assert f'action="{ADDRESS}/act/recall"' in shown
    sent(world.client("nation"), f"{ADDRESS}/act/recall", {"reason": "抽查发现遗漏"})
    assert state() == "returned"
    versions = page(world.client("province"), ADDRESS)
    assert "第 2 版" in versions and "抽查发现遗漏" in versions


def test_a_demand_leaves_time_and_another_person_determines_after_it(at: At) -> None:
    world = at("submitted")
    province = world.client("province")
    plant = Plant.every.get(code="DEMO-STEEL")
    address = f"/reports/{plant.code}/{YEAR - 1}"
    assert "未建立" in page(province, address)
    past = (today() - timedelta(days=1)).isoformat()
    said = {"reason": "逾期未报", "deadline": past}
    refused(province, f"{address}/act/demand", said)
    refused(province, f"{address}/act/demand", {"reason": "逾期未报"})
    sent(province, f"{address}/act/demand", said | {"deadline": today().isoformat()})
    row = Report.every.get(plant=plant, year=YEAR - 1)
    assert (row.state, row.due) == ("unopened", today())

    figures = {"emission_tco2e": "410000", "method": "按上年产量推算", "reason": "拒不报送"}
    told = refused(province, f"{address}/act/determine", figures)
    assert "已办理过" in told and "期限" in told
    # The deadline passes: the row of it as the projection would have it on that day.
    Report.every.filter(pk=row.pk).update(due=today() - timedelta(days=1))
    assert "DEMO-STEEL" in page(province, "/reports/queue?part=overdue")
    assert "1 份报告已过责令的期限" in page(province, "/")
    assert world.client("city").post(f"{address}/act/determine").status_code == 403


def test_after_the_deadline_the_province_determines(
    at: At, monkeypatch: pytest.MonkeyPatch
) -> None:
    world = at("submitted")
    address = f"/reports/DEMO-STEEL/{YEAR - 1}"
    tomorrow = (today() + timedelta(days=1)).isoformat()
    demand = {"reason": "逾期未报", "deadline": tomorrow}
    sent(world.client("city"), f"{address}/act/demand", demand)
    figures = {"emission_tco2e": "410000", "method": "按上年产量推算", "reason": "拒不报送"}
    assert "期限" in refused(world.client("province"), f"{address}/act/determine", figures)

    # Three days later, as the clock of the log has it.
    later = partial(EvidenceLog, clock=lambda: datetime.now(UTC) + timedelta(days=3))
    monkeypatch.setattr(workspaces, "EvidenceLog", later)
    workspaces._log.cache_clear()
    told = refused(world.client("province"), f"{address}/act/determine", {"reason": "拒不报送"})
    assert "emission_tco2e" in told and "method" in told
    sent(world.client("province", language="en"), f"{address}/act/determine", figures)

    assert Report.every.get(year=YEAR - 1).state == "determined"
    shown = page(world.client("preparer", language="en"), address)
    assert "regulator-determined" in shown
    workspaces._log.cache_clear()


def test_the_last_steps_in_english(at: At) -> None:
    world = at("verified")
    for role, step in (("city", "pass"), ("province", "accept")):
        client = world.client(role, language="en")
        answer = client.post(f"{ADDRESS}/act/{step}", follow=True)
        assert "Done:" in answer.content.decode()
    english = page(world.client("nation", language="en"), ADDRESS)
    assert "accepted" in english and "ask for a supplementary report" in english
    assert state() == "accepted"


def test_plants_without_a_report_are_listed_to_their_authority(at: At) -> None:
    world = at("submitted")
    queue = "/reports/queue?part=unopened"

    city = page(world.client("city"), f"{queue}&year={YEAR}")
    assert "DEMO-STEEL" not in city and "OTHER-STEEL" not in city
    province = page(world.client("province"), f"{queue}&year={YEAR}")
    assert "OTHER-STEEL" in province and "DEMO-STEEL" not in province
    assert "OTHER-STEEL" not in page(world.client("province"), f"{queue}&year={YEAR}&division=3201")
    assert "DEMO-STEEL" in page(world.client("city"), f"{queue}&year={YEAR - 1}")


def test_another_citys_authority_sees_nothing_and_no_count(at: At) -> None:
    world = at("verified")
    move_city(world, "3205")
    city = world.client("city")

    assert city.get(ADDRESS).status_code == 404
    for path in ("verification", "verification/sample", "findings", "findings/1"):
        assert city.get(f"{ADDRESS}/{path}").status_code == 404
    assert city.post(f"{ADDRESS}/act/pass").status_code == 404
    for part in ("waiting", "overdue", "all"):
        queue = page(city, f"/reports/queue?part={part}")
        assert "DEMO-STEEL" not in queue, part
        # Only what was not begun counts: the plant of B for another year, which is of that city.
        assert "等我办理 <small>0</small>" in queue and "全部 <small>0</small>" in queue
    assert "示例钢铁甲" not in page(city, "/")
    assert state() == "verified"


def peer(number: int, micro: int, world: World) -> None:
    """A works of another enterprise that has handed in a total (rows alone)."""
    owner = Enterprise.every.create(
        uscc=f"9132010{number}MA1PEERSX"[:18], name_zh=f"同行{number}", division="320100"
    )
    plant = Plant.every.create(
        enterprise=owner, code=f"PEER-{number}", name_zh=f"同行厂{number}", sector="steel",
        division="320100",
    )  # fmt: skip
    report = Report.every.create(
        enterprise=owner, plant=plant, year=YEAR, state="verified", submitted=1, version=1
    )
    version = SubmittedVersion.every.create(
        enterprise=owner, report=report, plant_code=plant.code, year=YEAR, number=1,
        kind="original", made_by="x", made=timezone.now(), submitted_by="x",
        submitted=timezone.now(), entry=1, division="320100", sector="steel", records="",
        rulebook="",
    )  # fmt: skip
    SubmittedFigure.every.create(
        version=version, ruleset="cn.steel.mee-v01-2024", boundary="ets", category="x",
        substance="CO2", unit="tCO2", amount_micro=micro, co2e_micro=micro,
    )  # fmt: skip
    version.sealed = True
    version.save()


def test_a_report_beside_its_peers_only_where_there_are_enough(at: At) -> None:
    world = at("verified")
    actor, plant = world.actor("city"), world.plant()
    mine = {one.ruleset: one for one in compare(actor, plant, YEAR)}
    here = mine["cn.steel.mee-v01-2024"]
    assert here.total.before is None and here.peers is None
    assert abs(sum(one.now for one in here.categories) - here.total.now) < 1e-6

    for number, total in enumerate((100_000, 200_000, 300_000), start=1):
        if number == 3:
            assert all(one.peers is None for one in compare(actor, plant, YEAR))
        peer(number, total * 1_000_000, world)
    [found] = [one for one in compare(actor, plant, YEAR) if one.ruleset == here.ruleset]
    assert found.peers is not None
    said = found.peers
    assert (said.count, said.least, said.middle, said.most) == (3, 100_000, 200_000, 300_000)
    assert abs(said.share - here.total.now / (here.total.now + 600_000)) < 1e-9
    assert "3 家" in page(world.client("city"), ADDRESS)
    for who in (("preparer", "A"), ("verifier", "A")):
        assert "同行业同年" not in page(world.client(*who), ADDRESS)
    # One of another city is no peer to this city, but to the province.
    move_city(world, "320100")
    Enterprise.every.filter(name_zh="同行3").update(division="320500")
    assert all(one.peers is None for one in compare(world.actor("city"), plant, YEAR))


def test_the_desk_costs_the_same_number_of_queries_however_long_it_is(at: At) -> None:
    from django.db import connection
    from django.test.utils import CaptureQueriesContext

    world = at("verified")
    client = world.client("province")
    page(client, "/reports/queue?part=all")
    with CaptureQueriesContext(connection) as few:
        page(client, "/reports/queue?part=all")
    for number in range(1, 10):
        peer(number, 1_000_000, world)
    with CaptureQueriesContext(connection) as many:
        page(client, "/reports/queue?part=all")

    assert len(few) == len(many) < 25


def test_a_statutory_version_waits_for_what_an_authority_confirms(at: At) -> None:
    """Refused by a job, confirmed by the province on its page with a source, then made."""
    world = at("computed")
    preparer, province = world.client("preparer"), world.client("province")
    run = Job.every.filter(kind="mrv.run").latest("pk").result["run"]

    def asked() -> Job:
        form = {"run": run, "statutory": "on", "reason": "法定报送"}
        assert preparer.post(f"{ADDRESS}/make-version", form).status_code == 302
        work.call(Job.every.latest("pk").pk)
        return Job.every.latest("pk")

    assert "method:cn.steel.enterprise" not in page(province, "/rulebook/confirm?text=enterprise")
    refused = asked()
    codes = [one["code"] for one in refused.problems]
    kinds = {f"statutory.unconfirmed_{one}" for one in ("value", "method", "ruleset")}
    assert refused.state == Job.FAILED and set(codes) == kinds
    told = page(preparer, f"/operations/jobs/{refused.key}/")
    assert "规则库 › 待确认" in told and "tongjian confirm" not in told

    ids = [one["values"]["id"] for one in refused.problems]
    listed = page(province, "/rulebook/confirm?text=enterprise")
    assert "method:cn.steel.enterprise/2013-10-15" in listed
    given = "/rulebook/confirm/given"
    assert preparer.post(given, {"value": ids, "reference": "x" * 9}).status_code == 403
    assert province.post(given, {"value": ids, "reference": ""}).status_code == 422
    form = {"value": ids, "reference": "GB/T 32151.5-2015 第 3 至 9 页，纸本核对"}
    assert province.post(given, form).status_code == 302
    given_by = {one.by for one in authority().confirmations().values()}
    assert given_by == {world.actor("province").signature}
    made = asked()
    assert made.state == Job.DONE, made.problems
    assert "纸本核对" in page(preparer, "/rulebook/confirm?state=done")

    # Taken back, the next one is refused again; nothing is asked twice.
    back = {"value": ids[:1], "reference": "页码有误，另查"}
    assert province.post("/rulebook/confirm/withdrawn", back).status_code == 302
    assert len(asked().problems) == 1
    assert len(site_log().entries("doubt.ask")) == 1

"""The sample's reports go all the way by the services that people use."""

from __future__ import annotations

from tests.site.world import YEAR, World
from tongjian.site.access.people import give_membership
from tongjian.site.demo.journey import Journey
from tongjian.site.demo.registry import credit_code
from tongjian.site.mrv.models import Report, SubmittedVersion
from tongjian.site.operations.checks import check_site
from tongjian.site.operations.console import console_actor
from tongjian.site.registry.credit_code import credit_code_problems
from tongjian.workflow import History, report_flow


def test_a_report_goes_all_the_way_and_back_for_a_supplement(world: World) -> None:
    world.import_example()
    roles = ("preparer", "approver", "verifier", "reviewer", "city", "province")
    journey = Journey(world.plant(), YEAR, {role: world.actor(role) for role in roles})
    journey.go("supplementary")

    report = Report.every.get()
    assert (report.state, report.version, report.submitted) == ("submitted", 2, 2)
    entries = world.workspace().log.entries()
    taken = [
        one.transition.name for one in History.of(report_flow(), report.subject, entries).steps
    ]
    assert taken == [
        *("open", "submit", "start", "notify", "correct", "verify", "pass", "accept"),
        *("recall", "revise", "submit"),
    ]
    kinds = SubmittedVersion.every.order_by("number").values_list("kind", "sealed")
    assert list(kinds) == [("original", True), ("supplementary", True)]
    assert check_site() == []


def test_codes_of_the_sample_are_right_and_nobodys() -> None:
    codes = {credit_code("320100", number) for number in range(1, 301)}
    assert len(codes) == 300
    assert all(not credit_code_problems(one) and "XXXXX" in one for one in codes)


def test_whoever_has_the_machine_can_give_rights(world: World) -> None:
    actor = console_actor()
    assert actor.role.id == "admin" and "console:" in actor.signature
    held = give_membership(actor, world.user("admin"), "analyst", None, "320000")
    assert held.division == "32"

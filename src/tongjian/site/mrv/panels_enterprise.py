"""The parts of a report's page for computing and for its versions (核算、版本)."""

from __future__ import annotations

from tongjian.control_plan import history
from tongjian.site.mrv.panels import Panel, adds_panel
from tongjian.site.mrv.services_jobs import jobs_of
from tongjian.site.mrv.services_reports import ReportDesk
from tongjian.site.mrv.services_runs import runs_of


@adds_panel("work", order=10)
def work(desk: ReportDesk) -> Panel | None:
    """Computing and making versions: for the enterprise alone."""
    if not desk.is_ours or desk.state.final:
        return None
    jobs = jobs_of(desk.actor, desk.plant, desk.year)
    return Panel(
        "mrv.work",
        "mrv/parts/work.html",
        {
            "runs": runs_of(desk),
            "jobs": jobs,
            "waiting": any(not one.over for one in jobs),
            "plant": desk.plant,
            "year": desk.year,
        },
    )


@adds_panel("versions", order=20)
def versions(desk: ReportDesk) -> Panel | None:
    """The versions that the actor may know of."""
    return Panel("mrv.versions", "mrv/parts/versions.html")


@adds_panel("plan", order=80)
def plan(desk: ReportDesk) -> Panel | None:
    """The way to the control plan, and how it stands."""
    if not desk.actor.may("mrv.plan"):
        return None
    known = history(desk.workspace.log, desk.plant.code)
    newest = known.revisions[-1] if known.revisions else None
    return Panel("mrv.plan_panel", "mrv/parts/plan.html", {"newest": newest})


__all__ = ["plan", "versions", "work"]

"""The parts of a report's page for computing and for its versions (核算、版本)."""

from __future__ import annotations

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


__all__ = ["versions", "work"]

"""The form of a joint inspection (联合检查表) of a report's year."""

from __future__ import annotations

from tongjian.control_plan import history, link
from tongjian.evidence import china_day
from tongjian.site.mrv.services_verification import Verification
from tongjian.verification import InspectionPage, findings_of, inspection_form


def pages_of(made: Verification) -> list[InspectionPage]:
    """A page for each source of the version that was handed in; none while there is none."""
    if not made.runs:
        return []
    desk, run = made.desk, made.runs[0][1]
    log, code = desk.workspace.log, desk.plant.code
    rows = desk.workspace.runs.records_of(
        desk.workspace.runs.open(made.runs[0][0])
    ).read_activity(code, desk.year)
    links = link(rows, history(log, code), desk.year, china_day(log.clock())).links
    return inspection_form(run, code, desk.year, links, findings_of(desk.entries, made.subject))


__all__ = ["pages_of"]

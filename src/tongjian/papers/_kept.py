"""The run of a version that a document is about."""

from __future__ import annotations

from tongjian.engine import Run
from tongjian.problems import Problem, TongjianError
from tongjian.reports.documents import Kind
from tongjian.versions import (
    ReportVersion,
    RunStore,
    report_versions,
    reproduce,
    require_identical,
)


def kept_run_of(
    runs: RunStore, facility: str, year: int, kind: Kind, ruleset: str | None, number: int
) -> tuple[Run, ReportVersion]:
    """The run of a version computed again to the same bytes; raises `TongjianError`.

    Of several runs it is the first with lines of `ruleset`, or of the boundary of `kind`.
    """
    known = report_versions(runs.log, facility, year)
    for version in known:
        for mark in version.runs if version.number == number else ():
            run = require_identical(reproduce(runs, runs.open(mark)))
            if any(
                line.facility == facility
                and line.year == year
                and (line.ruleset == ruleset if ruleset else line.boundary == kind.boundary)
                for line in run.lines
            ):
                return run, version
    values = {
        "facility": facility,
        "year": year,
        "version": number,
        "ruleset": ruleset or kind.boundary,
        "known": ", ".join(f"V{one.number}" for one in known) or "-",
    }
    raise TongjianError(Problem("reports.no_version", values=values))


__all__ = ["kept_run_of"]

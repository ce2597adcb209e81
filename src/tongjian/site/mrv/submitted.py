"""What was submitted, written for good (提交即冻结)."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime

from tongjian.evidence import Entry
from tongjian.site.mrv.models import Report, SubmittedFigure, SubmittedRow, SubmittedVersion
from tongjian.site.workspaces import Workspace
from tongjian.versions import KeptRun, ReportVersion, RunStore, versions_in
from tongjian.workflow import History, Step

HANDED_IN = ("submit", "correct")
"""The transitions by which a version is handed in."""
_BATCH = 2000


def write_submitted(
    workspace: Workspace, report: Report, told: History, entries: Sequence[Entry]
) -> None:
    """Write every version that was handed in and is not there yet, with figures and data."""
    known = set(report.submitted_versions.values_list("number", flat=True)) if report.pk else set()
    for step, version in _handed_in(told, entries):
        if version.number not in known:
            known.add(version.number)
            _write(workspace.runs, report, version, step)
    report.submitted = max(known, default=0)


def handed_in(told: History, entries: Sequence[Entry]) -> Iterator[tuple[Step, int]]:
    """Each step that handed a version in, with its number: the newest one made before it."""
    for step, version in _handed_in(told, entries):
        yield step, version.number


def _handed_in(told: History, entries: Sequence[Entry]) -> Iterator[tuple[Step, ReportVersion]]:
    versions = versions_in(entries, told.subject)
    for step in told.steps:
        if step.transition.name in HANDED_IN:
            before = [one for one in versions if one.entry < step.entry.number]
            if before:
                yield step, before[-1]


def _write(store: RunStore, report: Report, version: ReportVersion, step: Step) -> None:
    kept = [store.open(mark) for mark in version.runs]
    made = SubmittedVersion.every.create(
        enterprise=report.enterprise,
        report=report,
        plant_code=report.plant.code,
        year=report.year,
        number=version.number,
        kind=version.kind,
        reason=version.reason,
        made_by=version.by,
        made=datetime.fromisoformat(version.time),
        submitted_by=step.entry.by,
        submitted=datetime.fromisoformat(step.entry.time),
        entry=step.entry.number,
        division=report.plant.division,
        sector=report.plant.sector,
        runs=list(version.runs),
        records=kept[0].records["digest"] if kept else "",
        rulebook=kept[0].rulebook if kept else "",
        open_doubts=version.open_doubts,
    )
    SubmittedFigure.every.bulk_create(_figures(made, kept), batch_size=_BATCH)
    SubmittedRow.every.bulk_create(_rows(store, made, kept), batch_size=_BATCH)
    made.sealed = True
    made.save(update_fields=["sealed"])


def _figures(made: SubmittedVersion, kept: Sequence[KeptRun]) -> Iterator[SubmittedFigure]:
    for one in kept:
        for line in one.results.lines:
            if (line.facility, line.year) == (made.plant_code, made.year):
                yield SubmittedFigure(
                    version=made,
                    ruleset=line.ruleset,
                    boundary=line.boundary,
                    category=line.category,
                    substance=line.substance,
                    unit=line.unit,
                    amount_micro=line.amount_micro,
                    co2e_micro=line.co2e_micro,
                )


def _rows(
    store: RunStore, made: SubmittedVersion, kept: Sequence[KeptRun]
) -> Iterator[SubmittedRow]:
    if not kept:
        return
    names = (
        *("period", "process_unit", "stream", "item", "quantity", "unit"),
        *("entered_quantity", "entered_unit", "tier", "evidence", "source"),
    )
    for row in store.records_of(kept[0]).read_activity(made.plant_code, made.year):
        said = {name: "" if row[name] is None else row[name] for name in names}
        yield SubmittedRow(version=made, **said)


__all__ = ["HANDED_IN", "handed_in", "write_submitted"]

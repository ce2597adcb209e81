"""Computes many cases in few statements (算例合批), for an engine that is slow per statement."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol

from tongjian.cases._document import Case
from tongjian.cases._inputs import Inputs, together, write_inputs
from tongjian.engine import Snapshot, compute_sheets
from tongjian.problems import Problem
from tongjian.records import Catalogue, Store, import_files
from tongjian.rules import CompiledRuleSet, Rulebook

if TYPE_CHECKING:
    from pyspark.sql import SparkSession

TOGETHER = ("duckdb", "spark")
"""Back-ends in SQL."""
Sheets = dict[str, list[dict[str, Any]]]


class Work(Protocol):
    """A case whose inputs can be imported, with what has been computed of it."""

    case: Case
    edition: CompiledRuleSet
    facility: str
    inputs: Inputs
    faults: list[Problem]
    sheets: dict[str, Sheets]


def compute_together(
    works: Iterable[Work],
    rulebook: Rulebook,
    folder: Path,
    backend: str,
    spark: SparkSession | None,
) -> None:
    """Compute the cases on an engine, those of one rule set, year and set of tables at once."""
    groups: dict[tuple[object, ...], list[Work]] = {}
    for number, work in enumerate(works):
        if work.faults or not _sheets(work):
            continue
        edition, case = work.edition, work.case
        key = (edition.id, str(edition.doc.validity), case.year, *sorted(case.binds.items()))
        # A sheet over all plants would mix the cases of a group.
        grains = [edition.program.sheets[one].grain for one in _sheets(work)]
        mixes = edition.program.goes_beyond_plants
        alone = mixes or case.facilities or any("facility" not in grain for grain in grains)
        groups.setdefault((*key, number) if alone else key, []).append(work)
    for index, members in enumerate(groups.values()):
        _compute(members, rulebook, folder / f"{backend}{index}", backend, spark)


def _sheets(work: Work) -> set[str]:
    """The sheets that a case names, as far as they exist."""
    known = work.edition.program.sheets
    return {one.sheet for one in work.case.expect if not one.problem and one.sheet in known}


def _compute(
    works: Sequence[Work],
    rulebook: Rulebook,
    folder: Path,
    backend: str,
    spark: SparkSession | None,
) -> None:
    store = Store.create(folder)
    files = write_inputs(together(work.inputs for work in works), folder)
    report = import_files(store, files, Catalogue.load())
    assert report.ok, "each was imported by itself before"
    first = works[0]
    sheets = compute_sheets(
        rulebook,
        first.edition,
        Snapshot.of(store),
        (first.case.year,),
        backend,
        first.case.binds,
        spark=spark,
        only=set().union(*map(_sheets, works)),
    )
    for work in works:
        names = {work.facility, *(one["facility"] for one in work.case.facilities)}
        work.sheets[backend] = {
            name: [row for row in rows if row.get("facility", work.facility) in names]
            for name, rows in sheets.items()
        }


__all__ = ["TOGETHER", "Sheets", "compute_together"]

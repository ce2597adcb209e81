"""``tongjian monitoring measure | show``."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from tongjian.cli._monitoring_measured import plain, tell, tell_results
from tongjian.cli._output import Output
from tongjian.cli._tree import print_tree
from tongjian.cli._workspace import do_run, open_rulebook, open_store
from tongjian.measured import (
    Measured,
    Registers,
    explain_month,
    explain_result,
    line_results,
    measure,
    measured_years,
    read_measured,
)
from tongjian.monitoring.profile import read_profile
from tongjian.problems import Problem, RecordError, TongjianError

_DEPTH = 6


def run_measure(
    out: Output,
    workspace: Path,
    years: Sequence[int],
    facilities: Sequence[str],
    rule: str | None,
    by: str,
    rulebook: Path | None,
    *,
    dry_run: bool,
) -> None:
    """Measure facilities and years, record their months, and say what was found."""
    book = open_rulebook(rulebook)
    open_store(workspace)
    wanted = list(facilities) or _facilities(workspace)
    done: list[Measured] = []
    refused: list[Problem] = []
    for facility in wanted:
        for year in years or _years(workspace, facility):
            try:
                done.append(
                    measure(
                        workspace, facility, year, rule=rule, rulebook=book, dry_run=dry_run, by=by
                    )
                )
            except RecordError as error:
                refused += error.problems
    out.data([one.as_dict() for one in done])
    for one in done:
        tell(out, one)
    if refused:
        raise RecordError(refused)


def run_show(
    out: Output,
    workspace: Path,
    years: Sequence[int],
    facilities: Sequence[str],
    rulebook: Path | None,
    *,
    explains: bool,
) -> None:
    """Show what was kept, and what the ordinary run of the records makes of it."""
    kept = [
        (facility, year)
        for facility, year in measured_years(workspace)
        if (not years or year in years) and (not facilities or facility in facilities)
    ]
    if not kept:
        values = {"facility": ", ".join(facilities) or "*", "year": ", ".join(map(str, years))}
        raise TongjianError(Problem("measured.none_yet", values=values))
    told = []
    for facility, year in kept:
        measured = read_measured(workspace, facility, year)
        run = do_run(out, workspace, rulebook, (), (year,))
        results = line_results(run, measured)
        told.append({**measured.as_dict(), "results": [plain(one) for one in results]})
        tell_results(out, results)
        tell(out, measured)
        if explains:
            first = next(iter(results), None)
            if first is not None:
                print_tree(out, explain_result(run, measured, first), _DEPTH)
            _largest_month(out, workspace, measured, rulebook)
    out.data(told)


def _largest_month(out: Output, workspace: Path, measured: Measured, rulebook: Path | None) -> None:
    """From the largest month of the first gas down to its hours."""
    gas = measured.points[0]
    months = [
        one for one in measured.months if (one.process_unit, one.gas) == (gas.process_unit, gas.gas)
    ]
    largest = max(months, key=lambda one: one.amounts.mass)
    store = open_store(workspace)
    registers = Registers(store.facilities_file(), store.process_units_file())
    node = explain_month(
        measured, gas.process_unit, gas.gas, largest.month, open_rulebook(rulebook), registers
    )
    print_tree(out, node, _DEPTH)


def _facilities(workspace: Path) -> list[str]:
    profile = read_profile(workspace / "monitoring" / "monitoring.toml")
    return sorted({one.facility for one in profile.channels.values() if one.facility})


def _years(workspace: Path, facility: str) -> list[int]:
    """The years of the facility's records, where none is named."""
    return open_store(workspace).years(facility)


__all__ = ["run_measure", "run_show"]

"""What the ordinary run makes of the monthly records (核算结果), and how a month came about."""

from __future__ import annotations

from dataclasses import dataclass

from tongjian.engine import Node, Run, explain, run
from tongjian.measured._core import NO_REGISTERS, Registers, snapshot_of
from tongjian.measured._data import result_cells
from tongjian.measured._result import GAS_MONTH, Measured
from tongjian.rules import Rulebook, Words


@dataclass(frozen=True, slots=True)
class LineResult:
    """A yearly number of a process unit by the run of its records (装置年度结果).

    `value` is in `unit`, None where it is not known; `missing` counts the rows left out of it.
    """

    process_unit: str
    ruleset: str
    sheet: str
    column: str
    title: Words
    value: float | None
    unit: str
    missing: int


def line_results(done: Run, measured: Measured) -> list[LineResult]:
    """The yearly numbers of the units that were measured, from a run of the store's records."""
    units = {one.process_unit for one in measured.points}
    found = []
    for result in done.results:
        for ruleset, sheet, column in result_cells():
            if ruleset != result.ruleset.id or sheet not in result.sheets:
                continue
            doc = result.ruleset.program.sheets[sheet].formulas[column].doc
            found += [
                LineResult(
                    *(row["process_unit"], ruleset, sheet, column, doc.title),
                    *(row[column], doc.unit.text if doc.unit else "", row["@missing"]),
                )
                for row in result.sheets[sheet]
                if (row["facility"], row["year"]) == (measured.facility, measured.year)
                and row["process_unit"] in units
            ]
    return found


def explain_result(done: Run, measured: Measured, one: LineResult, rows: int = 12) -> Node:
    """From a yearly number down to the monthly records; their evidence names the hours."""
    key = {
        "facility": measured.facility,
        "year": measured.year,
        "process_unit": one.process_unit,
    }
    return explain(done, one.ruleset, one.sheet, key, one.column, rows=rows)


def explain_month(
    measured: Measured,
    process_unit: str,
    gas: str,
    month: str,
    rulebook: Rulebook,
    registers: Registers = NO_REGISTERS,
    *,
    rows: int = 5,
) -> Node:
    """From the mass of a month down to its hours (月排放量 → 小时), the largest `rows` of them.

    The kept hours go through the rules again and have to give the same. Raises `EngineError`
    where there is no such month.
    """
    snapshot = snapshot_of(measured.folder, registers)
    done = run(rulebook, snapshot, [measured.ruleset], [measured.year], backend="duckdb")
    key = {
        "facility": measured.facility,
        "month": month,
        "process_unit": process_unit,
        "stream": gas,
    }
    return explain(done, measured.ruleset, GAS_MONTH, key, "mass", rows=rows)


__all__ = ["LineResult", "explain_month", "explain_result", "line_results"]

"""`explain`: from a number down to clauses, factors and records (逐数溯源).

Nothing is stored for it: the rows behind one facility and year are read again (a few
milliseconds), computed again in Python, and the result must be the very number of the run.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from tongjian.engine._finished_run import RuleSetResult, Run
from tongjian.engine._leaf_rows import Row
from tongjian.engine._ledger import LedgerLine, from_micro
from tongjian.engine._node import Node
from tongjian.engine._tracer import Tracer
from tongjian.problems import EngineError, Problem
from tongjian.rules import Words
from tongjian.units import parse_unit


def explain(
    run: Run,
    ruleset: str,
    sheet: str,
    key: Mapping[str, Any],
    column: str,
    *,
    rows: int = 5,
) -> Node:
    """The tree behind one cell of a coarser sheet.

    `key` gives the cell's keys, e.g. ``{"facility": "F1", "year": 2025}``; of the finer rows
    behind a sum the `rows` largest are shown. Raises `EngineError` for an unknown cell, and when
    records have changed since the run.
    """
    result = _result(run, ruleset, key)
    wanted = (
        {name: key.get(name) for name in result.ruleset.program.sheets[sheet].grain}
        if (sheet in result.ruleset.program.sheets)
        else {}
    )
    stored = _stored_row(result, sheet, wanted, column)
    accounts = run.accounts
    tracer = Tracer.over(run, result, wanted, rows, lambda record: _behind(accounts, record, rows))
    row = tracer.find(sheet, wanted)
    if row[column] != stored[column]:
        values = {"what": f"{ruleset} {sheet} {dict(wanted)} {column}"}
        raise EngineError(Problem("engine.changed", values=values))
    return tracer.formula(result.ruleset.program.sheets[sheet], row, column)


def explain_total(run: Run, *, rows: int = 5, **where: object) -> Node:
    """The tree behind a sum of ledger lines, e.g. ``year=2025, city="南京", substance="CO2"``.

    The `rows` largest lines are explained down to the records; the others are counted and summed.
    """
    lines = run.select(**where)
    if not lines:
        known = ", ".join(sorted({line.ruleset for line in run.lines}))
        values = {"what": ", ".join(f"{k}={v}" for k, v in where.items()), "known": known}
        raise EngineError(Problem("engine.unknown_cell", values=values))
    # One substance is shown in its own mass, several only in CO2 equivalent.
    substances = {line.substance for line in lines}
    measure = _own_amount if len(substances) == 1 else _co2e
    unit = parse_unit(lines[0].unit if len(substances) == 1 else "tCO2e")
    ranked = sorted(lines, key=lambda line: (-abs(measure(line)), line.facility, line.column))
    shown, rest = ranked[:rows], ranked[rows:]
    return Node(
        kind="total",
        title=Words("台账合计", "Sum of ledger lines"),
        value=from_micro(sum(map(measure, lines)), unit),
        unit=unit.text,
        key=dict(where),
        formula="sum(ledger)",
        children=tuple(_line_node(run, line, rows) for line in shown),
        hidden=len(rest),
        hidden_value=from_micro(sum(map(measure, rest)), unit) if rest else None,
    )


def _is_result(accounts: Run, record: Row) -> bool:
    """Whether a record is a result of `accounts`, and not one that was entered."""
    name, _, rest = str(record["source"]).partition("!")
    known = [one.ruleset for one in accounts.results]
    return rest.endswith("!") and any(name in (one.id, one.doc.boundary) for one in known)


def _behind(accounts: Run | None, record: Row, rows: int) -> Node | None:
    """How a result came about that is a record of a judgement; None for what was entered."""
    if accounts is None or not _is_result(accounts, record):
        return None
    name, what, _ = str(record["source"]).split("!")
    key = {"facility": record["facility"], "year": int(record["period"])}
    if str(record["stream"]).startswith("emitted_"):
        return explain_total(accounts, rows=rows, boundary=name, substance=what, **key)
    sheet, _, column = what.partition(".")
    if column == "left_out":
        return Node("total", Words("未计入行数", "rows left out"), record["quantity"], "1", key=key)
    return explain(accounts, name, sheet, key, column, rows=rows)


def _own_amount(line: LedgerLine) -> int:
    return line.amount_micro


def _co2e(line: LedgerLine) -> int:
    return line.co2e_micro or 0


def _line_node(run: Run, line: LedgerLine, rows: int) -> Node:
    key = {"facility": line.facility, "year": line.year}
    return explain(run, line.ruleset, line.sheet, key, line.column, rows=rows)


def _result(run: Run, ruleset: str, key: Mapping[str, Any]) -> RuleSetResult:
    found = [one for one in run.results if one.ruleset.id == ruleset]
    fitting = [one for one in found if key.get("year") in (None, *one.years)]
    if not fitting:
        known = ", ".join(f"{one.ruleset.id} {list(one.years)}" for one in run.results)
        values = {"what": f"{ruleset} {key.get('year', '')}".strip(), "known": known}
        raise EngineError(Problem("engine.unknown_cell", values=values))
    return fitting[0]


def _stored_row(result: RuleSetResult, sheet: str, key: Mapping[str, Any], column: str) -> Row:
    program = result.ruleset.program
    if sheet not in result.sheets:
        values = {"what": sheet, "known": ", ".join(result.sheets)}
        raise EngineError(Problem("engine.unknown_cell", values=values))
    if column not in program.sheets[sheet].formulas:
        values = {"what": column, "known": ", ".join(program.sheets[sheet].formulas)}
        raise EngineError(Problem("engine.unknown_cell", values=values))
    for row in result.sheets[sheet]:
        if all(row[name] == value for name, value in key.items()):
            return row
    known = [" ".join(str(row[name]) for name in key) for row in result.sheets[sheet][:10]]
    values = {"what": str(dict(key)), "known": "; ".join(known)}
    raise EngineError(Problem("engine.unknown_cell", values=values))

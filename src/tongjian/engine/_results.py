"""Results of accounting as the records of a judgement (核算结果作为判定的数据).

A rule set with ``results_of: [enterprise, pollutants]`` judges what the default rule sets of these
boundaries give, across sectors, without a second entry or a second calculation. Its inputs name

- the stream ``result_<boundary>`` and, as item, a column of the sheet that holds the rule set's
  total; ``total`` is the total itself, ``left_out`` the rows that did not count;
- the class ``result.<boundary>`` and the item ``emission``: the ledger by substance in tonnes, in
  the streams ``emitted_<substance>``.

The figures become rows in the form of records, so that every back-end reads them like others. What
was entered for a plant and year (of which nothing else may be recorded) is never replaced.
"""

from __future__ import annotations

import hashlib
import json
import shutil
import tempfile
import weakref
from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import duckdb

from tongjian.engine._finished_run import Run
from tongjian.engine._ledger import from_micro
from tongjian.engine._snapshot import ACTIVITY, Snapshot
from tongjian.problems import Problem
from tongjian.rules import CompiledRuleSet
from tongjian.units import Unit, parse_unit

Row = dict[str, Any]
TOTALS = "result.total"
"""The class of the streams ``result_<boundary>``."""
_MASS = parse_unit("t")


def boundaries_of(rulesets: Iterable[CompiledRuleSet]) -> frozenset[str]:
    """The boundaries whose results the rule sets judge."""
    return frozenset(name for one in rulesets for name in one.doc.results_of)


def result_records(accounts: Run, rulesets: Sequence[CompiledRuleSet]) -> list[Row]:
    """The results that some input of the rule sets asks for, in the form of records."""
    inputs = [
        (item.doc, sheet.doc.streams)
        for one in rulesets
        for sheet in one.program.sheets.values()
        for item in sheet.inputs.values()
    ]
    totals: dict[tuple[str, str], Unit] = {}
    for doc, _ in inputs:
        if doc.stream is not None:
            totals[doc.stream, doc.item] = doc.unit
    classes = {name for doc, streams in inputs if doc.item == "emission" for name in streams}
    rows = [*_totals(accounts, totals), *_substances(accounts, classes)]
    return sorted(rows, key=lambda row: tuple(row[name] for name in _ORDER))


_ORDER = ("facility", "year", "stream", "item")


def _totals(accounts: Run, wanted: dict[tuple[str, str], Unit]) -> Iterator[Row]:
    for result in accounts.results:
        doc = result.ruleset.doc
        name, _, total = (doc.total or "").partition(".")
        sheet = result.ruleset.program.sheets.get(name)
        if sheet is None or sheet.grain != ("facility", "year"):
            continue
        stream = f"result_{doc.boundary}"
        for row in result.sheets[name]:
            cells = {column: row[column] for column in sheet.formulas}
            units = {column: plan.doc.unit for column, plan in sheet.formulas.items()}
            for column, value in [*cells.items(), ("left_out", row["@missing"])]:
                item = "total" if column == total else column
                want, have = wanted.get((stream, item)), units.get(column, parse_unit("1"))
                if want is None or have is None or value is None or not want.same_dimension(have):
                    continue
                number = value if have.scale == want.scale else value * float(
                    have.scale / want.scale
                )  # fmt: skip
                source = f"{doc.id}!{name}.{column}!"
                yield _record(row, stream, TOTALS, item, want, float(number), source)


def _substances(accounts: Run, classes: Collection[str]) -> Iterator[Row]:
    sums: dict[tuple[str, int, str, str], int] = {}
    for line in accounts.lines:
        if f"result.{line.boundary}" in classes and line.unit != "tce":
            key = (line.facility, line.year, line.boundary, line.substance)
            sums[key] = sums.get(key, 0) + line.amount_micro
    for (facility, year, boundary, substance), micro in sums.items():
        row = {"facility": facility, "year": year}
        amount = from_micro(micro, parse_unit(f"t{substance}"))
        stream, source = f"emitted_{substance.lower()}", f"{boundary}!{substance}!"
        yield _record(row, stream, f"result.{boundary}", "emission", _MASS, amount, source)


def _record(
    row: Row, stream: str, kind: str, item: str, unit: Unit, quantity: float, source: str
) -> Row:
    return {
        "facility": row["facility"],
        "period": str(row["year"]),
        "year": row["year"],
        "process_unit": "",
        "stream": stream,
        "class": kind,
        "item": item,
        "unit": unit.text,
        "quantity": quantity,
        "entered_quantity": repr(quantity),
        "entered_unit": unit.text,
        "tier": "calculated",
        "evidence": "",
        "source": source,
    }


def without_entered(
    rows: Iterable[Row], connection: duckdb.DuckDBPyConnection
) -> tuple[list[Row], list[Problem]]:
    """The rows for which nothing was entered, and a warning about the others."""
    query = (
        "SELECT DISTINCT facility, year, stream, item FROM activity "
        "WHERE class = 'result' OR starts_with(class, 'result.')"
    )
    entered = set(connection.execute(query).fetchall())
    kept, doubled = [], set()
    for row in rows:
        key = tuple(row[name] for name in _ORDER)
        if key in entered:
            doubled.add((row["facility"], row["year"]))
        else:
            kept.append(row)
    if not doubled:
        return kept, []
    named = ", ".join(f"{facility} {year}" for facility, year in sorted(doubled)[:5])
    values = {"count": len(doubled), "examples": named}
    return kept, [Problem("engine.results_entered", values=values, severity="warning")]


def incomplete(accounts: Run) -> Iterator[Problem]:
    """What the results leave out: a judgement rests on totals that may be too low."""
    for result in accounts.results:
        doc = result.ruleset.doc
        name = (doc.total or "").partition(".")[0]
        short = [row for row in result.sheets.get(name, ()) if row["@missing"]]
        if short:
            values = {
                "name": doc.id,
                "count": len(short),
                "rows": sum(row["@missing"] for row in short),
            }
            yield Problem("engine.results_incomplete", values=values, severity="warning")


def with_records(snapshot: Snapshot, rows: Sequence[Row]) -> Snapshot:
    """The snapshot with further records, in a file that goes with the last use of it."""
    digest = hashlib.sha256(snapshot.digest.encode())
    digest.update(json.dumps(rows, ensure_ascii=False).encode())
    folder = tempfile.mkdtemp(prefix="tongjian-results-")
    path = Path(folder) / "results.parquet"
    _write(path, rows)
    made = replace(snapshot, digest=digest.hexdigest(), activity=(*snapshot.activity, path))
    weakref.finalize(made, shutil.rmtree, folder, ignore_errors=True)
    return made


def _write(path: Path, rows: Sequence[Row]) -> None:
    kinds = [column.split() for column in ACTIVITY.split(", ")]
    listed = ", ".join(f'unnest(?::{kind}[]) AS "{name}"' for name, kind in kinds)
    columns = [[row[name] for row in rows] for name, _ in kinds]
    text = str(path).replace("'", "''")
    with duckdb.connect(":memory:") as connection:
        connection.execute(f"CREATE TABLE results AS SELECT {listed}", columns)
        connection.execute(f"COPY results TO '{text}' (FORMAT parquet)")

"""Months become records (月度数据入库): by the ordinary import, late data as corrections.

A month of which hours are missing without a substitute is not recorded: a part of a month would
stand there as the whole. What somebody entered by hand is never overwritten.
"""

from __future__ import annotations

import csv
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from tongjian.measured._core import Through
from tongjian.measured._data import Recorded, recorded
from tongjian.measured._once import once
from tongjian.measured._result import GAS_MONTH, Measured, Written
from tongjian.monitoring.profile import measured_quantities
from tongjian.problems import Place, Problem
from tongjian.records import Catalogue, Correction, Store, import_files

TIER = "monitored"
# Before the digest in the evidence of a record: by it a later run knows its own.
MARK = "monitoring:"
_COLUMNS = (
    *("facility", "period", "process_unit", "stream", "item"),
    *("quantity", "unit", "tier", "evidence"),
)
Key = tuple[str, str, str, str, str]


@dataclass(frozen=True, slots=True)
class Datum:
    """A month as it is to be recorded (待写入的月度数据)."""

    process_unit: str
    stream: str
    item: str
    period: str
    value: float
    unit: str
    evidence: str

    @property
    def key(self) -> Key:
        return (self.period, self.process_unit, self.stream, self.item, self.unit)

    def written(self, act: str) -> Written:
        return Written(
            *(self.process_unit, self.stream, self.item, self.period),
            *(repr(self.value), self.unit, self.evidence, act),
        )


def monthly(through: Through, measured: Measured) -> tuple[list[Datum], list[Problem]]:
    """What is to be recorded of each month, and which months cannot be."""
    data: list[Datum] = []
    problems: list[Problem] = []
    sheets = through.run.results[0].ruleset.program.sheets
    units = {
        (name, column): formula.doc.unit.text if formula.doc.unit else ""
        for name in {one.sheet for one in recorded().values() if one.sheet}
        for column, formula in sheets[name].formulas.items()
    }
    whole = {(one.process_unit, one.gas, one.month): one for one in measured.months}
    for point in measured.points:
        record = recorded()[point.quantity, point.position]
        if not record.item:
            continue
        place = Place(file=f"{measured.facility}/{point.process_unit}")
        known = measured_quantities()[point.quantity]
        if not point.stream:
            lacking = {"quantity_zh": known.zh, "quantity_en": known.en}
            problems.append(Problem("measured.no_stream", place, lacking))
            continue
        for row in through.sheet(record.sheet):
            month = whole.get((point.process_unit, point.gas, row["month"]))
            if month is None or row["process_unit"] != point.process_unit:
                continue
            if row.get("stream", point.gas) != point.gas:
                continue
            if not month.whole:
                values = {
                    "quantity_zh": known.zh,
                    "quantity_en": known.en,
                    "month": month.month,
                    "hours": round(month.amounts.missing_hours),
                }
                problems.append(Problem("measured.month_open", place, values, severity="warning"))
                continue
            data.append(
                _datum(
                    measured,
                    record,
                    row,
                    point.stream,
                    units[record.sheet, record.column],
                    f"{point.quantity}@{point.position}",
                    month.digest,
                )
            )
    return [*data, *_operation(through, measured, units)], problems


def _operation(
    through: Through, measured: Measured, units: Mapping[tuple[str, str], str]
) -> Iterable[Datum]:
    """Hours of operation and of the abatement system, beside what is recorded of the same line."""
    lines: dict[str, dict[str, None]] = {}
    signals: dict[str, Any] = {}
    for one in through.rows:
        record, point = one.gas.record, one.gas.at.point
        signals[point.process_unit] = one.gas.at.signals
        if record.item and not record.stream and point.stream:
            lines.setdefault(point.process_unit, {})[point.stream] = None
    for unit, streams in lines.items():
        for record in recorded().values():
            if record.position or not record.item:
                continue
            if record.quantity == "abatement" and signals[unit].abatement is None:
                continue
            for row in through.sheet(record.sheet):
                if row["process_unit"] != unit or (unit, row["month"]) not in through.whole_units:
                    continue
                digests = sorted(
                    digest
                    for (name, _, month), digest in through.digests.items()
                    if (name, month) == (unit, row["month"])
                )
                for stream in streams:
                    yield _datum(
                        measured,
                        record,
                        row,
                        stream,
                        units[record.sheet, record.column],
                        record.quantity,
                        digests[0],
                    )


def _datum(
    measured: Measured,
    record: Recorded,
    row: Mapping[str, Any],
    stream: str,
    unit: str,
    what: str,
    digest: str,
) -> Datum:
    evidence = (
        f"{MARK}{measured.year}/{row['process_unit']}/{what}/{row['month']} "
        f"{measured.rule} {measured.ruleset} sha256:{digest[:32]}"
    )
    return Datum(
        *(row["process_unit"], stream, record.item, row["month"]),
        *(row[record.column], unit, evidence),
    )


def write_records(
    store: Store,
    catalogue: Catalogue,
    measured: Measured,
    data: Sequence[Datum],
    by: str,
    *,
    dry_run: bool,
) -> tuple[list[Written], list[Problem]]:
    """Import what is new and correct what has changed; nothing is done for what is the same."""
    stored = {
        (row["period"], row["process_unit"], row["stream"], row["item"], row["unit"]): row
        for row in store.read_activity()
        if row["facility"] == measured.facility and row["year"] == measured.year
    }
    acts: dict[str, list[Datum]] = {"new": [], "corrected": [], "kept": [], "entered": []}
    for one in data:
        acts[_act(one, stored.get(one.key))].append(one)
    problems = [
        Problem(
            "measured.entered",
            Place(file=f"{measured.facility}/{one.process_unit}"),
            {
                "item_zh": catalogue.item(one.stream, one.item).zh,
                "item_en": catalogue.item(one.stream, one.item).en,
                "month": one.period,
                "stored": stored[one.key]["quantity"],
                "measured": one.value,
                "unit": one.unit,
            },
            severity="warning",
        )
        for one in acts["entered"]
    ]
    reason = f"监测数据迟到或更正（{measured.rule}）/ late or corrected monitoring data"
    written: list[Written] = []
    failed = False
    for act, correction in (("new", None), ("corrected", Correction(by, reason, MARK))):
        if acts[act] and not failed:
            path = measured.folder / f"records-{act}.csv"
            _write_csv(path, measured.facility, acts[act])
            report = import_files(store, [path], catalogue, dry_run=dry_run, correction=correction)
            problems += report.problems
            failed = not report.ok
        shown = "dry" if dry_run else "refused" if failed else act
        written += [one.written(shown) for one in acts[act]]
    written += [one.written(act) for act in ("kept", "entered") for one in acts[act]]
    return sorted(written, key=_order), problems


def _act(one: Datum, stored: Mapping[str, Any] | None) -> str:
    if stored is None:
        return "new"
    if not str(stored["evidence"]).startswith(MARK):
        return "entered"
    same = stored["quantity"] == one.value and stored["evidence"] == one.evidence
    return "kept" if same else "corrected"


def _write_csv(path: Path, facility: str, data: Sequence[Datum]) -> None:
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(_COLUMNS)
        writer.writerows(
            [
                *(facility, one.period, one.process_unit, one.stream, one.item),
                *(repr(one.value), one.unit, TIER, one.evidence),
            ]
            for one in data
        )


def _order(one: Written) -> tuple[str, str, str, str]:
    return (one.process_unit, one.stream, one.item, one.period)


def with_records(
    measured: Measured, records: Sequence[Written], more: Sequence[Problem]
) -> Measured:
    """The result with what was written."""
    problems = once([*measured.problems, *more])
    return replace(measured, records=tuple(records), problems=problems)


__all__ = ["GAS_MONTH", "MARK", "Datum", "monthly", "with_records", "write_records"]

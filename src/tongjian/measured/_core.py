"""Hours through the rules (小时值经规则核算): formulas run before and after what is put in."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import Any

import numpy as np

from tongjian.engine import Backend, Run, Snapshot, compute_sheets, run
from tongjian.measured._data import MeasuringRule
from tongjian.measured._fill import Calibrations, fill
from tongjian.measured._once import once
from tongjian.measured._rows import (
    HOUR,
    HOURLY,
    OPERATION,
    GasRows,
    hour_times,
    measured_columns,
    periods,
    write,
    write_hours,
)
from tongjian.measured._series import Floats, PointHours
from tongjian.monitoring.hours import State
from tongjian.monitoring.profile import POSITION_TITLES, measured_quantities
from tongjian.problems import Place, Problem, RecordError
from tongjian.rules import CompiledRuleSet, Rulebook

HOURS_FILE, OPERATION_FILE = "hours.parquet", "operation.parquet"


@dataclass(frozen=True, slots=True)
class Registers:
    """The registers of a store as files (企业与工序登记), None where there is none."""

    facilities: Path | None = None
    process_units: Path | None = None


NO_REGISTERS = Registers()


@dataclass(frozen=True, slots=True)
class Through:
    """What the rules made of the hours (核算结果与小时行)."""

    run: Run
    rows: tuple[GasRows, ...]
    digests: Mapping[tuple[str, str, str], str]
    """Of each process unit, gas (stream) and month: a digest of its hours."""
    whole_units: frozenset[tuple[str, str]]
    """Process units and months of which every hour lies within the data."""
    problems: tuple[Problem, ...] = field(default=())

    def sheet(self, name: str) -> list[dict[str, Any]]:
        """The rows of a sheet."""
        return self.run.sheet(self.run.results[0].ruleset.id, name)


def measure_hours(
    points: Sequence[PointHours],
    year: int,
    rule: MeasuringRule,
    rulebook: Rulebook,
    folder: Path,
    registers: Registers = NO_REGISTERS,
    calibrations: Calibrations | None = None,
    backend: Backend = "duckdb",
) -> Through:
    """Validated hours through substitution and the rule document (有效小时 → 替代 → 核算).

    All channels lie on the same hours, which may begin before the year: rules look back. The files
    that the engine reads stay in `folder`: one row per hour, point and gas with what was put in.

    Raises `RecordError` where there is nothing to measure, and what the engine raises.
    """
    ruleset = _ruleset(rulebook, rule, year)
    document = rulebook.substitution(rule.substitution, date(year, 12, 31))
    sheet = ruleset.program.sheets[HOUR]
    rows = [
        GasRows(
            gas,
            measured_columns(gas, sheet),
            np.full(len(point), State.MISSING, dtype=np.uint8),
            np.full(len(point), "", dtype=object),
            np.full((2, len(point)), -1, dtype=np.int64),
        )
        for point in points
        for gas in point.gases()
    ]
    for one in rows:
        one.limit_to(year)
    rows = [one for one in rows if one.wanted.any()]
    if not rows:
        names = ", ".join(dict.fromkeys(one.point.facility for one in points)) or "—"
        raise RecordError(Problem("measured.nothing", values={"facility": names, "year": year}))
    folder.mkdir(parents=True, exist_ok=True)
    problems: list[Problem] = []
    for one, rate in zip(rows, _rates(rows, ruleset, rulebook, folder, registers), strict=True):
        one.own_rate = rate
        problems += fill(one, rate, sheet, document, rule.fills, calibrations or {})
    problems += list(_operation(rows))
    write_hours(folder / HOURS_FILE, rows, sheet)
    write(folder / OPERATION_FILE, operation_table(rows))
    snapshot = snapshot_of(folder, registers)
    done = run(rulebook, snapshot, [rule.ruleset], [year], backend=backend)
    whole = frozenset(_whole_units(rows))
    told = once([*problems, *done.problems])
    return Through(done, tuple(rows), _digests(rows), whole, told)


def _ruleset(rulebook: Rulebook, rule: MeasuringRule, year: int) -> CompiledRuleSet:
    found = rulebook.ruleset(rule.ruleset, year)
    if found is None:
        values = {"rule": f"{rule.rule} ({rule.ruleset}, {year})", "known": "—"}
        raise RecordError(Problem("measured.unknown_rule", values=values))
    return found


def _rates(
    rows: Sequence[GasRows],
    ruleset: CompiledRuleSet,
    rulebook: Rulebook,
    folder: Path,
    registers: Registers,
) -> list[Floats]:
    """The rate of emission of each hour from measured values alone, kg/h; NaN where there is none.

    The rules decide which of the inputs an hour needs.
    """
    path = folder / "measured-only.parquet"
    kept = [one.wanted for one in rows]
    for one in rows:
        one.wanted = np.ones(len(one.gas.at), dtype=bool)
    write_hours(path, rows, ruleset.program.sheets[HOUR])
    operation = folder / OPERATION_FILE
    write(operation, operation_table(rows))
    snapshot = snapshot_of(folder, registers, path)
    years = sorted(
        {
            int(year)
            for one in rows
            for year in hour_times(one.gas).astype("datetime64[Y]").astype(int) + 1970
        }
    )
    sheets = compute_sheets(rulebook, ruleset, snapshot, years, "duckdb", only={HOURLY})
    found = [np.full(len(one.gas.at), np.nan) for one in rows]
    index = {(one.gas.at.point.process_unit, one.gas.record.gas): at for at, one in enumerate(rows)}
    starts = [one.gas.at.start for one in rows]
    for row in sheets[HOURLY]:
        if row["rate"] is not None:
            at = index[row["process_unit"], row["stream"]]
            hour = (np.datetime64(row["period"], "h") - starts[at]) / np.timedelta64(1, "h")
            found[at][int(hour)] = row["rate"]
    for one, wanted in zip(rows, kept, strict=True):
        one.wanted = wanted
    path.unlink()
    return found


def operation_table(rows: Sequence[GasRows]) -> dict[str, Any]:
    """Hours run and hours with the abatement on, one row per process unit and hour."""
    parts: dict[str, list[Any]] = {}
    for unit, mine in _by_unit(rows).items():
        first = mine[0]
        wanted = np.any([one.wanted for one in mine], axis=0)
        # A unit runs while the source of any of its gases does.
        running = np.max([one.gas.running()[0] for one in mine], axis=0)
        signal = first.gas.at.signals.abatement
        on = np.full(len(running), np.nan)
        if signal is not None:
            known = signal.state == State.VALID
            on = np.where(known, np.minimum(np.clip(signal.value, 0.0, 1.0), running), 0.0)
        times = hour_times(first.gas)[wanted]
        count = len(times)
        columns = {
            "facility": np.full(count, unit[0], dtype=object),
            "period": periods(times),
            "year": times.astype("datetime64[Y]").astype(np.int64) + 1970,
            "process_unit": np.full(count, unit[1], dtype=object),
            "running": running[wanted],
            "on": on[wanted],
        }
        for name, column in columns.items():
            parts.setdefault(name, []).append(column)
    return {name: np.concatenate(columns) for name, columns in parts.items()}


def _operation(rows: Sequence[GasRows]) -> list[Problem]:
    """What is not known of the operation of each unit, told once."""
    found = []
    for (facility, unit), mine in _by_unit(rows).items():
        place = Place(file=f"{facility}/{unit}")
        signals = mine[0].gas.at.signals
        if signals.running is None:
            found.append(Problem("measured.no_running", place, severity="warning"))
        for name, signal in (("running", signals.running), ("abatement", signals.abatement)):
            if signal is not None:
                wanted = np.any([one.wanted for one in mine], axis=0)
                ran = np.max([one.gas.running()[0] for one in mine], axis=0) > 0
                count = int(np.sum((signal.state != State.VALID) & wanted & ran))
                if count:
                    known = measured_quantities()[name]
                    lost = {"quantity_zh": known.zh, "quantity_en": known.en, "hours": count}
                    found.append(
                        Problem("measured.signal_missing", place, lost, severity="warning")
                    )
        for one in mine:
            for quantity in one.gas.at.unaccounted():
                known, where = measured_quantities()[quantity], one.gas.at.point.position
                values = {
                    "quantity_zh": known.zh,
                    "quantity_en": known.en,
                    "position_zh": POSITION_TITLES[where][0],
                    "position_en": POSITION_TITLES[where][1],
                }
                found.append(Problem("measured.not_accounted", place, values, severity="warning"))
    return list(once(found))


def _by_unit(rows: Sequence[GasRows]) -> dict[tuple[str, str], list[GasRows]]:
    found: dict[tuple[str, str], list[GasRows]] = {}
    for one in rows:
        point = one.gas.at.point
        found.setdefault((point.facility, point.process_unit), []).append(one)
    return found


def _whole_units(rows: Sequence[GasRows]) -> list[tuple[str, str]]:
    found = []
    for (_, unit), mine in _by_unit(rows).items():
        inside = np.zeros(len(mine[0].gas.at), dtype=bool)
        for one in mine:
            inside[one.gas.span()] = True
        months = hour_times(mine[0].gas).astype("datetime64[M]")
        for month in np.unique(months[inside]):
            hours = (month + 1).astype("datetime64[h]") - month.astype("datetime64[h]")
            if int(np.sum(inside & (months == month))) == int(hours.astype(np.int64)):
                found.append((unit, str(month)))
    return found


def _digests(rows: Sequence[GasRows]) -> dict[tuple[str, str, str], str]:
    """A digest of the hours of each month, so that a record names exactly what it rests on."""
    found = {}
    for one in rows:
        months = hour_times(one.gas).astype("datetime64[M]")
        for month in np.unique(months[one.wanted]):
            here = one.wanted & (months == month)
            digest = hashlib.sha256()
            for name in sorted(one.numbers):
                # Minus zero and the many NaNs are one value each.
                column = one.numbers[name][here] + 0.0
                digest.update(name.encode() + np.where(np.isnan(column), np.nan, column).tobytes())
            digest.update(one.state[here].tobytes())
            digest.update("\n".join(one.rule[here]).encode())
            key = (one.gas.at.point.process_unit, one.gas.record.gas, str(month))
            found[key] = digest.hexdigest()
    return found


def snapshot_of(folder: Path, registers: Registers, hours: Path | None = None) -> Snapshot:
    """The hours kept in a folder, as a run reads them."""
    wide = {HOUR: hours or folder / HOURS_FILE, OPERATION: folder / OPERATION_FILE}
    digest = hashlib.sha256()
    for path in wide.values():
        digest.update(path.read_bytes())
    return Snapshot(digest.hexdigest(), (), registers.facilities, registers.process_units, wide)


__all__ = [
    "HOURS_FILE",
    "NO_REGISTERS",
    "OPERATION_FILE",
    "Registers",
    "Through",
    "measure_hours",
    "snapshot_of",
]

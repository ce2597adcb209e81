"""Hourly rows for the rules (小时行): one row per hour, point and gas, one column per input."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import duckdb
import numpy as np
from numpy.typing import NDArray

from tongjian.measured._data import columns
from tongjian.measured._series import Floats, Gas
from tongjian.monitoring.hours import State
from tongjian.monitoring.profile import is_of_standard_state, measured_quantities
from tongjian.rules import SheetPlan
from tongjian.units import convert, parse_unit

HOUR, HOURLY, OPERATION = "hour", "hourly", "operation"
# Columns beside those of the rule document: what the hour was, and what was put in.
KEPT = ("state", "rule", "reached_from", "reached_to", "own_rate")


@dataclass(slots=True)
class GasRows:
    """The rows of one gas, as columns; every column has the length of the point's hours."""

    gas: Gas
    numbers: dict[str, Floats]
    state: NDArray[np.uint8]
    rule: NDArray[np.object_]
    reached: NDArray[np.int64]
    wanted: NDArray[np.bool_] = field(init=False)
    """The hours of the accounting year that belong to a month with data."""
    own_rate: Floats | None = None
    """kg/h by the measured values alone, NaN where there is none; kept for whoever looks."""

    def __post_init__(self) -> None:
        self.wanted = np.zeros(len(self.gas.at), dtype=bool)

    def limit_to(self, year: int) -> None:
        """Take the hours of a year, whole months from the first to the last with data."""
        times, span = hour_times(self.gas), self.gas.span()
        months = times.astype("datetime64[M]")
        inside = np.zeros(len(times), dtype=bool)
        inside[span] = True
        first, last = np.datetime64(f"{year}-01", "M"), np.datetime64(f"{year}-12", "M")
        with_data = np.unique(months[inside & (months >= first) & (months <= last)])
        if len(with_data):
            self.wanted = (months >= with_data[0]) & (months <= with_data[-1])


def measured_columns(gas: Gas, sheet: SheetPlan) -> dict[str, Floats]:
    """The inputs of a gas as measured: valid hours only, in the units of the rule document."""
    found: dict[str, Floats] = {}
    point = gas.at.point
    for name, one in gas.channels.items():
        value = np.where(one.hours.state == State.VALID, one.hours.value, np.nan)
        found[columns()[name].input] = in_unit_of(sheet, name, value)
    found |= fixed_columns(gas)
    signal = gas.at.signals.abatement
    if signal is not None:
        share = np.where(signal.state == State.VALID, np.clip(signal.value, 0.0, 1.0), 0.0)
        found["hours_on"] = np.minimum(share, gas.running()[0])
    for name, fixed in (
        ("area", point.area),
        ("velocity_factor", point.velocity_factor),
        ("barometric", point.barometric),
        ("reference_oxygen", point.reference_oxygen),
        ("limit", gas.main.channel.limit),
    ):
        if fixed is not None:
            found[name] = np.full(len(gas.at), float(fixed))
    return found


def fixed_columns(gas: Gas) -> dict[str, Floats]:
    """What is said of the channels once: dry gas, standard state."""
    found: dict[str, Floats] = {}
    for name, one in gas.channels.items():
        dry = columns()[name].dry
        if dry:
            found[dry] = np.full(len(gas.at), float(one.channel.dry))
    standard = is_of_standard_state(gas.main.channel.unit)
    found["at_standard"] = np.full(len(gas.at), float(standard))
    return found


def in_unit_of(sheet: SheetPlan, quantity: str, value: Floats) -> Floats:
    """Values of a quantity in the unit of its input."""
    unit = sheet.inputs[columns()[quantity].input].doc.unit
    factor = convert(1.0, parse_unit(measured_quantities()[quantity].unit), unit)
    return value * factor


def hour_times(gas: Gas) -> NDArray[np.datetime64]:
    """The hours of the point of a gas."""
    return gas.main.hours.times


def periods(times: NDArray[np.datetime64]) -> NDArray[np.object_]:
    """Hours as periods: ``2025-03-01T05``."""
    return np.datetime_as_string(times, unit="h").astype(object)


def write_hours(path: Path, rows: Sequence[GasRows], sheet: SheetPlan) -> int:
    """Write the wanted rows of all gases as the file that the rules read; gives how many."""
    table: dict[str, list[NDArray[np.generic]]] = {}
    for one in rows:
        times = hour_times(one.gas)[one.wanted]
        point, count = one.gas.at.point, len(times)
        start = one.gas.at.start

        def reached(at: int, one: GasRows = one, start: np.datetime64 = start) -> object:
            hours = one.reached[at][one.wanted]
            text = periods(start + np.maximum(hours, 0).astype("timedelta64[h]"))
            return np.where(hours >= 0, text, "")

        parts: Mapping[str, object] = {
            "facility": _same(point.facility, count),
            "period": periods(times),
            "year": times.astype("datetime64[Y]").astype(np.int64) + 1970,
            "process_unit": _same(point.process_unit, count),
            "stream": _same(one.gas.record.gas, count),
            "state": one.state[one.wanted],
            "rule": one.rule[one.wanted],
            "reached_from": reached(0),
            "reached_to": reached(1),
            "own_rate": np.full(count, np.nan)
            if one.own_rate is None
            else one.own_rate[one.wanted],
            **{
                name: one.numbers[name][one.wanted]
                if name in one.numbers
                else np.full(count, np.nan)
                for name in sheet.inputs
            },
        }
        for name, part in parts.items():
            table.setdefault(name, []).append(np.asarray(part))
    return write(path, {name: np.concatenate(parts) for name, parts in table.items()})


def write(path: Path, table: Mapping[str, NDArray[np.generic]]) -> int:
    """Columns as a Parquet file; a number that is NaN is missing."""
    names = ", ".join(
        f'CASE WHEN isnan("{name}") THEN NULL ELSE "{name}" END AS "{name}"'
        if column.dtype.kind == "f"
        else f'"{name}"'
        for name, column in table.items()
    )
    target = str(path).replace("'", "''")
    with duckdb.connect(":memory:", config={"threads": 1}) as connection:
        connection.register("rows", dict(table))
        connection.execute(f"COPY (SELECT {names} FROM rows) TO '{target}' (FORMAT parquet)")
    return len(next(iter(table.values())))


def _same(text: str, count: int) -> NDArray[np.object_]:
    found = np.empty(count, dtype=object)
    found[:] = text
    return found


__all__ = [
    "HOUR",
    "HOURLY",
    "KEPT",
    "OPERATION",
    "GasRows",
    "fixed_columns",
    "hour_times",
    "in_unit_of",
    "measured_columns",
    "periods",
    "write",
    "write_hours",
]

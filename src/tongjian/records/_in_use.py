"""A facility or process unit is withdrawn only when nothing is said of it any more."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import NamedTuple

from tongjian.problems import Place, Problem
from tongjian.records._columns import StoredRow, key_of
from tongjian.records._cross import Settled

_KEY = key_of("activity")
_UNIT = key_of("activity", ("facility", "process_unit"))


class Withdrawn(NamedTuple):
    """Facilities and process units that are taken out."""

    facilities: frozenset[str]
    units: frozenset[tuple[str, str]]


def withdrawn(settled: Mapping[str, Settled]) -> Withdrawn:
    """What an import takes out without putting another in its place."""
    facilities, units = settled["facilities"], settled["process_units"]
    return Withdrawn(
        frozenset(row[0] for row in facilities.gone) - {row[0] for row in facilities.new},
        frozenset(row[:2] for row in units.gone) - {row[:2] for row in units.new},
    )


def in_use(
    out: Withdrawn,
    settled: Mapping[str, Settled],
    activity: Sequence[StoredRow],
    units: Sequence[StoredRow],
    place: Place,
) -> list[Problem]:
    """A problem for each with data, given the stored `activity` of them and all `units`."""
    gone = set(map(_KEY, settled["activity"].gone))
    kept = [row for row in activity if _KEY(row) not in gone]
    inside = {row[:2] for row in units} - out.units
    inside |= {row[:2] for row in settled["process_units"].new}
    counts = {
        facility: sum(row[0] == facility for row in kept) + sum(f == facility for f, _ in inside)
        for facility in sorted(out.facilities)
    }
    counts |= {" / ".join(unit): sum(_UNIT(row) == unit for row in kept) for unit in out.units}
    return [
        Problem("records.withdraw_in_use", place, {"id": name, "count": count})
        for name, count in sorted(counts.items())
        if count
    ]


__all__ = ["Withdrawn", "in_use", "withdrawn"]

"""The difference between two versions of a report, and what it is made of (版本差异).

For each boundary the new takes the place of the old in a fixed order: first the records, then the
values of tables, then formulas and rule sets; within a group each change is told by what it moves
alone, and what several do only together is told apart. If the present engine gives other numbers
than were kept, that part is told as the engine's. Everything is counted in whole micro-units, so
the parts add up to the difference exactly.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any, Protocol, TypeVar

from tongjian.engine import from_micro
from tongjian.problems import Problem
from tongjian.rules import Words
from tongjian.units import parse_unit
from tongjian.versions._changes import (
    GROUPS,
    Amounts,
    Change,
    Group,
    amounts_of,
    difference,
)
from tongjian.versions._kept_run import KeptRun
from tongjian.versions._method_changes import method_changes
from tongjian.versions._record_changes import attributed, record_changes, with_changes
from tongjian.versions._reproduce import Reproduction, reproduce
from tongjian.versions._run_store import RunStore
from tongjian.versions._side import Side, sides
from tongjian.versions._table_changes import swap_tables

_ENGINE = Words("程序（引擎语义）不同", "another meaning of the engine")
_WHOLE = Words("整个规则集", "the whole rule set")


class _Named(Protocol):
    @property
    def boundary(self) -> str: ...

    @property
    def name(self) -> str: ...


_Side = TypeVar("_Side", bound=_Named)
_Pair = tuple[_Side | None, _Side | None]


@dataclass(frozen=True, slots=True)
class PartDiff:
    """The difference within one boundary (同一边界的差异).

    `left` and `right` are amounts in whole micro-units by source, as kept; None where a version
    has no rule set of the boundary. The effects of `changes` add up to right less left, for every
    source.
    """

    boundary: str
    facility: str
    year: int
    left_side: dict[str, str] | None
    right_side: dict[str, str] | None
    left: Amounts
    right: Amounts
    changes: tuple[Change, ...]
    problems: tuple[Problem, ...] = ()

    @property
    def units(self) -> list[str]:
        """The units in which there are totals: ``tCO2e``, or the mass of a substance."""
        return list(dict.fromkeys(unit for unit, _, _ in sorted({*self.left, *self.right})))

    def totals(self, unit: str) -> tuple[int, int]:
        """Both totals in whole micro-units."""
        before, after = (
            sum(micro for (measure, _, _), micro in side.items() if measure == unit)
            for side in (self.left, self.right)
        )
        return before, after

    def moved(self, group: Group, unit: str) -> int:
        """What a group of changes moved, in whole micro-units."""
        return sum(one.moved(unit) for one in self.changes if one.group == group)

    def as_dict(self) -> dict[str, Any]:
        """It as plain data."""
        totals = []
        for unit in self.units:
            before, after = self.totals(unit)
            parsed = parse_unit(unit)
            totals.append(
                {
                    "unit": unit,
                    "left": from_micro(before, parsed),
                    "right": from_micro(after, parsed),
                    "left_micro": before,
                    "right_micro": after,
                    "moved_micro": {group: self.moved(group, unit) for group in GROUPS},
                }
            )
        return {
            "boundary": self.boundary,
            "left": self.left_side,
            "right": self.right_side,
            "totals": totals,
            "changes": [change.as_dict() for change in self.changes],
            "problems": [problem.as_dict() for problem in self.problems],
        }


@dataclass(frozen=True, slots=True)
class VersionDiff:
    """What differs between two versions of a facility's year (版本差异)."""

    facility: str
    year: int
    left: tuple[str, ...]
    right: tuple[str, ...]
    """The runs of either side."""
    parts: tuple[PartDiff, ...]

    def as_dict(self) -> dict[str, Any]:
        """It as plain data."""
        return {
            "facility": self.facility,
            "year": self.year,
            "left": list(self.left),
            "right": list(self.right),
            "order": list(GROUPS),
            "parts": [part.as_dict() for part in self.parts],
        }


def diff(
    store: RunStore,
    left: Sequence[KeptRun],
    right: Sequence[KeptRun],
    facility: str,
    year: int,
) -> VersionDiff:
    """What differs between two sets of kept runs for a facility and year, and what it moved.

    Every run is computed again from what it was made of. Raises `TongjianError`.
    """
    again: dict[str, Reproduction] = {}
    for one in (*left, *right):
        if one.id not in again:
            again[one.id] = reproduce(store, one)
    return diff_runs(
        store,
        [again[one.id] for one in left],
        [again[one.id] for one in right],
        facility,
        year,
    )


def diff_runs(
    store: RunStore,
    left: Sequence[Reproduction],
    right: Sequence[Reproduction],
    facility: str,
    year: int,
) -> VersionDiff:
    """As `diff`, for runs that were computed again already."""

    def read(some: Sequence[Reproduction]) -> list[Side]:
        states = [(one, store.records_of(one.kept)) for one in some]
        return sides(states, facility, year)

    parts = [
        _part(before, after, facility, year) for before, after in pairs(read(left), read(right))
    ]
    return VersionDiff(
        facility,
        year,
        tuple(one.kept.id for one in left),
        tuple(one.kept.id for one in right),
        tuple(parts),
    )


def pairs(left: Iterable[_Side], right: Iterable[_Side]) -> Iterator[_Pair[_Side]]:
    """What is compared: the one rule set of a boundary on either side, else those of one name."""
    ours, theirs = list(left), list(right)
    for boundary in sorted({one.boundary for one in (*ours, *theirs)}):
        first = {one.name: one for one in ours if one.boundary == boundary}
        second = {one.name: one for one in theirs if one.boundary == boundary}
        if len(first) == len(second) == 1:
            yield next(iter(first.values())), next(iter(second.values()))
        else:
            for name in sorted({*first, *second}):
                yield first.get(name), second.get(name)


def _part(left: Side | None, right: Side | None, facility: str, year: int) -> PartDiff:
    either = left or right
    assert either is not None
    before = {} if left is None else left.amounts
    after = {} if right is None else right.amounts
    problems: tuple[Problem, ...] = ()
    if left is not None and right is not None and left.computable and right.computable:
        changes = tuple(_changes(left, right))
    else:
        changes = tuple(_whole(left, right, difference(after, before)))
        if left is not None and right is not None and changes:
            values = {"name": either.ruleset.id}
            problems = (Problem("versions.not_attributed", values=values, severity="warning"),)
    return PartDiff(
        either.boundary,
        facility,
        year,
        None if left is None else left.named(),
        None if right is None else right.named(),
        before,
        after,
        changes,
        problems,
    )


def _changes(left: Side, right: Side) -> Iterator[Change]:
    years = {*left.years, *right.years}
    plant, other = left.plant(years), right.plant(years)
    prepared = left.prepared()
    computed = amounts_of(plant.lines(prepared))
    items = record_changes(plant, other)
    yield from attributed(plant, prepared, items, right.records)
    plant = with_changes(plant, items)
    swapped = swap_tables(left, right, plant, prepared)
    yield from swapped.changes
    after = amounts_of(plant.lines(right.prepared()))
    yield from method_changes(left, right, swapped.amounts, after)
    # What the present engine gives otherwise than was kept, on either side.
    engine = difference(difference(computed, left.amounts), difference(after, right.amounts))
    if engine:
        semantics = [side.reproduction.semantics for side in (left, right)]
        detail = {"semantics": {"left": semantics[0][0], "right": semantics[1][0]}}
        detail["semantics"]["now"] = semantics[0][1]
        texts = [
            str(side.reproduction.kept.document["engine"]["version"]) for side in (left, right)
        ]
        yield Change("engine", "semantics", _ENGINE, engine, texts[0], texts[1], detail)


def _whole(left: Side | None, right: Side | None, effect: Amounts) -> Iterator[Change]:
    """A rule set that one side alone has, or that no single plant's records can give."""
    if not effect:
        return
    kind = "only_right" if left is None else "only_left" if right is None else "ruleset"
    names = ["" if side is None else side.ruleset.id for side in (left, right)]
    newest = right or left
    assert newest is not None
    basis = newest.ruleset.doc.basis
    detail = {"document": basis.document, "clause": basis.clause, "status": basis.status}
    yield Change("methods", kind, _WHOLE, effect, names[0], names[1], detail)


__all__ = ["PartDiff", "VersionDiff", "diff", "diff_runs", "pairs"]

"""Checks rows that are typed one by one, as an import would (逐条校验)."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from tongjian.problems import Problem
from tongjian.records._activity import ActivityReader
from tongjian.records._columns import STORED
from tongjian.records._tables import RawTable
from tongjian.records.catalogue import Catalogue
from tongjian.records.schema import ACTIVITY


@dataclass(frozen=True, slots=True)
class Checked:
    """What an import would make of a row (校验结果): as it would be stored, or why it cannot be.

    `row` is None where any of `problems` is an error.
    """

    row: dict[str, Any] | None
    problems: tuple[Problem, ...]


def check_rows(
    rows: Sequence[Mapping[str, object]],
    catalogue: Catalogue,
    facilities: Collection[str],
    process_units: Collection[tuple[str, str]],
    source: str = "",
) -> list[Checked]:
    """Read cells as an import does: numbers, units, names, ranges; nothing is compared or written.

    `rows` have the columns of the table of activity data, each cell as it was typed. The place of
    a problem is `source`, with the number of its row, from 1, and the column.
    """
    problems: list[Problem] = []
    reader = ActivityReader(
        catalogue, dict.fromkeys(facilities), frozenset(process_units), problems.append
    )
    cells = [
        (number, tuple(row.get(name) for name in ACTIVITY.column_names))
        for number, row in enumerate(rows, start=1)
    ]
    read = reader.read([RawTable(ACTIVITY, source, None, {}, cells)])
    names = list(STORED["activity"])
    stored = {
        number: dict(zip(names, row, strict=True))
        for row, (_, number) in zip(read.rows, read.places, strict=True)
    }
    said: dict[int, list[Problem]] = {}
    for problem in problems:
        said.setdefault(problem.place.row or 0, []).append(problem)
    found = []
    for number, _ in cells:
        mine = tuple(said.get(number, ()))
        good = not any(problem.severity == "error" for problem in mine)
        found.append(Checked(stored.get(number) if good else None, mine))
    return found


__all__ = ["Checked", "check_rows"]

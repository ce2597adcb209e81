"""How sure each quantity is (不确定度取值): what the user states, then the rulebook's defaults."""

from __future__ import annotations

import csv
from collections.abc import Iterable
from dataclasses import dataclass
from fnmatch import fnmatchcase
from pathlib import Path
from typing import Any

from tongjian.engine import Quantity
from tongjian.problems import Place, Problem, TongjianError
from tongjian.rules import Rulebook

_TABLE, _COLUMN = "half-width.defaults", "half_width"
_COLUMNS = ("quantity", "half_width", "source")
_LARGEST = 1000.0


@dataclass(frozen=True, slots=True)
class Assumption:
    """A half width (不确定度) for all quantities whose id matches a pattern such as ``value:gwp*``.

    `half_width` is that of the 95 % interval, in per cent of the value.
    """

    pattern: str
    half_width: float
    source: str
    status: str = ""

    def fits(self, quantity: Quantity) -> bool:
        """Whether it is about a quantity."""
        return fnmatchcase(quantity.id, self.pattern)


@dataclass(frozen=True, slots=True)
class Assumptions:
    """Half widths in the order in which they are asked; the first that fits counts."""

    listed: tuple[Assumption, ...]

    @classmethod
    def of(
        cls, rulebook: Rulebook, file: Path | None = None, stated: Iterable[Assumption] = ()
    ) -> Assumptions:
        """The user's file, what is `stated` elsewhere, then the rulebook's defaults, closest first.

        What is stated comes from a control plan, by meter or test (`tongjian.control_plan`).

        Raises `TongjianError` with every fault of the file.
        """
        own = () if file is None else _read(file)
        table = rulebook.table(_TABLE)
        defaults = [
            Assumption(value.key[0], float(value.number), value.source, value.status)
            for value in (table.values if table is not None else ())
            if value.number is not None and value.column == _COLUMN
        ]
        # The pattern that names most says most about the quantity at hand.
        defaults.sort(key=lambda one: (-len(one.pattern.replace("*", "")), one.pattern))
        return cls((*own, *stated, *defaults))

    def half_width(self, quantity: Quantity) -> Assumption | None:
        """The half width of a quantity; None where nobody has stated one."""
        return next((one for one in self.listed if one.fits(quantity)), None)


def _read(file: Path) -> tuple[Assumption, ...]:
    problems: list[Problem] = []
    found: list[Assumption] = []
    try:
        text = file.read_text(encoding="utf-8-sig")
    except (OSError, UnicodeDecodeError) as error:
        values = {"detail": str(error)}
        raise TongjianError(Problem("uncertainty.file", Place(file=str(file)), values)) from error
    reader = csv.DictReader(text.splitlines())
    missing = [name for name in _COLUMNS if name not in (reader.fieldnames or ())]
    if missing:
        values = {"missing": ", ".join(missing), "known": ", ".join(_COLUMNS)}
        raise TongjianError(Problem("uncertainty.columns", Place(file=str(file), row=1), values))
    for number, row in enumerate(reader, start=2):
        place = Place(file=str(file), row=number)
        found_row = _assumption(row, place, problems)
        if found_row is not None:
            found.append(found_row)
    if problems:
        raise TongjianError(problems)
    return tuple(found)


def _assumption(row: dict[str, Any], place: Place, problems: list[Problem]) -> Assumption | None:
    pattern, text = (row["quantity"] or "").strip(), (row["half_width"] or "").strip()
    source = (row["source"] or "").strip()
    try:
        number = float(text)
    except ValueError:
        number = -1.0
    before = len(problems)
    if not 0 <= number <= _LARGEST:
        values = {"value": text or "-", "largest": f"{_LARGEST:g}"}
        problems.append(Problem("uncertainty.half_width", place, values))
    if pattern.partition(":")[0] not in ("record", "value"):
        problems.append(Problem("uncertainty.pattern", place, {"value": pattern or "-"}))
    if not source:
        problems.append(Problem("uncertainty.no_source", place, {"value": pattern or "-"}))
    return None if len(problems) > before else Assumption(pattern, number, source, "stated")


__all__ = ["Assumption", "Assumptions"]

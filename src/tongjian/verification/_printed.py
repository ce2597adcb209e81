"""A printed statement (印刷的报表): activity datum, factor and result as they stand on paper."""

from __future__ import annotations

import csv
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import date
from fractions import Fraction
from pathlib import Path
from typing import Any

from tongjian.problems import Place, Problem, TongjianError
from tongjian.units import Unit, UnitError, parse_unit

COLUMNS = (
    *("row", "activity", "activity_unit", "factor", "factor_unit", "other", "printed", "unit"),
    *("claims", "claims_key", "claims_year"),
)
_NEEDED = (*COLUMNS[1:5], "printed", "unit")


@dataclass(frozen=True, slots=True)
class Printed:
    """A number as printed: its exact value and the place of its last digit (印刷值)."""

    text: str
    value: Fraction
    place: Fraction

    @classmethod
    def of(cls, text: str) -> Printed:
        """Read ``8,157`` or ``6461.16``; raises ValueError for anything else."""
        cleaned = text.strip().replace(",", "").replace(" ", "")
        value = Fraction(cleaned)
        if "/" in cleaned or "e" in cleaned.lower():
            raise ValueError(text)
        decimals = len(cleaned.partition(".")[2])
        return cls(cleaned, value, Fraction(1, 10**decimals))

    @property
    def half(self) -> Fraction:
        """How far the number before rounding may lie from what is printed."""
        return self.place / 2


@dataclass(frozen=True, slots=True)
class Claim:
    """Where the factor is said to come from (声明的来源): a table of the rulebook, key and year."""

    table: str
    key: tuple[str, ...]
    year: int

    @property
    def day(self) -> date:
        """The day on which the value has to be in force: the end of the year."""
        return date(self.year, 12, 31)


@dataclass(frozen=True, slots=True)
class PrintedRow:
    """One row of a statement (报表行): activity datum times factor, plus `other`, is the result.

    `other` is in the unit of the result, such as the emission of another fuel that the printed
    total includes. The units are those of the statement; activity times factor has to have the
    dimension of the result.
    """

    name: str
    activity: Printed
    activity_unit: Unit
    factor: Printed
    factor_unit: Unit
    printed: Printed
    unit: Unit
    other: Printed = Printed("0", Fraction(0), Fraction(1))
    claim: Claim | None = None
    place: Place = Place()  # noqa: RUF009 - it is frozen

    @property
    def scale(self) -> Fraction:
        """By what activity times factor has to be multiplied to be in the unit of the result."""
        return (self.activity_unit.scale * self.factor_unit.scale) / self.unit.scale

    def total(self, factor: Fraction) -> Fraction:
        """The result with another factor, in the unit of the result and not rounded."""
        return self.activity.value * factor * self.scale + self.other.value


def read_printed(file: Path) -> list[PrintedRow]:
    """The rows of a CSV file with the columns of `COLUMNS`.

    Raises `TongjianError` with every cell that cannot be read.
    """
    try:
        text = file.read_text(encoding="utf-8-sig")
    except (OSError, UnicodeDecodeError) as error:
        values = {"detail": str(error)}
        problem = Problem("verification.printed_file", Place(file=str(file)), values)
        raise TongjianError(problem) from error
    reader = csv.DictReader(text.splitlines())
    missing = [name for name in _NEEDED if name not in (reader.fieldnames or ())]
    if missing:
        values = {"missing": ", ".join(missing), "known": ", ".join(COLUMNS)}
        place = Place(file=str(file), row=1)
        raise TongjianError(Problem("verification.printed_columns", place, values))
    return printed_rows(reader, str(file))


def printed_rows(rows: Iterable[Mapping[str, Any]], file: str | None = None) -> list[PrintedRow]:
    """Rows of a statement from dictionaries; raises `TongjianError` with every fault."""
    problems: list[Problem] = []
    found = [_row(row, Place(file=file, row=at), problems) for at, row in enumerate(rows, start=2)]
    if problems:
        raise TongjianError(problems)
    return [row for row in found if row is not None]


def _row(row: Mapping[str, Any], place: Place, problems: list[Problem]) -> PrintedRow | None:
    def cell(name: str) -> str:
        return str(row.get(name) or "").strip()

    def at(name: str) -> Place:
        return Place(file=place.file, row=place.row, field=name)

    def number(name: str) -> Printed | None:
        try:
            return Printed.of(cell(name) or ("0" if name == "other" else ""))
        except ValueError:
            values = {"value": cell(name) or "-"}
            problems.append(Problem("verification.printed_number", at(name), values))
            return None

    def unit(name: str) -> Unit | None:
        try:
            return parse_unit(cell(name))
        except UnitError as error:
            problems.extend(replace(one, place=at(name)) for one in error.problems)
            return None

    activity, factor, other, printed = map(number, ("activity", "factor", "other", "printed"))
    units = [unit(name) for name in ("activity_unit", "factor_unit", "unit")]
    claim = _claim(cell("claims"), cell("claims_key"), cell("claims_year"), at, problems)
    if activity is None or factor is None or other is None or printed is None:
        return None
    activity_unit, factor_unit, result_unit = units
    if activity_unit is None or factor_unit is None or result_unit is None:
        return None
    product = activity_unit * factor_unit
    if not product.same_dimension(result_unit):
        values = {"product": product.text, "unit": result_unit.text}
        problems.append(Problem("verification.printed_units", at("unit"), values))
    name = cell("row") or str(place.row)
    return PrintedRow(
        *(name, activity, activity_unit, factor, factor_unit, printed, result_unit),
        other=other,
        claim=claim,
        place=place,
    )


def _claim(table: str, key: str, year: str, at: Any, problems: list[Problem]) -> Claim | None:
    if not table:
        return None
    if not year.isdecimal() or not 1990 <= int(year) <= 2100:
        values = {"value": year or "-"}
        problems.append(Problem("verification.printed_year", at("claims_year"), values))
        return None
    return Claim(table, tuple(part for part in key.split("/") if part), int(year))


__all__ = ["COLUMNS", "Claim", "Printed", "PrintedRow", "printed_rows", "read_printed"]

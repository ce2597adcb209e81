"""The ledger (台账): every emission and energy line of a run, one row each, with exact sums."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

from tongjian.engine._left_out import missing_column
from tongjian.engine._resolution import micro_factor, micro_multiplier
from tongjian.engine._tables import ResolvedTables
from tongjian.problems import EngineError, Problem
from tongjian.rules import CompiledRuleSet, SheetPlan
from tongjian.rules import _ir as ir
from tongjian.units import Unit, parse_unit

Row = dict[str, Any]
CO2E = parse_unit("tCO2e")
GWP_ALIAS = "gwp"
# Times a warming potential and in micro-units it still is a double.
_MOST = 1e280


@dataclass(frozen=True, slots=True)
class LedgerLine:
    """One line: what a facility emitted or used in a year, under one rule set."""

    facility: str
    year: int
    ruleset: str
    boundary: str
    category: str
    substance: str
    unit: str
    amount_micro: int
    co2e_micro: int | None
    missing: int
    sheet: str
    column: str

    def as_row(self) -> Row:
        """The line as plain values; amounts in tonnes."""
        unit = parse_unit(self.unit)
        return {
            "facility": self.facility,
            "year": self.year,
            "ruleset": self.ruleset,
            "boundary": self.boundary,
            "category": self.category,
            "substance": self.substance,
            "amount": from_micro(self.amount_micro, unit),
            "unit": self.unit,
            "co2e": None if self.co2e_micro is None else from_micro(self.co2e_micro, CO2E),
            "missing": self.missing,
            "sheet": self.sheet,
            "column": self.column,
        }


def from_micro(count: int, unit: Unit) -> float:
    """A whole number of micro-units as a number of units."""
    return float(Fraction(count) / micro_factor(unit))


def to_micro(value: float, unit: Unit) -> int:
    """A number of units as a whole number of micro-units, rounded as in every total."""
    return round(value * micro_multiplier(unit))


def is_beyond(value: float) -> bool:
    """Whether a result is infinite, no number, or so large that its micro-units could be."""
    return not abs(value) <= _MOST  # a NaN is not below anything


def ledger_lines(
    ruleset: CompiledRuleSet, sheets: Mapping[str, Sequence[Row]], tables: ResolvedTables
) -> list[LedgerLine]:
    """The ledger lines of one rule set's results; a line without a value is left to `problems`."""
    lines = []
    for name, sheet in ruleset.program.sheets.items():
        for column, formula in sheet.formulas.items():
            entry = formula.doc.ledger
            if entry is None:
                continue
            unit = parse_unit("tce" if entry.substance == "tce" else f"t{entry.substance}")
            finer = missing_columns(sheet, formula.node)
            for row in sheets[name]:
                value = row[column]
                if value is None or is_beyond(value):
                    continue
                co2e = co2e_micro(entry.substance, value, row["year"], tables)
                lines.append(
                    LedgerLine(
                        facility=row["facility"],
                        year=row["year"],
                        ruleset=ruleset.id,
                        boundary=ruleset.doc.boundary,
                        category=entry.category,
                        substance=entry.substance,
                        unit=unit.text,
                        amount_micro=to_micro(value, unit),
                        co2e_micro=co2e,
                        missing=sum(row[count] for count in finer),
                        sheet=name,
                        column=column,
                    )
                )
    return lines


def missing_columns(sheet: SheetPlan, node: ir.Node) -> list[str]:
    """The counts of rows left out that bear on an expression of a coarser sheet."""
    children: dict[str, None] = {}
    stack = [node]
    while stack:
        part = stack.pop()
        if isinstance(part, ir.Aggregate):
            children[part.sheet] = None  # what stands inside belongs to the finer sheet
            continue
        if isinstance(part, ir.Column) and part.name in sheet.formulas:
            stack.append(sheet.formulas[part.name].node)
        stack.extend(part.children())
    return [missing_column(child) for child in children]


def co2e_micro(substance: str, value: float, year: int, tables: ResolvedTables) -> int | None:
    """The line in tonnes of CO2 equivalent under the rule set's GWP set; None for energy."""
    if (GWP_ALIAS, substance) not in tables.values:
        return None
    gwp = tables.number(GWP_ALIAS, substance, year, ())
    return None if gwp is None else to_micro(value * float(gwp), CO2E)


def check_columns(names: Iterable[str], known: Sequence[str]) -> None:
    """Raises `EngineError` for a name that is not among the `known` ones."""
    for name in names:
        if name not in known:
            values = {"name": name, "known": ", ".join(known)}
            raise EngineError(Problem("engine.unknown_key", values=values))


def summarise(
    lines: Iterable[LedgerLine], facilities: Mapping[str, Row], by: Sequence[str]
) -> list[Row]:
    """Exact sums of ledger lines by any of their columns or any attribute of a facility.

    Amounts are summed only while `by` keeps substances apart; CO2e sums always.
    """
    own = ("facility", "year", "ruleset", "boundary", "category", "substance")
    attributes = ("sector", "province", "city", "division")
    check_columns(by, [*own, *attributes])
    groups: dict[tuple[Any, ...], list[LedgerLine]] = {}
    for line in lines:
        facility = facilities.get(line.facility, {})
        key = tuple(getattr(line, name) if name in own else facility.get(name) or "" for name in by)
        groups.setdefault(key, []).append(line)
    _check_counted_once(groups.values())
    rows = []
    for key in sorted(groups, key=lambda one: tuple(map(str, one))):
        members = groups[key]
        row: Row = dict(zip(by, key, strict=True))
        if len({line.substance for line in members}) == 1:
            unit = parse_unit(members[0].unit)
            row["amount"] = from_micro(sum(line.amount_micro for line in members), unit)
            row["unit"] = members[0].unit
        with_gwp = [line.co2e_micro for line in members if line.co2e_micro is not None]
        row["co2e"] = from_micro(sum(with_gwp), CO2E) if with_gwp else None
        row["lines"] = len(members)
        left_out: dict[tuple[str, int, str], int] = {}
        for line in members:
            # Lines of one facility may rest on the same rows; count those once.
            pair = (line.facility, line.year, line.ruleset)
            left_out[pair] = max(left_out.get(pair, 0), line.missing)
        row["missing"] = sum(left_out.values())
        rows.append(row)
    return rows


def _check_counted_once(groups: Iterable[Sequence[LedgerLine]]) -> None:
    """Raises `EngineError` if a sum would count a facility's year under several rule sets."""
    for members in groups:
        seen: dict[tuple[str, int, str], str] = {}
        for line in members:
            mark = (line.facility, line.year, line.substance)
            other = seen.setdefault(mark, line.ruleset)
            if other != line.ruleset:
                values = {"facility": line.facility, "year": line.year}
                values |= {"first": other, "second": line.ruleset}
                raise EngineError(Problem("engine.counted_twice", values=values))

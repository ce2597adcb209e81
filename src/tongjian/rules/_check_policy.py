"""Holds targets against the rule sets whose columns they read (目标与规则集)."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import TypeVar

from tongjian.problems import Problem, UnitError
from tongjian.rules._policy_documents import ColumnOf, CountOf, LedgerOf, Quantity, Target, Task
from tongjian.rules._program import Program
from tongjian.units import ONE, Unit, parse_unit

_Entry = TypeVar("_Entry", Target, Task)
_CO2E = "co2e"
_COUNT = "count"
_SHARES = ("cut", "growth")


def by_id(entries: Iterable[_Entry], problems: list[Problem]) -> dict[str, _Entry]:
    """Entries by id; the same id twice is a fault."""
    found: dict[str, _Entry] = {}
    for one in entries:
        if one.id in found:
            values = {"name": one.id, "file": found[one.id].place.file}
            problems.append(Problem("rules.id_twice", one.place, values))
        found[one.id] = one
    return found


def check_targets(
    targets: Mapping[str, Target], programs: Mapping[str, Sequence[Program]]
) -> Iterator[Problem]:
    """Columns that do not exist, units that do not fit, targets that lead nowhere."""
    for target in targets.values():
        if target.governed_by and target.governed_by not in targets:
            values = {"target": target.id, "name": target.governed_by}
            yield Problem("rules.target_governed", target.place, values)
        found = list(_columns(target, programs))
        yield from found
        if not found:
            yield from _unit(target, programs)


def _columns(target: Target, programs: Mapping[str, Sequence[Program]]) -> Iterator[Problem]:
    measure = target.measure
    for one in measure.columns():
        if one.ruleset not in programs:
            values = {"target": target.id, "name": str(one), "known": ", ".join(programs)}
            yield Problem("rules.target_column", target.place, values)
            continue
        words = [word for column, word in measure.words() if column == one]
        for program in programs[one.ruleset]:
            yield from _column(target, one, program, words)


def _column(
    target: Target, one: ColumnOf, program: Program, words: Sequence[str]
) -> Iterator[Problem]:
    sheet = program.sheets.get(one.sheet)
    formula = None if sheet is None else sheet.formulas.get(one.column)
    if sheet is None or formula is None or not {"facility", "year"} <= set(sheet.grain):
        known = list(program.sheets) if sheet is None else list(sheet.formulas)
        values = {"target": target.id, "name": str(one), "known": ", ".join(known)}
        yield Problem("rules.target_column", target.place, values)
    elif words:
        labels = formula.doc.labels
        for word in words:
            if word not in labels:
                values = {"target": target.id, "name": word, "known": ", ".join(labels) or "-"}
                yield Problem("rules.target_column", target.place, values)
    elif not (formula.doc.unit is not None and _adds_up(target, formula.doc.unit)):
        unit = formula.doc.unit.text if formula.doc.unit else "-"
        values = {"target": target.id, "name": str(one), "unit": unit}
        yield Problem("rules.target_sums", target.place, values)


def _adds_up(target: Target, unit: Unit) -> bool:
    # A statistic speaks for its region by itself; a number of plants has no dimension.
    return target.measure.statistic or unit.extensive or unit.same_dimension(ONE)


def _unit(target: Target, programs: Mapping[str, Sequence[Program]]) -> Iterator[Problem]:
    """The unit of the target has to be that of what is measured; what is open, that of `of`."""
    measured = measured_unit(target, programs)
    if measured is not None and not measured.same_dimension(target.unit):
        values = {"target": target.id, "unit": target.unit.text, "measured": measured.text}
        yield Problem("rules.target_unit", target.place, values)
    above = quantity_unit(target.measure.of, programs)
    unjudged = quantity_unit(target.measure.open, programs)
    if above is not None and unjudged is not None and not above.same_dimension(unjudged):
        values = {"target": target.id, "open": unjudged.text, "unit": above.text}
        yield Problem("rules.target_open", target.place, values)


def measured_unit(target: Target, programs: Mapping[str, Sequence[Program]]) -> Unit | None:
    """The unit in which the value of a target comes out; None where that cannot be told yet."""
    measure = target.measure
    if measure.kind in _SHARES or measure.kind == "peak":
        return ONE
    above = quantity_unit(measure.of, programs)
    below = ONE if measure.per is None else quantity_unit(measure.per, programs)
    return None if above is None or below is None else above / below


def quantity_unit(
    quantity: Quantity | None, programs: Mapping[str, Sequence[Program]]
) -> Unit | None:
    """The unit of a column or of a sum of the ledger."""
    if isinstance(quantity, LedgerOf):
        return ledger_unit(quantity)
    if isinstance(quantity, CountOf):
        return parse_unit(_COUNT)
    if quantity is None or quantity.ruleset not in programs:
        return None
    for program in programs[quantity.ruleset]:
        sheet = program.sheets.get(quantity.sheet)
        if sheet is not None and quantity.column in sheet.formulas:
            return sheet.formulas[quantity.column].doc.unit
    return None


def ledger_unit(quantity: LedgerOf) -> Unit | None:
    """Tonnes of the substance; None for a substance that has no unit."""
    name = quantity.measure
    try:
        return parse_unit("tCO2e" if name == _CO2E else name if name == "tce" else f"t{name}")
    except UnitError:
        return None


__all__ = ["by_id", "check_targets", "ledger_unit", "measured_unit", "quantity_unit"]

"""A golden case as rows of a rule set's sheets (算例的企业), computed in plain Python.

`tongjian check` takes a case through the real import and every back-end. Here the question is
another, which formulas a case reaches, and a hundred cases have to be looked at in a second.
"""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction

from tongjian.cases import Case, InputRow
from tongjian.contract._plausible import takes
from tongjian.engine import PlantModel, prepare, read_years
from tongjian.records import Catalogue, Item, Stream, parse_coded
from tongjian.rules import ATTRIBUTES, EVIDENCE, RAW, CompiledRuleSet, Rulebook, SheetPlan, month_of
from tongjian.units import UnitError, parse_unit

CASE = "CASE"
Row = dict[str, object]
Fed = tuple[SheetPlan, str]


@dataclass(frozen=True, slots=True)
class CasePlant:
    """A case with the rule set that it runs and all rows of its sheets."""

    case: Case
    ruleset: CompiledRuleSet
    model: PlantModel
    fed: frozenset[str]
    """The leaf sheets that its inputs feed."""


def case_plant(book: Rulebook, catalogue: Catalogue, case: Case) -> CasePlant | None:
    """The plant of a case; None if its rule set has no edition in force in its year.

    An input that could not be imported feeds nothing. Raises `RuleError` for a rule set or a table
    that does not exist.
    """
    edition = book.ruleset(case.ruleset, case.year)
    if edition is None:
        return None
    bound, engine = prepare(book, edition, read_years(edition, (case.year,)), case.binds)
    leaves: dict[str, dict[tuple[object, ...], Row]] = {}
    for one in case.inputs:
        for (sheet, name), stream, quantity in _targets(bound, catalogue, one):
            row = {
                **_keys(case, bound, one, stream),
                **_attributes(case, bound, catalogue, one),
            }
            key = tuple(row[part] for part in sheet.grain)
            found = leaves.setdefault(sheet.name, {}).setdefault(key, _blank(sheet) | row)
            found[name + RAW] = quantity
            found[name + EVIDENCE] = bool(one.evidence)
    sheets = engine.run({name: list(rows.values()) for name, rows in leaves.items()})
    model = PlantModel(engine, CASE, case.year, sheets, {})
    return CasePlant(case, bound, model, frozenset(leaves))


def _blank(sheet: SheetPlan) -> Row:
    row: Row = {"@source": []}
    for name in sheet.inputs:
        row |= {name + RAW: None, name + EVIDENCE: False}
    return row


def _keys(case: Case, ruleset: CompiledRuleSet, one: InputRow, stream: Stream) -> Row:
    return {
        "facility": one.facility or CASE,
        "period": one.period,
        "year": int(one.period[:4]),
        "month": month_of(one.period),
        "process_unit": one.process_unit,
        "stream": stream.id,
        "stream_class": stream.stream_class,
    }


def _attributes(case: Case, ruleset: CompiledRuleSet, catalogue: Catalogue, one: InputRow) -> Row:
    given = {one["facility"]: one for one in case.facilities}.get(one.facility, case.facility)
    facility = {"sector": ruleset.doc.sectors[0], "province": "Jiangsu", **given}
    units = {(unit.get("facility", ""), unit["process_unit"]): unit for unit in case.process_units}
    unit = units.get((one.facility, one.process_unit), {})
    row: Row = {name: facility.get(name, "") for name in ATTRIBUTES["facility"]}
    for name in ATTRIBUTES["process_unit"]:
        text = unit.get(name, "")
        # As in the import: words that rules know are stored by their code, others as they are.
        term = catalogue.resolve_term(name, text) if text else None
        row[name] = term.code if term else text
    return row


def _targets(
    ruleset: CompiledRuleSet, catalogue: Catalogue, one: InputRow
) -> list[tuple[Fed, Stream, float]]:
    """The inputs that an entry feeds, with its quantity in their unit."""
    stream = catalogue.resolve_stream(one.stream)
    item = catalogue.resolve_item(stream, one.item) if stream else None
    if stream is None or item is None:
        return []
    found: list[tuple[Fed, Stream, float]] = []
    for sheet in ruleset.program.sheets.values():
        if sheet.is_leaf and (not sheet.doc.streams or takes(sheet.doc, stream.stream_class)):
            for name, plan in sheet.inputs.items():
                if plan.doc.item == item.id and plan.doc.stream in (None, stream.id):
                    quantity = _quantity(one, item, plan.doc.unit.text)
                    if quantity is not None:
                        found.append(((sheet, name), stream, quantity))
    return found


def _quantity(one: InputRow, item: Item, unit: str) -> float | None:
    """The quantity of an entry in `unit`; None where it is another quantity."""
    if item.coded:
        coded = parse_coded(one.quantity, item)
        return getattr(coded, "value", None)  # a fault has none
    try:
        entered = parse_unit(one.unit)
        wanted = item.canonical(entered)
        if wanted is None or wanted.text != unit:
            return None
        return float(Fraction(one.quantity) * entered.scale / wanted.scale)
    except (UnitError, ValueError):
        return None


__all__ = ["CASE", "CasePlant", "case_plant"]

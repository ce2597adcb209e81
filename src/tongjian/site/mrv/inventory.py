"""Figures as pages show them (清单): boundaries and rule sets apart, each figure with its trace.

Nothing is added up here but whole micro-units of lines that may be added: of one rule set in CO2
equivalent or coal equivalent, else substance by substance.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Any, Protocol
from urllib.parse import urlencode

from tongjian.engine import Run, from_micro
from tongjian.reports import Words
from tongjian.reports._numbers import NOTHING, reported, significant
from tongjian.rules import Rounding, Rulebook, RuleError, RuleSet
from tongjian.site.ui.texts import lang
from tongjian.units import parse_unit

_ORDER = ("enterprise", "ets", "ets_power", "energy", "pollutants")
_CO2E = "tCO2e"


class Line(Protocol):
    """A line of a ledger, of a run or as it was submitted."""

    @property
    def ruleset(self) -> str: ...

    @property
    def boundary(self) -> str: ...

    @property
    def category(self) -> str: ...

    @property
    def substance(self) -> str: ...

    @property
    def unit(self) -> str: ...

    @property
    def amount_micro(self) -> int: ...

    @property
    def co2e_micro(self) -> int | None: ...


@dataclass(frozen=True, slots=True)
class Figure:
    """A number as it is shown (一个数): value and unit, and the query of the page of its trace."""

    value: str
    unit: str
    query: str
    missing: int = 0


@dataclass(frozen=True, slots=True)
class Row:
    """A source and substance (排放源), in its own unit and in CO2 equivalent."""

    category: str
    substance: str
    amount: Figure
    co2e: Figure | None


@dataclass(frozen=True, slots=True)
class Block:
    """What one rule set gives for one boundary (同一边界、同一规则集)."""

    ruleset: str
    boundary: str
    doc: RuleSet | None
    rows: tuple[Row, ...]
    totals: tuple[tuple[str, Figure], ...]
    """By substance, or under "" the sum of all."""
    missing: int
    recalled: int = 0
    """How many values and formulas behind it are from memory, and not confirmed."""

    @property
    def title(self) -> str:
        """The title of the rule set; its id where the rulebook no longer has it."""
        return self.ruleset if self.doc is None else self.doc.title[lang()]

    @property
    def has_co2e(self) -> bool:
        """Whether any row has a CO2 equivalent."""
        return any(one.co2e is not None for one in self.rows)


def blocks(
    lines: Iterable[Line],
    docs: Mapping[str, RuleSet | None],
    recalled: Mapping[str, int] = MappingProxyType({}),
) -> list[Block]:
    """The blocks of a plant's year, boundaries in the order of the reports.

    `recalled` counts by rule set what is from memory and not confirmed.
    """
    groups: dict[tuple[str, str], list[Line]] = {}
    for line in lines:
        groups.setdefault((line.boundary, line.ruleset), []).append(line)
    return [
        _block(boundary, ruleset, found, docs.get(ruleset), recalled.get(ruleset, 0))
        for (boundary, ruleset), found in sorted(groups.items(), key=lambda one: _place(*one[0]))
    ]


def _place(boundary: str, ruleset: str) -> tuple[int, str, str]:
    return (_ORDER.index(boundary) if boundary in _ORDER else len(_ORDER), boundary, ruleset)


def docs_of(book: Rulebook, names: Iterable[str], year: int) -> dict[str, RuleSet | None]:
    """The editions in force of rule sets, None for those that the rulebook does not have."""
    found: dict[str, RuleSet | None] = {}
    for name in names:
        try:
            edition = book.ruleset(name, year)
        except RuleError:
            edition = None
        found[name] = None if edition is None else edition.doc
    return found


def docs_of_run(run: Run, year: int) -> dict[str, RuleSet | None]:
    """The editions that a run has applied to a year."""
    return {one.ruleset.id: one.ruleset.doc for one in run.results if year in one.years}


def _block(
    boundary: str, ruleset: str, lines: Sequence[Line], doc: RuleSet | None, recalled: int
) -> Block:
    rounding = Rounding() if doc is None else doc.rounding
    where = {"boundary": boundary, "ruleset": ruleset}
    rows = tuple(_row(one, where, rounding) for one in sorted(lines, key=_by_size))
    return Block(
        ruleset,
        boundary,
        doc,
        rows,
        tuple(_totals(lines, where, rounding)),
        sum(getattr(one, "missing", 0) for one in lines),
        recalled,
    )


def _by_size(line: Line) -> tuple[int, str, str]:
    micro = line.amount_micro if line.co2e_micro is None else line.co2e_micro
    return (-abs(micro), line.category, line.substance)


def _row(line: Line, where: Mapping[str, str], rounding: Rounding) -> Row:
    said = {**where, "category": line.category, "substance": line.substance}
    query, missing = urlencode(said), getattr(line, "missing", 0)
    amount = Figure(shown(line.amount_micro, line.unit, rounding), line.unit, query, missing)
    co2e = None
    if line.co2e_micro is not None:
        co2e = Figure(shown(line.co2e_micro, _CO2E, rounding), _CO2E, query, missing)
    return Row(line.category, line.substance, amount, co2e)


def _totals(
    lines: Sequence[Line], where: Mapping[str, str], rounding: Rounding
) -> Iterator[tuple[str, Figure]]:
    units = {one.unit for one in lines}
    equivalents = [one.co2e_micro for one in lines if one.co2e_micro is not None]
    if equivalents:
        yield "", Figure(shown(sum(equivalents), _CO2E, rounding), _CO2E, urlencode(where))
    elif units == {"tce"}:
        total = sum(one.amount_micro for one in lines)
        yield "", Figure(shown(total, "tce", rounding), "tce", urlencode(where))
        return
    sums: dict[tuple[str, str], int] = {}
    for one in lines:
        mark = (one.substance, one.unit)
        sums[mark] = sums.get(mark, 0) + one.amount_micro
    if equivalents and len(sums) == 1:
        return
    for (substance, unit), micro in sorted(sums.items()):
        said = urlencode({**where, "substance": substance})
        yield substance, Figure(shown(micro, unit, rounding), unit, said)


def shown(micro: int, unit: str, rounding: Rounding) -> str:
    """Whole micro-units in their unit, rounded as the rule set asks."""
    return reported(from_micro(micro, parse_unit(unit)), unit, rounding)


@dataclass(frozen=True, slots=True)
class Yearly:
    """A figure of a year beside the ledger (年度指标): other conventions, intensities, balances."""

    title: str
    figure: Figure
    where: str
    """Of what besides plant and year it is, such as a process unit."""
    clause: str


@dataclass(frozen=True, slots=True)
class YearlySheet:
    """The figures of one sheet of a rule set."""

    title: str
    ruleset: str
    heading: str
    figures: tuple[Yearly, ...] = field(default=())


def yearly(run: Run, facility: str, year: int) -> list[YearlySheet]:
    """Every figure of the plant's year that is no row of records; noughts are left out."""
    words, found = Words.of(lang()), []
    for result in run.results:
        doc = result.ruleset.doc
        if year not in result.years:
            continue
        for name, rows in result.sheets.items():
            plan = result.ruleset.program.sheets.get(name)
            if plan is None or not {"facility", "year"} <= set(plan.grain):
                continue
            figures = [
                one
                for row in rows
                if row.get("facility") == facility and row.get("year") == year
                for one in _yearly(doc, name, plan, row, words)
            ]
            if figures:
                heading = words.pick(plan.doc.title.zh, plan.doc.title.en)
                found.append(YearlySheet(doc.title[lang()], doc.id, heading, tuple(figures)))
    return found


def _yearly(doc: RuleSet, sheet: str, plan: Any, row: Any, words: Words) -> Iterator[Yearly]:
    others = {name: row[name] for name in plan.grain if name not in ("facility", "year")}
    where = " · ".join(words.key(name, str(value)) for name, value in others.items() if value)
    keys = {f"key.{name}": str(value) for name, value in others.items()}
    for column, formula in plan.formulas.items():
        value = row.get(column)
        if value is None or value == 0:
            continue
        unit = formula.doc.unit.text if formula.doc.unit is not None else ""
        query = urlencode({"ruleset": doc.id, "cell": f"{sheet}.{column}", **keys})
        yield Yearly(
            words.pick(formula.doc.title.zh, formula.doc.title.en),
            Figure(_said(formula.doc, value, unit, doc.rounding), unit, query),
            where,
            words.clause(formula.doc.clause or formula.method.basis.clause),
        )


def _said(doc: Any, value: object, unit: str, rounding: Rounding) -> str:
    label = doc.labels.get(str(value))
    if label is not None:
        return str(label[lang()])
    if not isinstance(value, int | float):
        return NOTHING if value is None else str(value)
    if unit in rounding.places:
        return reported(float(value), unit, rounding)
    return significant(float(value), 6)


__all__ = [
    "Block",
    "Figure",
    "Line",
    "Row",
    "Yearly",
    "YearlySheet",
    "blocks",
    "docs_of",
    "docs_of_run",
    "shown",
    "yearly",
]

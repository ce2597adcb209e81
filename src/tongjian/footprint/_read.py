"""Reads product footprints out of a run (读取产品碳足迹).

What the rules promise: a rule set of boundary "product" has sheets ``by_<allocation>`` with one row
per facility, year and stream, whose columns ``<part>_per_t`` are the breakdown, and the sheets
``plant_part`` (the whole plant) and ``bought_stream`` (what was bought, with and without an
upstream factor). Nothing is computed here.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from tongjian.engine import Quantity, Run, sensitivity
from tongjian.problems import Problem, TongjianError
from tongjian.rules import CompiledRuleSet, Rulebook, SheetPlan, Words

_BOUNDARY = "product"
_GRAIN = ("facility", "year", "stream")
_PREFIX, _SUFFIX = "by_", "_per_t"
_WHOLE, _BOUGHT = "plant_part", "bought_stream"
_PER_T = "kgCO2e/t"
Row = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Part:
    """One part of a footprint (构成): in tCO2e of the year and in kgCO2e per tonne of product."""

    name: str
    title: Words
    amount: float
    per_t: float


@dataclass(frozen=True, slots=True)
class Gap:
    """A purchased input without an upstream factor (数据缺口): stream, amount, unit."""

    stream: str
    amount: float
    unit: str


@dataclass(frozen=True, slots=True)
class Precursor:
    """A bought precursor with its embedded emissions (前体): tonnes, and tCO2e per tonne."""

    stream: str
    quantity: float
    direct: float
    indirect: float


@dataclass(frozen=True, slots=True)
class Footprint:
    """The footprint of one product of one plant and year (产品碳足迹), cradle to gate.

    `net` is in tonnes, `total` in tCO2e, `per_t` in kgCO2e per tonne, `biogenic_per_t` in kgCO2 per
    tonne and no part of it. `direct` and `indirect` are the specific embedded emissions in tCO2e
    per tonne. `primary_share` (0 to 1) is what rests on measured contents; None where nothing is
    emitted. `missing` counts the rows of the records that problems kept out.
    """

    facility: str
    year: int
    product: str
    ruleset: str
    allocation: str
    allocation_title: Words
    allocation_formula: str
    """How the share is computed, as the rule has it."""
    share: float
    net: float
    total: float
    per_t: float
    biogenic_per_t: float
    primary_share: float | None
    direct: float
    indirect: float
    parts: tuple[Part, ...]
    plant: Mapping[str, float]
    """The columns of the sheet of the whole plant."""
    bought: int
    """How many streams were bought; those without an upstream factor are in `gaps`."""
    gaps: tuple[Gap, ...]
    precursors: tuple[Precursor, ...]
    missing: int
    gwp: str
    """The id of the table of warming potentials."""
    sources: tuple[Quantity, ...]
    """Every value of a table that the plant's total rests on."""

    @property
    def statuses(self) -> dict[str, int]:
        """How many of those values have which status (状态)."""
        return dict(sorted(Counter(one.status for one in self.sources).items()))

    def as_dict(self) -> dict[str, Any]:
        """The footprint as plain data, for JSON."""
        return {
            "facility": self.facility,
            "year": self.year,
            "product": self.product,
            "ruleset": self.ruleset,
            "allocation": self.allocation,
            "share": self.share,
            "net_t": self.net,
            "total_tco2e": self.total,
            "kgco2e_per_t": self.per_t,
            "biogenic_kgco2_per_t": self.biogenic_per_t,
            "parts": [
                {"part": one.name, "tco2e": one.amount, "kgco2e_per_t": one.per_t}
                for one in self.parts
            ],
            "primary_share": self.primary_share,
            "direct_embedded_tco2e_per_t": self.direct,
            "indirect_embedded_tco2e_per_t": self.indirect,
            "bought_streams": self.bought,
            "gaps": [{"stream": g.stream, "amount": g.amount, "unit": g.unit} for g in self.gaps],
            "rows_left_out": self.missing,
            "gwp": self.gwp,
            "statuses": self.statuses,
        }


def footprint_ruleset(rulebook: Rulebook, sector: str, year: int) -> CompiledRuleSet:
    """The rule set for products of a sector in a year; raises `TongjianError` if there is none."""
    fitting = [
        edition
        for editions in rulebook.rulesets.values()
        for edition in editions
        if edition.doc.boundary == _BOUNDARY and sector in edition.doc.sectors
    ]
    for edition in fitting:
        if rulebook.ruleset(edition.id, year) is edition:
            return edition
    spans = "; ".join(f"{one.id} {one.doc.validity}" for one in fitting)
    values = {"sector": sector or "-", "year": year, "spans": spans or "-"}
    raise TongjianError(Problem("footprint.no_ruleset", values=values))


def allocations_of(ruleset: CompiledRuleSet) -> dict[str, SheetPlan]:
    """The allocations that a rule set offers (分配方法), by name, with their sheets."""
    return {
        name.removeprefix(_PREFIX): sheet
        for name, sheet in ruleset.program.sheets.items()
        if name.startswith(_PREFIX) and sheet.grain == _GRAIN
    }


def footprints(
    run: Run, facility: str, year: int, products: Sequence[str], allocation: str, ruleset: str = ""
) -> list[Footprint]:
    """The footprints of some `products` (streams) of a plant, all of them where none is named.

    `ruleset` names one of several rule sets of the run. Raises `TongjianError` with every product
    or allocation that there is not, or that has no value and why.
    """
    result = _result(run, year, ruleset)
    sheet = allocations_of(result.ruleset).get(allocation)
    if sheet is None:
        known = ", ".join(allocations_of(result.ruleset))
        values = {"name": allocation, "known": known, "ruleset": result.ruleset.id}
        raise TongjianError(Problem("footprint.allocation", values=values))
    rows = {
        row["stream"]: row for row in _of(result.sheets[sheet.name], facility, year) if row["net"]
    }
    wanted = list(dict.fromkeys(products)) or list(rows)
    _check(sheet, rows, wanted, facility, year, allocation)
    whole = _of(result.sheets[_WHOLE], facility, year)[0]
    inputs = _of(result.sheets[_BOUGHT], facility, year)
    bought, gaps = _coverage(inputs, result.ruleset)
    found = sensitivity(run, [facility], year, result.ruleset.id, f"{_WHOLE}.total")
    sources = sorted((one for one in found.effects if one.kind == "value"), key=lambda one: one.id)
    formula = _formula_of_share(sheet, result.ruleset)
    plant = {name: whole[name] for name in result.ruleset.program.sheets[_WHOLE].formulas}
    return [
        Footprint(
            facility=facility,
            year=year,
            product=name,
            ruleset=result.ruleset.id,
            allocation=allocation,
            allocation_title=sheet.doc.title,
            allocation_formula=formula,
            share=rows[name]["share"],
            net=rows[name]["net"],
            total=rows[name]["total"],
            per_t=rows[name]["total" + _SUFFIX],
            biogenic_per_t=rows[name]["biogenic" + _SUFFIX],
            primary_share=rows[name]["primary_share"],
            direct=rows[name]["direct_embedded"],
            indirect=rows[name]["indirect_embedded"],
            parts=_parts(sheet, rows[name]),
            plant=plant,
            bought=bought,
            gaps=gaps,
            precursors=_precursors(inputs),
            missing=whole["@missing"],
            gwp=result.tables.tables["gwp"].id,
            sources=tuple(sources),
        )
        for name in wanted
    ]


def _result(run: Run, year: int, ruleset: str) -> Any:
    fitting = [
        one
        for one in run.results
        if one.ruleset.doc.boundary == _BOUNDARY
        and year in one.years
        and ruleset in ("", one.ruleset.id)
    ]
    if not fitting:
        known = ", ".join(one.ruleset.id for one in run.results)
        values = {"sector": ruleset or "-", "year": year, "spans": known or "-"}
        raise TongjianError(Problem("footprint.no_ruleset", values=values))
    return fitting[0]


def _of(rows: Iterable[Row], facility: str, year: int) -> list[Row]:
    return [row for row in rows if (row["facility"], row["year"]) == (facility, year)]


def _check(
    sheet: SheetPlan,
    rows: Mapping[str, Row],
    wanted: Sequence[str],
    facility: str,
    year: int,
    allocation: str,
) -> None:
    problems = []
    if not wanted:
        values = {"facility": facility, "year": year}
        problems.append(Problem("footprint.no_products", values=values))
    for name in wanted:
        if name not in rows:
            values = {"product": name, "facility": facility, "year": year}
            problems.append(
                Problem("footprint.no_product", values={**values, "known": ", ".join(rows) or "-"})
            )
        elif any(rows[name][column] is None for column in sheet.formulas
                 if column != "primary_share"):  # fmt: skip
            values = {"product": name, "facility": facility, "year": year}
            why = {"allocation_zh": sheet.doc.title.zh, "allocation_en": sheet.doc.title.en}
            problems.append(Problem("footprint.no_value", values={**values, **why}))
    if problems:
        raise TongjianError(problems)


def _formula_of_share(sheet: SheetPlan, ruleset: CompiledRuleSet) -> str:
    owner, _, column = sheet.formulas["share"].doc.expression.text.partition(".")
    return ruleset.program.sheets[owner].formulas[column].doc.expression.text


def _parts(sheet: SheetPlan, row: Row) -> tuple[Part, ...]:
    found = []
    for column, formula in sheet.formulas.items():
        name = column.removesuffix(_SUFFIX)
        unit = formula.doc.unit.text if formula.doc.unit else ""
        if name != column and unit == _PER_T and name != "total":
            title = sheet.formulas[name].doc.title
            found.append(Part(name, title, row[name], row[column]))
    order = list(sheet.doc.formulas)
    return tuple(sorted(found, key=lambda one: order.index(one.name)))


def _precursors(rows: Iterable[Row]) -> tuple[Precursor, ...]:
    return tuple(
        Precursor(row["stream"], row["mass"], row["embedded_direct"], row["embedded_indirect"])
        for row in rows
        if row["embedded_direct"] or row["embedded_indirect"]
    )


def _coverage(rows: Iterable[Row], ruleset: CompiledRuleSet) -> tuple[int, tuple[Gap, ...]]:
    """How many streams were bought, and what of them has no upstream factor."""
    formulas = ruleset.program.sheets[_BOUGHT].formulas
    gaps, bought = [], 0
    for row in rows:
        amounts = [name for name in formulas if f"gap_{name}" in formulas and row[name]]
        bought += bool(amounts)
        for name in amounts:
            unit = formulas[name].doc.unit
            if row[f"gap_{name}"]:
                gaps.append(Gap(row["stream"], row[f"gap_{name}"], unit.text if unit else ""))
    return bought, tuple(gaps)


__all__ = [
    "Footprint",
    "Gap",
    "Part",
    "Precursor",
    "allocations_of",
    "footprint_ruleset",
    "footprints",
]

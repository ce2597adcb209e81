"""The report on one gas of the processes (单一气体排放报告), such as nitrous oxide of industry.

Which gas it is about is the material's; its sheets are those of the rule set that have a formula
in the mass of the gas. What was measured and what follows from factors stand side by side.
"""

from __future__ import annotations

from collections.abc import Iterator

from tongjian.reports._words import Words
from tongjian.reports.documents import _appendices as annex
from tongjian.reports.documents._activity import activity
from tongjian.reports.documents._basics import basics, others
from tongjian.reports.documents._emissions import (
    left_out,
    over_time,
    percent,
    source_chart,
    total_said,
)
from tongjian.reports.documents._factor_tables import factors
from tongjian.reports.documents._material import Material
from tongjian.reports.documents._measured import Measured
from tongjian.reports.documents._model import (
    Block,
    Column,
    Document,
    Heading,
    PageBreak,
    Paragraph,
    Table,
    amount,
    count,
    row,
)
from tongjian.reports.documents._teller import Teller, share
from tongjian.reports.documents._workings import leaf

_CO2E = "tCO2e"


def gas_report(material: Material, words: Words, kind: str) -> Document:
    """The report of one gas of one plant and year."""
    teller = Teller(material, words)
    field = (words.text("accounting_basis"), teller.ruleset_title(material.ruleset))
    return teller.document(kind, _blocks(teller, kind), field)


def _blocks(teller: Teller, kind: str) -> Iterator[Block]:
    text = teller.text
    yield from teller.declaration(f"declaration_{kind}")
    yield from basics(teller)
    measured = Measured.of(teller.material)
    yield Heading(1, text("gas_emissions", gas=_gas(teller)))
    yield Paragraph(total_said(teller, f"total_said_{kind}", measured))
    yield from left_out(teller, measured)
    yield Heading(2, text("by_source"))
    yield sources(teller, measured)
    yield from source_chart(teller, measured)
    yield from over_time(teller, measured)
    yield from activity(teller)
    yield from factors(teller)
    yield from others(teller)
    yield PageBreak(landscape=True)
    yield Heading(1, text("routes"), appendix=True)
    yield Paragraph(text("routes_lead"))
    for plan in teller.material.leaves:
        yield from leaf(teller, plan, teller.material.sheets.sheets.get(plan.name, ()))
    yield PageBreak()
    yield from annex.quality(teller)
    yield from annex.manifest(teller)
    yield Paragraph(text("end_of_document"), "note")


def _gas(teller: Teller) -> str:
    return teller.words.term("substance", teller.material.substance or "")


def sources(teller: Teller, measured: Measured) -> Table:
    """Each source: mass of the gas, in CO2 equivalent, its share."""
    material, words, text = teller.material, teller.words, teller.text
    year, rule = material.year, material.rounding
    found = material.run.inventory(["category"], year=year, **material.where, **measured.where)
    found = [one for one in found if one["amount"] or one["missing"]]
    found.sort(key=lambda one: -(one["amount"] or 0.0))
    whole = measured.whole(material).values.get(year) or 0.0
    lines = [
        row(
            words.term("category", one["category"]),
            amount(one["amount"], measured.unit, rule),
            amount(one["co2e"], _CO2E, rule),
            percent(share(one["amount"] or 0.0, whole)),
            count(one["missing"]),
        )
        for one in found
    ]
    equivalent = material.run.inventory(["year"], year=year, **material.where, **measured.where)
    lines.append(
        row(
            text("total"),
            amount(whole, measured.unit, rule),
            amount(equivalent[0]["co2e"], _CO2E, rule),
            percent(share(whole, whole)),
            count(sum(one["missing"] for one in found)),
            kind="total",
        )
    )
    columns = (
        Column(text("category")),
        Column(text("mass"), words.unit(measured.unit), align="right"),
        Column(text("co2e_column"), words.unit(_CO2E), align="right"),
        Column(text("share"), "%", align="right"),
        Column(text("left_out"), align="right"),
    )
    title = text("gas_sources_table", gas=_gas(teller))
    notes = tuple(filter(None, [teller.potentials()]))
    return Table(title, columns, tuple(lines), text("sheet_sources"), notes)


__all__ = ["gas_report", "sources"]

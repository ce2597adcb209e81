"""The energy report (能源利用状况报告), in the order of the form of key energy-using units.

Who the unit is, what energy it used and how that is made up, its figures of the year and of each
process, how they stand against levels, what it did to save energy.
"""

from __future__ import annotations

from collections.abc import Iterator

from tongjian.reports._numbers import NOTHING
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
    Cell,
    Column,
    Document,
    Heading,
    PageBreak,
    Paragraph,
    Table,
    amount,
    count,
    figure,
    row,
)
from tongjian.reports.documents._teller import Teller, share
from tongjian.reports.documents._workings import workings, yearly

_DIGITS = 10


def energy_report(material: Material, words: Words) -> Document:
    """The energy report of one plant and year."""
    teller = Teller(material, words)
    field = (words.text("accounting_basis"), teller.ruleset_title(material.ruleset))
    return teller.document("energy", _blocks(teller), field)


def _blocks(teller: Teller) -> Iterator[Block]:
    text = teller.text
    yield from teller.declaration("declaration_energy")
    yield from basics(teller)
    measured = Measured.of(teller.material)
    yield Heading(1, text("energy_use"))
    yield Paragraph(total_said(teller, "total_said_energy", measured))
    yield from left_out(teller, measured)
    yield Heading(2, text("energy_structure"))
    yield structure(teller, measured)
    yield from source_chart(teller, measured)
    yield from over_time(teller, measured)
    yield Heading(1, text("energy_indicators"))
    yield Paragraph(text("energy_indicators_lead"))
    yield from yearly(teller, teller.material.sheets, appendix=False)
    yield from judged(teller, "levels", "levels_chapter", "no_levels")
    yield from activity(teller)
    yield from factors(teller)
    yield from others(teller)
    yield PageBreak(landscape=True)
    yield Heading(1, text("workings"), appendix=True)
    yield from workings(teller, teller.material.sheets, of_year=False)
    yield PageBreak()
    yield from annex.quality(teller)
    yield from annex.manifest(teller)
    yield Paragraph(text("end_of_document"), "note")


def structure(teller: Teller, measured: Measured) -> Table:
    """Each kind of energy in the unit of the total, and its share."""
    material, words, text = teller.material, teller.words, teller.text
    year, rule = material.year, material.rounding
    whole = measured.whole(material)
    all_of_it = whole.values.get(year) or 0.0
    lines = [
        row(
            words.term("category", one.code[0]),
            amount(one.values.get(year), measured.unit, rule),
            percent(share(one.values.get(year) or 0.0, all_of_it)),
            count(one.missing.get(year, 0)),
        )
        for one in measured.items(material, ["category"])
    ]
    lines.append(
        row(
            text("total"),
            amount(all_of_it, measured.unit, rule),
            percent(share(all_of_it, all_of_it)),
            count(whole.missing.get(year, 0)),
            kind="total",
        )
    )
    columns = (
        Column(text("category")),
        Column(text("energy_amount"), words.unit(measured.unit), align="right"),
        Column(text("share"), "%", align="right"),
        Column(text("left_out"), align="right"),
    )
    notes = (text("energy_note"),)
    title = text("energy_structure_table")
    return Table(title, columns, tuple(lines), text("sheet_energy"), notes)


def judged(
    teller: Teller, what: str, chapter: str, missing: str, level: int = 1
) -> Iterator[Block]:
    """A chapter of tables that another rule set judged; where there are none, how to get them."""
    text, said = teller.text, teller.said
    yield Heading(level, text(chapter))
    tables = teller.material.papers.judged.get(what, ())
    if not tables:
        yield Paragraph(text(missing), "note")
        return
    for one in tables:
        columns = tuple(
            Column(said(name), align="right" if name in one.get("figures", ()) else "left")
            for name in one["columns"]
        )
        lines = tuple(
            row(*(_cell(teller, cell) for cell in line), kind="group" if len(line) == 1 else "")
            for line in one["rows"]
        )
        notes = tuple(filter(None, [said(one.get("note"))]))
        yield Table(said(one["title"]), columns, lines, said(one["sheet"]), notes)


def _cell(teller: Teller, value: object) -> Cell:
    if isinstance(value, int | float) and not isinstance(value, bool):
        return figure(value, _DIGITS)
    return teller.said(value) or NOTHING


__all__ = ["energy_report", "judged", "structure"]

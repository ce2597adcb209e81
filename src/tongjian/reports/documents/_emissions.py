"""The chapter on emissions (温室气体排放): by source and gas, by year, by month, with charts."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import ROUND_HALF_UP, Decimal
from math import fsum

from tongjian.reports._charts import Bar, Chart
from tongjian.reports._numbers import NOTHING, change, grouped, reported, scale_for
from tongjian.reports._views import Item
from tongjian.reports._words import chemical
from tongjian.reports.documents._measured import Measured
from tongjian.reports.documents._model import (
    Block,
    Cell,
    Column,
    Heading,
    Number,
    Paragraph,
    Picture,
    Row,
    Table,
    amount,
    count,
    row,
)
from tongjian.reports.documents._teller import Teller, share

_CO2E = "tCO2e"
# Fewer bars than this say no more than the table beside them.
_TELLS = 2
_SHARE = 2


def emissions(teller: Teller) -> Iterator[Block]:
    """The chapter's blocks."""
    text, measured = teller.text, Measured.of(teller.material)
    yield Heading(1, text("emissions"))
    yield Paragraph(total_said(teller, "total_said", measured))
    yield from left_out(teller, measured)
    yield Heading(2, text("by_source_and_gas"))
    yield sources(teller)
    yield from source_chart(teller, measured)
    yield Heading(2, text("gases"))
    yield gases(teller)
    yield from over_time(teller, measured)


def over_time(teller: Teller, measured: Measured) -> Iterator[Block]:
    """By year and by month, as far as there are several."""
    material, text = teller.material, teller.text
    if len(material.years) > 1:
        yield Heading(2, text(measured.key("by_year")))
        yield years(teller, measured)
        yield from year_chart(teller, measured)
    if material.months(measured.substance, by_mass=measured.by_mass):
        yield Heading(2, text(measured.key("by_month")))
        yield month_table(teller, measured)
        yield from month_chart(teller, measured)


def total_said(teller: Teller, key: str, measured: Measured) -> str:
    """The total in the sentence `key`, with the year before."""
    material, words, text = teller.material, teller.words, teller.text
    found = measured.whole(material)
    value = found.values.get(material.year)
    said = text(
        key,
        name=teller.name,
        year=material.year,
        boundary=teller.inline("boundary", material.doc.boundary),
        ruleset=teller.ruleset_title(material.ruleset),
        value=reported(value, measured.unit, material.rounding),
        unit=words.unit(measured.unit),
    )
    if len(material.years) > 1:
        before = material.years[-2]
        said += text(
            "total_before",
            year=before,
            value=reported(
                found.values.get(before), measured.unit, material.edition(before).rounding
            ),
            unit=words.unit(measured.unit),
            change=change(found.values.get(before), value),
        )
    return said


def left_out(teller: Teller, measured: Measured) -> Iterator[Block]:
    """A warning where rows of data could not be computed."""
    missing = measured.whole(teller.material).missing.get(teller.material.year, 0)
    if missing:
        said = teller.text("rows_left_out", count=grouped(missing), year=teller.material.year)
        yield Paragraph(f"{said}{teller.text('left_out_means')}", "warning")


def sources(teller: Teller) -> Table:
    """Each source and gas: its own mass, in CO2 equivalent, its share."""
    material, words, text = teller.material, teller.words, teller.text
    year, rule = material.year, material.rounding
    found = material.run.inventory(["category", "substance"], year=year, **material.where)
    whole = Measured.of(material).whole(material)
    all_of_it = whole.values.get(year) or 0.0
    found.sort(key=lambda one: -(one["co2e"] or 0.0))
    lines = []
    for one in found:
        co2e = one["co2e"]
        lines.append(
            row(
                words.term("category", one["category"]),
                words.term("substance", one["substance"]),
                amount(one["amount"], one["unit"], rule),
                words.unit(one["unit"]),
                amount(co2e, _CO2E, rule),
                percent(None if co2e is None else share(co2e, all_of_it)),
                count(one["missing"]),
            )
        )
    lines.append(
        row(
            text("total"), "", "", "",
            amount(all_of_it, _CO2E, rule), percent(share(all_of_it, all_of_it)),
            count(whole.missing.get(year, 0)),
            kind="total",
        )
    )  # fmt: skip
    columns = (
        Column(text("category")),
        Column(text("substance")),
        Column(text("mass"), group=text("own_mass_group"), align="right"),
        Column(text("unit"), group=text("own_mass_group"), align="center"),
        Column(text("co2e_column"), words.unit(_CO2E), align="right"),
        Column(text("share"), "%", align="right"),
        Column(text("left_out"), align="right"),
    )
    notes = (text("sources_note"),)
    return Table(text("sources_table"), columns, tuple(lines), text("sheet_sources"), notes)


def percent(value: float | None) -> Cell:
    """A share in per cent, to two decimals."""
    if value is None:
        return NOTHING
    shown = Decimal(repr(value)).quantize(Decimal(1).scaleb(-_SHARE), ROUND_HALF_UP)
    return Number(value, grouped(shown), _SHARE)


def gases(teller: Teller) -> Table:
    """Each gas in its own mass, its warming potential's set and in CO2 equivalent."""
    material, words, text = teller.material, teller.words, teller.text
    year, rule = material.year, material.rounding
    found = material.run.inventory(["substance"], year=year, **material.where)
    lines: list[Row] = [
        row(
            words.term("substance", one["substance"]),
            amount(one["amount"], one["unit"], rule),
            words.unit(one["unit"]),
            amount(one["co2e"], _CO2E, rule),
        )
        for one in sorted(found, key=lambda one: -(one["co2e"] or 0.0))
    ]
    value = Measured.of(material).whole(material).values.get(year)
    lines.append(row(text("total"), "", "", amount(value, _CO2E, rule), kind="total"))
    columns = (
        Column(text("substance")),
        Column(text("mass"), align="right"),
        Column(text("unit"), align="center"),
        Column(text("co2e_column"), words.unit(_CO2E), align="right"),
    )
    notes = tuple(filter(None, [teller.potentials()]))
    return Table(text("gases_table"), columns, tuple(lines), text("sheet_gas"), notes)


def years(teller: Teller, measured: Measured) -> Table:
    """Sources by year."""
    material, words, text = teller.material, teller.words, teller.text
    shown = material.years
    columns = [
        Column(text("category")),
        *(
            Column(text("year_column", year=year), words.unit(measured.unit), align="right")
            for year in shown
        ),
        Column(text("change"), align="right"),
    ]
    lines = [
        row(words.term("category", one.code[0]), *_by_year(teller, measured, one))
        for one in measured.items(material, ["category"])
        if any(one.values.values()) or any(one.missing.values())
    ]
    lines.append(
        row(text("total"), *_by_year(teller, measured, measured.whole(material)), kind="total")
    )
    return Table(
        text(measured.key("years_table")), tuple(columns), tuple(lines), text("sheet_years")
    )


def _by_year(teller: Teller, measured: Measured, item: Item) -> list[Cell]:
    material = teller.material
    shown = material.years
    return [
        *(
            amount(item.values.get(year), measured.unit, material.edition(year).rounding)
            for year in shown
        ),
        change(item.values.get(shown[-2]), item.values.get(shown[-1])),
    ]


def month_table(teller: Teller, measured: Measured) -> Table:
    """Sources by month."""
    material, words, text = teller.material, teller.words, teller.text
    months = material.months(measured.substance, by_mass=measured.by_mass) or {}
    categories = [one.code[0] for one in measured.items(material, ["category"])]
    there = [one for one in categories if any(month.get(one) for month in months.values())]
    rule = material.rounding
    lines = []
    for period, found in months.items():
        cells = [amount(found.get(one, 0.0), measured.unit, rule) for one in there]
        lines.append(row(period, *cells, amount(fsum(found.values()), measured.unit, rule)))
    sums = {
        one.code[0]: one.values.get(material.year) for one in measured.items(material, ["category"])
    }
    ends = [amount(sums[one], measured.unit, rule) for one in there]
    lines.append(
        row(
            text("year_total"),
            *ends,
            amount(measured.whole(material).values.get(material.year), measured.unit, rule),
            kind="total",
        )
    )
    columns = (
        Column(text("month")),
        *(Column(words.term("category", one), align="right") for one in there),
        Column(text("total"), align="right"),
    )
    title = text(
        "in_unit_title", title=text(measured.key("months_table")), unit=words.unit(measured.unit)
    )
    return Table(title, columns, tuple(lines), text("sheet_months"), (text("months_note"),))


# -- charts ------------------------------------------------------------------------------------


def source_chart(teller: Teller, measured: Measured) -> Iterator[Block]:
    """Bars of the sources, deductions in a colour of their own."""
    material, words, text = teller.material, teller.words, teller.text
    found = [
        (words.term("category", one.code[0]), one.values.get(material.year))
        for one in measured.items(material, ["category"])
    ]
    yield from bars(
        teller, text(measured.key("sources_chart"), year=material.year), found, measured
    )


def year_chart(teller: Teller, measured: Measured) -> Iterator[Block]:
    """Bars of the years."""
    values = measured.whole(teller.material).values
    found = [(teller.text("year_column", year=year), value) for year, value in values.items()]
    yield from bars(teller, teller.text(measured.key("years_chart")), sorted(found), measured)


def month_chart(teller: Teller, measured: Measured) -> Iterator[Block]:
    """Bars of the months."""
    material = teller.material
    months = material.months(measured.substance, by_mass=measured.by_mass) or {}
    found: list[tuple[str, float | None]] = [
        (period, fsum(one.values())) for period, one in months.items()
    ]
    yield from bars(
        teller,
        teller.text(measured.key("months_chart"), year=teller.material.year),
        found,
        measured,
    )


def bars(
    teller: Teller, title: str, found: list[tuple[str, float | None]], measured: Measured
) -> Iterator[Block]:
    """A chart of values by name, in a unit of readable size; none for a bar or two."""
    drawn = [(name, value) for name, value in found if value]
    if len(drawn) < _TELLS:
        return
    words, text = teller.words, teller.text
    scale = scale_for([value for _, value in drawn], words.lang, measured.scale)
    counted, deducted = text("amount_series"), text("deduction_series")
    parts = [
        Bar(name, scale.text(value), ((deducted if value < 0 else counted, float(value)),))
        for name, value in drawn
    ]
    scaled = [
        Bar(bar.name, bar.text, tuple((name, value / scale.tonnes) for name, value in bar.parts))
        for bar in parts
    ]
    series = (counted, deducted) if any(value < 0 for _, value in drawn) else (counted,)
    named = text("in_unit_title", title=title, unit=scale.name)
    description = text("document_chart_description")
    yield Picture(Chart(chemical(named), description, tuple(scaled), series))


__all__ = [
    "bars",
    "emissions",
    "gases",
    "left_out",
    "month_table",
    "over_time",
    "percent",
    "source_chart",
    "sources",
    "total_said",
    "year_chart",
    "years",
]

"""The disclosure of carbon emissions (环境信息依法披露：碳排放信息), for the public.

What the enterprise keeps to itself is named as such; the totals are those of every boundary that
the run has, for the year and the year before.
"""

from __future__ import annotations

from collections.abc import Iterator

from tongjian.evidence import china_time
from tongjian.reports._numbers import NOTHING, change, reported
from tongjian.reports._words import Words
from tongjian.reports.documents import _appendices as annex
from tongjian.reports.documents._activity import activity_table
from tongjian.reports.documents._basics import basics
from tongjian.reports.documents._emissions import (
    gases,
    left_out,
    source_chart,
    sources,
    total_said,
    year_chart,
)
from tongjian.reports.documents._energy import judged
from tongjian.reports.documents._factor_tables import factor_table
from tongjian.reports.documents._material import Material
from tongjian.reports.documents._measured import Measured
from tongjian.reports.documents._model import (
    Block,
    Bullets,
    Column,
    Document,
    Heading,
    Paragraph,
    Row,
    Table,
    amount,
    row,
)
from tongjian.reports.documents._teller import Teller

_CO2E = "tCO2e"


def disclosure_report(material: Material, words: Words) -> Document:
    """The disclosure of one plant and year."""
    teller = Teller(material, words)
    field = (words.text("accounting_basis"), teller.ruleset_title(material.ruleset))
    return teller.document("disclosure", _blocks(teller), field)


def _blocks(teller: Teller) -> Iterator[Block]:
    text, material = teller.text, teller.material
    hidden = set(material.enterprise.list_of("not_public"))
    measured = Measured.of(material)
    yield from teller.declaration("declaration_disclosure")
    yield from basics(teller, public=True)
    yield Heading(1, text("carbon_information"))
    yield Paragraph(text("disclosure_basis"), "note")
    yield Heading(2, text("actual_emissions"))
    yield Paragraph(total_said(teller, "total_said", measured))
    yield from left_out(teller, measured)
    yield boundaries(teller)
    yield from year_chart(teller, measured)
    yield Heading(2, text("by_source_and_gas"))
    yield sources(teller)
    yield from source_chart(teller, measured)
    yield gases(teller)
    yield from judged(teller, "allowances", "allowances_chapter", "no_allowances", level=2)
    yield Heading(2, text("verification_state"))
    yield from verification(teller)
    yield Heading(1, text("data_disclosed"))
    if "activity" in hidden:
        yield Paragraph(text("not_public_activity"), "note")
    elif not material.read_records:
        yield Paragraph(text("no_records"), "warning")
    else:
        yield activity_table(teller)
    if "factors" in hidden:
        yield Paragraph(text("not_public_factors"), "note")
    elif material.used:
        yield factor_table(teller, material.used)
    else:
        yield Paragraph(text("no_factors"), "note")
    yield Heading(1, text("measures_chapter"))
    measures = material.enterprise.list_of("measures")
    if measures:
        yield Bullets(tuple(material.enterprise.words_of(one, teller.words) for one in measures))
    else:
        yield Paragraph(teller.text("no_measures"), "note")
    yield from annex.manifest(teller)
    yield Paragraph(text("end_of_document"), "note")


def boundaries(teller: Teller) -> Table:
    """The total of every rule set that has greenhouse gases, for the year and the year before."""
    material, words, text = teller.material, teller.words, teller.text
    before = material.years[-2] if len(material.years) > 1 else None
    lines: list[Row] = []
    found: dict[tuple[str, str], dict[int, float]] = {}
    for one in material.run.inventory(["boundary", "ruleset", "year"], facility=material.facility):
        if one["co2e"] is not None:
            key = (str(one["boundary"]), str(one["ruleset"]))
            found.setdefault(key, {})[one["year"]] = float(one["co2e"])
    for (boundary, ruleset), values in found.items():
        if material.year not in values:
            continue
        rule = material.rounding_of(ruleset)
        lines.append(
            row(
                words.term("boundary", boundary),
                teller.ruleset_title(ruleset),
                NOTHING if before is None else amount(values.get(before), _CO2E, rule),
                amount(values[material.year], _CO2E, rule),
                NOTHING if before is None else change(values.get(before), values[material.year]),
            )
        )
    columns = (
        Column(text("boundary")),
        Column(text("accounting_basis")),
        Column(
            text("year_before" if before is None else "year_column", year=before),
            words.unit(_CO2E),
            align="right",
        ),
        Column(text("year_column", year=material.year), words.unit(_CO2E), align="right"),
        Column(text("change"), align="right"),
    )
    notes = (text("boundaries_note"),)
    title = text("boundaries_table")
    return Table(title, columns, tuple(lines), text("sheet_boundaries"), notes)


def verification(teller: Teller) -> Iterator[Block]:
    """Whether the report was verified, with which opinion."""
    text, words, found = teller.text, teller.words, teller.material.papers.verified
    if found is None or found.opinion is None:
        yield Paragraph(text("not_verified"), "note")
        return
    opinion = found.opinion
    level = found.settings.assurance[opinion.assurance]
    yield Paragraph(
        text(
            "verified_said",
            day=china_time(opinion.entry.time, seconds=False)[:10],
            assurance=words.pick(level.zh, level.en),
            opinion=words.pick(opinion.title.zh, opinion.title.en),
            total=reported(opinion.ground.total, opinion.ground.unit, teller.material.rounding),
            unit=words.unit(opinion.ground.unit),
        )
    )


__all__ = ["disclosure_report"]

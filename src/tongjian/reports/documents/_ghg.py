"""The enterprise's greenhouse gas report (企业温室气体排放报告), laid out like the MRV form.

The order of chapters is that of the reporting form in the sector guidelines of 2013–2015: the
enterprise, emissions, activity data, factors, other matters, then tables.
"""

from __future__ import annotations

from collections.abc import Iterator

from tongjian.reports._words import Words
from tongjian.reports.documents import _appendices as annex
from tongjian.reports.documents._activity import activity
from tongjian.reports.documents._basics import basics, others
from tongjian.reports.documents._emissions import emissions
from tongjian.reports.documents._factor_tables import factors
from tongjian.reports.documents._material import Material
from tongjian.reports.documents._model import Block, Document, Heading, PageBreak, Paragraph
from tongjian.reports.documents._teller import Teller
from tongjian.reports.documents._workings import workings


def ghg_report(material: Material, words: Words) -> Document:
    """The report of one plant and year."""
    teller = Teller(material, words)
    field = (words.text("accounting_basis"), teller.ruleset_title(material.ruleset))
    return teller.document("ghg", _blocks(teller), field)


def _blocks(teller: Teller) -> Iterator[Block]:
    text = teller.text
    yield from teller.declaration()
    yield from basics(teller)
    yield from emissions(teller)
    yield from activity(teller)
    yield from factors(teller)
    yield from others(teller)
    yield PageBreak(landscape=True)
    yield Heading(1, text("workings"), appendix=True)
    yield from workings(teller, teller.material.sheets)
    yield PageBreak()
    yield from annex.uncertainty(teller)
    yield from annex.quality(teller)
    yield from annex.conflicts(teller)
    yield from annex.bridges(teller)
    yield from annex.manifest(teller)
    yield Paragraph(text("end_of_document"), "note")


__all__ = ["ghg_report"]

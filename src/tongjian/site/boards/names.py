"""Names of what boards show, in both languages at once (名称): charts have both in them."""

from __future__ import annotations

from functools import lru_cache
from typing import Any

from tongjian.reports import Words as ReportWords
from tongjian.rules import Words
from tongjian.site.boards.measured import Kind, settings
from tongjian.site.boards.sums import DETERMINED, Measure
from tongjian.site.ui.texts import texts
from tongjian.site.workspaces import rulebook


def term(key: str, code: str) -> Words:
    """The name of a coded term of the catalogue."""
    return Words(*(ReportWords.of(lang).term(key, code) for lang in ("zh", "en")))


def key(name: str, code: str) -> Words:
    """The value of a key of a table: a stream, a technology."""
    return Words(*(ReportWords.of(lang).key(name, code) for lang in ("zh", "en")))


def unit(code: str) -> Words:
    """A unit as it is set in print."""
    return Words(*(ReportWords.of(lang).unit(code) for lang in ("zh", "en")))


def phrase(key: str, **values: Words | str | int) -> Words:
    """A phrase of ``texts.toml``, filled in."""
    found = texts()[key]
    said = {
        lang: {
            name: one[lang] if isinstance(one, Words) else str(one) for name, one in values.items()
        }
        for lang in ("zh", "en")
    }
    return Words(found.zh.format(**said["zh"]), found.en.format(**said["en"]))


def of_row(row: Any) -> Words:
    """The names of an enterprise, a plant or a division."""
    zh, en = row.name_zh or row.code, row.name_en or row.name_zh or row.code
    return Words(zh, en)


def of_measure(measure: Measure) -> Words:
    """What is summed up and within which boundary."""
    boundary = term("boundary", measure.boundary)
    if measure.substance == DETERMINED:
        return phrase("boards.determined")
    if (column := column_of(measure)) is not None:
        return column
    if measure.is_co2e:
        return phrase("boards.measure_co2e", boundary=boundary)
    return phrase(
        "boards.measure", boundary=boundary, substance=term("substance", measure.substance)
    )


def of_intensity(kind: Kind) -> Words:
    """Of what per what an intensity is."""
    below, _, above = kind.key.partition(".")
    return phrase(
        "boards.intensity_of", above=phrase(f"boards.above_{above}"),
        below=phrase(f"boards.below_{below}"),
    )  # fmt: skip


def substance(code: str) -> Words:
    """A substance, or the mark of what was determined."""
    return phrase("boards.determined_short") if code == DETERMINED else term("substance", code)


@lru_cache(maxsize=64)
def column_of(measure: Measure) -> Words | None:
    """The title of the column that a sum of energy is taken from: it tells the convention."""
    for said in settings()["column"]:
        if said["boundary"] != measure.boundary:
            continue
        name = measure.substance
        if name == measure.unit:  # energy of the ledger is told by its unit alone
            name = said["ledger"]
        if "." not in name:
            continue
        sheet, _, column = name.rpartition(".")
        for one in rulebook().rulesets.get(said["ruleset"], ()):
            formula = one.program.sheets[sheet].formulas[column]
            return formula.doc.title
    return None


__all__ = [
    "column_of",
    "key",
    "of_intensity",
    "of_measure",
    "of_row",
    "phrase",
    "substance",
    "term",
    "unit",
]

"""Names of what boards show, in both languages at once (名称): charts have both in them."""

from __future__ import annotations

from typing import Any

from tongjian.reports import Words as ReportWords
from tongjian.rules import Words
from tongjian.site.boards.sums import Measure
from tongjian.site.ui.texts import texts


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
    if measure.is_co2e:
        return phrase("boards.measure_co2e", boundary=boundary)
    if measure.substance == measure.unit:  # energy is told by its unit alone
        return boundary
    return phrase(
        "boards.measure", boundary=boundary, substance=term("substance", measure.substance)
    )


__all__ = ["key", "of_measure", "of_row", "phrase", "term", "unit"]

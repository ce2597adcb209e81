"""An explained number as nested parts of a page that open and close without any script."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Any

from tongjian.engine import Node, Run
from tongjian.engine._sources import place_of
from tongjian.reports._html import Markup, el, join
from tongjian.reports._lists import document, status_mark
from tongjian.reports._numbers import NOTHING, reported, significant
from tongjian.reports._tables import Column, Line, texts
from tongjian.reports._words import Words, is_chinese
from tongjian.rules import Rounding, Table

_SPAN = re.compile(r"[\d…-]+ – [\d…-]+")
_RECORD = (
    *("period", "process_unit", "stream", "item", "entered_quantity", "entered_unit"),
    *("tier", "evidence", "source"),
)


@dataclass(frozen=True, slots=True)
class Teller:
    """What is needed to put a tree into words."""

    words: Words
    facilities: Mapping[str, dict[str, Any]]
    tables: Mapping[str, Table]
    places: Rounding
    shown: set[int] = field(default_factory=set)
    """Numbers (by identity) already shown with all that is behind them."""

    @classmethod
    def of(cls, run: Run, words: Words) -> Teller:
        places: dict[str, int] = {}
        for result in run.results:
            for unit, count in result.ruleset.doc.rounding.places.items():
                places.setdefault(unit, count)
        # A ratio is shown with all its digits, an amount as a return would print it.
        amounts = {unit: count for unit, count in places.items() if "/" not in unit}
        tables = run.rulebook.tables | run.rulebook.variants
        return cls(words, run.facilities, tables, Rounding(places=amounts))

    def said(self, node: Node) -> str:
        """The value of a number; what a rule or an entry says in words."""
        if node.label is not None:
            return self.words.pick(node.label.zh, node.label.en)
        return node.value if isinstance(node.value, str) else self.value(node.value, node.unit)

    def value(self, value: float | None, unit: str) -> str:
        if value is None:
            return NOTHING
        if unit in self.places.places:
            return f"{reported(value, unit, self.places)} {self.words.unit(unit)}"
        number = significant(value)
        return number if unit in ("", "1") else f"{number} {self.words.unit(unit)}"

    def key(self, key: Mapping[str, object]) -> str:
        """Where a number stands: facility, year, stream…"""
        return " · ".join(self.part(name, str(value)) for name, value in key.items())

    def document(self, node: Node) -> Markup:
        """The document that a number rests on."""
        table = self.tables.get(str(node.key.get("table")))
        if table is None:
            return document(self.words.clause(node.document), self.words)
        return document(self.words.source(node.document, table.basis.document), self.words)

    def part(self, name: str, value: str) -> str:
        if name == "facility" and value in self.facilities:
            return f"{self.words.facility(self.facilities[value])} {value}"
        if name == "table" and value in self.tables:
            title = self.tables[value].title
            return self.words.pick(title.zh, title.en)
        return self.words.key(name, value)


def explained(
    node: Node,
    teller: Teller,
    *,
    first: bool = True,
    above: Mapping[str, object] = MappingProxyType({}),
) -> Markup:
    """A number, and inside it everything that it was made of.

    The `first` branch stands open down to the records, so that a reader sees one whole trace. Of
    its key a number shows what is not said `above` it already.
    """
    words = teller.words
    own = {name: value for name, value in node.key.items() if above.get(name) != value}
    below = {**above, **node.key}
    head = join(
        el("span", title_of(node, words), class_="name"),
        el("span", teller.key(own), class_="key") if own else None,
        el("span", teller.said(node), class_="value"),
        status_mark(node.status, words),
    )
    if node.children and id(node) in teller.shown:
        return el("div", head, " ", words.text("see_above"), class_="leaf")
    teller.shown.add(id(node))
    children = [
        explained(child, teller, first=first and number == 0, above=below)
        for number, child in enumerate(node.children)
    ]
    inside = join(_facts(node, teller), _records(node, words), children, _hidden(node, teller))
    if not inside:
        return el("div", head, class_="leaf")
    return el("details", el("summary", head), el("div", inside), open=first)


def title_of(node: Node, words: Words) -> str:
    title = words.pick(node.title.zh, node.title.en)
    # The key of a parameter is said in words behind it, and not by its codes.
    if node.kind == "parameter" and len(node.key) > 1:
        title = re.sub(r"\s?[（(][^（()）]*[)）]$", "", title)
    return title


def _facts(node: Node, teller: Teller) -> Markup | None:
    words = teller.words
    facts: list[tuple[str, object]] = []
    if node.kind == "parameter" and node.formula:
        facts.append((words.text("printed"), node.formula.removesuffix(" 1")))
    elif node.formula:
        facts.append((words.text("formula"), el("code", node.formula)))
    if node.substituted and node.substituted != node.formula:
        facts.append((words.text("substituted"), el("code", node.substituted)))
    if node.document:
        facts.append((words.text("basis"), teller.document(node)))
    if node.clause:
        facts.append((words.text("clause"), document(words.clause(node.clause), words)))
    facts += notes_of(node.note, words)
    pairs = [el("div", el("dt", name), el("dd", value)) for name, value in facts]
    return el("dl", pairs, class_="facts") if pairs else None


def notes_of(note: str, words: Words) -> list[tuple[str, object]]:
    """What the tree notes, as far as it is in the language of the page."""
    if note == "default":
        return [(words.text("note"), words.text("default_value"))]
    found: list[tuple[str, object]] = []
    span, _, rest = note.partition("; ")
    if _SPAN.fullmatch(span):
        found.append((words.text("in_force"), span))
        note = rest
    if note and (words.lang == "en" or is_chinese(note)):
        found.append((words.text("note"), note))
    return found


def _records(node: Node, words: Words) -> Markup | None:
    if not node.records:
        return None
    names = [name for name in _RECORD if any(row.get(name) for row in node.records)]
    columns = [Column(words.term("field", name)) for name in names]
    lines = [Line([_cell(name, row, words) for name in names]) for row in node.records]
    return texts(columns, lines, label=words.text("records_rows"), dense=True)


def _cell(name: str, row: Mapping[str, Any], words: Words) -> object:
    value = str(row.get(name) or "")
    if not value:
        return NOTHING
    if name == "item":
        return words.item(str(row.get("stream") or ""), value)
    if name == "source":
        return place_of(value).text(words.lang)
    return words.key(name, value)


def _hidden(node: Node, teller: Teller) -> Markup | None:
    if not node.hidden:
        return None
    value = teller.value(node.hidden_value, node.unit)
    count = f"{node.hidden:,}"
    return el("p", teller.words.text("hidden", count=count, value=value), class_="more")


__all__ = ["Teller", "explained", "notes_of", "title_of"]

"""An explained number as nested parts of a page that open and close without any script."""

from __future__ import annotations

import re
from collections.abc import Mapping

from tongjian.engine import Node
from tongjian.reports._html import Markup, el, join
from tongjian.reports._lists import status_mark
from tongjian.reports._numbers import NOTHING, significant
from tongjian.reports._tables import Column, Line, texts
from tongjian.reports._words import Words, is_chinese, unit_text

_OPEN_LEVELS = 2
_SPAN = re.compile(r"[\d…-]+ – [\d…-]+")
_RECORD = (
    *("period", "process_unit", "stream", "item", "entered_quantity", "entered_unit"),
    *("tier", "evidence", "source"),
)


def explained(node: Node, words: Words, level: int = 0) -> Markup:
    """A number, and inside it everything that it was made of."""
    head = join(
        el("span", words.pick(node.title.zh, node.title.en), class_="name"),
        el("span", _key(node.key, words), class_="key") if node.key else None,
        el("span", _value(node.value, node.unit), class_="value"),
        status_mark(node.status, words),
    )
    inside = join(
        _facts(node, words),
        _records(node, words),
        [explained(child, words, level + 1) for child in node.children],
        _hidden(node, words),
    )
    if not inside:
        return el("div", head, class_="leaf")
    return el("details", el("summary", head), el("div", inside), open=level < _OPEN_LEVELS)


def _value(value: float | None, unit: str) -> str:
    if value is None:
        return NOTHING
    return significant(value) if unit in ("", "1") else f"{significant(value)} {unit_text(unit)}"


def _key(key: Mapping[str, object], words: Words) -> str:
    """Where the number stands: facility, year, stream…"""
    return " · ".join(words.key(name, str(value)) for name, value in key.items())


def _facts(node: Node, words: Words) -> Markup | None:
    facts: list[tuple[str, object]] = []
    if node.formula:
        facts.append((words.text("formula"), el("code", node.formula)))
    if node.substituted and node.substituted != node.formula:
        facts.append((words.text("substituted"), el("code", node.substituted)))
    if node.document:
        facts.append((words.text("basis"), words.clause(node.document)))
    if node.clause:
        facts.append((words.text("clause"), words.clause(node.clause)))
    facts += _notes(node.note, words)
    pairs = [el("div", el("dt", name), el("dd", value)) for name, value in facts]
    return el("dl", pairs, class_="facts") if pairs else None


def _notes(note: str, words: Words) -> list[tuple[str, object]]:
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
    lines = [Line([_cell(name, row.get(name), words) for name in names]) for row in node.records]
    return texts(columns, lines, label=words.text("records_rows"))


def _cell(name: str, value: object, words: Words) -> object:
    if value in (None, ""):
        return NOTHING
    if name in ("stream", "tier"):
        return words.key(name, str(value))
    return str(value)


def _hidden(node: Node, words: Words) -> Markup | None:
    if not node.hidden:
        return None
    value = _value(node.hidden_value, node.unit)
    return el("p", words.text("hidden", count=f"{node.hidden:,}", value=value), class_="more")


__all__ = ["explained"]

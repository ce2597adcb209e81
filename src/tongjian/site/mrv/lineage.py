"""An explained number as a page shows it (逐数溯源): a tree that opens branch by branch.

value ← formula with its values ← parameter with clause, validity and status ← records ← evidence.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from tongjian.engine import Node, Run, explain, explain_total
from tongjian.engine._sources import place_of
from tongjian.problems import Problem, TongjianError
from tongjian.reports import Words
from tongjian.reports._explained import Teller, notes_of, title_of
from tongjian.site.ui.texts import lang

DEPTH = 2
_WHOLE = 12
_MOST_ROWS = 200
ROWS = 8
_WHERE = ("boundary", "ruleset", "category", "substance")


@dataclass(frozen=True, slots=True)
class Record:
    """A record of activity data behind a number, and the files that prove it."""

    period: str
    unit: str
    stream: str
    item: str
    quantity: str
    tier: str
    evidence: str
    files: tuple[tuple[str, str], ...]
    """Digest and name of each attached file."""
    source: str


@dataclass(frozen=True, slots=True)
class Branch:
    """A number of the tree, ready to be shown; `path` leads to it from the root."""

    path: str
    kind: str
    title: str
    key: str
    value: str
    printed: str
    formula: str
    substituted: str
    document: str
    clause: str
    status: str
    notes: tuple[tuple[str, object], ...]
    records: tuple[Record, ...]
    children: tuple[Branch, ...]
    more: int
    """How many numbers are behind it that were not loaded."""
    hidden: int
    hidden_value: str

    @property
    def recalled(self) -> bool:
        """Whether it is only from memory."""
        return self.status == "recalled"

    @property
    def opens(self) -> bool:
        """Whether there is anything behind it."""
        return bool(self.children or self.more or self.records or self.formula or self.document)


Files = Mapping[str, Sequence[tuple[str, str]]]
"""Attached files (digest and name) by what records call their evidence."""


def explained(run: Run, facility: str, year: int, given: Mapping[str, str]) -> Node:
    """The tree behind what an address names: a cell, or a sum of ledger lines.

    Raises `TongjianError` for a number that the run does not have.
    """
    rows = _rows(given.get("rows", ""))
    cell = given.get("cell", "")
    if cell:
        sheet, _, column = cell.rpartition(".")
        key: dict[str, Any] = {"facility": facility, "year": year}
        key |= {
            name.removeprefix("key."): value
            for name, value in given.items()
            if name.startswith("key.")
        }
        return explain(run, given.get("ruleset", ""), sheet, key, column, rows=rows)
    where = {name: given[name] for name in _WHERE if given.get(name)}
    if not where:
        raise TongjianError(
            Problem("engine.unknown_cell", values={"what": "-", "known": ", ".join(_WHERE)})
        )
    return explain_total(run, rows=rows, facility=facility, year=year, **where)


def _rows(text: str) -> int:
    return min(int(text), _MOST_ROWS) if text.isdecimal() and text != "0" else ROWS


def at(root: Node, path: str) -> tuple[Node, list[tuple[str, Node]]]:
    """The number at a path such as ``0.2`` and those above it; raises `TongjianError`."""
    node, walked = root, list[str]()
    above: list[tuple[str, Node]] = []
    for part in filter(None, path.split(".")):
        number = int(part) if part.isdecimal() and len(part) < 6 else -1
        if not 0 <= number < len(node.children):
            values = {"what": path, "known": str(len(node.children))}
            raise TongjianError(Problem("engine.unknown_cell", values=values))
        above.append((".".join(walked), node))
        walked.append(part)
        node = node.children[number]
    return node, above


class Painter:
    """Puts nodes of one run into words of the page's language."""

    def __init__(self, run: Run, files: Files) -> None:
        self.words = Words.of(lang())
        self.teller = Teller.of(run, self.words)
        self.files = files

    def branch(self, node: Node, path: str, depth: int, above: Mapping[str, Any]) -> Branch:
        """A node and what is behind it, so many levels deep."""
        words = self.words
        own = {name: value for name, value in node.key.items() if above.get(name) != value}
        below = {**above, **node.key}
        children: tuple[Branch, ...] = ()
        if depth > 0:
            children = tuple(
                self.branch(child, f"{path}.{number}".lstrip("."), depth - 1, below)
                for number, child in enumerate(node.children)
            )
        is_parameter = node.kind == "parameter"
        return Branch(
            path=path,
            kind=node.kind,
            title=title_of(node, words),
            key=self.teller.key(own),
            value=self.teller.said(node),
            printed=node.formula.removesuffix(" 1") if is_parameter else "",
            formula="" if is_parameter else node.formula,
            substituted=node.substituted if node.substituted != node.formula else "",
            document=self.document(node),
            clause=words.clause(node.clause),
            status=node.status,
            notes=tuple(notes_of(node.note, words)),
            records=tuple(map(self.record, node.records)),
            children=children,
            more=0 if children else len(node.children),
            hidden=node.hidden,
            hidden_value=self.teller.value(node.hidden_value, node.unit) if node.hidden else "",
        )

    def document(self, node: Node) -> str:
        """The document that a number rests on."""
        table = self.teller.tables.get(str(node.key.get("table")))
        if table is None:
            return self.words.clause(node.document)
        return self.words.source(node.document, table.basis.document)

    def record(self, row: Mapping[str, Any]) -> Record:
        """A row of activity data."""
        words = self.words
        stream, evidence = str(row["stream"]), str(row["evidence"] or "")
        quantity = row["entered_quantity"] or row["quantity"]
        unit = str(row["entered_unit"] or "")
        return Record(
            period=str(row["period"]),
            unit=str(row["process_unit"] or ""),
            stream=words.key("stream", stream),
            item=words.item(stream, str(row["item"])),
            quantity=f"{quantity} {words.unit(unit) if unit else ''}".strip(),
            tier=words.term("tier", str(row["tier"])) if row["tier"] else "",
            evidence=evidence,
            files=tuple(self.files.get(evidence, ())),
            source=place_of(str(row["source"] or "")).text(words.lang),
        )


def tree(run: Run, files: Files, root: Node, path: str, *, whole: bool) -> Branch:
    """The part of a tree that a page shows: the branch at `path`, opened a little, or all of it."""
    node, above = at(root, path)
    said: dict[str, Any] = {}
    for _, one in above:
        said |= one.key
    return Painter(run, files).branch(node, path, _WHOLE if whole else DEPTH, said)


__all__ = ["DEPTH", "ROWS", "Branch", "Files", "Painter", "Record", "at", "explained", "tree"]

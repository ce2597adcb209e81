"""Tables of a page: one description gives the wide form and the stacked form of small screens."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from tongjian.reports._html import Markup, el


@dataclass(frozen=True, slots=True)
class Column:
    """A column: its heading and whether it holds numbers."""

    title: str
    number: bool = False
    class_: str | None = None
    below: str = ""
    """Said under the title: the unit of the figures, or an id."""

    @property
    def classes(self) -> str | None:
        return " ".join(filter(None, ("num" if self.number else None, self.class_))) or None


@dataclass(frozen=True, slots=True)
class Line:
    """A row: its cells, and whether it is a total or a heading over those that follow."""

    cells: Sequence[object]
    kind: str = ""


def figures(columns: Sequence[Column], lines: Iterable[Line], *, label: str) -> Markup:
    """A table of figures; where it is too wide it scrolls, its first column staying in sight."""
    return _scrolling(_table(columns, lines, "figures", label), label)


def texts(
    columns: Sequence[Column], lines: Iterable[Line], *, label: str, dense: bool = False
) -> Markup:
    """A table of texts; on a small screen each row becomes a block with its headings repeated.

    The cells of a `dense` table are short enough to stand several on a line there.
    """
    kind = "texts dense" if dense else "texts"
    return _scrolling(_table(columns, lines, kind, label), label)


def _scrolling(table: Markup, label: str) -> Markup:
    # Focusable, so that it can be scrolled from the keyboard.
    return el("div", table, class_="scroll", role="region", tabindex="0", aria_label=label)


def _table(columns: Sequence[Column], lines: Iterable[Line], kind: str, label: str) -> Markup:
    head = [
        el(
            "th",
            column.title,
            [" ", el("br"), el("small", column.below)] if column.below else None,
            scope="col",
            class_=column.classes,
        )
        for column in columns
    ]
    body = [_row(columns, line) for line in lines]
    return el(
        "table",
        el("caption", label, class_="unseen"),
        el("thead", el("tr", head)),
        el("tbody", body),
        class_=kind,
    )


def _row(columns: Sequence[Column], line: Line) -> Markup:
    if line.kind == "group":
        heading = el("th", line.cells[0], scope="rowgroup", colspan=len(columns))
        return el("tr", heading, class_="group")
    cells = []
    for number, (column, cell) in enumerate(zip(columns, line.cells, strict=True)):
        if number == 0:
            cells.append(el("th", cell, scope="row", class_=column.classes))
        else:
            cells.append(el("td", cell, class_=column.classes, data_label=column.title))
    return el("tr", cells, class_=line.kind or None)


__all__ = ["Column", "Line", "figures", "texts"]

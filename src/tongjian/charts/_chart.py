"""A chart with its data table, its words and its specification (图表及其数据表)."""

from __future__ import annotations

import csv
import io
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import lru_cache
from importlib.resources import files
from tomllib import loads
from typing import Any, Literal

from tongjian.charts._text import SIZE, number, text_width
from tongjian.charts._theme import FONT, Theme, config, themed, token
from tongjian.problems import LANGUAGES, Problem, TongjianError
from tongjian.rules import Words

SCHEMA = "https://vega.github.io/schema/vega-lite/v6.json"
VEGA_SCHEMA = "https://vega.github.io/schema/vega/v6.json"
WIDTH = 720
# The width that the specification for a narrow page is made for.
NARROW = 360
Cell = Words | str | float | int | None
Said = Words | str
# A spreadsheet takes a text that begins with these for a formula.
_FORMULA = ("=", "+", "-", "@", "\t", "\r")


@dataclass(frozen=True, slots=True)
class Column:
    """A column of a data table, with its unit where it holds numbers."""

    name: Said
    unit: Said = ""

    def head(self, lang: str) -> str:
        """Name and unit as a heading."""
        name, unit = said(self.name, lang), said(self.unit, lang)
        if not unit:
            return name
        return f"{name}（{unit}）" if lang == "zh" else f"{name} ({unit})"


@dataclass(frozen=True, slots=True)
class Table:
    """The data behind a chart (数据表): what is drawn, in full precision."""

    columns: tuple[Column, ...]
    rows: tuple[tuple[Cell, ...], ...]

    def head(self, lang: str) -> list[str]:
        """The headings in a language."""
        return [one.head(lang) for one in self.columns]

    def shown(self, lang: str) -> list[list[str]]:
        """The rows as texts for a page or a document."""
        return [[_shown(cell, lang) for cell in row] for row in self.rows]

    def csv(self, lang: str) -> str:
        """The table as CSV with plain numbers (`\\r\\n` between rows, no byte order mark)."""
        out = io.StringIO()
        writer = csv.writer(out)
        writer.writerow([_safe(one) for one in self.head(lang)])
        for row in self.rows:
            writer.writerow(
                [
                    ""
                    if cell is None
                    else _safe(said(cell, lang))
                    if isinstance(cell, Words | str)
                    else repr(cell)
                    for cell in row
                ]
            )
        return out.getvalue()


@dataclass(frozen=True, slots=True)
class View:
    """For whom a specification is made: language, and width of the whole drawing in pixels."""

    lang: str
    width: int

    def say(self, text: Said) -> str:
        """A text in this language."""
        return said(text, self.lang)

    def phrase(self, key: str, **values: object) -> str:
        """A fixed phrase in this language."""
        return said(phrase(key), self.lang).format(**values)


@dataclass(frozen=True, slots=True)
class Chart:
    """A chart (图表). The page and the document show the same specification over the same table.

    `title`, `alt` (what a reader who does not see the drawing is told) and `source` are said in
    both languages. `draw` makes the specification for a view, with tokens for colours.
    """

    kind: str
    title: Said
    alt: Said
    source: Said
    table: Table
    draw: Callable[[View], dict[str, Any]]
    grammar: Literal["vega-lite", "vega"] = "vega-lite"
    # Whether a browser may draw it in another width without asking again.
    flexible: bool = True

    @property
    def empty(self) -> bool:
        """Whether there is nothing to draw: the specification then says so."""
        return not self.table.rows

    def tokens(self, lang: str = "zh", width: int = WIDTH) -> dict[str, Any]:
        """The specification with tokens for colours, as a page embeds it."""
        if lang not in LANGUAGES:
            values = {"lang": lang, "known": ", ".join(LANGUAGES)}
            raise TongjianError(Problem("charts.language", values=values))
        view = View(lang, width)
        return nothing(view) if self.empty else self.draw(view)

    def spec(self, lang: str = "zh", theme: Theme = "light", width: int = WIDTH) -> dict[str, Any]:
        """The finished specification: plain data, valid Vega-Lite (or Vega)."""
        made: dict[str, Any] = themed(self.tokens(lang, width), theme)
        return made

    @property
    def language(self) -> Literal["vega-lite", "vega"]:
        """The grammar of what `spec` gives; a chart without data is always Vega-Lite."""
        return "vega-lite" if self.empty else self.grammar


def said(text: Said | Cell, lang: str) -> str:
    """A text in a language; the other one where it is missing."""
    if isinstance(text, Words):
        return (text.zh or text.en) if lang == "zh" else (text.en or text.zh)
    return "" if text is None else str(text)


def both(zh: Said, en: Said | None = None) -> Words:
    """A text in both languages, made of texts that may be in both already."""
    return Words(said(zh, "zh"), said(zh if en is None else en, "en"))


def phrase(key: str, **values: Said | float) -> Words:
    """A fixed phrase of the charts in both languages, filled with texts or numbers."""
    texts = _phrases()[key]
    made = [
        texts[lang].format(
            **{
                name: said(one, lang) if isinstance(one, Words | str) else number(one)
                for name, one in values.items()
            }
        )
        if values
        else texts[lang]
        for lang in ("zh", "en")
    ]
    return Words(*made)


def vega_lite(view: View, margin: float, height: float, **parts: Any) -> dict[str, Any]:
    """A Vega-Lite specification; `margin` is what axes and labels take of the width."""
    return {
        "$schema": SCHEMA,
        "usermeta": {"margin": round(margin)},
        "width": max(round(view.width - margin), 80),
        "height": round(height),
        "padding": 6,
        "autosize": {"type": "pad"},
        "background": token("surface"),
        **parts,
        "config": config(),
    }


def legend(names: Sequence[str], **more: Any) -> dict[str, Any] | None:
    """A legend above the drawing that breaks into rows on a narrow page; none for one series."""
    if len(names) < 2:
        return None
    widths = [text_width(name) + 40 for name in names]
    rows = f"max(1, floor(width / {max(widths)}))"
    columns = {"expr": f"width >= {sum(widths)} ? {len(names)} : {rows}"}
    return {"title": None, "columns": columns, **more}


def measure(head: str) -> dict[str, Any]:
    """What the vertical axis measures, written above the drawing where it is read upright."""
    return {
        "text": head, "anchor": "start", "frame": "bounds", "fontSize": SIZE, "offset": 12,
        "fontWeight": "normal", "color": token("muted"), "font": FONT,
    }  # fmt: skip


def nothing(view: View) -> dict[str, Any]:
    """What is drawn where there are no data: a sentence, no axes."""
    return vega_lite(
        view,
        12,
        64,
        data={"values": [{"text": view.phrase("no_data")}]},
        mark={"type": "text", "fontSize": 13, "color": token("muted"), "font": FONT},
        encoding={
            "text": {"field": "text", "type": "nominal"},
            "x": {"value": {"expr": "width / 2"}},
            "y": {"value": 32},
        },
    )


@lru_cache(maxsize=1)
def _phrases() -> dict[str, dict[str, str]]:
    source = files("tongjian") / "charts" / "phrases.toml"
    return loads(source.read_text(encoding="utf-8"))


def _shown(cell: Cell, lang: str) -> str:
    if isinstance(cell, float | int):
        return number(cell)
    return "—" if cell is None else said(cell, lang)


def _safe(text: str) -> str:
    return f"'{text}" if text.startswith(_FORMULA) else text


__all__ = [
    *("SCHEMA", "NARROW", "VEGA_SCHEMA", "WIDTH", "Cell", "Chart", "Column", "Said", "Table"),
    *("View", "both", "legend", "measure", "nothing", "phrase", "said", "vega_lite"),
]

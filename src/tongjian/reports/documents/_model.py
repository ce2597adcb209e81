"""What a document is made of (文书模型), without a word about how it is written to a file.

A document is a cover and a row of blocks. Builders say what stands where; the writers of DOCX,
PDF and XLSX set the same blocks. A cell is a text or a `Number`, which carries its value and the
text that all writers print, so that no writer formats a number by itself.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Literal

from tongjian.reports._charts import Chart
from tongjian.reports._numbers import NOTHING, reported, significant
from tongjian.rules import Rounding

_OTHER_UNITS = 2
Align = Literal["left", "center", "right"]
RowKind = Literal["", "total", "group", "doubtful"]
Tone = Literal["body", "lead", "note", "warning", "right"]


@dataclass(frozen=True, slots=True)
class Number:
    """A number of a cell (数值): its value, its printed text and its decimals.

    `places` None means as many digits as the text has.
    """

    value: float
    text: str
    places: int | None = None


Cell = str | Number


def amount(value: float | None, unit: str, rounding: Rounding) -> Cell:
    """A value in `unit`, rounded as the rule set asks; a dash for none."""
    if value is None:
        return NOTHING
    text = reported(value, unit, rounding)
    return Number(float(value), text, rounding.places.get(unit, _OTHER_UNITS))


def figure(value: float | None, digits: int = 6) -> Cell:
    """A value that no rule set rounds, to `digits` significant digits."""
    return NOTHING if value is None else Number(float(value), significant(float(value), digits))


def count(value: int) -> Cell:
    """A whole number."""
    return Number(value, f"{value:,}", 0)


def text_of(cell: Cell) -> str:
    """What is printed of a cell."""
    return cell.text if isinstance(cell, Number) else cell


@dataclass(frozen=True, slots=True)
class Heading:
    """A heading (标题) of level 1 to 3; `number` is filled in by `numbered`."""

    level: int
    text: str
    appendix: bool = False
    plain: bool = False
    """Whether it stands without a number, before the chapters."""
    number: str = ""

    @property
    def full(self) -> str:
        return f"{self.number}{self.text}"


@dataclass(frozen=True, slots=True)
class Paragraph:
    """A paragraph (段落); `tone` says how it is set."""

    text: str
    tone: Tone = "body"


@dataclass(frozen=True, slots=True)
class Bullets:
    """Short remarks one under another (列项)."""

    items: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Column:
    """A column (表列): heading, unit under it, the head over several columns, alignment."""

    title: str
    unit: str = ""
    group: str = ""
    align: Align = "left"


@dataclass(frozen=True, slots=True)
class Row:
    """A row of cells; a `group` row has one cell, which heads the rows below it."""

    cells: tuple[Cell, ...]
    kind: RowKind = ""


@dataclass(frozen=True, slots=True)
class Table:
    """A table (表): caption above, one or two rows of heads, notes below.

    `sheet` names its sheet in the workbook.
    """

    title: str
    columns: tuple[Column, ...]
    rows: tuple[Row, ...]
    sheet: str
    notes: tuple[str, ...] = ()
    appendix: bool = False
    number: str = ""

    @property
    def caption(self) -> str:
        return f"{self.number}{self.title}"


@dataclass(frozen=True, slots=True)
class Form:
    """A form (表单): labels with what is filled in, as on the regulator's first page."""

    title: str
    fields: tuple[tuple[str, Cell], ...]
    sheet: str
    notes: tuple[str, ...] = ()
    appendix: bool = False
    number: str = ""

    @property
    def caption(self) -> str:
        return f"{self.number}{self.title}"


@dataclass(frozen=True, slots=True)
class Picture:
    """A chart (图) with its title below it."""

    chart: Chart
    number: str = ""

    @property
    def caption(self) -> str:
        return f"{self.number}{self.chart.title}"


@dataclass(frozen=True, slots=True)
class Signatures:
    """Lines to sign on (签字盖章栏)."""

    labels: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class PageBreak:
    """A new page (分页), from here on upright or across (横向)."""

    landscape: bool = False


@dataclass(frozen=True, slots=True)
class Contents:
    """The table of contents (目录)."""

    title: str


Block = Heading | Paragraph | Bullets | Table | Form | Picture | Signatures | PageBreak | Contents


@dataclass(frozen=True, slots=True)
class Cover:
    """The cover page (封面): titles, what is filled in, remarks at the foot."""

    titles: tuple[str, ...]
    fields: tuple[tuple[str, str], ...]
    remarks: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Document:
    """A document (文书) in one language.

    `header` runs over every page: on the left whose report of which year this is, on the right
    version and digest of the run. `made` is the date printed and kept in the file; files bear a
    fixed one where it is None, so that the same run gives the same bytes.
    """

    kind: str
    lang: str
    title: str
    header: tuple[str, str]
    cover: Cover
    blocks: tuple[Block, ...]
    made: date | None = None
    page: str = ""
    """How page numbers are written, with {page} and {pages}."""
    sign_date: str = ""
    """The blank for the day of a signature."""
    keywords: tuple[str, ...] = field(default=())

    def tables(self) -> Iterator[Table]:
        """Its tables in order."""
        return (block for block in self.blocks if isinstance(block, Table))


def row(*cells: Cell | None, kind: RowKind = "") -> Row:
    """A row; None is an empty cell."""
    return Row(tuple("" if cell is None else cell for cell in cells), kind)


def rows(found: Sequence[Sequence[Cell]]) -> tuple[Row, ...]:
    """Rows of plain cells."""
    return tuple(Row(tuple(cells)) for cells in found)


__all__ = [
    "Align",
    "Block",
    "Bullets",
    "Cell",
    "Column",
    "Contents",
    "Cover",
    "Document",
    "Form",
    "Heading",
    "Number",
    "PageBreak",
    "Paragraph",
    "Picture",
    "Row",
    "Signatures",
    "Table",
    "amount",
    "count",
    "figure",
    "row",
    "rows",
    "text_of",
]

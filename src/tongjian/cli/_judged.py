"""Judged tables on a terminal: as many columns as it has room for, and nothing cut in two.

A number or a word that does not fit is left to `--json`, `--columns` or one plant at a time
(`--facility`); what was left out is named below the table. A few rows stand side by side.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

from tongjian.cli._output import Output, console
from tongjian.judging import JudgedColumn, JudgedTable
from tongjian.reports import Words
from tongjian.rules import KEY_TITLES

# So few rows stand side by side, with everything there is to say.
_FEW = 3
# Cells that say words may take so much room, headings of numbers so much.
_WORDS_ROOM, _KEY_ROOM, _HEADING_ROOM, _ITEM_ROOM, _NAMED = 22, 18, 12, 16, 6
# The first columns of a rule set are told if they say something; what is alike comes last.
_LEADING, _ALIKE = 3, 2
# Before and between cells and at the end of a row.
_CELL, _EDGE = 3, 1
_CODES = ("facility", "period", "process_unit", "year")


@dataclass(frozen=True, slots=True)
class _Column:
    """A column as printed: its heading, its cells, whether numbers, and how wide it has to be."""

    heading: str
    cells: tuple[str, ...]
    numeric: bool
    width: int

    @property
    def rank(self) -> int:
        """Which columns are left out first: what says the same everywhere says least."""
        alike = len(set(self.cells)) == 1 and len(self.cells) > 1
        if self.numeric:
            return _ALIKE + 1 if alike and self.cells[0] in ("–", "0") else 1
        return _ALIKE if alike else 0


def print_judged(out: Output, table: JudgedTable, most: int, wanted: Sequence[str] = ()) -> None:
    """Print a table, at most `most` rows of it; `wanted` names the columns that are to be told."""
    named = [one for one in table.columns if one.name in wanted]
    columns = named or list(table.columns)
    if len(table.rows) <= _FEW and _print_beside(out, table, columns):
        return
    _print_list(out, table, columns, most)
    _print_tallies(out, table)


def _print_list(
    out: Output, table: JudgedTable, columns: Sequence[JudgedColumn], most: int
) -> None:
    from rich import box
    from rich.table import Table

    lang, rows = out.lang, table.rows[:most]
    same, keys = _same_keys(table)
    leading = [_key_column(key, rows, lang) for key in keys]
    alike = _alike(table, columns, lang)
    apart = [one for one in columns if one.name not in alike]
    printed = {one.name: _column(one, rows, lang, columns) for one in apart}
    room = console().width - _EDGE - sum(one.width + _CELL for one in leading)
    told = _fitting(apart, printed, room)
    title = _title(out, table, same)
    grid = Table(title=title, box=box.SIMPLE_HEAD, title_justify="left", title_style="bold")
    shown = [*leading, *(printed[one.name] for one in told)]
    for one in shown:
        side: Literal["left", "right"] = "right" if one.numeric else "left"
        grid.add_column(one.heading, justify=side, width=one.width, overflow="fold")
    for index in range(len(rows)):
        grid.add_row(*[one.cells[index] for one in shown])
    console().print(grid)
    left = len(table.rows) - len(rows)
    if left:
        out.say(f"…… 另有 {left} 行（--rows）", f"… {left} more rows (--rows)")
    _print_alike(out, alike)
    _print_left_out(out, [one for one in apart if one not in told])


def _alike(
    table: JudgedTable, columns: Sequence[JudgedColumn], lang: str
) -> dict[str, tuple[str, str]]:
    """What is the same in every row, such as a weight or a direction: title and value."""
    found = {}
    if len(table.rows) > 1:
        for one in columns:
            cells = {cell_text(one.text(row[one.name], lang), one.unit) for row in table.rows}
            if len(cells) == 1 and "–" not in cells:
                found[one.name] = one.title[lang], f"{cells.pop()} {_unit(one.unit, lang)}".strip()
    return found


def _print_alike(out: Output, alike: Mapping[str, tuple[str, str]]) -> None:
    if alike:
        zh = "；".join(f"{title} = {value}" for title, value in alike.values())
        en = "; ".join(f"{title} = {value}" for title, value in alike.values())
        out.say(f"  各行相同：{zh}", f"  The same in all rows: {en}")


def _print_left_out(out: Output, missing: Sequence[JudgedColumn]) -> None:
    names = [
        one.name
        if one.title[out.lang] == one.name
        else f"{_short(one.title[out.lang])} [{one.name}]"
        for one in missing[:_NAMED]
    ]
    names += ["…"] if len(missing) > _NAMED else []
    if names:
        out.say(
            f"  未列出（用 --columns 列名）：{'；'.join(names)}",
            f"  Not shown (--columns NAME): {'; '.join(names)}",
        )


def _print_beside(out: Output, table: JudgedTable, columns: Sequence[JudgedColumn]) -> bool:
    """A few rows side by side, one line to each thing said; False if there is no room for it."""
    from rich import box
    from rich.cells import cell_len
    from rich.table import Table

    lang, zh = out.lang, out.lang == "zh"
    same, keys = _same_keys(table)
    heads = [
        "\n".join(_key(key, row[key], lang) for key in keys) or ("结果" if zh else "result")
        for row in table.rows
    ]
    cells = [
        [cell_text(one.text(row[one.name], lang), one.unit) for row in table.rows]
        for one in columns
    ]
    units = [_unit(one.unit, lang) for one in columns]
    clauses = [one.clause for one in columns] if len(table.rows) == 1 else []
    widths = [
        max(
            *(cell_len(part) for part in head.split("\n")),
            *(min(cell_len(line[index]), _WORDS_ROOM) for line in cells),
        )
        for index, head in enumerate(heads)
    ]
    unit_width = max([cell_len(one) for one in units] + [4])
    room = console().width - _EDGE - sum(one + _CELL for one in (*widths, unit_width)) - _CELL
    clause_width = min(max([cell_len(one) for one in clauses] + [0]), room // 3)
    if clause_width:
        room -= clause_width + _CELL
    if room < _ITEM_ROOM:
        return False
    names = [one.title[lang] for one in columns]
    grid = Table(
        title=_title(out, table, same), box=box.SIMPLE_HEAD, title_justify="left",
        title_style="bold",
    )  # fmt: skip
    grid.add_column(
        "判定项" if zh else "item", width=min(room, max(map(cell_len, names))), overflow="fold"
    )
    for head, width in zip(heads, widths, strict=True):
        grid.add_column(head, width=width, overflow="fold")
    grid.add_column("单位" if zh else "unit", width=unit_width, no_wrap=True)
    if clause_width:
        grid.add_column("条款" if zh else "clause", width=clause_width, overflow="fold")
    for index, name in enumerate(names):
        more = [clauses[index]] if clause_width else []
        grid.add_row(name, *cells[index], units[index], *more)
    console().print(grid)
    return True


def _print_tallies(out: Output, table: JudgedTable) -> None:
    separator, colon = ("，", "：") if out.lang == "zh" else (", ", ": ")
    for tally in table.tallies():
        said = tally.column.labels
        if len(table.rows) > 1 and max(tally.counts.values()) == len(table.rows):
            continue  # told as the same in all rows
        counts = separator.join(
            f"{said[code][out.lang]} {count:,}" for code, count in tally.counts.items() if count
        )
        if counts:
            out.say(*(f"  {_short(tally.column.title[out.lang])}{colon}{counts}",) * 2)


def _fitting(
    columns: Sequence[JudgedColumn], printed: dict[str, _Column], room: int
) -> list[JudgedColumn]:
    """The columns that fit: the first few, those that judge, the numbers, each in their order."""
    first = [one for one in columns[:_LEADING] if printed[one.name].rank < _ALIKE]
    rest = (one for one in columns if one not in first)
    order = [*first, *sorted(rest, key=lambda one: printed[one.name].rank)]
    told = []
    for one in order:
        width = printed[one.name].width + _CELL
        if width <= room:
            told.append(one)
            room -= width
    return [one for one in columns if one in told]


def _column(
    column: JudgedColumn, rows: Sequence[dict[str, object]], lang: str, beside: Sequence[object]
) -> _Column:
    from rich.cells import cell_len

    values = [column.text(row[column.name], lang) for row in rows]
    cells = tuple(cell_text(value, column.unit) for value in values)
    numeric = all(value is None or isinstance(value, int | float) for value in values)
    title, short = column.title[lang], _short(column.title[lang])
    alike = sum(_short(one.title[lang]) == short for one in beside if isinstance(one, JudgedColumn))
    heading = title if alike > 1 else short
    unit = _unit(column.unit, lang)
    widest = max(map(cell_len, cells), default=0)
    pieces = [len(word) for word in heading.split() if word.isascii()] + [cell_len(unit) + 2, 4]
    least = max(pieces)
    if numeric:
        width = max(widest, least, min(cell_len(heading), _HEADING_ROOM))
    else:
        words = [len(word) for cell in cells for word in cell.split() if word.isascii()]
        width = max(min(widest, _WORDS_ROOM), least, *words, min(cell_len(heading), _HEADING_ROOM))
    return _Column(f"{heading}\n({unit})" if unit else heading, cells, numeric, width)


def _key_column(key: str, rows: Sequence[dict[str, object]], lang: str) -> _Column:
    from rich.cells import cell_len

    cells = tuple(_key(key, row[key], lang) for row in rows)
    heading = KEY_TITLES[key][lang]
    # 对标：高炉…, 对标：转炉…: what all of them begin with says nothing.
    beginnings = {one.partition("：")[0] if "：" in one else None for one in cells}
    if len(beginnings) == 1 and None not in beginnings:
        cells = tuple(one.partition("：")[2] for one in cells)
    widest = max([*map(cell_len, cells), cell_len(heading)])
    return _Column(heading, cells, False, widest if key in _CODES else min(widest, _KEY_ROOM))


def _same_keys(table: JudgedTable) -> tuple[list[str], list[str]]:
    """Keys that are the same in all rows, which the title tells once, and the others."""
    alike = [key for key in table.keys if len({row[key] for row in table.rows}) == 1]
    if len(table.rows) == 1:
        return alike, []
    return alike, [key for key in table.keys if key not in alike]


def _title(out: Output, table: JudgedTable, same: Sequence[str]) -> str:
    known = " ".join(_key(key, table.rows[0][key], out.lang) for key in same)
    return " · ".join(one for one in (table.heading[out.lang], known) if one)


def _short(title: str) -> str:
    """A heading without the remark in brackets at its end, which `--facility` tells in full."""
    for opening, closing in (("（", "）"), (" (", ")")):
        head, found, _ = title.partition(opening)
        if found and head and title.endswith(closing):
            return head
    return title


def cell_text(value: object, unit: str = "") -> str:
    """A cell as printed: numbers with as many digits as tell something, never in pieces."""
    if value is None:
        return "–"
    if isinstance(value, bool) or not isinstance(value, int | float):
        return str(value)
    size = abs(value)
    if unit == "1" and float(value).is_integer() and size < 10_000:
        return f"{value:.0f}"  # a number of things, or a year
    if size >= 1_000_000 or float(value).is_integer():
        return f"{value:,.0f}"
    return f"{value:,.6g}" if size >= 100 else f"{value:.4g}"


def _unit(unit: str, lang: str) -> str:
    """A unit as it is printed; a number of things needs none."""
    return "" if unit in ("1", "count") else Words.of(lang).unit(unit)


def _key(key: str, value: object, lang: str) -> str:
    """A key as people know it; a year has no thousands separator."""
    return str(value) if key in _CODES else Words.of(lang).key(key, str(value))


__all__ = ["cell_text", "print_judged"]

"""Makes the workbook to fill in (填报模板), from the declared tables and the catalogue."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from pathlib import Path
from typing import Any, Literal

import xlsxwriter

from tongjian.records._entries import Item, Stream
from tongjian.records._xlsx import HELP_SHEETS
from tongjian.records.catalogue import Catalogue
from tongjian.records.schema import TABLES, TIERS, Column, Table

Lang = Literal["zh", "en"]

_ROWS = 5000  # rows with drop-down lists; more may be filled in
_WIDTHS = {"evidence": 28, "stream": 22, "item": 26, "name_zh": 24, "name_en": 24}
_WIDTH = 15
_STEPS = {
    "zh": (
        "填报步骤",
        "1. 在“设施”表登记厂区；需要分工序填报时在“工序”表登记工序。",
        "2. 在“活动数据”表逐行填写：一行一个数据。可填的物料、项目和单位见“目录”页。",
        "3. 深色表头为必填。实测的低位发热量、含碳量等同样各占一行，优先于缺省值。",
        "4. 导入时先核对全部内容：有任何错误就不写入，并一次列出所有问题的位置。",
        "本页与“目录”页不参与导入。",
    ),
    "en": (
        "How to fill this in",
        "1. Register the plant on sheet 'facilities', and process units on 'process_units' "
        "where data are given by unit.",
        "2. Give one datum per row on sheet 'activity'. Sheet 'catalogue' lists the streams, "
        "items and units.",
        "3. Dark headers are required. A measured calorific value or carbon content is a row of "
        "its own and wins over a default.",
        "4. An import checks everything first: if there is any error nothing is written, and all "
        "problems are listed with their place.",
        "This sheet and sheet 'catalogue' are not imported.",
    ),
}
_WORDS = {
    "zh": {
        "table": "表",
        "column": "列",
        "required": "必填",
        "meaning": "含义",
        "yes": "是",
        "no": "否",
        "example": "示例（本页内容不会导入）",
        "code": "编码",
        "class": "类别",
        "name": "名称",
        "units": "可用单位（及其倍数）",
        "limits": "范围",
        "stream": "物料或能源",
        "item": "项目",
        "tier": "数据来源",
        "sector": "行业",
        "province": "省份",
    },
    "en": {
        "table": "Table",
        "column": "Column",
        "required": "Required",
        "meaning": "Meaning",
        "yes": "yes",
        "no": "no",
        "example": "示例 / Example (this sheet is not imported)",
        "code": "Code",
        "class": "Class",
        "name": "Name",
        "units": "Units (and their multiples)",
        "limits": "Range",
        "stream": "Stream",
        "item": "Item",
        "tier": "Tier",
        "sector": "Sector",
        "province": "Province",
    },
}


def write_template(
    path: Path,
    catalogue: Catalogue,
    lang: Lang = "zh",
    classes: Sequence[str] | None = None,
    filled: Mapping[str, Sequence[Mapping[str, Any]]] | None = None,
) -> None:
    """Write an empty workbook to fill in, with help, lists and an example.

    `classes` restricts the lists to these stream classes and those below them. Example rows stand
    on the help sheet only, which is never imported: an untouched template has no rows but those of
    `filled`, rows of the store by table.
    """
    # Text is always written as text: nothing of the catalogue can become a formula or a link.
    options = {"strings_to_formulas": False, "strings_to_urls": False, "in_memory": True}
    workbook = xlsxwriter.Workbook(str(path), options)
    workbook.set_properties({"title": "Tongjian", "created": datetime(2000, 1, 1)})
    _Template(workbook, catalogue, lang, _chosen(catalogue, classes), filled or {}).write()
    workbook.close()


def example(catalogue: Catalogue, streams: Sequence[Stream], lang: Lang) -> dict[str, list[Any]]:
    """Rows that show how to fill in each table; they import without a problem."""
    terms = {key: catalogue.terms_of(key) for key in ("sector", "province")}
    word = {key: getattr(found[0], lang) if found else "示例" for key, found in terms.items()}
    rows = []
    for number, (stream, item) in enumerate(_example_data(catalogue, streams)):
        value = 12345.6 if item.maximum is None else round(item.maximum * 0.5, 4)
        tier = TIERS[number % 3]
        rows.append(
            [
                "DEMO-1",
                "2025-01",
                "",
                getattr(stream, lang),
                getattr(item, lang),
                value,
                item.units[0].text,
                getattr(tier, lang),
                f"示例-{number + 1}",
            ]
        )
    facility = ["DEMO-1", "示例厂", "Example plant", word["sector"], word["province"]]
    return {
        "activity": rows,
        "facilities": [[*facility, "", "", _WORDS[lang]["yes"]]],
        "process_units": [["DEMO-1", "U1", "一号装置", "Unit 1", "", "", "", 1000, "t/d"]],
    }


def _example_data(catalogue: Catalogue, streams: Sequence[Stream]) -> list[tuple[Stream, Item]]:
    pairs = [
        (stream, item)
        for stream in streams[:1]
        for item in catalogue.items_of(stream.stream_class).values()
    ]
    return pairs[:5]


def _chosen(catalogue: Catalogue, classes: Sequence[str] | None) -> list[Stream]:
    return [
        stream
        for stream in catalogue.streams.values()
        if classes is None
        or any(
            stream.stream_class == name or stream.stream_class.startswith(f"{name}.")
            for name in classes
        )
    ]


class _Template:
    """Writes the sheets of one template."""

    def __init__(
        self,
        workbook: Any,
        catalogue: Catalogue,
        lang: Lang,
        streams: Sequence[Stream],
        filled: Mapping[str, Sequence[Mapping[str, Any]]],
    ) -> None:
        self._filled = filled
        self._book = workbook
        self._catalogue = catalogue
        self._lang = lang
        self._streams = streams
        self._words = _WORDS[lang]
        self._required = workbook.add_format(
            {"bold": True, "bg_color": "#1F4E79", "font_color": "#FFFFFF", "text_wrap": True}
        )
        self._optional = workbook.add_format(
            {"bold": True, "bg_color": "#D9E2EC", "text_wrap": True}
        )
        self._title = workbook.add_format({"bold": True, "font_size": 14})
        self._text = workbook.add_format({"num_format": "@"})
        self._wrap = workbook.add_format({"text_wrap": True, "valign": "top"})
        self._names = {table.name: table.zh if lang == "zh" else table.name for table in TABLES}
        self._help, self._lists = HELP_SHEETS[lang]

    def write(self) -> None:
        """All sheets: the tables first, so that the workbook opens where one fills in."""
        sheets = {table.name: self._book.add_worksheet(self._names[table.name]) for table in TABLES}
        help_sheet = self._book.add_worksheet(self._help)
        lists = self._write_lists(self._book.add_worksheet(self._lists))
        for table in TABLES:
            self._write_table(sheets[table.name], table, lists)
        self._write_help(help_sheet)

    def _write_table(self, sheet: Any, table: Table, lists: Mapping[str, str]) -> None:
        self._write_header(sheet, 0, table)
        sheet.freeze_panes(1, 0)
        for at, column in enumerate(table.columns):
            cell_format = self._text if column.type in ("text", "period") else None
            sheet.set_column(at, at, _WIDTHS.get(column.name, _WIDTH), cell_format)
            source = self._list_for(table, column, lists)
            if source is not None:
                # A warning, not a stop: aliases that the list does not show are fine too.
                options = {"validate": "list", "source": source, "error_type": "warning"}
                sheet.data_validation(1, at, _ROWS, at, options)
        for number, row in enumerate(self._filled.get(table.name, ()), start=1):
            for at, column in enumerate(table.columns):
                self._write_cell(sheet, number, at, row.get(column.name))

    def _write_cell(self, sheet: Any, number: int, at: int, cell: object) -> None:
        if isinstance(cell, bool):
            sheet.write_string(number, at, self._words["yes"] if cell else self._words["no"])
        elif isinstance(cell, int | float):
            sheet.write_number(number, at, cell)
        elif cell:
            sheet.write_string(number, at, str(cell))

    def _list_for(self, table: Table, column: Column, lists: Mapping[str, str]) -> Any:
        if column.name == "facility" and table.name != "facilities":
            return f"='{self._names['facilities']}'!$A$2:$A${_ROWS}"
        if column.type == "boolean":
            return [self._words["yes"], self._words["no"]]
        return lists.get(column.name)

    def _write_header(self, sheet: Any, row: int, table: Table) -> None:
        for at, column in enumerate(table.columns):
            style = self._required if column.required else self._optional
            sheet.write_string(row, at, column.heading(), style)

    def _write_lists(self, sheet: Any) -> dict[str, str]:
        """The catalogue sheet; returns where each drop-down list finds its words."""
        lang, words = self._lang, self._words
        sheet.set_column(0, 12, 22)
        items: dict[str, Item] = {}
        table: list[Sequence[str]] = []
        for stream in self._streams:
            for item in self._catalogue.items_of(stream.stream_class).values():
                items.setdefault(getattr(item, lang), item)
                units = "、".join(unit.text for unit in item.units)
                name, said = getattr(stream, lang), getattr(item, lang)
                table.append((name, said, units, _limits(item), stream.id, item.id))
        heads = ("stream", "item", "units", "limits", "code", "code")
        self._write_block(sheet, 0, [words[head] for head in heads], table)
        columns = {
            "stream": [getattr(stream, lang) for stream in self._streams],
            "item": list(items),
            "tier": [getattr(tier, lang) for tier in TIERS],
            "sector": [getattr(term, lang) for term in self._catalogue.terms_of("sector")],
            "province": [getattr(term, lang) for term in self._catalogue.terms_of("province")],
        }
        places: dict[str, str] = {}
        for number, (name, entries) in enumerate(columns.items()):
            at = len(heads) + 1 + number
            self._write_block(sheet, at, [words[name]], [(entry,) for entry in entries])
            if entries:
                letter = chr(ord("A") + at)
                places[name] = f"='{self._lists}'!${letter}$2:${letter}${len(entries) + 1}"
        sheet.freeze_panes(1, 0)
        return places

    def _write_help(self, sheet: Any) -> None:
        words, lang = self._words, self._lang
        sheet.set_column(0, 8, 18)
        title, *steps = _STEPS[lang]
        sheet.write_string(0, 0, title, self._title)
        for row, step in enumerate(steps, start=1):
            sheet.write_string(row, 0, step)
        row = len(steps) + 2
        shown = example(self._catalogue, self._streams, lang)
        for table in TABLES:
            sheet.write_string(
                row, 0, f"{self._names[table.name]} · {words['example']}", self._title
            )
            self._write_header(sheet, row + 1, table)
            for number, cells in enumerate(shown[table.name], start=row + 2):
                for at, cell in enumerate(cells):
                    if isinstance(cell, str):
                        sheet.write_string(number, at, cell)
                    else:
                        sheet.write_number(number, at, cell)
            row += len(shown[table.name]) + 3
        heads = [words[head] for head in ("table", "column", "required", "meaning")]
        meanings = [
            (
                self._names[table.name],
                column.heading(),
                words["yes"] if column.required else words["no"],
                column.description_zh if lang == "zh" else column.description_en,
            )
            for table in TABLES
            for column in table.columns
        ]
        self._write_block(sheet, 0, heads, meanings, row)

    def _write_block(
        self,
        sheet: Any,
        at: int,
        heads: Sequence[str],
        rows: Sequence[Sequence[str]],
        top: int = 0,
    ) -> None:
        for offset, head in enumerate(heads):
            sheet.write_string(top, at + offset, head, self._optional)
        for number, cells in enumerate(rows, start=top + 1):
            for offset, cell in enumerate(cells):
                sheet.write_string(number, at + offset, cell)


def _limits(item: Item) -> str:
    low = "" if item.minimum is None else f"{item.minimum:g}"
    high = "" if item.maximum is None else f"{item.maximum:g}"
    return f"{low} … {high}" if low or high else ""

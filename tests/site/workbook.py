"""The accountant's workbook of the story: the site's own template, filled in."""

from __future__ import annotations

from pathlib import Path

from openpyxl import load_workbook

# Stream, item, quantity, unit and source as in examples/steel-works, in both languages.
LINES = {
    "coke": (("焦炭", "coke"), ("净消耗量", "net consumption as fuel"), 100_000, "t"),
    "ncv": (("焦炭", "coke"), ("低位发热量", "net calorific value"), 28.6, "GJ/t"),
    "gas": (
        ("高炉煤气", "blast furnace gas"),
        ("净消耗量", "net consumption as fuel"),
        12_000,
        "万Nm3",
    ),
    "limestone": (("石灰石", "limestone"), ("净消耗量", "net consumption"), 80_000, "t"),
    "power": (("电力", "electricity"), ("购入电量", "purchased electricity"), 15_000, "万kWh"),
    "steel": (
        ("粗钢", "crude steel"),
        ("固碳产品外销量", "fixed-carbon product sent out"),
        300_000,
        "t",
    ),
}
TIER = ("实测", "tested")
FIRST_ROW = 2
ROW_OF = {name: number for number, name in enumerate(LINES, FIRST_ROW)}
WRONG = {
    "limestone": ("quantity", -80_000),  # below the range of the item
    "power": ("unit", "万kW"),  # a power where an energy is asked for
}


def fill_in(template: Path, target: Path, plant: str, year: int, lang: str) -> Path:
    """The year as the accountant types it at first: two cells are wrong."""
    at = 0 if lang == "zh" else 1
    book = load_workbook(template)
    sheet = book.worksheets[0]
    for name, (stream, item, quantity, unit) in LINES.items():
        cells = {"quantity": quantity, "unit": unit}
        if name in WRONG:
            cells |= dict([WRONG[name]])
        row = [plant, year, None, stream[at], item[at], cells["quantity"], cells["unit"], TIER[at]]
        for column, value in enumerate(row, 1):
            sheet.cell(ROW_OF[name], column, value)
    book.save(target)
    return target


def mend(marked: Path, target: Path) -> Path:
    """The copy in which the site marked the errors, put right where the accountant can.

    The limestone loses its minus. The invoice for electricity is not at hand: its row is cleared,
    to be entered in the grid later.
    """
    book = load_workbook(marked)
    for sheet in book.worksheets:
        for row in sheet.iter_rows():
            if any(cell.value == -80_000 for cell in row):
                row[5].value = 80_000
            if any(cell.value == "万kW" for cell in row):
                for cell in row:
                    cell.value = None
    book.save(target)
    return target

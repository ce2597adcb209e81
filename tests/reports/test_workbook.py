"""The workbook: numbers as numbers, texts never as formulas, the same bytes for the same run."""

from __future__ import annotations

import re
import zipfile
from dataclasses import replace

import openpyxl
import pytest

from tests.reports.conftest import EVIL
from tongjian.problems import Problem
from tongjian.reports import _spreadsheet, write_xlsx

SHEETS = {
    "zh": ["概览", "分行业", "分城市", "分气体", "分物质", "企业", "台账", "因子", "问题", "清单"],
    "en": ["Summary", "By sector", "By city", "By gas", "By substance", "Enterprises", "Ledger",
           "Factors", "Problems", "Manifest"],
}  # fmt: skip


@pytest.fixture(scope="module")
def paths(finished, tmp_path_factory):
    folder = tmp_path_factory.mktemp("books")
    found = {lang: folder / f"{lang}.xlsx" for lang in SHEETS}
    for lang, path in found.items():
        write_xlsx(finished, path, lang)
    return found


@pytest.fixture(scope="module")
def books(paths):
    return {lang: openpyxl.load_workbook(path) for lang, path in paths.items()}


def table(book, name):
    """Rows of a sheet as dictionaries by the English half of their headings."""
    header, *rows = list(book[name].values)[2:]
    keys = [heading.split("\n")[1] for heading in header]
    return [dict(zip(keys, row, strict=True)) for row in rows]


@pytest.mark.parametrize("lang", SHEETS)
def test_sheets_headings_and_comfort(books, lang):
    book = books[lang]

    assert book.sheetnames == SHEETS[lang]
    for sheet in book:
        headings = [cell.value for cell in sheet[3] if cell.value]
        assert all("\n" in heading for heading in headings)
        assert len(headings) == len(set(headings))
        assert sheet.freeze_panes == "B4"
        assert sheet.auto_filter.ref.startswith("A3:")
        assert sheet.column_dimensions["A"].width > 8
        assert ("虚构" if lang == "zh" else "fictitious") in sheet["A2"].value


def test_the_same_run_gives_the_same_bytes(finished, paths, tmp_path):
    write_xlsx(finished, tmp_path / "again.xlsx", "zh")

    assert (tmp_path / "again.xlsx").read_bytes() == paths["zh"].read_bytes()


@pytest.mark.parametrize("lang", SHEETS)
def test_no_formula_and_no_link(paths, lang):
    with zipfile.ZipFile(paths[lang]) as archive:
        parts = {name: archive.read(name).decode() for name in archive.namelist()}

    sheets = [text for name, text in parts.items() if name.startswith("xl/worksheets/sheet")]
    assert sheets
    assert not any(re.search(r"<f[ >]|<hyperlink", text) for text in sheets)
    assert not any("externalLink" in name or name.endswith(".bin") for name in parts)


def test_an_odd_name_stays_text(books):
    cells = [row["Enterprise"] for row in table(books["zh"], "企业")]

    assert EVIL in cells
    assert all(cell.data_type == "s" for cell in books["zh"]["企业"]["B"] if cell.value == EVIL)


@pytest.mark.parametrize("start", ["=", "+", "-", "@", "\t="])
def test_text_that_looks_like_a_formula(finished, tmp_path, start):
    problem = Problem("engine.unknown_key", values={"name": "n", "known": "k"})
    line = replace(finished.lines[0], category=f"{start}1+1")
    path = tmp_path / "x.xlsx"
    write_xlsx(replace(finished, lines=[line], problems=[problem]), path)

    sheet = openpyxl.load_workbook(path)["台账"]

    assert sheet["E4"].value == f"{start}1+1" and sheet["E4"].data_type == "s"


def test_numbers_are_those_of_the_run_in_full(finished, books):
    rows = table(books["zh"], "分行业")
    expected = [
        row
        for row in finished.inventory(["boundary", "sector", "year"])
        if row["boundary"] != "pollutants"  # listed substance by substance
    ]

    shown = sorted(row["Emissions (tCO2e)"] or row["Energy use (tce)"] or 0.0 for row in rows)

    assert shown == sorted(
        row["amount"] if row["boundary"] == "energy" else row["co2e"] for row in expected
    )
    assert all(row["Emissions (tCO2e)"] is None or row["Energy use (tce)"] is None for row in rows)


def test_decimals_follow_the_rule_set(books):
    sheet = books["zh"]["分气体"]
    formats = {
        (sheet.cell(row, 5).value, sheet.cell(row, 4).number_format)
        for row in range(4, sheet.max_row + 1)
    }

    assert formats == {
        *(("tCO2", "#,##0.00"), ("tN2O", "#,##0.0000"), ("tCFC11e", "#,##0.000000")),
    }


def test_ledger_has_every_line(finished, books):
    rows = table(books["en"], "Ledger")

    assert len(rows) == len(finished.lines)
    assert [row["Mass"] for row in rows] == [line["amount"] for line in finished.ledger]
    assert [row["Rows left out"] for row in rows] == [line.missing for line in finished.lines]


def test_facilities_by_rule_set_and_year(finished, books):
    rows = table(books["en"], "Enterprises")

    measured = [
        row
        for row in finished.inventory(["facility", "ruleset", "year"])
        if row["co2e"] is not None or row.get("unit") == "tce"
    ]
    assert len(rows) == len(measured)
    (one,) = [
        row
        for row in rows
        if row["Enterprise id"] == "S2" and row["Rule set"] == "cn.steel.ndrc-2013"
        and row["Year"] == 2025
    ]  # fmt: skip
    assert (one["City"], one["Sector"], one["Rows left out"]) == ("Suzhou", "Iron and steel", 1)


def test_factors_with_source_status_and_note(books):
    rows = table(books["en"], "Factors")
    (coke,) = [
        row
        for row in rows
        if row["Tables"] == "fuel.ndrc-steel-2013" and row["Value as printed"] == "28.447"
    ]

    assert coke["Value used"] == 28.447
    assert coke["Unit used"] == "GJ/t"
    assert coke["Status"] == "Recalled"
    assert coke["Source of the value"].startswith("NDRC steel")
    assert coke["Years"] == "2024, 2025"


def test_every_problem_with_its_place(finished, books):
    rows = table(books["zh"], "问题")

    assert len(rows) == len(finished.problems)
    placed = [row for row in rows if row["File"]]
    assert {row["File"] for row in placed} == {"plant.csv"}
    assert all(isinstance(row["Row"], int) for row in placed)
    # An edition whose text is not available is nobody's row.
    assert {row["Code"] for row in rows if not row["File"]} == {"rules.text_not_available"}


def test_digests_in_the_manifest(finished, books):
    cells = {row["Content"] for row in table(books["zh"], "清单")}

    assert {finished.manifest[name] for name in ("rulebook", "records", "result")} <= cells


def test_more_rows_than_a_sheet_holds_go_on_in_the_next(finished, tmp_path, monkeypatch):
    monkeypatch.setattr(_spreadsheet, "_ROWS", 50)
    path = tmp_path / "x.xlsx"
    write_xlsx(finished, path)
    book = openpyxl.load_workbook(path)

    assert "台账 2" in book.sheetnames
    rows = table(book, "台账") + table(book, "台账 2")
    assert len(rows) == len(finished.lines)

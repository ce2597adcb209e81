"""Files in, tables out: formats, encodings, headers, places."""

from __future__ import annotations

import zipfile
from datetime import date
from pathlib import Path
from typing import Any

import pytest
import xlsxwriter

from tests.records.support import (
    ACTIVITY_HEADER,
    FACILITY,
    FACILITY_HEADER,
    UNIT,
    UNIT_HEADER,
    Bench,
    row,
    write_csv,
    write_parquet,
    write_xlsx,
)
from tests.support import codes, only, says

ENGLISH = ["Facility", "PERIOD", "process unit", "stream", "Item", "Quantity", "unit", "Tier"]
BILINGUAL = ["设施 / Facility", "期间\nPeriod", "物料或能源*", "项目", "数值", "单位", "数据来源 "]


def quantities(bench: Bench) -> list[float]:
    return sorted(entry["quantity"] for entry in bench.store.read_activity())


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030", "gbk", "utf-16"])
@pytest.mark.parametrize("delimiter", [",", ";", "\t"])
def test_csv_of_any_encoding_and_delimiter(bench: Bench, encoding: str, delimiter: str) -> None:
    path = write_csv(
        bench.folder / "a.csv", ACTIVITY_HEADER, [row(evidence="磅单，甲")], encoding, delimiter
    )
    assert bench.load(path).problems == ()
    assert bench.store.read_activity()[0]["evidence"] == "磅单，甲"


def test_headers_in_english_and_in_any_order(bench: Bench) -> None:
    backwards = bench.csv(row()[7::-1], header=ENGLISH[::-1])
    assert bench.load(backwards).problems == ()
    assert quantities(bench) == [12.5]


def test_bilingual_headers_and_optional_columns_left_out(bench: Bench) -> None:
    cells = row()
    path = bench.csv([*cells[:2], *cells[3:8]], header=BILINGUAL)
    assert bench.load(path).problems == ()
    assert bench.store.read_activity()[0]["evidence"] == ""


def test_a_title_may_stand_above_the_header(bench: Bench) -> None:
    rows = [["2025年活动数据"], [], ACTIVITY_HEADER, row(), [], row(period="2025-02", quantity="x")]
    path = write_xlsx(bench.folder / "a.xlsx", {"活动数据": rows})
    problem = only(bench.load(path).problems, "records.number_text")
    # The row that Excel shows, the header as the file writes it.
    assert (problem.place.row, problem.place.field) == (6, "数值")
    says(problem, "a.xlsx", "活动数据")


def test_rows_of_a_csv_are_counted_as_a_spreadsheet_shows_them(bench: Bench) -> None:
    text = ",".join(ACTIVITY_HEADER) + '\nF1,2025-01,,coal,consumed,1,t,监测,"两\u3000行"\n\n'
    (bench.folder / "a.csv").write_text(text + "F1,2025-02,,coal,consumed,x,t,监测,\n", "utf-8")
    assert only(bench.load(bench.folder / "a.csv").problems, "records.number_text").place.row == 4


def test_a_sheet_may_start_anywhere(bench: Bench) -> None:
    path = bench.folder / "a.xlsx"
    with xlsxwriter.Workbook(str(path)) as book:
        sheet = book.add_worksheet("activity")
        sheet.write_row(3, 2, ACTIVITY_HEADER)
        sheet.write_row(4, 2, row(quantity="none"))
    assert only(bench.load(path).problems, "records.number_text").place.row == 5


def test_excel_types(bench: Bench) -> None:
    path = bench.folder / "a.xlsx"
    with xlsxwriter.Workbook(str(path)) as book:
        sheet = book.add_worksheet("活动数据")
        sheet.write_row(0, 0, ACTIVITY_HEADER)
        sheet.write_row(1, 0, row(quantity=0.1, unit="kg", evidence=20250101))
        sheet.write_datetime(1, 1, date(2025, 3, 1), book.add_format({"num_format": "yyyy-mm"}))
        sheet.write_row(2, 0, row(period=202504))
        sheet.write_formula(2, 5, "=2*3", None, 6)
    assert bench.load(path).problems == ()
    first, second = bench.store.read_activity()
    assert (first["period"], second["period"]) == ("2025-03", "2025-04")
    assert (first["quantity"], first["entered_quantity"], first["entered_unit"]) == (
        0.0001,
        "0.1",
        "kg",
    )
    assert first["evidence"] == "20250101"
    assert second["quantity"] == 6
    assert first["source"] == "a.xlsx!活动数据!2"


def test_all_three_tables_in_one_workbook(tmp_path: Path) -> None:
    bench = Bench(tmp_path)
    sheets: dict[str, Any] = {
        "Activity": [ACTIVITY_HEADER, row(process_unit="U1")],
        "设施": [FACILITY_HEADER, FACILITY],
        "工序": [UNIT_HEADER, UNIT],
        "说明": [["anything"]],
    }
    report = bench.load(write_xlsx(tmp_path / "a.xlsx", sheets))
    assert (report.problems, report.committed) == ((), True)
    assert {name: count.new for name, count in report.tables.items()} == {
        "activity": 1,
        "facilities": 1,
        "process_units": 1,
    }
    facility = bench.store.read_facilities()[0]
    assert (facility["province"], facility["sector"], facility["fictitious"]) == (
        "Jiangsu",
        "steel",
        False,
    )
    assert bench.store.read_process_units()[0]["capacity"] == 5000


def test_a_sheet_of_another_name_is_read_when_its_headers_are_complete(bench: Bench) -> None:
    sheets = {"Sheet1": [ACTIVITY_HEADER, row()], "备注": [["随便写写"]], "空": [], "工序": []}
    report = bench.load(write_xlsx(bench.folder / "a.xlsx", sheets))
    problem = only(report.problems, "records.sheet_ignored")
    assert (problem.severity, problem.place.sheet) == ("warning", "备注")
    assert report.committed and report.rows_new == 1


def test_parquet_of_any_types(bench: Bench) -> None:
    sql = """SELECT 'F1' AS facility, DATE '2025-01-01' AS period, 'coal' AS stream,
                    'consumed' AS item, 12.50::DECIMAL(9, 2) AS quantity, 't' AS unit,
                    'tested' AS tier, [1, 2] AS evidence, 'x' AS nonsense
             UNION ALL SELECT 'F1', DATE '2025-02-28', 'coal', 'consumed', -1, 't', 'tested', [], ''
    """
    path = write_parquet(bench.folder / "odd [1] year=2025.parquet", sql)
    problems = bench.load(path).problems
    assert codes(problems) == ["records.below_min", "records.extra_column"]
    assert problems[1].place.row == 2
    says(problems[1], "odd [1] year=2025.parquet", "-1")


def test_a_wildcard_in_a_name_reads_one_file(bench: Bench) -> None:
    base = "SELECT 'F1' facility, '2025-0{}' period, 'coal' stream, 'consumed' item, {} quantity, \
't' unit, 'tested' tier"
    write_parquet(bench.folder / "ab.parquet", base.format(1, 1.0))
    star = write_parquet(bench.folder / "a*.parquet", base.format(2, 2.0))
    assert bench.load(star).problems == ()
    assert quantities(bench) == [2.0]


def test_content_decides_not_the_extension(bench: Bench) -> None:
    path = write_xlsx(bench.folder / "a.xlsx", {"活动数据": [ACTIVITY_HEADER, row()]})
    assert bench.load(path.rename(bench.folder / "a.csv")).committed


def test_numbers_in_text_columns(tmp_path: Path) -> None:
    """Excel makes numbers of ids that look like numbers."""
    bench = Bench(tmp_path)
    cells = row(facility=1001, process_unit=7, evidence=3.5)
    sheets: dict[str, Any] = {
        "活动数据": [ACTIVITY_HEADER, cells],
        "设施": [FACILITY_HEADER, [1001, *FACILITY[1:4], 320200, True]],
        "工序": [UNIT_HEADER, [1001, 7, *UNIT[2:]]],
    }
    assert bench.load(write_xlsx(tmp_path / "a.xlsx", sheets)).problems == ()
    datum = bench.store.read_activity()[0]
    assert (datum["facility"], datum["process_unit"], datum["evidence"]) == ("1001", "7", "3.5")
    facility = bench.store.read_facilities()[0]
    assert (facility["division"], facility["fictitious"]) == ("320200", True)
    bad = write_xlsx(tmp_path / "b.xlsx", {"活动数据": [ACTIVITY_HEADER, row(stream=1, tier=1)]})
    assert codes(bench.load(bad).problems) == [
        "records.tier",
        "records.unknown_facility",
        "records.unknown_stream",
    ]


def test_an_archive_that_is_no_workbook(bench: Bench) -> None:
    path = bench.folder / "a.xlsx"
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("content.xml", "<x/>")
    only(bench.load(path).problems, "records.not_a_spreadsheet")


def test_a_parquet_file_of_another_table(bench: Bench) -> None:
    path = write_parquet(bench.folder / "a.parquet", "SELECT 1 AS milk, 2 AS eggs")
    says(only(bench.load(path).problems, "records.no_header"), "milk", "eggs")


def test_stray_cells_are_told_once(bench: Bench) -> None:
    rows = [[*ACTIVITY_HEADER, "", "备注"], [*row(), "x", "y"], [*row(period="2024"), "x", "y"]]
    report = bench.load(write_xlsx(bench.folder / "a.xlsx", {"活动数据": rows}))
    assert codes(report.problems) == ["records.extra_column", "records.stray_cell"]
    assert report.committed

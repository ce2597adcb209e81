"""Published layouts on made-up files: what is odd is said, what is broken is refused by name.

These need no published file and always run.
"""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal
from pathlib import Path

import pytest
import xlsxwriter

from tongjian.problems import Problem, RecordError, code_catalogue
from tongjian.records import Store
from tongjian.records.readers import Reading, read_epa_adipic, read_uci_steel

HEADER = [
    "GHGRP ID",
    "FRS ID",
    "Year",
    "Facility Name",
    "City",
    "State",
    "Total Reported Emissions Under Subpart  E\n(metric tons CO2e)",
    "Rounded N2O Emissions from Adipic Acid Production (metric tons N20)",
    "Are N2O emissions estimated for this production unit using an Alternate Method",
    "Name of Alternate Method (98.56(k)(1)):",
]
SITE = "Site-specific emission factor"


def _line(
    report: object = 11.0,
    frs: object = 22.0,
    year: object = 2020.0,
    n2o: object = 10.5,
    method: str = SITE,
    alternate: str = "N/A",
) -> list[object]:
    return [report, frs, year, "A Plant", "Town", "ST", 3129.0, n2o, method, alternate]


def _workbook(
    path: Path,
    lines: Sequence[Sequence[object]],
    header: Sequence[str] = HEADER,
    sheet: str = "Adipic Acid",
) -> Path:
    with xlsxwriter.Workbook(str(path)) as book:
        page = book.add_worksheet(sheet)
        for number, cells in enumerate([header, *lines]):
            page.write_row(number, 0, cells)
    return path


def _refused(reader: object, path: Path) -> tuple[Problem, ...]:
    assert callable(reader)
    with pytest.raises(RecordError) as caught:
        reader(path)
    for problem in caught.value.problems:
        for lang in ("zh", "en"):
            assert problem.message(lang) and problem.repair(lang)
        assert problem.place.file == path.name
    return caught.value.problems


# -- the workbook of EPA ---------------------------------------------------------------------------


def test_rows_units_and_identifiers(tmp_path: Path) -> None:
    path = _workbook(
        tmp_path / "a.xlsx",
        [
            _line("\xa011", "\xa0 22", 2020.0, 10.5),
            [""] * 10,
            _line(11.0, 33.0, 2020.0, 0.0, "Administrator-approved", "Continuous analyzers"),
            _line("44", 55.0, 2021.0, "1,000.250", "By guess"),
        ],
    )
    reading = read_epa_adipic(path)
    told = [
        (row["facility"], row["period"], row["process_unit"], row["quantity"], row["tier"])
        for row in reading.activity
    ]
    assert told == [
        ("US-GHGRP-11", "2020", "FRS-22", 10.5, "tested"),
        ("US-GHGRP-11", "2020", "FRS-33", 0.0, "monitored"),
        ("US-GHGRP-44", "2021", "", 1000.25, "calculated"),
    ]
    assert [row["n2o_decimals"] for row in reading.published] == [1, 0, 2]
    assert {row["city"] for row in reading.facilities} == {"Town, ST"}
    assert [problem.code for problem in reading.problems] == [
        "records.reader_spaces",
        "records.reader_units",
        "records.reader_method",
    ]
    assert reading.problems[0].values["rows"] == "2"


def test_the_very_same_unit_and_year_twice_is_kept_apart(tmp_path: Path) -> None:
    reading = read_epa_adipic(_workbook(tmp_path / "a.xlsx", [_line(), _line(n2o=3.0)]))
    assert [row["process_unit"] for row in reading.activity] == ["", "FRS-22-2"]
    assert reading.add_to(Store.create(tmp_path))


def test_all_bad_cells_are_reported_at_once(tmp_path: Path) -> None:
    path = _workbook(
        tmp_path / "a.xlsx",
        [_line(report=""), _line(n2o="n.a."), _line(year=20.0), _line(n2o=-1.0), _line()],
    )
    problems = _refused(read_epa_adipic, path)
    assert {problem.code for problem in problems} == {"records.reader_cell"}
    places = [(problem.place.sheet, problem.place.row, problem.place.field) for problem in problems]
    n2o = HEADER[7]
    assert places == [
        ("Adipic Acid", 2, "GHGRP ID"),
        ("Adipic Acid", 3, n2o),
        ("Adipic Acid", 4, "Year"),
        ("Adipic Acid", 5, n2o),
    ]
    assert problems[1].values["value"] == "n.a."


def test_missing_columns_are_named_together(tmp_path: Path) -> None:
    header = [text if at not in (2, 7) else "?" for at, text in enumerate(HEADER)]
    problems = _refused(read_epa_adipic, _workbook(tmp_path / "a.xlsx", [_line()], header))
    assert [(p.code, p.values["column"]) for p in problems] == [
        ("records.reader_column", "year"),
        ("records.reader_column", "n2o emissions from adipic acid production"),
    ]
    assert problems[0].place.sheet == "Adipic Acid"


def test_missing_sheet(tmp_path: Path) -> None:
    path = _workbook(tmp_path / "a.xlsx", [_line()], sheet="Lime")
    (problem,) = _refused(read_epa_adipic, path)
    assert problem.code == "records.reader_sheet"
    assert problem.values == {"sheet": "Adipic Acid", "found": "Lime"}


@pytest.mark.parametrize("content", [None, b"", b"not a workbook"])
def test_no_workbook(tmp_path: Path, content: bytes | None) -> None:
    path = tmp_path / "a.xlsx"
    if content is not None:
        path.write_bytes(content)
    (problem,) = _refused(read_epa_adipic, path)
    assert problem.code == "records.reader_file"


def test_an_empty_sheet_lacks_its_columns(tmp_path: Path) -> None:
    path = tmp_path / "a.xlsx"
    with xlsxwriter.Workbook(str(path)) as book:
        book.add_worksheet("Adipic Acid")
    assert {p.code for p in _refused(read_epa_adipic, path)} == {"records.reader_column"}


# -- the load of UCI -------------------------------------------------------------------------------


def _load(path: Path, lines: Sequence[str], header: str = "date,Usage_kWh,CO2(tCO2)") -> Path:
    path.write_text("\n".join(["\ufeff" + header, *lines, ""]), encoding="utf-8")
    return path


def test_midnight_belongs_to_the_next_day_and_its_energy_to_the_month_before(
    tmp_path: Path,
) -> None:
    path = _load(
        tmp_path / "a.csv",
        ["31/01/2018 23:45,1.5,0", "31/01/2018 00:00,2.25,0.01", "01/02/2018 00:15,4,0.02"],
    )
    reading = read_uci_steel(path)
    assert [(m["period"], m["rows"], m["kwh"], m["co2"]) for m in reading.published] == [
        ("2018-01", 2, Decimal("3.75"), Decimal("0.01")),
        ("2018-02", 1, Decimal(4), Decimal("0.02")),
    ]
    assert [row["quantity"] for row in reading.activity] == [0.00375, 0.004]
    (warning,) = reading.problems
    assert warning.values["count"] == 1
    assert "2018-02-01 00:15" in warning.message("zh")


def test_right_midnights_are_left_alone(tmp_path: Path) -> None:
    lines = ["31/01/2018 23:45,1,0", "01/02/2018 00:00,1,0", "01/02/2018 00:15,1,0"]
    assert read_uci_steel(_load(tmp_path / "a.csv", lines)).problems == []


def test_gaps_and_bad_cells_are_reported_with_their_rows(tmp_path: Path) -> None:
    lines = [
        "01/01/2018 00:15,1,0",
        "01/01/2018 00:45,1,0",
        "2018-01-01 01:00,1,0",
        "01/01/2018 01:00,-1,x",
        "31/02/2018 01:15,1,0",
    ]
    problems = _refused(read_uci_steel, _load(tmp_path / "a.csv", lines))
    assert [(p.code, p.place.row, p.place.field) for p in problems] == [
        ("records.reader_step", 3, "date"),
        ("records.reader_cell", 4, "date"),
        ("records.reader_cell", 5, "Usage_kWh"),
        ("records.reader_cell", 5, "CO2(tCO2)"),
        ("records.reader_cell", 6, "date"),
    ]
    assert problems[0].values == {"expected": "2018-01-01 00:30", "found": "2018-01-01 00:45"}


def test_a_broken_series_is_not_reported_for_ever(tmp_path: Path) -> None:
    lines = [f"01/01/2018 00:15,{number}x,0" for number in range(500)]
    assert len(_refused(read_uci_steel, _load(tmp_path / "a.csv", lines))) == 50


def test_columns_and_content_are_needed(tmp_path: Path) -> None:
    problems = _refused(read_uci_steel, _load(tmp_path / "a.csv", [], "date,kWh"))
    assert [p.values["column"] for p in problems] == ["Usage_kWh", "CO2(tCO2)"]
    (problem,) = _refused(read_uci_steel, _load(tmp_path / "b.csv", []))
    assert problem.code == "records.reader_file"
    (tmp_path / "c.csv").write_bytes(b"date,Usage_kWh,CO2(tCO2)\n\xff\xfe,1,0\n")
    (problem,) = _refused(read_uci_steel, tmp_path / "c.csv")
    assert problem.code == "records.reader_file"
    (problem,) = _refused(read_uci_steel, tmp_path / "missing.csv")
    assert problem.code == "records.reader_file"


# -- both ------------------------------------------------------------------------------------------


def test_the_catalogue_still_has_the_last_word(tmp_path: Path) -> None:
    row = {"stream": "electricity", "item": "purchased", "unit": "t", "quantity": 1.0}
    with pytest.raises(RecordError) as caught:
        Reading("made up", activity=[row]).add_to(Store.create(tmp_path))
    (problem,) = caught.value.problems
    assert problem.code == "records.reader_catalogue"
    assert problem.message("zh") and problem.message("en")


def test_reader_codes_are_complete() -> None:
    codes = {code: text for code, text in code_catalogue().items() if ".reader_" in code}
    assert len(codes) == 10
    for text in codes.values():
        assert set(text) == {"zh", "en", "fix_zh", "fix_en"}

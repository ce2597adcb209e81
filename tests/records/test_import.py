"""What an import does: all problems at once, all or nothing, the same again changes nothing."""

from __future__ import annotations

import shutil
from typing import Any

import pytest

from tests.records.support import (
    ACTIVITY_HEADER,
    CATALOGUE_FOLDER,
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
from tongjian.records import Catalogue, Store

ROWS = [
    row(quantity="12,345.6", unit="kg"),
    row(stream="天然气", quantity="0.1", unit="万Nm3"),
    row(item="低位发热量", quantity="20.9", unit="MJ/kg", tier="tested"),
    row(stream="电", item="purchased", quantity="350", unit="万kWh", tier="发票"),
    row(stream="clinker", item="produced", quantity="1.5", unit="万t", process_unit="U1"),
    row(stream="coke", item="oxidation", quantity="98", unit="%", tier="缺省", evidence=""),
    row(stream="clinker", item="heat", quantity="-5", unit="℃"),
]


def test_conversion_to_canonical_units(bench: Bench) -> None:
    report = bench.load(bench.csv(*ROWS))
    assert (report.problems, report.rows_new, report.committed) == ((), 7, True)
    stored = {(entry["stream"], entry["item"]): entry for entry in bench.store.read_activity()}
    assert {key: (entry["quantity"], entry["unit"]) for key, entry in stored.items()} == {
        ("coal", "consumed"): (12.3456, "t"),
        ("natural_gas", "consumed"): (1000.0, "Nm3"),
        ("coal", "ncv"): (20.9, "GJ/t"),
        ("electricity", "purchased"): (3500.0, "MWh"),
        ("clinker", "produced"): (15000.0, "t clinker"),
        ("coke", "oxidation"): (0.98, "1"),
        ("clinker", "heat"): (-5.0, "degC"),
    }
    coal = stored["coal", "consumed"]
    assert coal == {
        "facility": "F1",
        "period": "2025-01",
        "year": 2025,
        "process_unit": "",
        "stream": "coal",
        "class": "fuel.solid",
        "item": "consumed",
        "unit": "t",
        "quantity": 12.3456,
        "entered_quantity": "12,345.6",
        "entered_unit": "kg",
        "tier": "monitored",
        "evidence": "磅单",
        "source": "a.csv!2",
    }
    assert stored["electricity", "purchased"]["tier"] == "invoiced"


def test_all_problems_at_once_and_nothing_written(bench: Bench) -> None:
    before = bench.store.digest
    report = bench.load(
        bench.csv(
            row(stream="焦碳", unit="tt", quantity="12,3a", period="2025-13", tier="猜"),
            row(facility="", item="cost"),
            row(period="2025-02"),
            row(period="2025-02", tier="nobody knows"),
        )
    )
    assert not report.committed and not report.ok
    assert [
        (problem.code.removeprefix("records."), problem.place.row) for problem in report.problems
    ] == [
        ("period", 2),
        ("unknown_stream", 2),
        ("unknown_unit", 2),
        ("number_text", 2),
        ("tier", 2),
        ("required_empty", 3),
        ("unknown_item", 3),
        ("tier", 5),
        ("duplicate_row", 5),
    ]
    assert bench.store.digest == before
    assert bench.store.read_activity() == []


def test_importing_again_changes_nothing(bench: Bench) -> None:
    path = bench.csv(*ROWS)
    bench.load(path)
    before, log = bench.store.digest, bench.store.imports()
    report = bench.load(path, bench.folder / "facilities.csv", bench.folder / "units.csv")
    assert (report.rows_read, report.rows_new, report.rows_known) == (9, 0, 9)
    assert report.problems == () and report.committed
    assert (bench.store.digest, bench.store.imports()) == (before, log)


def test_known_and_new_rows_together(bench: Bench) -> None:
    bench.load(bench.csv(*ROWS[:3]))
    report = bench.load(bench.csv(*ROWS))
    assert (report.rows_new, report.rows_known) == (4, 3)
    assert len(bench.store.read_activity()) == 7
    assert len(bench.store.activity_files()) == 2


def test_a_dry_run_writes_nothing(bench: Bench) -> None:
    before = {path: path.read_bytes() for path in bench.store.root.rglob("*") if path.is_file()}
    report = bench.load(bench.csv(*ROWS), dry_run=True)
    assert (report.rows_new, report.committed, report.dry_run, report.ok) == (7, False, True, True)
    after = {path: path.read_bytes() for path in bench.store.root.rglob("*") if path.is_file()}
    assert after == before


def test_the_same_data_hash_the_same_from_any_file(bench: Bench) -> None:
    plain = [
        [float(cell.replace(",", "")) if at == 5 else cell for at, cell in enumerate(cells)]
        for cells in ROWS
    ]
    values = ", ".join(str(tuple(cells)) for cells in reversed(plain))
    columns = "facility, period, process_unit, stream, item, quantity, unit, tier, evidence"
    files = [
        write_csv(bench.folder / "1.csv", ACTIVITY_HEADER, ROWS),
        write_xlsx(bench.folder / "2.xlsx", {"活动数据": [ACTIVITY_HEADER, *plain[::-1]]}),
        write_parquet(
            bench.folder / "3.parquet", f"SELECT * FROM (VALUES {values}) AS rows({columns})"
        ),
    ]
    digests = set()
    for path in files:
        bench.store = Store.create(bench.folder / path.stem)
        bench.load(bench.folder / "facilities.csv", bench.folder / "units.csv")
        assert bench.load(path).problems == ()
        digests.add(bench.store.digest)
    assert len(digests) == 1


@pytest.mark.parametrize(
    "changes",
    [
        {"quantity": "13"},
        {"unit": "kg"},
        {"tier": "estimated"},
        {"evidence": "另一张磅单"},
        {"period": "2025-02"},
    ],
)
def test_the_digest_covers_what_the_data_say(bench: Bench, changes: dict[str, Any]) -> None:
    digests = []
    for name, cells in (("first", row()), ("same", row()), ("changed", row(**changes))):
        (bench.folder / name).mkdir()
        other = Bench(bench.folder / name).prepare()
        assert other.load(other.csv(cells)).committed
        digests.append(other.store.digest)
    assert digests[0] == digests[1] != digests[2]


def test_the_same_value_in_another_unit_is_known(bench: Bench) -> None:
    bench.load(bench.csv(row(quantity="12.5", unit="t")))
    report = bench.load(bench.csv(row(quantity="12,500", unit="kg")))
    assert (report.rows_known, report.problems) == (1, ())


def test_the_same_item_in_two_kinds_of_quantity_are_two_data(bench: Bench) -> None:
    assert bench.load(bench.csv(row(unit="t"), row(unit="GJ"))).problems == ()


def test_plant_and_process_unit_are_two_data(bench: Bench) -> None:
    assert bench.load(bench.csv(row(), row(process_unit="U1"))).problems == ()


def test_a_contradiction_of_the_store_names_both(bench: Bench) -> None:
    bench.load(bench.csv(row()).rename(bench.folder / "first.csv"))
    problem = only(bench.problems(row(quantity="13")), "records.differs_from_store")
    says(problem, "a.csv", "13 t", "12.5 t", "first.csv!2", "coal")
    assert len(bench.store.read_activity()) == 1


def test_other_evidence_for_a_known_value_is_a_warning(bench: Bench) -> None:
    bench.load(bench.csv(row()))
    report = bench.load(bench.csv(row(evidence="发票", tier="invoiced")))
    problem = only(report.problems, "records.evidence_not_updated")
    assert problem.severity == "warning" and report.committed
    assert bench.store.read_activity()[0]["evidence"] == "磅单"


def test_year_and_months_across_imports(bench: Bench) -> None:
    bench.load(bench.csv(row(period="2025")))
    problem = only(
        bench.problems(row(period="2025-07"), row(period="2025-08")), "records.year_and_months"
    )
    says(problem, "2025", "a.csv!2")
    assert bench.problems(row(period="2024-07"), row(item="ncv", unit="GJ/t")) == ()


def test_several_files_are_one_whole(bench: Bench) -> None:
    good = write_csv(bench.folder / "good.csv", ACTIVITY_HEADER, [row()])
    bad = write_csv(
        bench.folder / "bad.csv", ACTIVITY_HEADER, [row(), row(period="2025-02", quantity="")]
    )
    report = bench.load(good, bad)
    assert codes(report.problems) == ["records.duplicate_row", "records.required_empty"]
    says(report.problems[0], "good.csv", "bad.csv")
    assert bench.store.read_activity() == []
    assert bench.load(good, good).committed  # the same path twice is one file


def test_facilities_may_come_with_their_data(bench: Bench) -> None:
    facilities = write_csv(
        bench.folder / "f2.csv", FACILITY_HEADER, [FACILITY, ["F2", *FACILITY[1:]]]
    )
    units = write_csv(bench.folder / "u2.csv", UNIT_HEADER, [["F2", *UNIT[1:]]])
    report = bench.load(bench.csv(row(facility="F2", process_unit="U1")), facilities, units)
    assert (report.problems, report.rows_new, report.rows_known) == ((), 3, 1)
    assert [entry["facility"] for entry in bench.store.read_facilities()] == ["F1", "F2"]


def test_a_faulty_facility_is_reported_once(bench: Bench) -> None:
    facilities = write_csv(
        bench.folder / "f2.csv", FACILITY_HEADER, [["F2", "二厂", "bakery", "江苏", "", ""]]
    )
    rows = [row(facility="F2", period=f"2025-{month:02d}") for month in range(1, 13)]
    only(bench.load(bench.csv(*rows), facilities).problems, "records.unknown_sector")


def test_technology_goes_by_name(bench: Bench) -> None:
    facilities = write_csv(
        bench.folder / "f2.csv", FACILITY_HEADER, [["F2", "酸厂", "nitric_acid", "江苏", "", "是"]]
    )
    units = write_csv(
        bench.folder / "u2.csv",
        UNIT_HEADER,
        [
            ["F2", "A", "甲", "高压法", "无减排设施", "", ""],
            ["F2", "B", "乙", "土法", "", "1,000", "t/d"],
        ],
    )
    report = bench.load(facilities, units)
    assert codes(report.problems) == ["records.unknown_technology"] and report.committed
    units_stored = {entry["process_unit"]: entry for entry in bench.store.read_process_units()}
    assert units_stored["A"]["technology"] == "high_pressure"
    assert units_stored["A"]["capacity"] is None
    assert (units_stored["B"]["technology"], units_stored["B"]["capacity"]) == ("土法", 1000)


def test_numbers_may_be_negative_where_no_minimum_is_set_and_text_may_not_start_so(
    bench: Bench,
) -> None:
    report = bench.load(
        bench.csv(row(stream="clinker", item="heat", quantity="-5", unit="℃", evidence="-"))
    )
    assert report.problems == ()
    assert only(bench.problems(row(evidence="-1+2")), "records.formula_cell").place.field == "证据"


def test_the_report_as_data(bench: Bench) -> None:
    report = bench.load(bench.csv(row(), row(period="?")))
    data = report.as_dict()
    assert (data["rows_read"], data["rows_new"], data["rows_known"]) == (2, 1, 0)
    assert (data["errors"], data["warnings"], data["committed"]) == (1, 0, False)
    assert data["tables"]["activity"] == {
        "read": 2, "new": 1, "known": 0, "corrected": 0, "withdrawn": 0,
    }  # fmt: skip
    assert data["problems"][0]["code"] == "records.period"
    assert data["problems"][0]["place"] == {"file": "a.csv", "row": 3, "field": "期间"}


def test_read_activity_by_facility_and_year(bench: Bench) -> None:
    bench.load(bench.csv(row(), row(period="2024-01"), row(period="2024-02")))
    assert len(bench.store.read_activity(year=2024)) == 2
    assert len(bench.store.read_activity("F1", 2025)) == 1
    assert bench.store.read_activity("F9") == []


def test_every_cell_of_a_facility_and_a_process_unit_is_checked_at_once(bench: Bench) -> None:
    facilities = write_csv(
        bench.folder / "f2.csv", FACILITY_HEADER, [["", "", "=1", "=1", "x", "x"]]
    )
    units = write_csv(
        bench.folder / "u2.csv",
        UNIT_HEADER,
        [["", "U9", "", "=1", "", "x", ""], ["F1", "U9", "炉", "任意", "", "", ""]],
    )
    report = bench.load(facilities, units)
    assert [problem.code.removeprefix("records.") for problem in report.problems] == [
        "required_empty",
        "required_empty",
        "formula_cell",
        "formula_cell",
        "division",
        "yes_or_no",
        "required_empty",
        "required_empty",
        "formula_cell",
        "number_text",
    ]
    # Steel has no list of technologies here, so that any word goes.
    assert report.tables["process_units"].new == 1


def test_without_terms_any_sector_and_province_go(bench: Bench) -> None:
    folder = bench.folder / "catalogue"
    shutil.copytree(CATALOGUE_FOLDER, folder)
    (folder / "terms.csv").unlink()
    bench.catalogue = Catalogue.load(folder)
    path = write_csv(
        bench.folder / "f2.csv", FACILITY_HEADER, [["F2", "厂", "bakery", "Texas", "", ""]]
    )
    assert bench.load(path).problems == ()


def test_a_row_with_nothing_right_is_told_cell_by_cell(bench: Bench) -> None:
    cells = row(facility="=1", stream="=1", item="=1", unit="=1", tier="=1")
    found = bench.problems(cells)
    assert codes(found) == ["records.formula_cell"] * 5
    assert len({problem.place.field for problem in found}) == 5
    assert bench.problems(row(stream="coal", item="", unit="t"))[0].code == "records.required_empty"

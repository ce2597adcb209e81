"""What pages ask of the records: progress, limits of a tenant, single rows, meters, exports."""

from __future__ import annotations

from pathlib import Path
from typing import Literal

import pytest
from openpyxl import load_workbook

from tests.records.support import (
    ACTIVITY_HEADER,
    CATALOGUE_FOLDER,
    FACILITY,
    FACILITY_HEADER,
    Bench,
    row,
    write_csv,
    write_xlsx,
)
from tongjian.records import (
    Catalogue,
    Correction,
    RecordError,
    check_rows,
    export_rows,
    import_files,
    metered,
    write_marked,
)

CATALOGUE = Catalogue.load(CATALOGUE_FOLDER)
FIX = Correction("张三", "磅单抄错")


def test_an_import_tells_how_far_it_is(bench: Bench) -> None:
    rows = [row(period=f"{1990 + n // 12}-{n % 12 + 1:02d}") for n in range(1320)]
    told: list[tuple[int, int]] = []

    path = bench.csv(*rows, *[row(process_unit="U1", period=one[1]) for one in rows])
    report = import_files(bench.store, [path], CATALOGUE, progress=lambda *at: told.append(at))

    assert report.committed
    assert told == sorted(told) and told[-1][0] == told[-1][1]
    assert any(0 < done < total / 2 for done, total in told)


def test_years_are_those_of_which_anything_is_recorded(bench: Bench) -> None:
    assert bench.store.years() == []

    bench.load(bench.csv(row(), row(period="2023-02"), row(period="2023-03")))

    assert bench.store.years() == [2023, 2025] == bench.store.years("F1")
    assert bench.store.years("F9") == []


def test_only_what_is_within_may_be_in_the_files(bench: Bench) -> None:
    bench.load(bench.csv(row()))
    facilities = bench.folder / "f.csv"
    write_csv(facilities, FACILITY_HEADER, [["F2", *FACILITY[1:]], FACILITY])
    path = bench.csv(row(period="2025-03"), row(facility="F2"), row(facility="F9"))

    report = import_files(bench.store, [facilities, path], CATALOGUE, within={"F1": ["U1"]})

    assert not report.committed
    codes = [(one.code, one.place.row, one.values["value"]) for one in report.problems]
    unknown = "records.unknown_facility"
    assert codes == [(unknown, 2, "F2"), (unknown, 3, "F2"), (unknown, 4, "F9")]
    # A code that is somebody else's reads just like one that is nobody's.
    told = [one.message("zh").replace("F9", "F2") for one in report.problems]
    assert told[1] == told[2]


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_a_marked_copy_put_right_is_brought_back_as_it_is(
    bench: Bench, lang: Literal["zh", "en"]
) -> None:
    bench.load(bench.csv(row()))
    sheet = [ACTIVITY_HEADER, row(period="2025-02"), row(period="2025-03", quantity=-5)]
    path = write_xlsx(bench.folder / "year.xlsx", {"活动数据": sheet})
    found = import_files(bench.store, [path], CATALOGUE)
    assert [one.place.row for one in found.problems] == [3]
    copy = bench.folder / "copy.xlsx"
    write_marked([path], found.problems, copy, lang)

    book = load_workbook(copy)
    book["活动数据"]["F3"] = 5
    book.save(copy)
    again = import_files(bench.store, [copy], CATALOGUE)

    assert again.committed and again.rows_new == 2 and not again.problems


def test_process_units_that_are_not_within_are_unknown(bench: Bench) -> None:
    path = bench.csv(row(process_unit="U1"))

    report = import_files(bench.store, [path], CATALOGUE, within={"F1": []})

    assert [one.code for one in report.problems] == ["records.unknown_process_unit"]


def test_a_typed_row_is_read_as_an_import_reads_it() -> None:
    names = ("facility", "period", "process_unit", "stream", "item", "quantity", "unit", "tier")
    good = dict(zip(names, row(quantity="１,２３４.5", unit="kg"), strict=False))

    found = check_rows(
        [good, {**good, "quantity": "12,5"}, {**good, "unit": "m3", "tier": ""}, {}],
        CATALOGUE,
        ["F1"],
        [],
        "page",
    )

    assert found[0].row is not None and not found[0].problems
    assert found[0].row["quantity"] == 1.2345 and found[0].row["unit"] == "t"
    assert found[0].row["entered_quantity"] == "１,２３４.5" and found[0].row["source"] == "page!1"
    assert [[one.code for one in each.problems] for each in found[1:3]] == [
        ["records.number_ambiguous"],
        ["records.unit_mismatch", "records.required_empty"],
    ]
    assert [each.row for each in found[1:]] == [None] * 3


def test_one_import_adds_corrects_and_withdraws(bench: Bench) -> None:
    bench.load(bench.csv(row(), row(period="2025-02"), row(period="2024")))
    store = bench.store
    before = {one["period"]: one for one in store.read_activity()}
    changed = {**before["2025-01"], "quantity": 20.0}
    month = {**before["2024"], "period": "2024-05"}

    store.add([changed, month], source="page", correction=FIX, withdrawn=[before["2024"]])

    # A year gives way to its months in one step: never both, never neither.
    now = {one["period"]: one["quantity"] for one in store.read_activity()}
    assert now == {"2025-01": 20.0, "2025-02": 12.5, "2024-05": 12.5}
    assert len(store.imports()) == 3 and store.verify() == []
    told = [(one.number, one.act, one.row is None) for one in store.history(year=2024)]
    assert told == [(2, "import", False), (3, "correct", True), (3, "correct", False)]


def test_what_is_withdrawn_has_to_be_what_is_stored(bench: Bench) -> None:
    bench.load(bench.csv(row()))
    [stored] = bench.store.read_activity()
    digest = bench.store.digest

    with pytest.raises(RecordError) as caught:
        bench.store.add([], correction=FIX, withdrawn=[{**stored, "quantity": 1.0}])
    assert [one.code for one in caught.value.problems] == ["records.withdraw_differs"]
    with pytest.raises(RecordError) as caught:
        bench.store.add([], withdrawn=[stored])
    assert [one.code for one in caught.value.problems] == ["records.correction_words"]
    assert bench.store.digest == digest


@pytest.mark.parametrize(
    ("before", "after", "multiplier", "digits", "counted"),
    [
        ("100", "350", "1", 0, "250"),
        ("1234.5", "1300.25", "60", 0, "3945"),
        # A register of five digits rolls over: 99 990 → 100 000 = 0 → 15 makes 25.
        ("99990", "15", "40", 5, "1000"),
        ("0.1", "0.3", "0.001", 0, "0.0002"),
        ("7", "7", "80", 4, "0"),
    ],
)
def test_a_meter_counts_exactly(
    before: str, after: str, multiplier: str, digits: int, counted: str
) -> None:
    assert metered(before, after, multiplier, digits) == counted


@pytest.mark.parametrize("kind", ["csv", "xlsx", "parquet"])
def test_what_is_exported_comes_back_the_same(
    bench: Bench, tmp_path: Path, kind: Literal["csv", "xlsx", "parquet"]
) -> None:
    rows = [row(quantity="1,234.5"), row(period="2025-02", unit="kg", evidence="", quantity="0.1")]
    bench.load(bench.csv(*rows))
    target = tmp_path / f"out.{kind}"

    export_rows(bench.store.read_activity(), target, kind)

    other = Bench(tmp_path / "other")
    other.prepare()
    report = other.load(target)
    assert report.committed and not report.errors
    wanted = bench.store.read_activity()
    found = other.store.read_activity()
    names = ("period", "stream", "item", "quantity", "unit", "tier", "evidence")
    assert [[one[name] for name in names] for one in found] == [
        [one[name] for name in names] for one in wanted
    ]
    assert other.store.digest == bench.store.digest

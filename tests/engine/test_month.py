"""The key month: hours sum to months and months to years, on every back-end, and are traced."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from tests.engine.sheets import LEAF_SHEET, AllAlike, Book, make, some
from tests.support import ACTIVITY, Document, Records, formulas, sheet, write_parquet
from tongjian.engine import explain, run

UNIT_HOUR = sheet(
    "facility period process_unit",
    formulas=formulas(part="t: sum(s.part)", winter='1: 1 if month != "2025-02" else 0'),
)
MONTH = sheet(
    "facility month process_unit",
    formulas=formulas(part="t: sum(u.part)", own="t: sum(s.part)", rows="1: count(s)"),
)
WINTER = sheet("facility month", formulas=formulas(part="t: sum(u.part if u.winter > 0 else 0)"))
YEAR = sheet("facility year", formulas=formulas(part="t: sum(m.part)", months="1: count(w)"))
ALL: dict[str, Document] = {"s": LEAF_SHEET, "u": UNIT_HOUR, "m": MONTH, "w": WINTER, "y": YEAR}


def hourly(records: Records) -> Records:
    """Three hours in two months of two years."""
    records.facility("F1").unit("F1", "u1")
    for period, mass in (("2024-12-31T23", 1.0), ("2025-01-01T00", 2.0), ("2025-01-31T23", 4.0)):
        at = {"process_unit": "u1", "class": "fuel.solid"}
        records.add("coke", "mass", mass, "t", "F1", period, **at)
    return records


def test_hours_sum_to_months_and_months_to_years(
    book: Book, records: Records, all_alike: AllAlike
) -> None:
    found = all_alike(make(book, **ALL), hourly(records).snapshot())
    months = [(row["month"], row["year"], row["part"], row["rows"]) for row in found["m"]]
    assert months == [("2024-12", 2024, 1.0, 1.0), ("2025-01", 2025, 6.0, 2.0)]
    assert [(row["year"], row["part"], row["months"]) for row in found["y"]] == [
        *((2024, 1.0, 1.0), (2025, 6.0, 1.0)),
    ]
    assert all(row["own"] == row["part"] for row in found["m"])


def test_a_period_of_a_month_is_its_own_month(book: Book, records: Records) -> None:
    done = run(make(book, **ALL), some(records), ["test.rules"], backend="duckdb")
    rows = done.sheet("test.rules", "w")
    assert [row["month"] for row in rows] == 2 * ["2024-11", "2024-12", "2025-01", "2025-02"]
    # February counts nothing there
    assert [row["part"] for row in rows][3::4] == [0.0, 0.0]


def test_a_month_is_explained_down_to_its_hours(book: Book, records: Records) -> None:
    rulebook = make(book, **ALL)
    done = run(rulebook, hourly(records).snapshot(), ["test.rules"])
    key = {"facility": "F1", "month": "2025-01", "process_unit": "u1"}
    node = explain(done, "test.rules", "m", key, "part")
    assert node.value == 6.0
    assert [one.key["period"] for one in node.children[0].children] == [
        *("2025-01-31T23", "2025-01-01T00"),
    ]


def test_a_wide_file_of_hours_is_the_same(
    book: Book, records: Records, all_alike: AllAlike, tmp_path: Path
) -> None:
    snapshot = hourly(records).snapshot()
    kinds = {name: ACTIVITY[name] for name in ("facility", "period", "year", "process_unit")}
    rows = [
        {**{name: row[name] for name in kinds}, "stream": "coke", "mass": row["quantity"]}
        | {"power": None}
        for row in records.activity
    ]
    path = tmp_path / "wide.parquet"
    write_parquet(path, {**kinds, "stream": "VARCHAR", "mass": "DOUBLE", "power": "DOUBLE"}, rows)
    wide = all_alike(make(book, **ALL), replace(snapshot, activity=(), wide={"s": path}))
    assert [(row["month"], row["part"]) for row in wide["m"]] == [
        ("2024-12", 1.0),
        ("2025-01", 6.0),
    ]
    assert [row["part"] for row in wide["y"]] == [1.0, 6.0]

"""A small run with everything a report has to show: two boundaries, gases, faults, odd names."""

from __future__ import annotations

import csv
from dataclasses import dataclass
from pathlib import Path

import duckdb
import pytest

from tongjian.engine import Run, Snapshot, run
from tongjian.rules import load_rulebook

EVIL = '=HYPERLINK("http://example.invalid")<script>alert(1)</script>'
_ACTIVITY = (
    "facility VARCHAR, period VARCHAR, year INTEGER, process_unit VARCHAR, stream VARCHAR, "
    "class VARCHAR, item VARCHAR, unit VARCHAR, quantity DOUBLE, entered_quantity VARCHAR, "
    "entered_unit VARCHAR, tier VARCHAR, evidence VARCHAR, source VARCHAR"
)
_FACILITIES = (
    "facility VARCHAR, name_zh VARCHAR, name_en VARCHAR, sector VARCHAR, province VARCHAR, "
    "city VARCHAR, division VARCHAR, fictitious BOOLEAN"
)
_UNITS = (
    "facility VARCHAR, process_unit VARCHAR, name_zh VARCHAR, name_en VARCHAR, kind VARCHAR, "
    "technology VARCHAR, abatement VARCHAR, capacity DOUBLE, capacity_unit VARCHAR"
)

# facility, period, process unit, stream, class, item, unit, quantity
Row = tuple[str, str, str, str, str, str, str, float]


def steel_rows(facility: str, period: str, coke: float) -> list[Row]:
    return [
        (facility, period, "BF1", "coke", "fuel.solid.coke", "consumed", "t", coke),
        (facility, period, "BF1", "bfg", "fuel.gas", "consumed", "GJ", 1000.5),
        (facility, period, "BF1", "limestone", "material.flux", "consumed", "t", 8e4),
        (facility, period, "", "electricity", "energy.electricity", "purchased", "MWh", 1e4),
        (facility, period, "", "crude_steel", "product.crude_steel", "fixed_output", "t", 5e5),
    ]


def nitric_rows(facility: str, period: str) -> list[Row]:
    acid = "product.nitric_acid"
    return [
        (facility, period, "NA1", "nitric_acid", acid, "produced", "t HNO3", 20_000.0),
        (facility, period, "NA1", "nitric_acid", acid, "utilisation", "1", 0.9),
        (facility, period, "", "electricity", "energy.electricity", "purchased", "MWh", 500.0),
    ]


@dataclass
class Plants:
    """Rows of a snapshot, written as Parquet."""

    folder: Path
    activity: list[Row]
    facilities: list[tuple[object, ...]]
    process_units: list[tuple[object, ...]]

    def snapshot(self) -> Snapshot:
        tables = {
            "activity": (
                _ACTIVITY,
                [
                    (*row[:2], int(row[1][:4]), *row[2:], str(row[7]), row[6], "invoiced", "E-1",
                     f"plant.csv!!{number}")
                    for number, row in enumerate(self.activity, start=2)
                ],
            ),
            "facilities": (_FACILITIES, self.facilities),
            "process_units": (_UNITS, self.process_units),
        }  # fmt: skip
        connection = duckdb.connect()
        for name, (columns, rows) in tables.items():
            connection.execute(f"CREATE TABLE {name} ({columns})")
            if rows:
                marks = ", ".join("?" * len(rows[0]))
                connection.executemany(f"INSERT INTO {name} VALUES ({marks})", rows)
            connection.execute(f"COPY {name} TO '{self.folder / name}.parquet'")
        connection.close()
        return Snapshot(
            digest="0" * 64,
            activity=(self.folder / "activity.parquet",),
            facilities=self.folder / "facilities.parquet",
            process_units=self.folder / "process_units.parquet",
        )


def facility(
    code: str, sector: str, city: str, division: str, *, name: str = "", fictitious: bool = True
) -> tuple[object, ...]:
    return (
        code,
        name or f"{code}厂",
        f"Plant {code}",
        sector,
        "Jiangsu",
        city,
        division,
        fictitious,
    )


def default_plants(folder: Path) -> Plants:
    activity = [
        *steel_rows("S1", "2024-01", 1e6),
        *steel_rows("S1", "2025-01", 1.1e6),
        *steel_rows("S2", "2024", 2e5),
        *steel_rows("S2", "2025", 2e5),
        # No carbon content of gangue is in the steel table: this row is left out.
        ("S2", "2025", "BF1", "gangue", "fuel.solid", "consumed", "t", 10.0),
        *nitric_rows("N1", "2024"),
        *nitric_rows("N1", "2025"),
    ]
    facilities = [
        facility("S1", "steel", "南京市", "320100"),
        facility("S2", "steel", "苏州市", "320505", name=EVIL),
        facility("N1", "nitric_acid", "<b>城</b>", ""),
    ]
    units = [
        ("N1", "NA1", "硝酸一线", "Line 1", "nitric_acid", "dual_pressure", "nscr", None, None),
        ("S1", "BF1", "高炉", "BF", "blast_furnace", "", "", None, None),
    ]
    return Plants(folder, activity, facilities, units)


@pytest.fixture(scope="session")
def plants(tmp_path_factory: pytest.TempPathFactory) -> Plants:
    return default_plants(tmp_path_factory.mktemp("plants"))


@pytest.fixture(scope="session")
def finished(plants: Plants) -> Run:
    """A finished run over every rule set that fits."""
    return run(load_rulebook(), plants.snapshot())


@pytest.fixture(scope="session")
def terms() -> dict[tuple[str, str], dict[str, str]]:
    """The catalogue's terms by kind and code."""
    path = Path(load_rulebook().folder) / "catalogue" / "terms.csv"
    with path.open(encoding="utf-8-sig", newline="") as stream:
        return {(row["key"], row["code"]): row for row in csv.DictReader(stream)}

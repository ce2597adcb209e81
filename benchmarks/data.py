"""Synthetic records and factors for the benchmarks (合成数据), the same for every run.

`make_data` writes one folder:

    rows.parquet            plants x months x fuels, one column per input, sorted by facility
    facilities.parquet      sector, province, city, division of each plant
    process_units.parquet   two units per plant, each with a technology
    factors/*.parquet       the factor tables by year, for hand-written SQL
    rulebook/               benchmarks/rulebook with the factor tables as CSV, for the engine

Both sides read the same rows, facilities and process units, and the same factor values.
"""

from __future__ import annotations

import csv
import json
import shutil
from dataclasses import asdict, dataclass
from pathlib import Path

import duckdb

HERE = Path(__file__).parent
YEARS = (2021, 2022, 2023, 2024, 2025)
SECTORS = (
    *("steel", "refining", "ammonia", "cement"),
    *("aluminium", "nitric_acid", "adipic_acid", "caprolactam"),
)
PROVINCES = (
    *("Anhui", "Beijing", "Chongqing", "Fujian", "Gansu", "Guangdong", "Guangxi", "Guizhou"),
    *("Hainan", "Hebei", "Heilongjiang", "Henan", "Hubei", "Hunan", "Inner Mongolia", "Jiangsu"),
    *("Jiangxi", "Jilin", "Liaoning", "Ningxia", "Qinghai", "Shaanxi", "Shandong", "Shanghai"),
    *("Shanxi", "Sichuan", "Tianjin", "Tibet", "Xinjiang", "Yunnan", "Zhejiang"),
)
FUELS = (
    *("anthracite", "bituminous_coal", "lignite", "coke", "coke_breeze"),
    *("crude_oil", "diesel", "fuel_oil", "petroleum_coke", "wood_pellets"),
)
TECHNOLOGIES = ("atmospheric", "medium_pressure", "high_pressure", "dual_pressure")
# Raised whenever the generated data change, so that an old folder is not taken for a new one.
_EDITION = 1


@dataclass(frozen=True, slots=True)
class Size:
    """How many rows: plants x months x ten fuels."""

    plants: int = 20_000
    months: int = 50

    @property
    def rows(self) -> int:
        return self.plants * self.months * len(FUELS)


FULL = Size()
QUICK = Size(plants=2_000)
TINY = Size(plants=8, months=14)


@dataclass(frozen=True, slots=True)
class Data:
    """Where the files of one size are."""

    folder: Path
    size: Size

    @property
    def rows(self) -> Path:
        return self.folder / "rows.parquet"

    @property
    def facilities(self) -> Path:
        return self.folder / "facilities.parquet"

    @property
    def process_units(self) -> Path:
        return self.folder / "process_units.parquet"

    @property
    def rulebook(self) -> Path:
        return self.folder / "rulebook"

    def factor(self, name: str) -> Path:
        return self.folder / "factors" / f"{name}.parquet"


def open_data(folder: Path) -> Data:
    """The data that `make_data` has written into `folder`."""
    mark = json.loads((folder / "done.json").read_text(encoding="utf-8"))
    return Data(folder, Size(**mark["size"]))


def make_data(base: Path, size: Size) -> Data:
    """The data of one size below `base`; written only if they are not there yet."""
    data = Data(base / f"rows-{size.rows}", size)
    mark = json.dumps({"edition": _EDITION, "size": asdict(size)})
    done = data.folder / "done.json"
    if done.is_file() and done.read_text(encoding="utf-8") == mark:
        refresh_rulebook(data)
        return data
    shutil.rmtree(data.folder, ignore_errors=True)
    (data.folder / "factors").mkdir(parents=True)
    _write_parquet(data)
    refresh_rulebook(data)
    done.write_text(mark, encoding="utf-8")
    return data


def _write_parquet(data: Data) -> None:
    # One thread: the order and the bytes of the file are then the same in every run.
    connection = duckdb.connect(":memory:", config={"threads": 1})

    def copy(query: str, path: Path) -> None:
        target = str(path).replace("'", "''")
        connection.execute(f"COPY ({query}) TO '{target}' (FORMAT parquet, COMPRESSION zstd)")

    copy(_rows_query(data.size), data.rows)
    copy(_facilities_query(data.size), data.facilities)
    copy(_process_units_query(data.size), data.process_units)
    for name, table in factor_tables(data.size).items():
        columns = ", ".join(f'"{column}"' for column in table.columns)
        marks = ", ".join("?" for _ in table.columns)
        types = ", ".join(f'"{c}" {t}' for c, t in zip(table.columns, table.types, strict=True))
        connection.execute(f"CREATE TABLE {name} ({types})")
        connection.execute("BEGIN")
        connection.executemany(f"INSERT INTO {name} VALUES ({marks})", table.rows)
        connection.execute("COMMIT")
        copy(f"SELECT {columns} FROM {name}", data.factor(name))
    connection.close()


# -- rows --------------------------------------------------------------------------------------


def _draw(stream: int, index: str = "i") -> str:
    """SQL for a reproducible number in [0, 1): no two streams run alike."""
    mixed = f"(({index} % 1000003) * {7919 + 104 * stream} + {index} * {31 + 2 * stream})"
    return f"(({mixed} % 2147483647) * 48271 % 2147483647 / 2147483647e0)"


def _between(stream: int, low: float, high: float, digits: int) -> str:
    return f"round({low}e0 + {high - low}e0 * {_draw(stream)}, {digits})"


def _listed(values: tuple[str, ...]) -> str:
    return "[" + ", ".join(f"'{value}'" for value in values) + "]"


def _facility(index: str) -> str:
    return f"printf('P%06d', {index})"


def _rows_query(size: Size) -> str:
    fuels = len(FUELS)
    per_plant = size.months * fuels
    inputs = {
        "mass": _between(1, 1, 500, 2),
        "ncv": f"CASE WHEN {_draw(2)} < 0.1e0 THEN {_between(3, 15, 40, 3)} END",
        "biogenic": _between(4, 0, 0.3, 3),
        "clinker": _between(5, 0, 20_000, 1),
        "cao": _between(6, 0.62, 0.67, 4),
        "mgo": _between(7, 0.01, 0.03, 4),
        "limestone": _between(8, 0, 3_000, 1),
        "acid": _between(9, 0, 1_000, 2),
        "utilisation": _between(10, 0.8, 1, 3),
        "purchased": _between(11, 100, 5_000, 3),
        "exported": _between(12, 0, 100, 3),
        "nonfossil": _between(13, 0, 50, 3),
        "heat_in": _between(14, 0, 2_000, 2),
        "heat_out": _between(15, 0, 200, 2),
    }
    columns = ", ".join(f"{code} AS {name}" for name, code in inputs.items())
    month = f"(i % {per_plant}) // {fuels}"
    return f"""
        SELECT {_facility(f"i // {per_plant}")} AS facility,
               printf('%d-%02d', {YEARS[0]} + {month} // 12, {month} % 12 + 1) AS period,
               CAST({YEARS[0]} + {month} // 12 AS INTEGER) AS year,
               'U' || (i % 2 + 1) AS process_unit,
               {_listed(FUELS)}[i % {fuels} + 1] AS stream,
               {columns}
        FROM range({size.rows}) r(i)"""


def _facilities_query(size: Size) -> str:
    return f"""
        SELECT {_facility("i")} AS facility,
               '虚构企业' || i AS name_zh, 'Fictitious plant ' || i AS name_en,
               {_listed(SECTORS)}[i % {len(SECTORS)} + 1] AS sector,
               {_listed(PROVINCES)}[i * 7 % {len(PROVINCES)} + 1] AS province,
               'City ' || i % 300 AS city, printf('%06d', 110000 + i % 300) AS division,
               TRUE AS fictitious
        FROM range({size.plants}) r(i)"""


def _process_units_query(size: Size) -> str:
    return f"""
        SELECT {_facility("i // 2")} AS facility, 'U' || (i % 2 + 1) AS process_unit,
               '装置' AS name_zh, 'unit' AS name_en, 'plant' AS kind,
               {_listed(TECHNOLOGIES)}[i * 5 % 13 % {len(TECHNOLOGIES)} + 1] AS technology,
               'none' AS abatement, CAST(NULL AS DOUBLE) AS capacity,
               CAST(NULL AS VARCHAR) AS capacity_unit
        FROM range({2 * size.plants}) r(i)"""


# -- factors -----------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class FactorTable:
    """A factor table as hand-written SQL wants it: one column per factor, one row per key."""

    keys: tuple[str, ...]
    units: dict[str, str]
    rows: list[tuple[object, ...]]

    @property
    def columns(self) -> tuple[str, ...]:
        return (*self.keys, *self.units)

    @property
    def types(self) -> tuple[str, ...]:
        keys = ("INTEGER" if key == "year" else "VARCHAR" for key in self.keys)
        return (*keys, *("DOUBLE" for _ in self.units))


def factor_tables(size: Size) -> dict[str, FactorTable]:
    """All factor tables; factors by fuel or province change every year."""
    fuel = [
        (
            *(name, year, round(20 + 2.1 * index + 0.01 * offset, 3)),
            *(round(0.025 + 0.0003 * index + 0.00001 * offset, 5), round(0.99 - 0.001 * index, 3)),
            *(round(1 + 0.3 * index + 0.01 * offset, 2), round(0.6 + 0.1 * index, 2)),
        )
        for index, name in enumerate(FUELS)
        for offset, year in enumerate(YEARS)
    ]
    grid = [
        (name, year, round(0.5 + 0.007 * index - 0.01 * offset, 4), round(0.1 + 0.0003 * index, 4))
        for index, name in enumerate(PROVINCES)
        for offset, year in enumerate(YEARS)
    ]
    technology = [
        (sector, name, round(5 + 0.7 * place + 0.1 * index, 2), round(0.8 + 0.02 * index, 3))
        for place, sector in enumerate(SECTORS)
        for index, name in enumerate(TECHNOLOGIES)
    ]
    plant = [
        (f"P{index:06d}", round(0.01 + index % 97 / 10_000, 4), round(0.9 + index % 89 / 1000, 3))
        for index in range(size.plants)
    ]
    return {
        "fuel": FactorTable(
            ("stream", "year"),
            {
                "ncv": "GJ/t",
                "carbon": "tC/GJ",
                "oxidation": "1",
                "ch4": "kgCH4/TJ",
                "n2o": "kgN2O/TJ",
            },
            fuel,
        ),
        "grid": FactorTable(("province", "year"), {"average": "tCO2/MWh", "heat": "tCO2/GJ"}, grid),
        "technology": FactorTable(
            ("sector", "technology"), {"generation": "kgN2O/t HNO3", "destruction": "1"}, technology
        ),
        "plant": FactorTable(("facility",), {"dust": "1", "purity": "1"}, plant),
    }


def refresh_rulebook(data: Data) -> None:
    """The benchmark rulebook with the factor values as the CSV files that its tables name."""
    shutil.rmtree(data.rulebook, ignore_errors=True)
    shutil.copytree(HERE / "rulebook", data.rulebook)
    for name, table in factor_tables(data.size).items():
        keys = [key for key in table.keys if key != "year"]
        fields = ("column", "value", "unit", "valid_from", "valid_to", "status", "source")
        with (data.rulebook / f"{name}.csv").open("w", encoding="utf-8", newline="") as file:
            writer = csv.writer(file, lineterminator="\n")
            writer.writerow([*keys, *fields, "clause", "note"])
            for row in table.rows:
                cells = dict(zip(table.columns, row, strict=True))
                year = cells.get("year")
                dates = (f"{year}-01-01", f"{year}-12-31") if year else ("", "")
                for column, unit in table.units.items():
                    line = [*(cells[key] for key in keys), column, repr(cells[column]), unit]
                    writer.writerow([*line, *dates, "derived", "synthetic", "", ""])

"""How long an import takes (导入耗时): one year of many plants, as CSV, XLSX and Parquet.

    python -m benchmarks.importing [--rows 100000]

Prints seconds for looking only and for recording, and how often progress was told.
"""

from __future__ import annotations

import argparse
import csv
import json
import random
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import xlsxwriter

from tongjian.records import Catalogue, Store, export_rows, import_files

HEADER = ["设施", "期间", "工序", "物料或能源", "项目", "数值", "单位", "数据来源", "证据"]
FACILITY = ["facility", "name_zh", "sector", "province"]
_STREAMS, _ITEMS, _MONTHS = 60, 2, 12


def rows(catalogue: Catalogue, count: int, seed: int = 1) -> list[list[Any]]:
    """Invented data of as many plants as it takes, each with its monthly figures."""
    chance = random.Random(seed)
    found: list[list[Any]] = []
    for plant in range(count):
        for cells in _plant(catalogue, f"F{plant:04d}", chance):
            found.append(cells)
            if len(found) == count:
                return found
    return found


def _plant(catalogue: Catalogue, code: str, chance: random.Random) -> Iterator[list[Any]]:
    for stream in list(catalogue.streams.values())[:_STREAMS]:
        for item in list(catalogue.items_of(stream.stream_class).values())[:_ITEMS]:
            if item.coded:
                continue
            low = item.minimum or 0.0
            high = 100_000.0 if item.maximum is None else item.maximum
            for month in range(1, _MONTHS + 1):
                value = round(low + (high - low) * chance.random(), 4)
                where = [code, f"2024-{month:02d}", ""]
                yield [*where, stream.zh, item.zh, value, item.units[0].text, "监测", "E-1"]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rows", type=int, default=100_000)
    count = parser.parse_args().rows
    catalogue = Catalogue.load()
    made = rows(catalogue, count)
    with tempfile.TemporaryDirectory() as folder:
        root = Path(folder)
        plants = root / "facilities.csv"
        codes = sorted({row[0] for row in made})
        _write(plants, FACILITY, [[code, "厂", "steel", "Jiangsu"] for code in codes])
        _write(root / "data.csv", HEADER, made)
        with xlsxwriter.Workbook(str(root / "data.xlsx"), {"constant_memory": True}) as book:
            sheet = book.add_worksheet("活动数据")
            for number, cells in enumerate([HEADER, *made]):
                sheet.write_row(number, 0, cells)
        found = {}
        for name in ("data.csv", "data.xlsx", "data.parquet"):
            store = Store.create(root / f"store-{name}")
            found[name] = measure(store, [plants, root / name], catalogue)
            if name == "data.xlsx":
                export_rows(store.read_activity(), root / "data.parquet", "parquet")
    json.dump({"rows": count, "plants": len(codes), **found}, sys.stdout, indent=2)


def measure(store: Store, paths: list[Path], catalogue: Catalogue) -> dict[str, float]:
    """Seconds for a dry run and for the import, and how often each has told its progress."""
    told: list[int] = []
    seconds = {}
    for name, dry in (("look_s", True), ("record_s", False)):
        begin = time.perf_counter()
        report = import_files(
            store, paths, catalogue, dry, progress=lambda done, total: told.append(done)
        )
        assert report.ok, report.errors[0].text("en")
        seconds[name] = round(time.perf_counter() - begin, 2)
    return {**seconds, "told": len(told)}


def _write(path: Path, header: list[str], cells: list[list[Any]]) -> None:
    with path.open("w", encoding="utf-8", newline="") as stream:
        csv.writer(stream).writerows([header, *cells])


if __name__ == "__main__":
    main()

"""Builds small files of activity data for the tests."""

from __future__ import annotations

import csv
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import duckdb
import xlsxwriter

from tongjian.problems import Problem
from tongjian.records import Catalogue, Correction, ImportReport, Limits, Store, import_files

CATALOGUE_FOLDER = Path(__file__).parent / "catalogue"
ACTIVITY_HEADER = ["设施", "期间", "工序", "物料或能源", "项目", "数值", "单位", "数据来源", "证据"]
FACILITY_HEADER = ["facility", "name_zh", "sector", "province", "division", "fictitious"]
UNIT_HEADER = ["设施", "工序", "中文名称", "工艺", "减排设施", "产能", "产能单位"]
FACILITY = ["F1", "一厂", "steel", "江苏省", "320200", "否"]
UNIT = ["F1", "U1", "一号炉", "", "", 5000, "t/d"]

Rows = Sequence[Sequence[Any]]


def row(**changes: Any) -> list[Any]:
    """A good row of activity data, with changes."""
    cells: dict[str, Any] = {
        "facility": "F1",
        "period": "2025-01",
        "process_unit": "",
        "stream": "coal",
        "item": "consumed",
        "quantity": "12.5",
        "unit": "t",
        "tier": "监测",
        "evidence": "磅单",
    }
    assert changes.keys() <= cells.keys()
    return list((cells | changes).values())


def write_csv(
    path: Path, header: Sequence[str], rows: Rows, encoding: str = "utf-8", delimiter: str = ","
) -> Path:
    with path.open("w", newline="", encoding=encoding) as stream:
        csv.writer(stream, delimiter=delimiter).writerows([header, *rows])
    return path


def write_xlsx(path: Path, sheets: Mapping[str, Rows]) -> Path:
    with xlsxwriter.Workbook(str(path), {"strings_to_formulas": False}) as book:
        for name, rows in sheets.items():
            sheet = book.add_worksheet(name)
            for at, cells in enumerate(rows):
                sheet.write_row(at, 0, cells)
    return path


def write_parquet(path: Path, sql: str) -> Path:
    with duckdb.connect(":memory:") as connection:
        connection.execute(f"COPY ({sql}) TO '{path}' (FORMAT parquet)")
    return path


CATALOGUE = Catalogue.load(CATALOGUE_FOLDER)


class Bench:
    """A workspace to import into; `prepare` gives it a facility and a process unit."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.catalogue = CATALOGUE
        self.store = Store.create(folder / "workspace")

    def prepare(self) -> Bench:
        facilities = write_csv(self.folder / "facilities.csv", FACILITY_HEADER, [FACILITY])
        units = write_csv(self.folder / "units.csv", UNIT_HEADER, [UNIT])
        assert self.load(facilities, units).committed
        return self

    def load(
        self,
        *paths: Path,
        dry_run: bool = False,
        correction: Correction | None = None,
        **limits: int,
    ) -> ImportReport:
        return import_files(
            self.store, paths, self.catalogue, dry_run, Limits(**limits), correction
        )

    def csv(self, *rows: Sequence[Any], header: Sequence[str] = ACTIVITY_HEADER) -> Path:
        return write_csv(self.folder / "a.csv", header, rows)

    def problems(self, *rows: Sequence[Any]) -> tuple[Problem, ...]:
        return self.load(self.csv(*rows)).problems

"""Writes the sample into a store, through the same import as any other data (导入示例数据)."""

from __future__ import annotations

import csv
import tempfile
from collections.abc import Sequence
from pathlib import Path

from tongjian.records import Catalogue, ImportReport, Store, import_files
from tongjian.sample.book import Row
from tongjian.sample.generator import MONTHS, PLANTS, SEED, SampleData, generate


def write_files(folder: Path | str, data: SampleData) -> list[Path]:
    """Write the three tables as CSV files; the same data give the same bytes."""
    root = Path(folder)
    root.mkdir(parents=True, exist_ok=True)
    tables = (
        ("sample-facilities.csv", data.facilities),
        ("sample-process-units.csv", data.process_units),
        ("sample-activity.csv", data.activity),
    )
    return [_write(root / name, rows) for name, rows in tables]


def write_sample(
    store_folder: Path | str,
    *,
    seed: int = SEED,
    plants: int = PLANTS,
    months: int = MONTHS,
) -> ImportReport:
    """Generate the sample and import it into the workspace `store_folder`.

    The import changes nothing if the same sample is already there.
    """
    data = generate(seed, plants, months)
    store = Store.create(store_folder)
    with tempfile.TemporaryDirectory(prefix="tongjian-sample-") as folder:
        return import_files(store, write_files(folder, data), Catalogue.load())


def _write(path: Path, rows: Sequence[Row]) -> Path:
    with path.open("w", encoding="utf-8", newline="") as stream:
        # Excel reads Chinese in a CSV only after a byte order mark.
        stream.write("\ufeff")
        writer = csv.DictWriter(stream, list(rows[0]), lineterminator="\r\n")
        writer.writeheader()
        writer.writerows(rows)
    return path

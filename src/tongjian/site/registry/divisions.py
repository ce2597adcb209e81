"""Divisions that come with the package (行政区划数据): ``data/divisions.csv``.

All provinces, the cities and counties of one of them; codes and names by GB/T 2260 from memory,
seats to a tenth of a degree, which is good enough for a map of a province and for nothing else.
"""

from __future__ import annotations

import csv
from collections.abc import Iterator
from pathlib import Path
from typing import Any

_FILE = Path(__file__).with_name("data") / "divisions.csv"


def shipped() -> Iterator[dict[str, Any]]:
    """The divisions of the package as fields of `Division`."""
    with _FILE.open(encoding="utf-8", newline="") as stream:
        for row in csv.DictReader(stream):
            seat = {
                name: float(row[name]) if row[name] else None for name in ("longitude", "latitude")
            }
            yield {**row, **seat}


def level(code: str) -> int:
    """1 for a province, 2 for a city, 3 for a county; 0 for the whole country ("")."""
    if not code:
        return 0
    return 1 if code.endswith("0000") else 2 if code.endswith("00") else 3


def beginning(code: str) -> str:
    """What the codes of all in a division begin with; "" for the whole country."""
    return code.removesuffix("00").removesuffix("00")


__all__ = ["beginning", "level", "shipped"]

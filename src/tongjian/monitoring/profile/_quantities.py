"""What can be measured (监测量), each under one name whatever a source calls it."""

from __future__ import annotations

import csv
from dataclasses import dataclass
from functools import lru_cache
from importlib.resources import files
from typing import Literal

Role = Literal["gas", "state", "operation"]


@dataclass(frozen=True, slots=True)
class MeasuredQuantity:
    """One quantity: a `gas` (污染物), a `state` of the flue gas, or an `operation` signal.

    `unit` is the canonical unit in which series are validated and used; `hj212` the codes of
    HJ 212 that mean it. A gas has the `stream` of the catalogue under which it is recorded, empty
    for N2O, which is recorded under the product of its line.
    """

    name: str
    role: Role
    unit: str
    zh: str
    en: str
    hj212: tuple[str, ...]
    stream: str


@lru_cache(maxsize=1)
def measured_quantities() -> dict[str, MeasuredQuantity]:
    """Every quantity by its name."""
    source = files("tongjian.monitoring.profile") / "quantities.csv"
    rows = csv.DictReader(source.read_text(encoding="utf-8").splitlines())
    return {
        row["name"]: MeasuredQuantity(**{**row, "hj212": tuple(row["hj212"].split())})  # type: ignore[arg-type]
        for row in rows
    }

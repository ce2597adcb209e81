"""What can be measured (监测量), each under one name whatever a source calls it."""

from __future__ import annotations

import csv
from dataclasses import dataclass
from functools import lru_cache
from importlib.resources import files
from typing import Literal

from tongjian.monitoring.hj212 import quantities

Role = Literal["gas", "state", "operation"]


@dataclass(frozen=True, slots=True)
class MeasuredQuantity:
    """One quantity: a `gas` (污染物), a `state` of the flue gas, or an `operation` signal.

    `unit` is the canonical unit in which series are validated and used; `hj212` the codes of
    HJ 212 that mean it. A gas has the `stream` of the catalogue under which it is recorded, empty
    for N2O, which is recorded under the product of its line. `molar_mass` g/mol and `molar_volume`
    L/mol (of the standard state) turn a share of volume into mg/m3; None where that has no
    meaning. `source` and `status` are those of the two.
    """

    name: str
    role: Role
    unit: str
    zh: str
    en: str
    hj212: tuple[str, ...]
    stream: str
    molar_mass: float | None
    molar_volume: float | None
    source: str
    status: str


@lru_cache(maxsize=1)
def measured_quantities() -> dict[str, MeasuredQuantity]:
    """Every quantity by its name."""
    source = files("tongjian.monitoring.profile") / "quantities.csv"
    rows = csv.DictReader(source.read_text(encoding="utf-8").splitlines())
    return {row["name"]: _quantity(row) for row in rows}


def _quantity(row: dict[str, str]) -> MeasuredQuantity:
    return MeasuredQuantity(
        **{
            **row,
            "hj212": tuple(row["hj212"].split()),
            **{
                name: float(row[name]) if row[name] else None
                for name in ("molar_mass", "molar_volume")
            },
        }  # type: ignore[arg-type]
    )


@lru_cache(maxsize=1)
def quantity_of_code() -> dict[str, MeasuredQuantity]:
    """What a code of HJ 212 means, those of 2005 as well; codes of no known quantity are absent."""
    standard = quantities()
    found: dict[str, MeasuredQuantity] = {}
    for one in measured_quantities().values():
        for code in one.hj212:
            found[code] = one
            if code in standard and standard[code].code_2005:
                found[standard[code].code_2005] = one
    return found

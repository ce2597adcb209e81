"""Data flags of HJ 212-2017 for states of other protocols (数据标记对照), from ``flags.csv``."""

from __future__ import annotations

import csv
from dataclasses import dataclass
from functools import lru_cache
from importlib.resources import files

NORMAL = "N"


@dataclass(frozen=True, slots=True)
class StateFlag:
    """One state of a protocol: its number, the flag it becomes, where it is defined."""

    protocol: str
    state: int
    name: str
    flag: str
    source: str
    status: str


@lru_cache(maxsize=1)
def state_flags() -> dict[tuple[str, int], StateFlag]:
    """Every known state by protocol ("opcua", "sparkplug") and number."""
    source = files("tongjian.monitoring.sources") / "flags.csv"
    rows = csv.DictReader(source.read_text(encoding="utf-8").splitlines())
    found = (StateFlag(**{**row, "state": int(row["state"], 0)}) for row in rows)  # type: ignore[arg-type]
    return {(one.protocol, one.state): one for one in found}

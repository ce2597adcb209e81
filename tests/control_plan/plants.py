"""The example plan and a clock, for tests: revisions, rows of records, a log in a folder."""

from __future__ import annotations

import copy
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from tongjian.control_plan import Guide, Plan, plan_of
from tongjian.evidence import EvidenceLog, FileStore
from tongjian.records import Catalogue
from tongjian.rules import read_yaml

EXAMPLE = Path(__file__).resolve().parents[2] / "examples" / "steel-works"
FACILITY = "DEMO-STEEL"


class Clock:
    """A clock that the test sets."""

    def __init__(self, day: str = "2023-12-20") -> None:
        self.set(day)

    def set(self, day: str) -> None:
        """Noon in China of a day."""
        year, month, number = map(int, day.split("-"))
        self.now = datetime(year, month, number, 4, tzinfo=UTC)

    def __call__(self) -> datetime:
        return self.now


def log_in(folder: Path, clock: Clock | None = None) -> EvidenceLog:
    """A new log as a file."""
    return EvidenceLog(FileStore(folder / "evidence" / "log.jsonl"), clock or Clock())


def example() -> dict[str, Any]:
    """The document of the example, as it was written."""
    text = (EXAMPLE / "plan.yaml").read_text(encoding="utf-8")
    return copy.deepcopy(dict(read_yaml(text, "plan.yaml").data))


def a_plan(data: dict[str, Any] | None = None, **changes: Any) -> Plan:
    """The example as a plan, with other fields at its top."""
    found = {**(data or example()), **changes}
    source = read_yaml("{}", "plan.yaml")
    source.data.update(found)
    return plan_of(source, Catalogue.load())


def parameter(data: dict[str, Any], name: str) -> dict[str, Any]:
    """One parameter of a document, to be changed."""
    return next(one for one in data["parameters"] if one["id"] == name)


def meter(data: dict[str, Any], name: str) -> dict[str, Any]:
    """One meter of a document, to be changed."""
    return next(one for one in data["meters"] if one["id"] == name)


def row(period: str, stream: str, item: str, quantity: float, **more: Any) -> dict[str, Any]:
    """A row of the activity data, as the store gives it."""
    return {
        "facility": FACILITY,
        "period": period,
        "year": int(period[:4]),
        "process_unit": "",
        "stream": stream,
        "item": item,
        "unit": "t",
        "quantity": quantity,
        "tier": "tested",
        "evidence": "",
        **more,
    }


def bare_guide(**fields: Any) -> Guide:
    """What is asked of nobody: a plan itself says what is key."""
    given = {"sector": "steel", "keys": (), "deadlines": (), "factors": {}, **fields}
    return Guide(catalogue=Catalogue.load(), **given)

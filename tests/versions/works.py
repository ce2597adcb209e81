"""A plant whose records and rulebook move on, for tests of versions."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tests.engine.plant import DOCUMENTS, FILES
from tests.support import write_rulebook
from tongjian.engine import Run, run
from tongjian.evidence import workspace_files
from tongjian.records import Catalogue, Correction, Store, import_files
from tongjian.rules import Rulebook, load_rulebook
from tongjian.versions import KeptRun, RunStore

BY = "张三"
FIX = Correction(BY, "磅单重复计入", "更正单 2025-03")
OUT = Correction(BY, "不属于本厂", withdraw=True)


def fuel(quantity: float, stream: str = "coke", unit: str = "u1", **more: Any) -> dict[str, Any]:
    """One record of fuel burnt in 2025, in stored form."""
    row = {"facility": "F1", "period": "2025", "process_unit": unit, "stream": stream}
    row |= {"class": "fuel.solid", "item": "consumed", "unit": "t", "quantity": quantity}
    return {**row, "tier": "monitored", **more}


def power(quantity: float, **more: Any) -> dict[str, Any]:
    """Electricity bought in 2025."""
    row = {"facility": "F1", "period": "2025", "stream": "electricity", "class": "electricity"}
    row |= {"item": "purchased", "unit": "MWh", "quantity": quantity}
    return {**row, "tier": "monitored", **more}


def acid(quantity: float, **more: Any) -> dict[str, Any]:
    """Nitric acid made in 2025."""
    row = {"facility": "F1", "period": "2025", "process_unit": "u1", "stream": "acid"}
    row |= {"class": "acid", "item": "produced", "unit": "t HNO3", "quantity": quantity}
    return {**row, "tier": "monitored", **more}


@dataclass
class Works:
    """A workspace with a rulebook of its own, both of which can be changed."""

    workspace: Path
    rules: Path

    @property
    def records(self) -> Store:
        return Store.open(self.workspace)

    @property
    def store(self) -> RunStore:
        return RunStore(workspace_files(self.workspace), self.records)

    def book(self) -> Rulebook:
        return load_rulebook(self.rules)

    def run(self, *rulesets: str, **more: Any) -> Run:
        return run(self.book(), self.records, list(rulesets) or None, **more)

    def keep(self, *rulesets: str, **more: Any) -> KeptRun:
        return self.store.keep(self.run(*rulesets, **more), BY)

    def edit(self, name: str, old: str, new: str) -> None:
        """Change a rule document in one place."""
        path = self.rules / name
        text = path.read_text(encoding="utf-8")
        assert text.count(old) == 1, f"{old!r} stands {text.count(old)} times in {name}"
        path.write_text(text.replace(old, new), encoding="utf-8")

    def add(self, *rows: dict[str, Any], correction: Correction | None = None) -> None:
        """Rows in stored form; `correction` says that they take the place of what is stored."""
        assert self.records.add(list(rows), source="台账.xlsx", correction=correction)

    def load(self, *lines: str, correction: Correction | None = None) -> None:
        """Rows as a person would enter them, through the import."""
        path = self.workspace / "entered.csv"
        head = "设施,期间,工序,物料,项目,数量,单位,数据来源,凭证"
        path.write_text("\n".join([head, *lines, ""]), encoding="utf-8")
        report = import_files(self.records, [path], Catalogue.load(), correction=correction)
        assert report.committed, [problem.text("en") for problem in report.problems]


def small_works(folder: Path, rows: Sequence[dict[str, Any]]) -> Works:
    """A plant under the small rule set of `tests.engine.plant`."""
    made = Works(folder / "plant", write_rulebook(folder / "rules", *DOCUMENTS, files=FILES))
    facility = {"facility": "F1", "name_zh": "一厂", "sector": "test", "province": "Jiangsu"}
    units = [
        {"facility": "F1", "process_unit": name, "name_zh": name, "technology": "dual"}
        for name in ("u1", "u2")
    ]
    Store.create(made.workspace).add(rows, [facility], units, source="台账.xlsx")
    return made

"""The steel works of the examples with a report, its people, and a log; figures by hand.

Under the carbon market's method of 2024 the example gives, in tCO2e:

    coke        100 000 t x 28.6 GJ/t x 0.02942 tC/GJ x 0.98 x 44/12    =  302 347.378 667
    BFG         12 000 x 10^4 Nm3 x 33 GJ x 0.0708 tC/GJ x 0.99 x 44/12  =  101 773.584
    limestone   80 000 t x 0.44                                          =   35 200
    crude steel 300 000 t x 0.037, deducted                              =  -11 100
    total                                                                   428 220.962 667
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

import pytest

from tests.workflow.support import Clock
from tongjian.engine import Run, run
from tongjian.evidence import Act, Entry, EvidenceLog, FileStore
from tongjian.problems import Problem, TongjianError
from tongjian.records import Catalogue, Store, import_files
from tongjian.rules import Rulebook
from tongjian.verification import (
    CheckItem,
    Engagement,
    Materiality,
    answer,
    check_datum,
    checklist,
    draw_sample,
    enter_recomputation,
    plan_view,
    recompute,
    report_guards,
    sample_of,
)
from tongjian.workflow import advance, grant, history, report_flow

EXAMPLES = Path(__file__).resolve().parents[2] / "examples"
STEEL = EXAMPLES / "steel-works"
RULESET, FACILITY, YEAR = "cn.steel.mee-v01-2024", "DEMO-STEEL", 2024
REPORT = f"report:{FACILITY}/{YEAR}"
COKE, BFG, LIMESTONE, STEEL_OUT = 302_347.378667, 101_773.584, 35_200.0, -11_100.0
TOTAL = 428_220.962667
THRESHOLD = 21_411.04813335
PEOPLE = {
    "admin": "grantor",
    "preparer": "preparer",
    "approver": "approver",
    "verifier": "verifier",
    "colleague": "verifier",
    "reviewer": "reviewer",
    "city": "city",
    "province": "province",
}


@dataclass
class House:
    """A workspace under verification, with the records of the example to begin with."""

    folder: Path
    rulebook: Rulebook

    def __post_init__(self) -> None:
        self.rows = (STEEL / "activity.csv").read_text(encoding="utf-8").splitlines()
        self.stores = 0
        self.read()
        self.clock = Clock()
        self.log = EvidenceLog(FileStore(self.folder / "evidence" / "log.jsonl"), self.clock)
        for person, role in PEOPLE.items():
            grant(self.log, report_flow(), person, [role], "admin")

    def read(self) -> None:
        """Import the rows anew; what was computed before is forgotten."""
        self.stores += 1
        folder = self.folder / str(self.stores)
        self.store = Store.create(folder)
        file = folder / "activity.csv"
        file.write_text("\n".join(self.rows) + "\n", encoding="utf-8")
        found = import_files(self.store, [STEEL / "facilities.csv", file], Catalogue.load())
        assert [one.text("en") for one in found.problems if one.severity == "error"] == []
        self.forget()

    def enter(self, *rows: str) -> None:
        """Add rows of activity data as they would stand in a CSV file."""
        self.rows += rows
        self.read()

    def correct(self, old: str, new: str) -> None:
        """Correct what one row of the records says."""
        (row,) = [one for one in self.rows if old in one]
        self.rows[self.rows.index(row)] = row.replace(old, new)
        self.read()

    def correct_coke(self, tonnes: int = 90_000) -> None:
        """The consumption of coke as it should have been."""
        self.correct("焦炭,consumed,100000,t", f"焦炭,consumed,{tonnes},t")

    def forget(self) -> None:
        for name in ("run", "engagement"):
            self.__dict__.pop(name, None)

    @cached_property
    def run(self) -> Run:
        """What the records give now."""
        return run(self.rulebook, self.store, years=[YEAR])

    @cached_property
    def engagement(self) -> Engagement:
        """The carbon market's total of the year, at reasonable assurance."""
        level = Materiality.of(self.rulebook)
        return Engagement.of(self.run, FACILITY, YEAR, level, ruleset=RULESET)

    @property
    def items(self) -> list[CheckItem]:
        """Its check list."""
        return checklist(self.engagement, plan_view(self.log, self.engagement))

    @property
    def state(self) -> str:
        """Where the report stands."""
        return history(self.log, report_flow(), REPORT).state

    def go(self, transition: str, by: str, **more: Any) -> Entry:
        """Take a step of the flow."""
        guards = report_guards()
        return advance(self.log, report_flow(), REPORT, transition, by, guards=guards, **more)

    def version(self) -> None:
        """What `tongjian.versions` enters when a version is made of the present records."""
        number = len(self.log.entries("version.make", subject=REPORT)) + 1
        content = {
            "version": number,
            "records": [{"digest": self.run.manifest["records"]}],
            "rulebooks": [self.run.manifest["rulebook"]],
        }
        self.log.append([Act("version.make", "preparer", REPORT, content)])

    def started(self) -> House:
        """Up to the start of verification."""
        self.go("open", "preparer")
        self.version()
        self.go("submit", "approver")
        self.go("start", "verifier")
        return self

    def look_at_everything(self, by: str = "verifier") -> None:
        """Sample drawn and found in order, check list answered, result computed again."""
        draw_sample(self.log, self.engagement, by)
        state = sample_of(self.log.entries(), REPORT)
        assert state is not None
        for name in state.left:
            check_datum(self.log, REPORT, name, "agrees", by)
        items = self.items
        answer(self.log, REPORT, items, [one.id for one in items], "yes", by)
        found = recompute(self.engagement, years=[YEAR])
        enter_recomputation(self.log, REPORT, found, by)


def refused(action: Callable[[], object]) -> list[Problem]:
    """The problems with which something is refused."""
    with pytest.raises(TongjianError) as caught:
        action()
    return list(caught.value.problems)


def codes_of(action: Callable[[], object]) -> list[str]:
    """Their codes without the package, in order."""
    return sorted(one.code.removeprefix("verification.") for one in refused(action))

"""A report with all its people, and a clock that the test sets."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path

from tongjian.evidence import EvidenceLog, FileStore
from tongjian.workflow import grant, report_flow

SUBJECT = "report:F1/2024"
FACTS = {"facility": "F1", "division": "320100"}
PEOPLE = {
    "admin": (("grantor",), {}),
    "preparer": (("preparer",), {"facility": "F1"}),
    "approver": (("approver",), {"facility": "F1"}),
    "both": (("preparer", "approver"), {"facility": "F1"}),
    "verifier": (("verifier",), {}),
    "second": (("verifier", "reviewer"), {}),
    "reviewer": (("reviewer",), {}),
    "city": (("city",), {"division": "3201*"}),
    "elsewhere": (("city",), {"division": "3305*"}),
    "province": (("province",), {"division": "32*"}),
    "chief": (("city", "province"), {"division": "32*"}),
    "nation": (("nation",), {}),
    "turncoat": (("approver", "verifier", "reviewer", "city", "province"), {}),
}


@dataclass
class Clock:
    """A clock that the test sets."""

    now: datetime = field(default_factory=lambda: datetime(2026, 1, 5, 8, tzinfo=UTC))

    def __call__(self) -> datetime:
        return self.now

    def days(self, number: int) -> None:
        """Let days go by."""
        self.now += timedelta(days=number)


def peopled(path: Path) -> EvidenceLog:
    """A log in which everybody has the roles of `PEOPLE`."""
    log = EvidenceLog(FileStore(path), Clock())
    for person, (roles, within) in PEOPLE.items():
        grant(log, report_flow(), person, roles, "admin", within)
    return log

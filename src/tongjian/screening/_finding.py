"""What a screening found (发现): one place to look at, with its evidence."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

from tongjian.problems import Problem

Severity = Literal["notice", "serious"]


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing to look at; `evidence` has the numbers that it rests on.

    `test` is step, repeated, copied_year, jump, last_digit or first_digit; `periods` are the
    months concerned, none where all are.
    """

    test: str
    severity: Severity
    facility: str
    process_unit: str = ""
    stream: str = ""
    item: str = ""
    periods: tuple[str, ...] = ()
    evidence: Mapping[str, float] = field(default_factory=dict)
    words: Problem = field(default_factory=lambda: Problem("screening.step"))

    def text(self, lang: str = "zh") -> str:
        """What was found and what to do about it, in `lang`."""
        return f"{self.words.message(lang)}\n    → {self.words.repair(lang)}"

    def as_dict(self) -> dict[str, Any]:
        """The finding as plain data, for JSON."""
        return {
            "test": self.test,
            "severity": self.severity,
            "facility": self.facility,
            "process_unit": self.process_unit,
            "stream": self.stream,
            "item": self.item,
            "periods": list(self.periods),
            "evidence": dict(self.evidence),
            "zh": self.words.message("zh"),
            "en": self.words.message("en"),
        }


__all__ = ["Finding", "Severity"]

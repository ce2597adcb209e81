"""One finding about a plan and the data obtained by it (发现)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from tongjian.control_plan._guide import Clause, Kind, Level, kinds
from tongjian.problems import Problem


@dataclass(frozen=True, slots=True)
class Finding:
    """A finding (发现): what, upon what (`subject`), with which evidence.

    `kind` is one of ``findings.toml`` and the last part of the code of `words`; `subject` is
    ``plan:F``, ``meter:F/M1``, ``month:F/2025-03``, ``laboratory:F/L1`` or ``datum:F/unit/stream/
    item``. `periods` are months or years concerned, `entries` numbers of the log, `values` what the
    evidence says.
    """

    kind: str
    severity: Level
    subject: str
    facility: str
    words: Problem
    clause: Clause
    parameter: str = ""
    meter: str = ""
    periods: tuple[str, ...] = ()
    entries: tuple[int, ...] = ()
    values: Mapping[str, Any] = field(default_factory=dict)

    @classmethod
    def of(cls, facility: str, subject: str, words: Problem, **more: Any) -> Finding:
        """A finding whose kind is told by the code of its words."""
        kind = words.code.rpartition(".")[2]
        its: Kind = kinds()[kind]
        values = dict(words.values)
        return cls(kind, its.severity, subject, facility, words, its.clause, values=values, **more)

    def title(self, lang: str) -> str:
        """The kind in words."""
        its = kinds()[self.kind]
        return its.zh if lang == "zh" else its.en

    def text(self, lang: str) -> str:
        """What was found and what to do about it."""
        return f"{self.words.message(lang)}\n    → {self.words.repair(lang)}"

    def as_dict(self) -> dict[str, Any]:
        """The finding as plain data, for JSON and for the log."""
        return {
            "kind": self.kind,
            "severity": self.severity,
            "subject": self.subject,
            "facility": self.facility,
            "parameter": self.parameter,
            "meter": self.meter,
            "periods": list(self.periods),
            "entries": list(self.entries),
            "clause": {
                "document": self.clause.document,
                "clause": self.clause.clause,
                "status": self.clause.status,
            },
            "values": {key: _plain(value) for key, value in self.values.items()},
            "zh": self.words.message("zh"),
            "en": self.words.message("en"),
            "repair_zh": self.words.repair("zh"),
            "repair_en": self.words.repair("en"),
        }


def _plain(value: Any) -> Any:
    return value if isinstance(value, str | int | float | bool | None) else str(value)


__all__ = ["Finding"]

"""Corrections (更正) of what is stored: who, why, and on what evidence."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from tongjian.problems import Problem, RecordError


@dataclass(frozen=True, slots=True)
class Correction:
    """Marks an import as a correction (更正), or as a withdrawal (撤回) of rows entered by mistake.

    The rows of a correction take the place of stored rows of the same key; those of a withdrawal
    are taken out. What stood before stays in the store, as it was known until then.
    """

    by: str
    reason: str
    evidence: str = ""
    withdraw: bool = False

    def require(self) -> None:
        """Raise `RecordError` unless it says who and why."""
        lacking = [name for name in ("by", "reason") if not getattr(self, name).strip()]
        if lacking:
            values = {"lacking": ", ".join(f"--{name}" for name in lacking)}
            raise RecordError(Problem("records.correction_words", values=values))

    @property
    def act(self) -> Literal["correct", "withdraw"]:
        """ "correct" or "withdraw", as the log has it."""
        return "withdraw" if self.withdraw else "correct"

    def as_dict(self) -> dict[str, str]:
        """What the log keeps of it."""
        return {
            "act": self.act,
            "by": self.by.strip(),
            "reason": self.reason.strip(),
            "evidence": self.evidence.strip(),
        }


__all__ = ["Correction"]

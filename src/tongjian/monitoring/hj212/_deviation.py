"""What a telegram does otherwise than the standard says (偏差)."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from tongjian.problems import Place, Problem, TongjianError

# Deviations after which nothing that was sent can be relied on, in either mode.
FATAL = frozenset(
    {"crc_wrong", "crc_form", "length_wrong", "length_form", "incomplete", "cp_missing"}
    | {"cn_missing", "key_unknown"}
)


@dataclass(frozen=True, slots=True)
class Deviation:
    """One departure from the standard: its code, what was found and what was to be expected.

    `at` counts bytes from the start of the frame, or characters from the start of the data
    segment for what concerns its fields.
    """

    code: str
    found: str = ""
    expected: str = ""
    at: int = 0

    @property
    def fatal(self) -> bool:
        """Whether the telegram has to be refused even by a tolerant host (宽容模式也须拒收)."""
        return self.code in FATAL

    def problem(self, source: str | None = None) -> Problem:
        """The deviation in words; `source` says which connection or file it came from."""
        values = {"found": self.found, "expected": self.expected, "at": self.at}
        return Problem(
            f"monitoring.{self.code}",
            Place(file=source),
            values,
            "error" if self.fatal else "warning",
        )


class TelegramError(TongjianError):
    """A telegram cannot be taken in; carries every deviation as a problem."""

    def __init__(self, deviations: Iterable[Deviation]) -> None:
        self.deviations = tuple(deviations)
        super().__init__(one.problem() for one in self.deviations)

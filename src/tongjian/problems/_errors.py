"""The exception tree; the tree is drawn in the package docstring."""

from __future__ import annotations

from collections.abc import Iterable

from tongjian.problems._problem import LANGUAGES, Problem


class TongjianError(Exception):
    """One or more problems that stop the work; carries all of them."""

    def __init__(self, problems: Problem | Iterable[Problem]) -> None:
        self.problems: tuple[Problem, ...] = (
            (problems,) if isinstance(problems, Problem) else tuple(problems)
        )
        super().__init__(self.problems)

    def __str__(self) -> str:
        return "\n".join(problem.text(lang) for problem in self.problems for lang in LANGUAGES)


class RuleError(TongjianError):
    """A rule document cannot be used."""


class RecordError(TongjianError):
    """Activity data cannot be taken in."""


class EngineError(TongjianError):
    """A run or an explanation cannot be made."""


class UnitError(TongjianError, ValueError):
    """A unit is unknown or does not fit."""

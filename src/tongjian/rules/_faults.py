"""What is wrong with documents, collected so that all of it is said at once."""

from __future__ import annotations

from dataclasses import dataclass, field

from tongjian.problems import Place, Problem, RuleError


@dataclass(slots=True)
class Faults:
    """Problems found so far."""

    problems: list[Problem] = field(default_factory=list)

    def complain(self, code: str, place: Place, **values: object) -> None:
        """Note a problem of the rules, by the end of its code."""
        self.problems.append(Problem(f"rules.{code}", place, values))

    def stop(self) -> None:
        """Raises `RuleError` with all of them, if there are any."""
        if self.problems:
            raise RuleError(self.problems)

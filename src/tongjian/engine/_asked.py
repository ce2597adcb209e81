"""What a run was asked for: together with rules and records it gives the run again."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class Asked:
    """The request of a run (运行请求): rule sets, years, boundary, tables to replace.

    None stands for a choice that was left to the records: all default rule sets, all years.
    """

    rulesets: tuple[str, ...] | None = None
    years: tuple[int, ...] | None = None
    boundary: str | None = None
    binds: Mapping[str, str] = field(default_factory=dict)

    @classmethod
    def of(
        cls,
        rulesets: Sequence[str] | None,
        years: Collection[int] | None,
        boundary: str | None,
        binds: Mapping[str, str] | None,
    ) -> Asked:
        """The request of these arguments of `run`."""
        return cls(
            None if rulesets is None else tuple(rulesets),
            None if years is None else tuple(sorted(years)),
            boundary,
            dict(binds or {}),
        )


__all__ = ["Asked"]

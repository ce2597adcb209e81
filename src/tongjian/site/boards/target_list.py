"""The targets of a result as a page lists them (目标清单): filtered, with what is missing."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.utils.http import urlencode

from tongjian.rules import Task
from tongjian.site.workspaces import rulebook

STATUSES = ("met", "on_track", "at_risk", "off", "missed", "rule", "not_measurable")
_NAMES = ("policy", "sector", "status")


@dataclass(frozen=True, slots=True)
class TargetFilter:
    """Which targets are asked for; empty is all."""

    policy: str = ""
    sector: str = ""
    status: str = ""

    @classmethod
    def of(cls, given: Mapping[str, Any]) -> TargetFilter:
        """From the query of an address."""
        said = {name: str(given.get(name, ""))[:120] for name in _NAMES}
        return cls(**said)

    @property
    def query(self) -> str:
        """As the query of an address."""
        said = {name: getattr(self, name) for name in _NAMES}
        return urlencode({name: value for name, value in said.items() if value})

    def of_list(self, listed: Sequence[dict[str, Any]]) -> list[dict[str, Any]]:
        """Those of a list that fit."""
        return [
            one
            for one in listed
            if self.policy in ("", one["policy"])
            and (not self.sector or self.sector in one["sectors"])
            and self.status in ("", one["status"])
        ]


def policies(listed: Sequence[Mapping[str, Any]]) -> dict[str, str]:
    """The policies of a list: their ids and documents."""
    return {one["policy"]: one["document"] for one in listed}


def sectors(listed: Sequence[Mapping[str, Any]]) -> list[str]:
    """The sectors of a list."""
    return sorted({sector for one in listed for sector in one["sectors"]})


def tasks() -> list[Task]:
    """The tasks of the policies, those with a day first."""
    found = rulebook().tasks.values()
    return sorted(found, key=lambda one: (one.due is None, one.due, one.id))


__all__ = ["STATUSES", "TargetFilter", "policies", "sectors", "tasks"]

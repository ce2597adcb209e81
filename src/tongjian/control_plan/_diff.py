"""What a revision changed (计划版本差异)."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Literal

from tongjian.control_plan._plan import Plan

_LISTED = ("sources", "meters", "laboratories", "parameters", "roles")
_OWN = ("plan", "revision", "in_force", "reason")


@dataclass(frozen=True, slots=True)
class PlanChange:
    """One difference between two revisions (差异): of `part`, of the entry `id`, in `field`.

    What was added has no `before`, what was removed no `after`; `id` and `field` are ``""`` where
    the part has none, or where a whole entry came or went.
    """

    kind: Literal["added", "removed", "changed"]
    part: str
    id: str
    field: str
    before: str
    after: str


def changes(old: Plan, new: Plan) -> tuple[PlanChange, ...]:
    """Every difference between two revisions, part by part; number, day and reason aside."""
    found: list[PlanChange] = []
    for part in dict.fromkeys([*old.data, *new.data]):
        if part in _OWN:
            continue
        before, after = old.data.get(part), new.data.get(part)
        if part in _LISTED:
            found += _entries(part, before or [], after or [])
        elif isinstance(before, dict) and isinstance(after, dict):
            found += _fields(part, "", before, after)
        elif before != after:
            found.append(PlanChange("changed", part, "", "", _shown(before), _shown(after)))
    return tuple(found)


def _entries(
    part: str, before: list[dict[str, Any]], after: list[dict[str, Any]]
) -> Iterator[PlanChange]:
    old, new = {one["id"]: one for one in before}, {one["id"]: one for one in after}
    for name in dict.fromkeys([*old, *new]):
        if name not in new:
            yield PlanChange("removed", part, name, "", _shown(old[name]), "")
        elif name not in old:
            yield PlanChange("added", part, name, "", "", _shown(new[name]))
        else:
            yield from _fields(part, name, old[name], new[name])


def _fields(
    part: str, name: str, before: Mapping[str, Any], after: Mapping[str, Any]
) -> Iterator[PlanChange]:
    for key in dict.fromkeys([*before, *after]):
        if before.get(key) == after.get(key):
            continue
        kind: Literal["added", "removed", "changed"] = "changed"
        if key not in before:
            kind = "added"
        elif key not in after:
            kind = "removed"
        yield PlanChange(kind, part, name, key, _shown(before.get(key)), _shown(after.get(key)))


def _shown(value: Any) -> str:
    if value is None:
        return ""
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)


__all__ = ["PlanChange", "changes"]

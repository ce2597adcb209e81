"""The tree of an explanation: each number with its formula, sources and what it was made of."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any, Literal

from tongjian.rules import Words

NodeKind = Literal["total", "formula", "aggregate", "input", "parameter"]


@dataclass(frozen=True, slots=True)
class Node:
    """One number and where it comes from (溯源节点).

    `formula` is the text of the rule, `substituted` the same with values filled in; `document`,
    `clause` and `status` are those of the rule or, for a parameter, of the printed value.
    Where a rule judges, `value` is one of its labels and `label` what that means. `records` are
    the rows of activity data; `hidden` counts children not shown, whose sum is `hidden_value`.
    """

    kind: NodeKind
    title: Words
    value: float | str | None
    unit: str
    key: dict[str, Any] = field(default_factory=dict)
    formula: str = ""
    substituted: str = ""
    document: str = ""
    clause: str = ""
    status: str = ""
    note: str = ""
    children: tuple[Node, ...] = ()
    records: tuple[dict[str, Any], ...] = ()
    hidden: int = 0
    hidden_value: float | None = None
    label: Words | None = None

    def walk(self) -> Iterator[Node]:
        """This node and all below, depth first."""
        yield self
        for child in self.children:
            yield from child.walk()

    def as_dict(self) -> dict[str, Any]:
        """The tree as plain data, for JSON; empty parts are left out."""
        plain: dict[str, Any] = {
            "kind": self.kind,
            "zh": self.title.zh,
            "en": self.title.en,
            "value": self.value,
            "unit": self.unit,
        }
        if self.label is not None:
            plain |= {"label_zh": self.label.zh, "label_en": self.label.en}
        for name in (
            *("key", "formula", "substituted", "document", "clause", "status", "note"),
            *("records", "hidden", "hidden_value"),
        ):
            value = getattr(self, name)
            if value:
                plain[name] = value
        if self.children:
            plain["children"] = [child.as_dict() for child in self.children]
        return plain

"""The ways on which a formula reaches its look-ups (取数路径): which conditions lead to each."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Literal

from tongjian.rules import RAW, SheetPlan
from tongjian.rules import _ir as ir


@dataclass(frozen=True, slots=True)
class Test:
    """A condition on a row: an expression is true, false or missing."""

    node: ir.Node
    want: Literal["true", "false", "missing"]


Path = tuple[Test, ...]
Read = ir.Lookup | ir.Interpolate


def paths_of(roots: Iterable[ir.Node], sheet: SheetPlan | None) -> list[tuple[Read, Path]]:
    """Every look-up below `roots` with the conditions under which it is reached.

    Within a leaf `sheet` columns are followed into their formulas and defaults; formulas of a
    coarser sheet are all roots themselves.
    """
    found: dict[tuple[Read, Path], None] = {}
    seen: set[tuple[ir.Node, Path]] = set()

    def follow(node: ir.Node, path: Path) -> None:
        if (node, path) in seen:
            return
        seen.add((node, path))
        match node:
            case ir.Lookup() | ir.Interpolate():
                found[node, path] = None
            case ir.Aggregate(plan=plan):
                if plan is not None:
                    follow(plan, path)
                return
            case ir.Given():
                return
            case ir.If(condition=condition, then=then, other=other):
                follow(condition, path)
                follow(then, _and(path, condition, "true"))
                follow(other, _and(path, condition, "false"))
                return
            case ir.Call(name="coalesce", arguments=options):
                for option in options:
                    follow(option, path)
                    path = _and(path, option, "missing")
                return
            case ir.Column(name=name) if sheet is not None:
                if name in sheet.formulas:
                    follow(sheet.formulas[name].node, path)
                elif name in sheet.inputs:
                    default = sheet.inputs[name].default
                    if default is not None:
                        raw = ir.Column(node.kind, name + RAW)
                        follow(default, _and(path, raw, "missing"))
                return
        for child in node.children():
            follow(child, path)

    for root in roots:
        follow(root, ())
    return list(found)


def _and(path: Path, node: ir.Node, want: Literal["true", "false", "missing"]) -> Path:
    # A condition on totals cannot be asked again row by row: without it the list is rather too
    # long than too short.
    if any(isinstance(part, ir.Aggregate) for part in node.walk()):
        return path
    test = Test(node, want)
    return path if test in path else (*path, test)


__all__ = ["Path", "Read", "Test", "paths_of"]

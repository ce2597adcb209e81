"""Which parts of an expression went into its value in a row: only branches that were taken."""

from __future__ import annotations

from collections.abc import Sequence

from tongjian.engine._leaf_rows import Row
from tongjian.engine._python import PythonEngine
from tongjian.rules import _ir as ir


def live_nodes(engine: PythonEngine, node: ir.Node, row: Row) -> list[ir.Node]:
    """Every node whose value went into the result: only branches that were taken."""
    if isinstance(node, ir.If):
        taken = node.then if engine.row_value(node.condition, row) else node.other
        return [node, *live_nodes(engine, node.condition, row), *live_nodes(engine, taken, row)]
    if isinstance(node, ir.Call) and node.name == "coalesce":
        for option in node.arguments:
            if engine.row_value(option, row) is not None:
                return [node, *live_nodes(engine, option, row)]
    if isinstance(node, ir.Aggregate | ir.Given):
        return [node]
    return [node, *(part for child in node.children() for part in live_nodes(engine, child, row))]


def is_live(node: ir.Node, live: Sequence[ir.Node]) -> bool:
    """Whether a part of a formula's text stands for one of the `live` nodes."""
    if isinstance(node, ir.Column):
        return any(isinstance(one, ir.Column) and one.name == node.name for one in live)
    if isinstance(node, ir.Lookup | ir.Above | ir.Interpolate):
        return node in live
    return any(part in live for part in node.walk() if isinstance(part, ir.Aggregate))

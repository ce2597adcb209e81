"""Results that are no number (非数): what is left of ∞ − ∞ or 0 × ∞ beyond the largest double.

Engines disagree on how such a result compares with a number, so that a comparison takes it for
missing, on every back-end. An infinite result is larger than every number, everywhere.
"""

from __future__ import annotations

from tongjian.rules import _ir as ir


def may_be_no_number(node: ir.Node) -> bool:
    """Whether the value of an expression can be NaN; constants, choices and days never are."""
    match node:
        case ir.Number() | ir.Lookup() | ir.Nothing() | ir.Column(name="year"):
            return False
        case ir.Negate(node=inner) | ir.Scale(node=inner) | ir.Required(node=inner):
            return may_be_no_number(inner)
        case ir.Aggregate(plan=None) if node.adds or node.name == "count":
            return False  # made of integers
    return node.kind.counts

"""How long a formula becomes when it is written out as SQL."""

from __future__ import annotations

from tongjian.rules import _ir as ir


def weight(node: ir.Node) -> int:
    """Parts of the formula as SQL, where a condition is written twice and a minimum repeats itself.

    Nesting these makes a short text grow beyond any memory, so the checker sets a limit.
    """
    match node:
        case ir.If(condition=condition, then=then, other=other):
            return 1 + 2 * weight(condition) + weight(then) + weight(other)
        case ir.Logic(items=items):
            return 1 + 2 * sum(weight(item) for item in items)
        case ir.Call(name="min" | "max", arguments=arguments):
            total = weight(arguments[0])
            for argument in arguments[1:]:
                total = 3 * (total + weight(argument))
            return total
        case ir.Call(name="sqrt", arguments=(argument,)):
            return 1 + 2 * weight(argument)
        case ir.Call(name="ceil" | "floor", arguments=(argument,)):
            return 6 + 6 * weight(argument)
        case ir.Call(name="power", arguments=(base, exponent)):
            return 1 + 64 * weight(base) + 32 * weight(exponent)
    return 1 + sum(weight(child) for child in node.children())

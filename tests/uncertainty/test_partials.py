"""Derivatives against finite differences, through the whole of a run."""

from dataclasses import replace
from fractions import Fraction

import pytest

from tongjian.rules import _ir as ir
from tongjian.rules import partials
from tongjian.units import ONE, parse_unit

KIND = ir.Kind("number", ONE)
X, Y, Z = (ir.Column(KIND, name) for name in "xyz")


def value(node, row):
    """A plain evaluator, independent of the back-ends."""
    match node:
        case ir.Column(name=name):
            return row[name]
        case ir.Number(value=number):
            return float(number)
        case ir.Nothing():
            return None
        case ir.Scale(node=inner, factor=factor):
            found = value(inner, row)
            return None if found is None else found * float(factor)
        case ir.Negate(node=inner):
            return -value(inner, row)
        case ir.Required(node=inner):
            return value(inner, row)
        case ir.Compare(left=left, right=right):
            return value(left, row) > value(right, row)
        case ir.If(condition=condition, then=then, other=other):
            return value(then if value(condition, row) else other, row)
        case ir.Call(name=name, arguments=arguments):
            values = [value(one, row) for one in arguments]
            if name == "coalesce":
                return next((one for one in values if one is not None), None)
            return {"min": min, "max": max, "abs": lambda one: abs(one)}[name](*values)
        case ir.Binary(op=op, left=left, right=right):
            one, two = value(left, row), value(right, row)
            if one is None or two is None or (op == "/" and two == 0):
                return None
            return {"+": one + two, "-": one - two, "*": one * two}.get(
                op, one / two if two else None
            )
    raise AssertionError(node)


def binary(op, left, right):
    return ir.Binary(KIND, op, left, right)


GREATER = ir.Compare(ir.Kind("bool"), ">", X, Y)
NODES = {
    "sum": binary("+", X, binary("-", Y, X)),
    "product": binary("*", binary("*", X, Y), X),
    "quotient": binary("/", binary("*", X, Z), Y),
    "scaled": ir.Scale(KIND, ir.Negate(KIND, binary("*", X, X)), Fraction(44, 12)),
    "if": ir.If(KIND, GREATER, binary("*", X, X), binary("*", Y, Z)),
    "min": ir.Call(KIND, "min", (binary("*", X, Z), Y)),
    "max": ir.Call(KIND, "max", (binary("*", X, Z), Y)),
    "abs": ir.Call(KIND, "abs", (binary("-", X, Y),)),
    "coalesce": ir.Call(KIND, "coalesce", (ir.Nothing(KIND), ir.Required(KIND, X), Y)),
}


@pytest.mark.parametrize("name", NODES)
@pytest.mark.parametrize("row", [{"x": 3.0, "y": 2.0, "z": 5.0}, {"x": 1.5, "y": 7.0, "z": 0.25}])
def test_partials_are_finite_differences(name, row):
    node = NODES[name]
    found = partials(node, lambda part: value(part, row), 2.0)

    for column in (X, Y, Z):
        step = 1e-6
        above = value(node, {**row, column.name: row[column.name] + step})
        below = value(node, {**row, column.name: row[column.name] - step})
        slope = 2.0 * (above - below) / (2 * step)
        assert found.get(column, 0.0) == pytest.approx(slope, rel=1e-6, abs=1e-6)


def test_what_has_no_value_has_no_derivative():
    row = {"x": 3.0, "y": 0.0, "z": None}

    def of(part):
        return value(part, row)

    assert partials(binary("/", X, Y), of) == {}
    assert partials(binary("*", X, Z), of) == {}
    assert partials(ir.Call(KIND, "min", (X, Z)), of) == {}
    assert partials(ir.Call(KIND, "coalesce", (Z, Z)), of) == {}
    assert partials(ir.number(3, parse_unit("t")), of) == {}
    assert partials(GREATER, of) == {}


def test_a_new_kind_of_node_is_not_passed_over():
    class Strange(ir.Node):
        pass

    with pytest.raises(NotImplementedError, match="Strange"):
        partials(Strange(KIND), lambda part: 1.0)


def test_a_shared_leaf_adds_up():
    node = replace(binary("+", X, X))
    assert partials(node, lambda part: 1.0) == {X: 2.0}

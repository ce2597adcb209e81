"""Writes formulas as Python source, to be compiled into functions of a row."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from fractions import Fraction
from typing import Any

from tongjian.engine._arithmetic import NULL_ERRORS, Arithmetic
from tongjian.engine._interpolation import Grid, reader
from tongjian.engine._no_number import may_be_no_number
from tongjian.engine._tables import Key, ResolvedTables
from tongjian.rules import RAW
from tongjian.rules import _ir as ir


class PythonWriter:
    """Writes Python source for expressions of one program.

    `numbers` gives the values of a table's column by year and key, `numbered` the number under
    which a row keeps each of its aggregates.
    """

    def __init__(
        self,
        arithmetic: Arithmetic,
        tables: ResolvedTables,
        numbers: Callable[[str, str], Mapping[int, Mapping[Key, Any]]],
        numbered: Mapping[ir.Aggregate, int],
    ) -> None:
        self.arithmetic, self.tables = arithmetic, tables
        self.numbers, self.numbered = numbers, numbered
        self.names: dict[str, Any] = {
            "NULL": NULL_ERRORS,
            "number": arithmetic.number,
            "choose": _choose,
            "same": _same,
            "within": _within,
            "real": _real,
            **arithmetic.functions(),
        }

    def raw(self, code: str) -> str:
        """A raw input in the arithmetic of the mode."""
        return code if self.arithmetic.mode == "float" else f"number({code})"

    def compile(self, lines: list[str], name: str) -> Callable[..., Any]:
        """The function `name` that `lines` define."""
        # The source is written from checked nodes only: names are quoted with repr and every
        # constant is a variable, so no text of a document becomes code.
        scope = {"__builtins__": {"min": min, "max": max, "abs": abs, "bool": bool}, **self.names}
        exec("\n".join(lines), scope)
        function: Callable[..., Any] = scope[name]
        return function

    def constant(self, value: Any) -> str:
        """The name of a variable that holds `value`."""
        name = f"c{len(self.names)}"
        self.names[name] = value
        return name

    def code(self, node: ir.Node) -> str:
        """The source of one expression over a row `r`."""
        handler: Callable[[Any], str] = getattr(self, f"_{type(node).__name__.lower()}")
        return handler(node)

    def _number(self, node: ir.Number) -> str:
        return self.constant(self.arithmetic.constant(node.value))

    def _text(self, node: ir.Text) -> str:
        return self.constant(node.value)

    def _nothing(self, node: ir.Nothing) -> str:
        return "None"

    def _column(self, node: ir.Column) -> str:
        return f"r[{node.name!r}]"

    def _above(self, node: ir.Above) -> str:
        return f"r[{node.name!r}]"

    def _lookup(self, node: ir.Lookup) -> str:
        numbers = self.numbers(node.table, node.column)
        keys = "".join(f"{self.code(key)}, " for key in node.keys)
        return f"{self.constant(numbers)}.get(r['year'], {{}}).get(({keys}))"

    def _interpolate(self, node: ir.Interpolate) -> str:
        grid = Grid.of(node, self.tables)
        numbers = self.numbers(node.table, node.column)
        read = self.constant(reader(grid, numbers, self.arithmetic.constant))
        positions = ", ".join(self.code(position) for position in node.positions)
        return f"{read}(r['year'], {positions})"

    def _scale(self, node: ir.Scale) -> str:
        inner, factor = self.code(node.node), node.factor
        if factor == 1:
            return inner
        if factor.numerator == 1:
            divisor = self.constant(self.arithmetic.constant(Fraction(factor.denominator)))
            return f"({inner} / {divisor})"
        return f"({inner} * {self.constant(self.arithmetic.constant(factor))})"

    def _binary(self, node: ir.Binary) -> str:
        return f"({self.code(node.left)} {node.op} {self.code(node.right)})"

    def _negate(self, node: ir.Negate) -> str:
        return f"(-{self.code(node.node)})"

    def _compare(self, node: ir.Compare) -> str:
        left, right = self.comparable(node.left), self.comparable(node.right)
        if node.op in ("==", "!="):
            return f"{'' if node.op == '==' else 'not '}same({left}, {right})"
        return f"({left} {node.op} {right})"

    def comparable(self, node: ir.Node) -> str:
        """The source of what is compared: missing where it is no number, of which decimals know."""
        code = self.code(node)
        is_float = self.arithmetic.mode == "float"
        return f"real({code})" if is_float and may_be_no_number(node) else code

    def _within(self, node: ir.Within) -> str:
        return f"within({self.code(node.node)}, {self.constant(node.name)})"

    def _logic(self, node: ir.Logic) -> str:
        return "(" + f" {node.op} ".join(f"({self.code(item)})" for item in node.items) + ")"

    def _not(self, node: ir.Not) -> str:
        return f"(not {self.code(node.node)})"

    def _given(self, node: ir.Given) -> str:
        if isinstance(node.node, ir.Above):
            return f"({self.code(node.node)} is not None)"
        assert isinstance(node.node, ir.Column)
        name = node.node.name
        # An input with a default is given only if it was entered.
        return f"(r.get({name + RAW!r}, r.get({name!r})) is not None)"

    def _required(self, node: ir.Required) -> str:
        return self.code(node.node)

    def _if(self, node: ir.If) -> str:
        condition = self.code(node.condition)
        return f"({self.code(node.then)} if {condition} else {self.code(node.other)})"

    def _call(self, node: ir.Call) -> str:
        write = self.comparable if node.name in ("min", "max") else self.code
        arguments = [write(argument) for argument in node.arguments]
        if node.name == "coalesce" and all(map(_cannot_fail, node.arguments)):
            code = arguments[-1]
            for argument in reversed(arguments[:-1]):
                code = f"(v if (v := {argument}) is not None else {code})"
            return code
        if node.name == "coalesce":
            return f"choose({', '.join(f'lambda: {argument}' for argument in arguments)})"
        if node.name == "whole":
            return f"below({arguments[0]})"
        if node.name in ("ceil", "floor"):
            return f"whole({arguments[0]}, {node.name == 'ceil'})"
        return f"{node.name}({', '.join(arguments)})"

    def _aggregate(self, node: ir.Aggregate) -> str:
        if node.plan is not None:
            return self.code(node.plan)
        number = self.numbered[node]
        return f"r['@aggregates'].get({number}, {self._empty(node)})"

    def _empty(self, node: ir.Aggregate) -> str:
        if node.adds or node.name == "count":
            return self.constant(self.arithmetic.constant(Fraction(0)))
        return "None"


def _choose(*options: Callable[[], Any]) -> Any:
    for option in options:
        try:
            value = option()
        except NULL_ERRORS:
            continue
        if value is not None:
            return value
    return None


def _cannot_fail(node: ir.Node) -> bool:
    """Whether evaluating a node never raises: it has a value or None."""
    return isinstance(node, ir.Column | ir.Lookup | ir.Above | ir.Number | ir.Nothing)


def _real(value: Any) -> Any:
    if value != value:
        raise ValueError("comparison with what is no number")
    return value


def _same(left: Any, right: Any) -> bool:
    if left is None or right is None:
        raise TypeError("comparison with a missing value")
    return bool(left == right)


def _within(value: Any, name: str) -> bool:
    if value is None:
        raise TypeError("comparison with a missing value")
    return bool(value == name or value.startswith(name + "."))

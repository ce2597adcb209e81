"""Writes SQL for expressions and sheets (SQL 生成).

About a dozen node types, written out with our meanings: division by zero gives NULL, `and`/`or`
read from left to right, `min`/`max` of a missing value is missing, every number is a double and
every total a sum of integers. What engines spell differently stands in `_dialects`.
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from fractions import Fraction

from tongjian.engine._dialects import DUCKDB, Dialect
from tongjian.engine._no_number import may_be_no_number
from tongjian.engine._resolution import micro_factor, micro_multiplier
from tongjian.rules import RAW
from tongjian.rules import _ir as ir

POWER_BITS = 6
"""Exponents of `power` have so many bits."""


@dataclass(frozen=True, slots=True)
class FactorSet:
    """All values that one sheet reads by the same key columns: one join (因子集)."""

    name: str
    keys: tuple[str, ...]
    lookups: tuple[ir.Lookup, ...]

    def column(self, index: int) -> str:
        """The name of the column that holds its `index`-th look-up."""
        return f"{self.name}_{index}"


@dataclass(slots=True)
class SqlWriter:
    """Writes the SQL of one program's sheets.

    `is_constant` tells which look-ups have one value for all rows and years of the run (a GWP),
    `constant` gives it; all others are `joined` and stand in columns, like values `between` those
    of a table.
    """

    is_constant: Callable[[ir.Lookup], bool]
    constant: Callable[[ir.Lookup], float | None]
    dialect: Dialect = DUCKDB
    safe: bool = False
    joined: dict[ir.Lookup, str] = field(default_factory=dict)
    aggregates: dict[ir.Aggregate, str] = field(default_factory=dict)
    between: dict[ir.Interpolate, str] = field(default_factory=dict)
    raw_columns: frozenset[str] = frozenset()

    def quote(self, name: str) -> str:
        """An identifier."""
        mark = self.dialect.quote
        return mark + name.replace(mark, mark * 2) + mark

    def double(self, value: Fraction | float) -> str:
        """A constant as a double."""
        text = repr(float(value))
        text = text if "e" in text else f"{text}e0"
        # Bare, a minus before it would make "--": a comment.
        return f"({text})" if value < 0 else text

    # -- expressions -------------------------------------------------------------------------

    def code(self, node: ir.Node) -> str:
        """The SQL of one expression."""
        handler: Callable[[ir.Node], str] = getattr(self, f"_{type(node).__name__.lower()}")
        return handler(node)

    def _number(self, node: ir.Number) -> str:
        return self.double(node.value)

    def _text(self, node: ir.Text) -> str:
        return self.dialect.text(node.value)

    def _nothing(self, node: ir.Nothing) -> str:
        kind = self.dialect.string if node.kind.what == "text" else self.dialect.double
        return f"CAST(NULL AS {kind})"

    def _column(self, node: ir.Column) -> str:
        return self.quote(node.name)

    def _above(self, node: ir.Above) -> str:
        return self.quote(node.name)

    def _lookup(self, node: ir.Lookup) -> str:
        if node in self.joined:
            return self.joined[node]
        value = self.constant(node)
        return f"CAST(NULL AS {self.dialect.double})" if value is None else self.double(value)

    def _interpolate(self, node: ir.Interpolate) -> str:
        return self.quote(self.between[node])

    def _scale(self, node: ir.Scale) -> str:
        inner, factor = self.code(node.node), node.factor
        if factor == 1:
            return inner
        if factor.numerator == 1:
            return f"({inner} / {self.double(Fraction(factor.denominator))})"
        return f"({inner} * {self.double(factor)})"

    def _binary(self, node: ir.Binary) -> str:
        left, right = self.code(node.left), self.code(node.right)
        if node.op != "/":
            return f"({left} {node.op} {right})"
        if isinstance(node.right, ir.Number):
            return f"({left} / {right})"
        return self.dialect.ratio(left, right)

    def _negate(self, node: ir.Negate) -> str:
        return f"(-{self.code(node.node)})"

    def _compare(self, node: ir.Compare) -> str:
        op = {"==": "=", "!=": "<>"}.get(node.op, node.op)
        return f"({self.comparable(node.left)} {op} {self.comparable(node.right)})"

    def comparable(self, node: ir.Node) -> str:
        """The SQL of what is compared: missing where it is no number (a NaN equals itself)."""
        code = self.code(node)
        if not may_be_no_number(node):
            return code
        return f"NULLIF({code}, CAST('NaN' AS {self.dialect.double}))"

    def _within(self, node: ir.Within) -> str:
        return self.class_test(self.code(node.node), (node.name,))

    def _logic(self, node: ir.Logic) -> str:
        result = self.code(node.items[-1])
        for item in reversed(node.items[:-1]):
            left = self.code(item)
            if node.op == "and":
                result = f"CASE WHEN {left} THEN {result} WHEN NOT {left} THEN FALSE END"
            else:
                result = f"CASE WHEN {left} THEN TRUE WHEN NOT {left} THEN {result} END"
        return f"({result})"

    def _not(self, node: ir.Not) -> str:
        return f"(NOT {self.code(node.node)})"

    def _given(self, node: ir.Given) -> str:
        if isinstance(node.node, ir.Above):
            return f"({self.code(node.node)} IS NOT NULL)"
        assert isinstance(node.node, ir.Column)
        return f"({self.quote(self.raw_name(node.node.name))} IS NOT NULL)"

    def _required(self, node: ir.Required) -> str:
        return self.code(node.node)

    def _if(self, node: ir.If) -> str:
        condition = self.code(node.condition)
        then, other = self.code(node.then), self.code(node.other)
        if isinstance(node.condition, ir.Given):  # never missing itself
            return f"CASE WHEN {condition} THEN {then} ELSE {other} END"
        return f"CASE WHEN {condition} THEN {then} WHEN NOT {condition} THEN {other} END"

    def _call(self, node: ir.Call) -> str:
        write = self.comparable if node.name in ("min", "max") else self.code
        arguments = [write(argument) for argument in node.arguments]
        if node.name in ("coalesce", "abs"):
            return f"{node.name}({', '.join(arguments)})"
        if node.name == "sqrt":
            return f"CASE WHEN {arguments[0]} >= 0e0 THEN sqrt({arguments[0]}) END"
        if node.name == "power":
            return _power(*arguments)
        if node.name == "whole":
            return f"(CAST(floor({arguments[0]}) AS {self.dialect.double}) + 0e0)"
        if node.name in ("ceil", "floor"):
            return self._whole(node.name, arguments[0])
        op, reverse = ("<=", ">") if node.name == "min" else (">=", "<")
        result = arguments[0]
        for value in arguments[1:]:
            result = (
                f"CASE WHEN {result} {op} {value} THEN {result} "
                f"WHEN {result} {reverse} {value} THEN {value} END"
            )
        return result

    def _whole(self, name: str, value: str) -> str:
        """The whole number above or below. A 1e-9 that arithmetic left over is no step.

        Beyond a million such digits are not looked for, and beyond 2^53 every double is whole (an
        engine may go by way of a 64-bit integer). What is added turns -0 into 0.
        """
        near = f"(floor({value} * 1e9 + 5e-1) / 1e9)"
        small, large = (
            f"CAST({name}({part}) AS {self.dialect.double}) + 0e0" for part in (near, value)
        )
        return (
            f"CASE WHEN abs({value}) < 1e6 THEN {small} WHEN abs({value}) < 9e15 THEN {large} "
            f"WHEN abs({value}) <= {sys.float_info.max!r} THEN {value} END"
        )

    def _aggregate(self, node: ir.Aggregate) -> str:
        return self.code(node.plan) if node.plan is not None else self.aggregates[node]

    def raw_name(self, name: str) -> str:
        """The column that holds what was entered, before defaults."""
        return name + RAW if name in self.raw_columns else name

    def class_test(self, column: str, classes: Iterable[str]) -> str:
        """A condition: the class in `column` is one of `classes` or lies below one."""
        tests = []
        for name in classes:
            same, below = self.dialect.text(name), self.dialect.text(name + ".")
            tests.append(f"{column} = {same} OR substr({column}, 1, {len(name) + 1}) = {below}")
        return f"({' OR '.join(tests)})"

    # -- aggregates --------------------------------------------------------------------------

    def summand(
        self, node: ir.Aggregate, row: ir.Node, factor: Fraction, refused: str = ""
    ) -> str | None:
        """SQL of what a row adds to an aggregate: NULL if it is left out, None for a count.

        `row` times `factor` is what is aggregated. Rows for which `refused` (a condition) holds
        are left out like missing ones.
        """
        if node.name == "count":
            return None
        value = self.code(row) if node.adds else self.comparable(row)
        if refused:
            value = f"CASE WHEN {refused} THEN NULL ELSE {value} END"
        return self.integer(value, node, factor) if self.safe and node.adds else value

    def gathered(self, node: ir.Aggregate, summand: str | None, factor: Fraction) -> str:
        """SQL of an aggregate over rows that each add `summand`."""
        if summand is None:
            return "count(*)"
        if node.name == "median":
            return self.dialect.median(summand)
        if not node.adds:
            return f"{node.name[:3]}({summand})"
        integer = summand if self.safe else self.integer(summand, node, factor)
        if node.name == "sum_largest":
            return self.dialect.total_of_largest(integer, node.most)
        return self.dialect.total(integer)

    def integer(self, value: str, node: ir.Aggregate, factor: Fraction) -> str:
        """A value as whole micro-units of a total."""
        multiplier = self.double(Fraction(micro_multiplier(node.kind.unit, factor)))
        return self.dialect.whole(f"{value} * {multiplier}", safe=self.safe)

    def from_integer(self, name: str, node: ir.Aggregate) -> str:
        """A gathered aggregate as a number; sums and counts of nothing are zero."""
        double = self.dialect.double
        if node.name == "count":
            return f"CAST(coalesce({name}, 0) AS {double})"
        if not node.adds:
            return name
        factor = self.double(micro_factor(node.kind.unit))
        return f"({self.dialect.total_as_double(name, safe=self.safe)} / {factor})"


def _power(base: str, exponent: str) -> str:
    """A whole power by repeated squaring: the product of the squares whose bit is set."""
    factors, square = [], base
    for bit in range(POWER_BITS):
        low, high = f"{2**bit}e0", f"{2 ** (bit + 1)}e0"
        odd = f"floor({exponent} / {low}) - 2e0 * floor({exponent} / {high}) = 1e0"
        factors.append(f"CASE WHEN {odd} THEN {square} ELSE 1e0 END")
        square = f"({square} * {square})"
    product = f"({factors[0]})"
    for factor in factors[1:]:
        product = f"({product} * ({factor}))"
    whole = f"{exponent} >= 0e0 AND {exponent} < {2**POWER_BITS}e0"
    return (
        f"CASE WHEN {base} IS NOT NULL AND {whole} AND floor({exponent}) = {exponent} "
        f"THEN {product} END"
    )


def factor_sets(joined: Iterable[ir.Lookup], prefix: str) -> list[FactorSet]:
    """Groups look-ups by the key columns they are read by."""
    groups: dict[tuple[str, ...], dict[ir.Lookup, None]] = {}
    for look in joined:
        keys = tuple(key.name for key in look.keys if isinstance(key, ir.Column))
        groups.setdefault(keys, {})[look] = None
    return [
        FactorSet(f"{prefix}_{index}", keys, tuple(group))
        for index, (keys, group) in enumerate(groups.items())
    ]


def lookups(node: ir.Node) -> Iterator[ir.Lookup]:
    """Look-ups at the level of this row (not those inside aggregates)."""
    if isinstance(node, ir.Aggregate):
        if node.plan is not None:
            yield from lookups(node.plan)
        return
    if isinstance(node, ir.Lookup):
        yield node
    for child in node.children():
        yield from lookups(child)

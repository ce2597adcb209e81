"""The typed intermediate form of formulas (公式的类型化中间表示).

Every back-end (SQL, Python float, Python Decimal) and the explanation read this form and nothing
else. Meanings that engines disagree on are fixed here, once:

- A missing value (null) propagates through arithmetic and comparison. `given`, `coalesce`,
  `required` and a condition on `given` are the ways out, and the checker demands one of them for
  optional inputs; so a null in a result always means a problem, which the run reports.
- Division by zero gives null, which a run reports; it is never infinite.
- Beyond the largest double a value is infinite; what is then no number (the difference of two such)
  counts as missing where it is compared.
- Constants are exact fractions and become the nearest double (or Decimal) when emitted.
- `sum` over rows is a sum of integers: each row's value is rounded to the resolution of its unit,
  ties away from zero. It skips null rows, and the run counts and reports those.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, fields
from fractions import Fraction
from functools import cache
from typing import Any, Literal

from tongjian.units import ONE, Unit


@dataclass(frozen=True, slots=True)
class Kind:
    """Type of a value: number with a unit, text or truth value; may it be missing?

    `labels` are the texts that a column can hold (判定结果). A number with labels is the place of
    one of them, counted from 1: so a choice is recorded. A number that `is_date` is a day, written
    as the number 20251231.
    """

    what: Literal["number", "text", "bool"]
    unit: Unit = ONE
    nullable: bool = False
    labels: tuple[str, ...] = ()
    is_date: bool = False

    @property
    def counts(self) -> bool:
        """Whether it is a number with which one can calculate."""
        return self.what == "number" and not self.labels and not self.is_date


@cache
def _names(node: type[Node]) -> tuple[str, ...]:
    """The parts of a kind of node that may hold others; looked up for millions of nodes."""
    return tuple(item.name for item in fields(node) if item.name != "kind")


@dataclass(frozen=True, slots=True)
class Node:
    """A node of the intermediate form; `kind` is its checked type."""

    kind: Kind

    def children(self) -> Iterator[Node]:
        """The nodes directly below."""
        for name in _names(type(self)):  # type: ignore[arg-type]
            value = getattr(self, name)
            if isinstance(value, Node):
                yield value
            elif isinstance(value, tuple):
                yield from (part for part in value if isinstance(part, Node))

    def walk(self) -> Iterator[Node]:
        """This node and all below, depth first."""
        yield self
        for child in self.children():
            yield from child.walk()


@dataclass(frozen=True, slots=True)
class Number(Node):
    """An exact constant in the unit of its kind."""

    value: Fraction


@dataclass(frozen=True, slots=True)
class Text(Node):
    """A text constant."""

    value: str


@dataclass(frozen=True, slots=True)
class Nothing(Node):
    """The missing value, written ``none``."""


@dataclass(frozen=True, slots=True)
class Column(Node):
    """A column of the row at hand: key, attribute, input or formula."""

    name: str


@dataclass(frozen=True, slots=True)
class Lookup(Node):
    """A value of a dated table, by keys, valid for the row's year."""

    table: str
    column: str
    keys: tuple[Node, ...]


@dataclass(frozen=True, slots=True)
class Above(Node):
    """A column of the coarser row that the row at hand belongs to: a share needs its whole.

    With `back` the row is that of so many years before. Missing where the sheet has no such row.
    """

    sheet: str
    column: str
    back: int = 0

    @property
    def name(self) -> str:
        """The column under which the value stands in the row at hand."""
        return f"{self.sheet}.{self.column}" + (f"@-{self.back}" if self.back else "")

    def key(self, grain: tuple[str, ...], row: Mapping[str, Any]) -> tuple[Any, ...]:
        """The key in a sheet of this grain of the row that `row` reads."""
        return tuple(row[key] - self.back if key == "year" else row[key] for key in grain)


@dataclass(frozen=True, slots=True)
class Interpolate(Node):
    """A value between those of a table with numeric axes; missing outside of the table.

    `positions` are columns of the row, one per axis, in any unit of the axis's dimension. With
    `steps` (a ladder of one axis) the value is that of the step on which the position stands.
    """

    table: str
    column: str
    positions: tuple[Column, ...]
    steps: bool = False


@dataclass(frozen=True, slots=True)
class Scale(Node):
    """A change of unit by an exact factor."""

    node: Node
    factor: Fraction


@dataclass(frozen=True, slots=True)
class Binary(Node):
    """Arithmetic: ``+ - * /``."""

    op: Literal["+", "-", "*", "/"]
    left: Node
    right: Node


@dataclass(frozen=True, slots=True)
class Negate(Node):
    """Minus."""

    node: Node


@dataclass(frozen=True, slots=True)
class Compare(Node):
    """Comparison of two numbers or two texts."""

    op: Literal["==", "!=", "<", "<=", ">", ">="]
    left: Node
    right: Node


@dataclass(frozen=True, slots=True)
class Within(Node):
    """Whether a class (text) is `name` or lies below it: fuel.solid.coke is within fuel."""

    node: Node
    name: str


@dataclass(frozen=True, slots=True)
class Logic(Node):
    """``and`` / ``or`` over truth values that are never missing."""

    op: Literal["and", "or"]
    items: tuple[Node, ...]


@dataclass(frozen=True, slots=True)
class Not(Node):
    """``not``."""

    node: Node


@dataclass(frozen=True, slots=True)
class Given(Node):
    """Whether a value is there."""

    node: Node


@dataclass(frozen=True, slots=True)
class Required(Node):
    """A value that has to be there: when it is not, the run reports the row."""

    node: Node


@dataclass(frozen=True, slots=True)
class If(Node):
    """``a if condition else b``."""

    condition: Node
    then: Node
    other: Node


@dataclass(frozen=True, slots=True)
class Call(Node):
    """A row function; `ceil` and `floor` take the nearest 1e-9 first, so that noise is no step.

    `whole` is the floor of a number of moderate size in which there is no noise (calendars).

    `power` takes whole exponents from 0 to 63 and multiplies by repeated squaring, in the same
    order everywhere, because the power functions of engines differ in the last digit.
    """

    name: Literal["min", "max", "coalesce", "abs", "sqrt", "ceil", "floor", "whole", "power"]
    arguments: tuple[Node, ...]


@dataclass(frozen=True, slots=True)
class Aggregate(Node):
    """A value over the finer rows that belong to this row.

    `plan` is the same value in canonical form where the compiler found one: factors that are
    constant for the row stand outside of the sum, and sums of named columns are shared.
    `most` is how many of the largest values a `sum_largest` adds up. The median of an even number
    of values is the mean of the two in the middle.
    """

    name: Literal["sum", "sum_largest", "count", "minimum", "maximum", "median"]
    sheet: str
    node: Node
    plan: Node | None = None
    most: int = 0

    @property
    def adds(self) -> bool:
        """Whether it adds up rows, as whole micro-units."""
        return self.name in ("sum", "sum_largest")

    @property
    def skips(self) -> bool:
        """Whether it takes the values that are there: the smallest of those known, say.

        Nothing is then left out where a row has none, and nothing is reported.
        """
        return not self.adds and self.node.kind.nullable


def middle(count: int) -> tuple[int, int]:
    """The places, counted from 0, of the two middle ones of `count` ordered values (中位数位置)."""
    return max(count - 1, 0) // 2, count // 2


def number(value: Fraction | int, unit: Unit = ONE) -> Number:
    """A constant node."""
    return Number(Kind("number", unit), Fraction(value))

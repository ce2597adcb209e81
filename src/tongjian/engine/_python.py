"""Runs a program in plain Python, with floats or exact decimals.

One generated function per sheet works on one row (a dict). In float mode it does the same IEEE
operations in the same order as the SQL back-end, so both give the same bits; in decimal mode it is
the oracle of the tests. It is also what explanations and single-plant runs use.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import ROUND_CEILING, ROUND_FLOOR, ROUND_HALF_UP, Context, Decimal, localcontext
from fractions import Fraction
from typing import Any, Literal

from tongjian.engine._interpolation import Grid, reader
from tongjian.engine._left_out import MISSING, missing_column
from tongjian.engine._resolution import micro_factor, micro_multiplier, unscaled
from tongjian.engine._sql import POWER_BITS
from tongjian.engine._tables import Key, ResolvedTables
from tongjian.rules import RAW, Program, SheetPlan, key_columns
from tongjian.rules import _ir as ir
from tongjian.units import Unit

Row = dict[str, Any]
Mode = Literal["float", "decimal"]
DECIMAL_DIGITS = 40
_TOO_LARGE = 2**63
# What plain Python raises where SQL gives null: arithmetic or comparison with None, division by 0.
# And the root of what is below zero.
_NULL_ERRORS = (TypeError, ZeroDivisionError, ArithmeticError, OverflowError, ValueError)


@dataclass(slots=True)
class PythonEngine:
    """The generated functions of one program."""

    program: Program
    tables: ResolvedTables
    mode: Mode
    functions: dict[str, Callable[[Row], None]] = field(default_factory=dict)
    row_functions: dict[int, tuple[ir.Node, Callable[[Row], Any]]] = field(default_factory=dict)
    numbered: dict[ir.Aggregate, int] = field(default_factory=dict)
    converted: dict[tuple[str, str], dict[int, dict[Key, Any]]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        for sheet in self.program.sheets.values():
            for part in sheet.aggregates:
                self.numbered.setdefault(part, len(self.numbered))

    def run(self, rows: Mapping[str, Sequence[Row]]) -> dict[str, list[Row]]:
        """Rows of every sheet with all columns filled in.

        `rows` holds the rows of the leaf sheets: keys, attributes and raw inputs. Rows of coarser
        sheets carry ``@missing``: how many finer rows a problem kept out of their totals.
        """
        with localcontext(Context(prec=DECIMAL_DIGITS)):
            result: dict[str, list[Row]] = {}
            for name, sheet in self.program.sheets.items():
                if sheet.is_leaf:
                    result[name] = [dict(row) for row in rows.get(name, ())]
                else:
                    result[name] = self.gather(sheet, result)
                self.fill(sheet, result[name])
            return result

    def fill(self, sheet: SheetPlan, rows: Iterable[Row]) -> None:
        """Compute every column of the sheet in each row, in place."""
        function = self.functions.get(sheet.name)
        if function is None:
            function = self.functions[sheet.name] = self.sheet_function(sheet)
        for row in rows:
            function(row)

    def sheet_function(self, sheet: SheetPlan) -> Callable[[Row], None]:
        writer = _Writer(self)
        lines = ["def fill(r):"]

        def assign(name: str, code: str) -> None:
            lines.append(f"    try: r[{name!r}] = {code}")
            lines.append(f"    except NULL: r[{name!r}] = None")

        for name, item in sheet.inputs.items():
            raw = writer.raw(f"r.get({name + RAW!r})")
            default = writer.code(item.default) if item.default is not None else "None"
            assign(name, f"(v if (v := {raw}) is not None else {default})")
        for name, formula in sheet.formulas.items():
            assign(name, writer.code(formula.node))
        for check in sheet.checks:
            lines.append(f"    try: h = bool({writer.code(check.node)})")
            lines.append("    except NULL: h = False")
            lines.append(f"    r[{'@check ' + check.doc.name!r}] = h")
        refusals = [f"r[{'@check ' + check.doc.name!r}]" for check in sheet.refuses]
        lines.append(f"    r['@refused'] = {' or '.join(refusals) or 'False'}")
        return writer.compile(lines, "fill")

    def row_value(self, node: ir.Node, row: Row) -> Any:
        """The value of one expression in one row; None when it is missing."""
        # By identity: hashing a whole expression for every row would cost more than its value.
        found = self.row_functions.get(id(node))
        if found is None:
            writer = _Writer(self)
            code = ["def value(r):", f"    return {writer.code(node)}"]
            found = self.row_functions[id(node)] = (node, writer.compile(code, "value"))
        function = found[1]
        try:
            return function(row)
        except _NULL_ERRORS:
            return None

    # -- aggregation -------------------------------------------------------------------------

    def gather(self, sheet: SheetPlan, done: Mapping[str, Sequence[Row]]) -> list[Row]:
        """The rows of a coarser sheet with the values of its aggregates."""
        spine: dict[tuple[Any, ...], Row] = {}
        aggregates = [(self.numbered[part], part) for part in sheet.aggregates]
        children = tuple(dict.fromkeys(part.sheet for _, part in aggregates))
        for child in children:
            groups: dict[tuple[Any, ...], list[Row]] = {}
            for row in done[child]:
                groups.setdefault(tuple(row[key] for key in sheet.grain), []).append(row)
            for key, members in groups.items():
                target = spine.get(key)
                if target is None:
                    target = spine[key] = self.new_row(sheet, key, members[0], children)
                inherited = sum(row.get(MISSING, 0) for row in members)
                left_out: set[int] = set()
                for number, part in aggregates:
                    if part.sheet == child:
                        value, missing = self.aggregate(part, members)
                        target["@aggregates"][number] = value
                        left_out |= missing
                target[missing_column(child)] = len(left_out) + inherited
                target[MISSING] += len(left_out) + inherited
        for name in dict.fromkeys(part.sheet for part in sheet.reads):
            self.read_above(sheet, name, spine.values(), done[name])
        return [spine[key] for key in sorted(spine)]

    def read_above(
        self, sheet: SheetPlan, name: str, rows: Collection[Row], coarser: Sequence[Row]
    ) -> None:
        """Put what `sheet` reads of the coarser sheet `name` into its rows."""
        grain = self.program.sheets[name].grain
        found = {tuple(row[key] for key in grain): row for row in coarser}
        columns = [part for part in sheet.reads if part.sheet == name]
        for back in dict.fromkeys(part.back for part in columns):
            those = [part for part in columns if part.back == back]
            for row in rows:
                above = found.get(those[0].key(grain, row), {})
                row.update({part.name: above.get(part.column) for part in those})
                left_out = above.get(MISSING, 0)
                row[missing_column(name)] = row.get(missing_column(name), 0) + left_out
                row[MISSING] += left_out

    def new_row(
        self, sheet: SheetPlan, key: tuple[Any, ...], member: Row, children: Iterable[str]
    ) -> Row:
        row: Row = dict(zip(sheet.grain, key, strict=True))
        # Attributes of a key are the same in every row that has the key.
        for name in attribute_names(sheet.grain):
            row[name] = member.get(name)
        row["@aggregates"] = {}
        row[MISSING] = 0
        row.update({missing_column(child): 0 for child in children})
        return row

    def aggregate(self, part: ir.Aggregate, rows: Sequence[Row]) -> tuple[Any, set[int]]:
        """The value of one aggregate over `rows` and the positions of those that it leaves out."""
        if part.name == "count":
            return self.constant(Fraction(len(rows))), set()
        # The same arithmetic as in SQL, to the last bit: see there why a scale is left out.
        node, factor = unscaled(self.program.sheets[part.sheet], part)
        values: dict[int, Any] = {}
        for position, row in enumerate(rows):
            value = None if row["@refused"] else self.row_value(node, row)
            if value is not None:
                values[position] = value
        if part.name in ("minimum", "maximum"):
            best = min if part.name == "minimum" else max
            result = best(values.values()) if values else None
        elif part.name == "median":
            ordered = sorted(values.values())
            lower, upper = ir.middle(len(ordered))
            result = (ordered[lower] + ordered[upper]) / 2 if ordered else None
        else:
            integer = self.integers(part.kind.unit, factor)
            counts = {at: integer(value) for at, value in values.items()}
            values = {at: count for at, count in counts.items() if count is not None}
            added = list(values.values())
            if part.name == "sum_largest":
                added = sorted(added, reverse=True)[: part.most]
            result = self.from_integer(sum(added), micro_factor(part.kind.unit))
        if part.skips:
            return result, {at for at, row in enumerate(rows) if row["@refused"]}
        return result, set(range(len(rows))) - values.keys()

    def integers(self, unit: Unit, factor: Fraction = Fraction(1)) -> Callable[[Any], int | None]:
        """Turns a value into whole micro-units; None when it is too large for 64 bits.

        The value times `factor` is what is counted in `unit`.
        """
        guarded = micro_multiplier(unit, factor)
        exact = self.constant(micro_factor(unit) * factor)

        def of_float(value: float) -> int | None:
            scaled = value * guarded
            return within(round(scaled)) if math.isfinite(scaled) else None

        def of_decimal(value: Decimal) -> int | None:
            return within(int((value * exact).to_integral_value(ROUND_HALF_UP)))

        def within(count: int) -> int | None:
            return count if -_TOO_LARGE <= count < _TOO_LARGE else None

        return of_float if self.mode == "float" else of_decimal

    def from_integer(self, total: int, factor: Fraction) -> Any:
        if self.mode == "float":
            return float(total) / float(factor)
        return Decimal(total) / self.constant(factor)

    def constant(self, value: Fraction) -> Any:
        if self.mode == "float":
            return float(value)
        return Decimal(value.numerator) / Decimal(value.denominator)

    def numbers(self, table: str, column: str) -> dict[int, dict[Key, Any]]:
        """The numbers of a table's column by year and key, converted once."""
        found = self.converted.get((table, column))
        if found is None:
            found = self.tables.converted(table, column, self.constant)
            self.converted[table, column] = found
        return found

    def number(self, value: Any) -> Any:
        """A raw input in the arithmetic of this mode."""
        if value is None or self.mode == "float":
            return value
        return Decimal(repr(value)) if isinstance(value, float) else Decimal(value)


def attribute_names(grain: tuple[str, ...]) -> list[str]:
    """Attribute columns that rows of this grain carry."""
    return [name for name in key_columns(grain) if name not in grain]


class _Writer:
    """Writes Python source for expressions of one program."""

    def __init__(self, engine: PythonEngine) -> None:
        self.engine = engine
        self.names: dict[str, Any] = {
            "NULL": _NULL_ERRORS,
            "number": engine.number,
            "choose": _choose,
            "same": _same,
            "within": _within,
            "sqrt": math.sqrt if engine.mode == "float" else Decimal.sqrt,
            "power": _power,
            "below": _below_float if engine.mode == "float" else _below_decimal,
            "whole": _whole_float if engine.mode == "float" else _whole_decimal,
        }

    def raw(self, code: str) -> str:
        """A raw input in the arithmetic of the mode."""
        return code if self.engine.mode == "float" else f"number({code})"

    def compile(self, lines: list[str], name: str) -> Callable[..., Any]:
        # The source is written from checked nodes only: names are quoted with repr and every
        # constant is a variable, so no text of a document becomes code.
        scope = {"__builtins__": {"min": min, "max": max, "abs": abs, "bool": bool}, **self.names}
        exec("\n".join(lines), scope)
        function: Callable[..., Any] = scope[name]
        return function

    def constant(self, value: Any) -> str:
        name = f"c{len(self.names)}"
        self.names[name] = value
        return name

    def code(self, node: ir.Node) -> str:
        handler: Callable[[Any], str] = getattr(self, f"_{type(node).__name__.lower()}")
        return handler(node)

    def _number(self, node: ir.Number) -> str:
        return self.constant(self.engine.constant(node.value))

    def _text(self, node: ir.Text) -> str:
        return self.constant(node.value)

    def _nothing(self, node: ir.Nothing) -> str:
        return "None"

    def _column(self, node: ir.Column) -> str:
        return f"r[{node.name!r}]"

    def _above(self, node: ir.Above) -> str:
        return f"r[{node.name!r}]"

    def _lookup(self, node: ir.Lookup) -> str:
        numbers = self.engine.numbers(node.table, node.column)
        keys = "".join(f"{self.code(key)}, " for key in node.keys)
        return f"{self.constant(numbers)}.get(r['year'], {{}}).get(({keys}))"

    def _interpolate(self, node: ir.Interpolate) -> str:
        engine = self.engine
        grid = Grid.of(node, engine.tables)
        numbers = engine.numbers(node.table, node.column)
        read = self.constant(reader(grid, numbers, engine.constant))
        positions = ", ".join(self.code(position) for position in node.positions)
        return f"{read}(r['year'], {positions})"

    def _scale(self, node: ir.Scale) -> str:
        inner, factor = self.code(node.node), node.factor
        if factor == 1:
            return inner
        if factor.numerator == 1:
            divisor = self.constant(self.engine.constant(Fraction(factor.denominator)))
            return f"({inner} / {divisor})"
        return f"({inner} * {self.constant(self.engine.constant(factor))})"

    def _binary(self, node: ir.Binary) -> str:
        return f"({self.code(node.left)} {node.op} {self.code(node.right)})"

    def _negate(self, node: ir.Negate) -> str:
        return f"(-{self.code(node.node)})"

    def _compare(self, node: ir.Compare) -> str:
        left, right = self.code(node.left), self.code(node.right)
        if node.op in ("==", "!="):
            return f"{'' if node.op == '==' else 'not '}same({left}, {right})"
        return f"({left} {node.op} {right})"

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
        arguments = [self.code(argument) for argument in node.arguments]
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
        number = self.engine.numbered[node]
        return f"r['@aggregates'].get({number}, {self._empty(node)})"

    def _empty(self, node: ir.Aggregate) -> str:
        if node.adds or node.name == "count":
            return self.constant(self.engine.constant(Fraction(0)))
        return "None"


def _choose(*options: Callable[[], Any]) -> Any:
    for option in options:
        try:
            value = option()
        except _NULL_ERRORS:
            continue
        if value is not None:
            return value
    return None


def _cannot_fail(node: ir.Node) -> bool:
    """Whether evaluating a node never raises: it has a value or None."""
    return isinstance(node, ir.Column | ir.Lookup | ir.Above | ir.Number | ir.Nothing)


def _same(left: Any, right: Any) -> bool:
    if left is None or right is None:
        raise TypeError("comparison with a missing value")
    return bool(left == right)


def _below_float(value: float) -> float:
    return float(math.floor(value))


def _below_decimal(value: Decimal) -> Decimal:
    return value.to_integral_value(ROUND_FLOOR)


def _whole_float(value: float, up: bool) -> float:
    """The whole number above or below. A 1e-9 that arithmetic left over is no step."""
    near = math.floor(value * 1e9 + 0.5) / 1e9 if abs(value) < 1e6 else value
    return float(math.ceil(near) if up else math.floor(near))


def _power(base: Any, exponent: Any) -> Any:
    """A whole power, multiplied in the order in which SQL does it."""
    if base is None or not 0 <= exponent < 2**POWER_BITS or exponent != math.floor(exponent):
        return None
    product, square, bits = type(base)(1), base, int(exponent)
    for bit in range(POWER_BITS):
        if bits >> bit & 1:
            product = product * square
        square = square * square
    return product


def _whole_decimal(value: Decimal, up: bool) -> Decimal:
    near = value.quantize(Decimal("1e-9"), ROUND_HALF_UP) if abs(value) < 1_000_000 else value
    return near.to_integral_value(ROUND_CEILING if up else ROUND_FLOOR)


def _within(value: Any, name: str) -> bool:
    if value is None:
        raise TypeError("comparison with a missing value")
    return bool(value == name or value.startswith(name + "."))

"""Runs a program in plain Python, with floats or exact decimals.

One generated function per sheet works on one row (a dict). In float mode it does the same IEEE
operations in the same order as the SQL back-end, so both give the same bits; in decimal mode it is
the oracle of the tests. It is also what explanations and single-plant runs use.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Context, localcontext
from fractions import Fraction
from typing import Any

from tongjian.engine._arithmetic import NULL_ERRORS, Arithmetic, Mode
from tongjian.engine._left_out import MISSING, missing_column
from tongjian.engine._python_code import PythonWriter
from tongjian.engine._resolution import micro_factor, unscaled
from tongjian.engine._tables import Key, ResolvedTables
from tongjian.rules import RAW, Program, SheetPlan
from tongjian.rules import _ir as ir

Row = dict[str, Any]
Counter = Callable[[Any], int | None]
DECIMAL_DIGITS = 40


@dataclass(slots=True)
class PythonEngine:
    """The generated functions of one program."""

    program: Program
    tables: ResolvedTables
    mode: Mode
    arithmetic: Arithmetic = field(init=False)
    functions: dict[str, Callable[[Row], None]] = field(default_factory=dict)
    row_functions: dict[int, tuple[ir.Node, Callable[[Row], Any]]] = field(default_factory=dict)
    counters: dict[int, tuple[ir.Aggregate, ir.Node, Counter]] = field(default_factory=dict)
    numbered: dict[ir.Aggregate, int] = field(default_factory=dict)
    converted: dict[tuple[str, str], dict[int, dict[Key, Any]]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.arithmetic = Arithmetic(self.mode)
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

    def writer(self) -> PythonWriter:
        return PythonWriter(self.arithmetic, self.tables, self.numbers, self.numbered)

    def sheet_function(self, sheet: SheetPlan) -> Callable[[Row], None]:
        writer = self.writer()
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
            writer = self.writer()
            code = ["def value(r):", f"    return {writer.code(node)}"]
            found = self.row_functions[id(node)] = (node, writer.compile(code, "value"))
        function = found[1]
        try:
            return function(row)
        except NULL_ERRORS:
            return None

    def counted(self, part: ir.Aggregate) -> tuple[ir.Node, Counter]:
        """What an aggregate reads of a row, and what makes whole micro-units of its value."""
        found = self.counters.get(id(part))
        if found is None:
            # The same arithmetic as in SQL, to the last bit: see there why a scale is left out.
            node, factor = unscaled(self.program.sheets[part.sheet], part)
            count = self.arithmetic.integers(part.kind.unit, factor)
            found = self.counters[id(part)] = (part, node, count)
        return found[1], found[2]

    def key_of(self, look: ir.Lookup, row: Row) -> Key:
        """The key by which a look-up reads its table in a row; empty for what is not registered."""
        return tuple(str(self.row_value(part, row) or "") for part in look.keys)

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
        for name in self.program.key_columns(sheet.grain):
            if name not in row:
                row[name] = member.get(name)
        row["@aggregates"] = {}
        row[MISSING] = 0
        row.update({missing_column(child): 0 for child in children})
        return row

    def aggregate(self, part: ir.Aggregate, rows: Sequence[Row]) -> tuple[Any, set[int]]:
        """The value of one aggregate over `rows` and the positions of those that it leaves out."""
        if part.name == "count":
            return self.arithmetic.constant(Fraction(len(rows))), set()
        node, integer = self.counted(part)
        values: dict[int, Any] = {}
        for position, row in enumerate(rows):
            value = None if row["@refused"] else self.row_value(node, row)
            # NaN is the one value that differs from itself.
            if value is not None and value == value:
                values[position] = value
        if part.name in ("minimum", "maximum"):
            best = min if part.name == "minimum" else max
            result = best(values.values()) if values else None
        elif part.name == "median":
            ordered = sorted(values.values())
            lower, upper = ir.middle(len(ordered))
            result = (ordered[lower] + ordered[upper]) / 2 if ordered else None
        else:
            counts = {at: integer(value) for at, value in values.items()}
            values = {at: count for at, count in counts.items() if count is not None}
            added = list(values.values())
            if part.name == "sum_largest":
                added = sorted(added, reverse=True)[: part.most]
            result = self.arithmetic.from_integer(sum(added), micro_factor(part.kind.unit))
        if part.skips:
            return result, {at for at, row in enumerate(rows) if row["@refused"]}
        return result, set(range(len(rows))) - values.keys()

    def numbers(self, table: str, column: str) -> dict[int, dict[Key, Any]]:
        """The numbers of a table's column by year and key, converted once."""
        found = self.converted.get((table, column))
        if found is None:
            found = self.tables.converted(table, column, self.arithmetic.constant)
            self.converted[table, column] = found
        return found

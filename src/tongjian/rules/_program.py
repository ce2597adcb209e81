"""Compiles a method with all it requires into a program: sheets in order, formulas in order."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field, replace

from tongjian.problems import Place, Problem, RuleError
from tongjian.rules import _ir as ir
from tongjian.rules._check import check_expression
from tongjian.rules._checker_base import Reference
from tongjian.rules._documents import (
    CheckDoc,
    Expression,
    FormulaDoc,
    InputDoc,
    Method,
    SheetDoc,
    SheetShape,
    Signature,
    Table,
    Words,
)
from tongjian.rules._linear import canonical
from tongjian.rules._scope import EVIDENCE, KEYS, Scope, SheetScope, key_columns

RAW = "@raw"


@dataclass(frozen=True, slots=True)
class InputPlan:
    """An input with its checked default."""

    doc: InputDoc
    default: ir.Node | None
    references: tuple[Reference, ...] = ()


@dataclass(frozen=True, slots=True)
class FormulaPlan:
    """A formula with its checked expression and the method it comes from."""

    doc: FormulaDoc
    node: ir.Node
    references: tuple[Reference, ...]
    method: Method


@dataclass(frozen=True, slots=True)
class CheckPlan:
    """A check with its checked condition."""

    doc: CheckDoc
    node: ir.Node


@dataclass(frozen=True, slots=True)
class SheetPlan:
    """A sheet ready to run: formulas stand in the order in which they can be computed."""

    doc: SheetDoc
    inputs: dict[str, InputPlan]
    formulas: dict[str, FormulaPlan]
    checks: tuple[CheckPlan, ...]
    aggregates: tuple[ir.Aggregate, ...] = ()
    """Every aggregate over a finer sheet, once, as planned."""
    reads: tuple[ir.Above, ...] = ()
    """Every column of a coarser sheet that its formulas read, once."""

    @property
    def name(self) -> str:
        return self.doc.name

    @property
    def grain(self) -> tuple[str, ...]:
        return self.doc.grain

    @property
    def is_leaf(self) -> bool:
        """Whether its rows come from the records (and not from finer sheets)."""
        return bool(self.inputs)

    @property
    def others(self) -> tuple[str, ...]:
        """The sheets that it reads: finer ones that it gathers, coarser ones that it belongs to."""
        gathered = [part.sheet for part in self.aggregates]
        return tuple(dict.fromkeys([*gathered, *(part.sheet for part in self.reads)]))

    @property
    def refuses(self) -> tuple[CheckPlan, ...]:
        """The checks that keep a row out of every total."""
        return tuple(check for check in self.checks if check.doc.severity == "error")

    def nodes(self) -> Iterator[ir.Node]:
        """Every expression of the sheet."""
        yield from (item.default for item in self.inputs.values() if item.default is not None)
        yield from (formula.node for formula in self.formulas.values())
        yield from (check.node for check in self.checks)

    def found_aggregates(self) -> Iterator[ir.Aggregate]:
        """Aggregates in the expressions of the sheet, as they stand."""
        for node in self.nodes():
            for part in node.walk():
                if isinstance(part, ir.Aggregate) and part.plan is None:
                    yield part

    def found_reads(self) -> Iterator[ir.Above]:
        """Columns of coarser sheets in the expressions of the sheet, as they stand."""
        for node in self.nodes():
            yield from (part for part in node.walk() if isinstance(part, ir.Above))


@dataclass(frozen=True, slots=True)
class Program:
    """Sheets in the order in which they can be computed, and the tables they read."""

    sheets: dict[str, SheetPlan]
    tables: dict[str, str | None]
    """Alias of each table → its id; None where only a rule set names it."""

    @property
    def looks_back(self) -> int:
        """How many years before its own a row can read."""
        return max((part.back for one in self.sheets.values() for part in one.reads), default=0)

    @property
    def goes_beyond_plants(self) -> bool:
        """Whether a plant's row reads what all plants give together."""
        coarser = {part.sheet for one in self.sheets.values() for part in one.reads}
        return any("facility" not in self.sheets[name].grain for name in coarser)

    def lookups(self) -> Iterator[ir.Lookup | ir.Interpolate]:
        """Everything in any formula that reads a table."""
        for sheet in self.sheets.values():
            for node in sheet.nodes():
                for part in node.walk():
                    if isinstance(part, ir.Lookup | ir.Interpolate):
                        yield part


@dataclass(slots=True)
class Library:
    """Finds the documents that a method names."""

    method: Callable[[str], Method | None]
    table: Callable[[str], Table | None]


def compile_method(
    method: Method, library: Library, binds: dict[str, str] | None = None, at: Place | None = None
) -> Program:
    """Compile `method`; raises `RuleError` with every problem found.

    With `binds` (a rule set's choice of tables, at place `at`) every table must be named and must
    have the keys, columns and units that the method declares.
    """
    return _Compiler(library, binds, at or method.place).compile(method)


def check_method(method: Method, library: Library) -> list[Problem]:
    """What is wrong with a method by itself, whatever tables a rule set will name.

    The methods that it requires are taken at their word: each is checked by itself.
    """
    try:
        _Compiler(library, None, method.place, alone=True).compile(method)
    except RuleError as error:
        return list(error.problems)
    return []


@dataclass(slots=True)
class _Compiler:
    library: Library
    binds: dict[str, str] | None
    at: Place
    alone: bool = False
    problems: list[Problem] = field(default_factory=list)
    tables: dict[str, str | None] = field(default_factory=dict)

    def complain(self, code: str, place: Place, **values: object) -> None:
        self.problems.append(Problem(f"rules.{code}", place, values))

    def compile(self, root: Method) -> Program:
        methods = self.required(root)
        scopes: dict[str, SheetScope] = {}
        owners: dict[str, Method] = {}
        for method in methods:
            for name, sheet in method.sheets.items():
                if name in owners:
                    self.complain("sheet_twice", sheet.place, name=name, other=owners[name].id)
                    continue
                owners[name] = method
                scopes[name] = self.sheet_scope(sheet)
        missing = self.expected(methods, scopes)
        self.stop_on_problems()
        signatures = {method.id: self.signatures(method) for method in methods}
        self.unused_binds(methods)
        plans = {}
        for name, method in owners.items():
            scope = Scope(scopes[name], scopes, signatures[method.id])
            if method is root or not self.alone:
                plans[name] = self.sheet(method.sheets[name], scope, method)
        self.stop_on_problems()
        given = {name: owners[name].sheets[name] for name in owners if name not in plans}
        plans |= {name: SheetPlan(doc, {}, {}, ()) for name, doc in given.items()}
        plans |= {name: _stand_in(shape) for name, shape in missing.items()}
        ordered = self.order_sheets(plans, [*missing, *given])
        if self.alone:
            return Program(ordered, self.tables)
        return Program({name: self.planned(ordered, name) for name in ordered}, self.tables)

    def expected(
        self, methods: Iterable[Method], scopes: dict[str, SheetScope]
    ) -> dict[str, SheetShape]:
        """Hold the sheets that methods expect against those that are there.

        A rule set has to bring them all. A method by itself is checked with stand-ins for those it
        lacks, which are returned.
        """
        lacking: dict[str, SheetShape] = {}
        for method in methods:
            for name, shape in method.expects.items():
                if name in scopes and name not in lacking:
                    self.hold_shape(shape, scopes[name], method)
                elif self.binds is not None:
                    values = {"name": name, "method": method.id}
                    self.complain("expected_sheet", self.at, **values)
                else:
                    lacking[name] = shape
                    kinds = {key: ir.Kind("number", unit) for key, unit in shape.columns.items()}
                    columns = key_columns(shape.grain) | kinds
                    scopes[name] = SheetScope(name, shape.grain, columns)
        return lacking

    def hold_shape(self, shape: SheetShape, have: SheetScope, method: Method) -> None:
        """A sheet that is there must have the grain, the columns and the units expected."""
        values = {"name": shape.name, "method": method.id}
        if have.grain != shape.grain or have.of_records:
            want, found = ", ".join(shape.grain), ", ".join(have.grain)
            self.complain("expected_grain", self.at, want=want, have=found, **values)
        for name, unit in shape.columns.items():
            kind = have.columns.get(name)
            fits = kind is not None and kind.what == "number" and not kind.nullable
            if kind is None or not fits or not kind.unit.same_dimension(unit):
                found = "-" if kind is None else f"{kind.unit.text}{'?' if kind.nullable else ''}"
                more = {"column": name, "want": unit.text, "have": found}
                self.complain("expected_column", self.at, **more, **values)

    def stop_on_problems(self) -> None:
        if self.problems:
            raise RuleError(self.problems)

    def required(self, root: Method) -> list[Method]:
        """The root and everything it requires, required ones first."""
        ordered: dict[str, Method] = {}
        open_ids: list[str] = []

        def visit(method: Method) -> None:
            if method.id in ordered:
                return
            if method.id in open_ids:
                circle = " → ".join([*open_ids, method.id])
                self.complain("method_circle", method.place, circle=circle)
                return
            open_ids.append(method.id)
            for name in method.requires:
                found = self.library.method(name)
                if found is None:
                    self.complain("unknown_method", method.place, name=name)
                else:
                    visit(found)
            open_ids.pop()
            ordered[method.id] = method

        visit(root)
        self.stop_on_problems()
        return list(ordered.values())

    # -- tables ------------------------------------------------------------------------------

    def signatures(self, method: Method) -> dict[str, Signature]:
        result = {}
        for alias, use in method.uses.items():
            named = (self.binds or {}).get(alias, use if isinstance(use, str) else None)
            if named is None:
                assert isinstance(use, Signature)
                if self.binds is not None:
                    self.complain("not_bound", self.at, alias=alias, method=method.id)
                result[alias] = use
                self.tables.setdefault(alias, None)
                continue
            table = self.library.table(named)
            if table is None:
                self.complain("unknown_table", self.at, name=named, alias=alias)
                continue
            have = Signature(
                table.keys,
                {name: column.unit for name, column in table.columns.items()},
                table.place,
                table.axes,
                table.steps is not None,
            )
            if isinstance(use, Signature):
                self.hold_against(use, have, alias, named)
                # Formulas are checked in the declared units; values are converted to them.
                columns = {**have.columns, **use.columns}
                have = Signature(have.keys, columns, use.place, have.axes, have.steps)
            other = self.tables.setdefault(alias, named)
            if other not in (None, named):
                self.complain("alias_twice", method.place, alias=alias, one=other, two=named)
            self.tables[alias] = named
            result[alias] = have
        return result

    def hold_against(self, want: Signature, have: Signature, alias: str, table: str) -> None:
        # A table with fewer keys fits too: a national factor serves where a provincial one may.
        # The order counts, because a formula may give keys by position.
        fewer = tuple(key for key in want.keys if key in have.keys)
        # Numbers between which values are interpolated are no keys, and none of them can be left.
        wanted = {name: unit.dimension for name, unit in want.axes.items()}
        axes = {name: unit.dimension for name, unit in have.axes.items()}
        if have.steps != want.steps:
            self.complain("table_steps", self.at, table=table, alias=alias)
        if have.keys != fewer or axes != wanted:
            self.complain(
                "table_keys",
                self.at,
                table=table,
                alias=alias,
                want=", ".join(want.keys) or "-",
                have=", ".join(have.keys) or "-",
            )
        for name, unit in want.columns.items():
            found = have.columns.get(name)
            if found is None:
                self.complain("table_column", self.at, table=table, alias=alias, column=name)
            elif not found.same_dimension(unit):
                self.complain(
                    "table_unit",
                    self.at,
                    table=table,
                    column=name,
                    want=unit.text,
                    have=found.text,
                )

    def unused_binds(self, methods: Iterable[Method]) -> None:
        known = {alias for method in methods for alias in method.uses}
        for alias in sorted(set(self.binds or {}) - known):
            self.complain("unknown_alias", self.at, alias=alias, known=", ".join(sorted(known)))

    # -- sheets ------------------------------------------------------------------------------

    def sheet_scope(self, sheet: SheetDoc) -> SheetScope:
        for key in sheet.grain:
            if key not in KEYS:
                self.complain("grain_key", sheet.place, key=key, known=", ".join(KEYS))
        columns = key_columns(sheet.grain)
        for name, item in sheet.inputs.items():
            if name in columns:
                self.complain("name_twice", item.place, name=name, sheet=sheet.name)
            needed = item.required or item.default is not None
            columns[name] = ir.Kind(
                "number", item.unit, not needed, labels=item.choices, is_date=item.is_date
            )
            columns[name + EVIDENCE] = ir.Kind("bool")
        for name, formula in sheet.formulas.items():
            if name in columns:
                self.complain("name_twice", formula.place, name=name, sheet=sheet.name)
            columns[name] = (
                ir.Kind("text", nullable=formula.optional, labels=tuple(formula.labels))
                if formula.unit is None
                else ir.Kind("number", formula.unit, nullable=formula.optional)
            )
        self.check_sources(sheet)
        return SheetScope(sheet.name, sheet.grain, columns, of_records=bool(sheet.inputs))

    def check_sources(self, sheet: SheetDoc) -> None:
        """Every input must say which stream it belongs to, one way or the other."""
        if not sheet.inputs:
            return
        # Without one of these, several records would fall into one cell and all but one be lost.
        if not {"facility", "period", "process_unit"} <= set(sheet.grain):
            self.complain("leaf_grain", sheet.place, sheet=sheet.name)
        by_stream = "stream" in sheet.grain
        if by_stream and not sheet.streams:
            self.complain("streams_missing", sheet.place, sheet=sheet.name)
        for item in sheet.inputs.values():
            if by_stream == bool(item.stream):
                self.complain("input_stream", item.place, name=item.name, sheet=sheet.name)

    def sheet(self, sheet: SheetDoc, scope: Scope, method: Method) -> SheetPlan:
        columns = scope.sheet.columns
        inputs = {}
        # A default is read from tables by the row's keys, never from other inputs.
        bare = Scope(
            SheetScope(sheet.name, sheet.grain, key_columns(sheet.grain)), {}, scope.tables
        )
        for name, item in sheet.inputs.items():
            inputs[name] = InputPlan(item, None)
            if item.default is not None:
                target = ir.Kind("number", item.unit)
                checked = self.try_check(item.default, bare, target, name)
                if checked is not None:
                    inputs[name] = InputPlan(item, *checked)
        formulas = {}
        for name, formula in sheet.formulas.items():
            checked = self.try_check(formula.expression, scope, columns[name], name)
            if checked is not None:
                formulas[name] = FormulaPlan(formula, *checked, method)
        checks = []
        for check in sheet.checks:
            checked = self.try_check(check.when, scope, ir.Kind("bool"), check.name)
            if checked is not None:
                checks.append(CheckPlan(check, checked[0]))
                sums = any(isinstance(part, ir.Aggregate) for part in checked[0].walk())
                if not sheet.inputs and (check.severity == "error" or sums):
                    self.complain("gathering_check", check.place, name=check.name)
        ordered = self.order_formulas(sheet, formulas)
        return SheetPlan(sheet, inputs, ordered, tuple(checks))

    def try_check(
        self, expression: Expression, scope: Scope, target: ir.Kind, what: str
    ) -> tuple[ir.Node, tuple[Reference, ...]] | None:
        try:
            return check_expression(expression, scope, target, what=what)
        except RuleError as error:
            self.problems.extend(error.problems)
            return None

    def order_formulas(
        self, sheet: SheetDoc, formulas: dict[str, FormulaPlan]
    ) -> dict[str, FormulaPlan]:
        needs = {
            name: [ref for ref in own_columns(plan.node) if ref in formulas]
            for name, plan in formulas.items()
        }
        order = self.topological(needs, "formula_circle", lambda name: sheet.formulas[name].place)
        return {name: formulas[name] for name in order}

    def order_sheets(
        self, plans: dict[str, SheetPlan], stand_ins: Iterable[str]
    ) -> dict[str, SheetPlan]:
        needs = {
            name: sorted({part.sheet for part in plan.found_aggregates()})
            for name, plan in plans.items()
        }
        for name, plan in plans.items():
            if not plan.is_leaf and not needs[name] and name not in stand_ins:
                self.complain("no_rows", plan.doc.place, sheet=name)
            needs[name] += sorted({part.sheet for part in plan.found_reads()})
        order = self.topological(needs, "sheet_circle", lambda name: plans[name].doc.place)
        self.stop_on_problems()
        return {name: plans[name] for name in order}

    def topological(
        self, needs: dict[str, list[str]], code: str, place: Callable[[str], Place]
    ) -> list[str]:
        done: dict[str, None] = {}

        def visit(name: str, path: tuple[str, ...]) -> None:
            if name in done:
                return
            if name in path:
                circle = " → ".join([*path[path.index(name) :], name])
                self.complain(code, place(name), circle=circle)
                done[name] = None
                return
            for needed in needs[name]:
                visit(needed, (*path, name))
            done[name] = None

        for name in needs:
            visit(name, ())
        return list(done)

    def planned(self, plans: dict[str, SheetPlan], name: str) -> SheetPlan:
        plan = plans[name]
        formulas = {
            key: replace(
                formula,
                node=canonical(formula.node, plan, plans),
                references=tuple(
                    replace(one, node=canonical(one.node, plan, plans))
                    for one in formula.references
                ),
            )
            for key, formula in plan.formulas.items()
        }
        ready = replace(plan, formulas=formulas)
        return replace(
            ready,
            aggregates=tuple(dict.fromkeys(ready.found_aggregates())),
            reads=tuple({part.name: part for part in ready.found_reads()}.values()),
        )


def _stand_in(shape: SheetShape) -> SheetPlan:
    """A sheet of the expected shape without formulas, to check a method by itself."""
    doc = SheetDoc(shape.name, Words("", ""), shape.grain, (), {}, {}, (), shape.place)
    return SheetPlan(doc, {}, {}, ())


def own_columns(node: ir.Node) -> Iterator[str]:
    """Columns of the same row that an expression reads (not those inside aggregates)."""
    if isinstance(node, ir.Aggregate):
        return
    if isinstance(node, ir.Column):
        yield node.name
    for child in node.children():
        yield from own_columns(child)

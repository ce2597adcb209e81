"""Compiles a method with all it requires into a program: sheets in order, formulas in order."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field, replace

from tongjian.problems import Place, Problem, RuleError
from tongjian.rules import _ir as ir
from tongjian.rules._bound_tables import BoundTables
from tongjian.rules._compile_sheet import compile_sheet
from tongjian.rules._documents import Method, SheetDoc, SheetShape, Table, Words
from tongjian.rules._faults import Faults
from tongjian.rules._linear import canonical
from tongjian.rules._order import in_order
from tongjian.rules._program import Program, SheetPlan
from tongjian.rules._scope import Scope, SheetScope, key_columns
from tongjian.rules._sheet_scope import sheet_scope


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
    faults: Faults = field(default_factory=Faults)

    def compile(self, root: Method) -> Program:
        methods = self.required(root)
        scopes: dict[str, SheetScope] = {}
        owners: dict[str, Method] = {}
        for method in methods:
            for name, sheet in method.sheets.items():
                if name in owners:
                    self.faults.complain(
                        "sheet_twice", sheet.place, name=name, other=owners[name].id
                    )
                    continue
                owners[name] = method
                scopes[name] = sheet_scope(sheet, self.faults)
        missing = self.expected(methods, scopes)
        self.faults.stop()
        tables = BoundTables(self.library.table, self.binds, self.at, self.faults)
        signatures = {method.id: tables.signatures(method) for method in methods}
        tables.refuse_unused(methods)
        plans = {}
        for name, method in owners.items():
            scope = Scope(scopes[name], scopes, signatures[method.id])
            if method is root or not self.alone:
                plans[name] = compile_sheet(method.sheets[name], scope, method, self.faults)
        self.faults.stop()
        given = {name: owners[name].sheets[name] for name in owners if name not in plans}
        plans |= {name: SheetPlan(doc, {}, {}, ()) for name, doc in given.items()}
        plans |= {name: _stand_in(shape) for name, shape in missing.items()}
        ordered = self.order_sheets(plans, [*missing, *given])
        if self.alone:
            return Program(ordered, tables.named)
        return Program({name: _planned(ordered, name) for name in ordered}, tables.named)

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
                    self.faults.complain("expected_sheet", self.at, **values)
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
            self.faults.complain("expected_grain", self.at, want=want, have=found, **values)
        for name, unit in shape.columns.items():
            kind = have.columns.get(name)
            fits = kind is not None and kind.what == "number" and not kind.nullable
            if kind is None or not fits or not kind.unit.same_dimension(unit):
                found = "-" if kind is None else f"{kind.unit.text}{'?' if kind.nullable else ''}"
                more = {"column": name, "want": unit.text, "have": found}
                self.faults.complain("expected_column", self.at, **more, **values)

    def required(self, root: Method) -> list[Method]:
        """The root and everything it requires, required ones first."""
        ordered: dict[str, Method] = {}
        open_ids: list[str] = []

        def visit(method: Method) -> None:
            if method.id in ordered:
                return
            if method.id in open_ids:
                circle = " → ".join([*open_ids, method.id])
                self.faults.complain("method_circle", method.place, circle=circle)
                return
            open_ids.append(method.id)
            for name in method.requires:
                found = self.library.method(name)
                if found is None:
                    self.faults.complain("unknown_method", method.place, name=name)
                else:
                    visit(found)
            open_ids.pop()
            ordered[method.id] = method

        visit(root)
        self.faults.stop()
        return list(ordered.values())

    def order_sheets(
        self, plans: dict[str, SheetPlan], stand_ins: Iterable[str]
    ) -> dict[str, SheetPlan]:
        needs = {
            name: sorted({part.sheet for part in plan.found_aggregates()})
            for name, plan in plans.items()
        }
        for name, plan in plans.items():
            if not plan.is_leaf and not needs[name] and name not in stand_ins:
                self.faults.complain("no_rows", plan.doc.place, sheet=name)
            needs[name] += sorted({part.sheet for part in plan.found_reads()})

        def refuse(name: str, circle: str) -> None:
            self.faults.complain("sheet_circle", plans[name].doc.place, circle=circle)

        order = in_order(needs, refuse)
        self.faults.stop()
        return {name: plans[name] for name in order}


def _planned(plans: dict[str, SheetPlan], name: str) -> SheetPlan:
    """A sheet with its sums in canonical form, and what it reads of other sheets."""
    plan = plans[name]
    formulas = {
        key: replace(
            formula,
            node=canonical(formula.node, plan, plans),
            references=tuple(
                replace(one, node=canonical(one.node, plan, plans)) for one in formula.references
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

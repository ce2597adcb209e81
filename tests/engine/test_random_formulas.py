"""Random well-typed formulas: SQL and Python give the same bits, Decimal nearly the same value.

A formula is written as text in the language of the rules, checked and compiled like any other,
and then computed for a handful of rows with missing, zero, negative, huge and tiny values.
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from decimal import Decimal
from fractions import Fraction
from typing import Any, ClassVar

import duckdb
import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from tests.backends import Backends, needs_spark
from tongjian.engine._backend import SqlBackend, SqlEngine
from tongjian.engine._duck import DuckEngine
from tongjian.engine._python import PythonEngine
from tongjian.engine._relations import Sources
from tongjian.engine._spark import SparkEngine
from tongjian.engine._tables import ResolvedTables, resolve_tables
from tongjian.problems import Place, RuleError
from tongjian.rules import (
    RAW,
    Basis,
    Expression,
    FormulaDoc,
    InputDoc,
    Method,
    Program,
    Rulebook,
    SheetDoc,
    Table,
    Validity,
    Value,
    Words,
)
from tongjian.rules._compile import Library, compile_method
from tongjian.rules._documents import TableColumn
from tongjian.units import parse_unit

Row = dict[str, Any]
HERE, TEXT = Place("random.yaml", 1, 1), Words("随机", "random")
# Name → unit, and whether it may be missing without being declared required.
INPUTS = {
    "a": ("t", False),
    "b": ("t", False),
    "k": ("kg", False),
    "r": ("1", False),
    "p": ("%", False),
    "o": ("t", True),
    "q": ("1", True),
}
DEFAULTED = "d"
REGISTERS = {
    "facilities": ("facility", "sector", "province", "city", "division"),
    "process_units": ("facility", "process_unit", "kind", "technology", "abatement"),
}
UNITS = ("u1", "u2", "u3", "u4")


# -- a world of one leaf sheet and its yearly total ------------------------------------------


def _table() -> Table:
    def value(unit: str, column: str, number: Fraction | None) -> Value:
        always = Validity(None, None)
        return Value((unit,), column, number, "", "", always, "seen", "", "", "", HERE)

    columns = {
        name: TableColumn(name, parse_unit(unit), TEXT)
        for name, unit in (("x", "1"), ("y", "t"), ("n", "1"))
    }
    numbers = {"u1": Fraction(1, 3), "u2": Fraction(0), "u3": Fraction(-7, 10)}
    found = [value(unit, "x", number) for unit, number in numbers.items()]
    found += [value("u1", "y", Fraction(10)), value("u4", "y", None), value("u2", "n", Fraction(2))]
    return Table(
        "rates", TEXT, Basis("test"), ("process_unit",), columns, "year_end", tuple(found), HERE
    )


TABLE = _table()
BOOK = Rulebook("", "random", {"rates": TABLE})


def compiled(formulas: list[tuple[str, str]]) -> Program:
    """A program with these formulas (text and unit) on the leaf sheet, and their sums."""
    inputs = {
        name: InputDoc(name, parse_unit(unit), name, "coke", not optional, None, TEXT, HERE)
        for name, (unit, optional) in INPUTS.items()
    }
    default = Expression("rates.y", HERE)
    inputs[DEFAULTED] = InputDoc("d", parse_unit("t"), "d", "coke", False, default, TEXT, HERE)
    docs = {
        f"f{index}": _formula(f"f{index}", text, unit)
        for index, (text, unit) in enumerate(formulas)
    }
    totals = {
        f"s{index}": _formula(f"s{index}", f"sum(s.f{index})", "t")
        for index, (_, unit) in enumerate(formulas)
        if unit == "t"
    }
    totals["n"] = _formula("n", "count(s)", "1")
    leaf = SheetDoc("s", TEXT, ("facility", "period", "process_unit"), (), inputs, docs, (), HERE)
    yearly = SheetDoc("facility", TEXT, ("facility", "year"), (), {}, totals, (), HERE)
    method = Method(
        "random", TEXT, Basis("test"), Validity(), (), {"rates": "rates"},
        {"s": leaf, "facility": yearly}, HERE,
    )  # fmt: skip
    return compile_method(method, Library(lambda name: None, BOOK.tables.get))


def _formula(name: str, text: str, unit: str) -> FormulaDoc:
    expression = Expression(text, HERE)
    return FormulaDoc(name, parse_unit(unit), expression, TEXT, "", "seen", False, None, HERE)


class World:
    """A connection with the rows of an example as a wide table."""

    connection: ClassVar[duckdb.DuckDBPyConnection]

    def __init__(self, program: Program, rows: list[Row]) -> None:
        self.program, self.rows = program, rows
        self.tables: ResolvedTables = resolve_tables(program, BOOK, None, [2025])  # type: ignore[arg-type]

    def duckdb(self) -> dict[str, list[Row]]:
        return self.sql(DuckEngine(self.connection))

    def spark(self, session: Any) -> dict[str, list[Row]]:
        engine = SparkEngine(session)
        for name, columns in REGISTERS.items():
            engine.fill(name, [(column, "VARCHAR") for column in columns], [[]] * len(columns))
        return self.sql(engine)

    def sql(self, engine: SqlEngine) -> dict[str, list[Row]]:
        names = [*INPUTS, DEFAULTED]
        kinds = [("facility", "VARCHAR"), ("period", "VARCHAR"), ("year", "INTEGER")]
        kinds += [("process_unit", "VARCHAR"), *((name, "DOUBLE") for name in names)]
        table = [
            ("F1", "2025", 2025, row["unit"], *(row[name] for name in names)) for row in self.rows
        ]
        engine.fill("wide_s", kinds, [list(column) for column in zip(*table, strict=True)])
        back = SqlBackend(engine, self.program, self.tables, Sources(wide={"s": "wide_s"}))
        try:
            return {**back.run(), "s": back.leaf(self.program.sheets["s"])}
        finally:
            back.drop()

    def python(self, mode: str) -> dict[str, list[Row]]:
        rows = [
            {
                "facility": "F1", "period": "2025", "year": 2025, "process_unit": row["unit"],
                **{name + RAW: row[name] for name in [*INPUTS, DEFAULTED]},
            }
            for row in self.rows
        ]  # fmt: skip
        engine = PythonEngine(self.program, self.tables, mode)  # type: ignore[arg-type]
        return engine.run({"s": sorted(rows, key=lambda row: row["process_unit"])})


@pytest.fixture(scope="module", autouse=True)
def connection() -> Iterator[None]:
    with duckdb.connect(config={"threads": 1}) as made:
        for name, columns in REGISTERS.items():
            listed = ", ".join(f"{column} VARCHAR" for column in columns)
            made.execute(f"CREATE TABLE {name} ({listed})")
        World.connection = made
        yield


# -- formulas --------------------------------------------------------------------------------

CONSTANTS = ["0", "1", "2", "0.1", "44/12", "1e-9", "1e9", "7/2", "3", "-1.5", "0.05", "-1"]


def mass(depth: int, signed: bool = True) -> st.SearchStrategy[str]:
    """Formulas in tonnes; without `signed` nothing can cancel."""
    leaves = st.sampled_from(["a", "b", "k", "d", "required(o)", "0"]) | constant("t", signed)
    if depth == 0:
        return leaves
    one, ratio, test = mass(depth - 1, signed), number(depth - 1, signed), truth(depth - 1, signed)
    joined = st.sampled_from(["+", "-"] if signed else ["+"])
    found = [
        leaves,
        st.tuples(one, joined, one).map("({0[0]} {0[1]} {0[2]})".format),
        st.tuples(one, ratio).map("({0[0]} * {0[1]})".format),
        st.tuples(ratio, one).map("({0[0]} * {0[1]})".format),
        st.tuples(one, ratio).map("({0[0]} / {0[1]})".format),
        st.tuples(one, one).map("min({0[0]}, {0[1]})".format),
        st.tuples(one, one, one).map("max({0[0]}, {0[1]}, {0[2]})".format),
        st.tuples(one, one, one).map("clip({0[0]}, {0[1]}, {0[2]})".format),
        st.tuples(one, test, one).map("({0[0]} if {0[1]} else {0[2]})".format),
        one.map("coalesce(o, {})".format),
        one.map("coalesce(o, rates.y, {})".format),
        one.map("(o if given(o) else {})".format),
        st.tuples(test, one).map("(o if given(o) and {0[0]} else {0[1]})".format),
        st.tuples(test, one).map("({0[1]} if not given(o) or {0[0]} else o)".format),
    ]
    if signed:
        found += [one.map("(-{})".format), one.map("abs({})".format)]
    return st.one_of(found)


def number(depth: int, signed: bool = True) -> st.SearchStrategy[str]:
    """Formulas without a unit."""
    leaves = st.sampled_from(["r", "p", "rates.n", "required(q)"]) | constant("1", signed)
    if signed:
        leaves |= st.just("rates.x")
    if depth == 0:
        return leaves
    one, tonnes = number(depth - 1, signed), mass(depth - 1, signed)
    found = [
        leaves,
        st.tuples(one, st.sampled_from("+-*/" if signed else "+*/"), one).map(
            "({0[0]} {0[1]} {0[2]})".format
        ),
        st.tuples(tonnes, tonnes).map("({0[0]} / {0[1]})".format),
        st.tuples(truth(depth - 1, signed), one, one).map("({0[1]} if {0[0]} else {0[2]})".format),
        one.map("coalesce(q, {})".format),
        one.map("sqrt({})".format),
    ]
    if signed:  # where Decimal looks on, a last digit must not become a step
        found += [one.map("ceil({})".format), one.map("floor({})".format)]
    return st.one_of(found)


def constant(unit: str, signed: bool) -> st.SearchStrategy[str]:
    texts = [text for text in CONSTANTS if signed or not text.startswith("-")]
    return st.sampled_from(texts if unit == "1" else [f"{text} * {unit}" for text in texts])


def truth(depth: int, signed: bool = True) -> st.SearchStrategy[str]:
    """Conditions; without `signed` only such as rounding cannot turn over."""
    plain = st.tuples(st.sampled_from(["a", "b", "d"]), st.sampled_from(["1 * t", "0", "b", "a"]))
    order = st.sampled_from(["<", "<=", ">", ">=", "==", "!="])
    leaves = st.sampled_from(["given(o)", "given(q)", "given(d)", "given(a)"]) | st.tuples(
        plain, order
    ).map("{0[0][0]} {0[1]} {0[0][1]}".format)
    if depth == 0:
        return leaves
    one = truth(depth - 1, signed)
    found = [
        leaves,
        st.tuples(one, st.sampled_from(["and", "or"]), one).map("({0[0]} {0[1]} {0[2]})".format),
        one.map("(not {})".format),
    ]
    if signed:
        tonnes, ratio = mass(depth - 1), number(depth - 1)
        found.append(st.tuples(tonnes, order, tonnes).map("({0[0]} {0[1]} {0[2]})".format))
        found.append(st.tuples(ratio, order, ratio).map("({0[0]} {0[1]} {0[2]})".format))
    return st.one_of(found)


def formulas(
    signed: bool, least: int = 1, most: int = 6
) -> st.SearchStrategy[list[tuple[str, str]]]:
    one = st.tuples(mass(3, signed), st.just("t")) | st.tuples(number(2, signed), st.just("1"))
    return st.lists(one, min_size=least, max_size=most)


SIZES = st.sampled_from([0.0, 1.0, 2.0, 0.1, 0.5, 1e-12, 1e12, 123456.789, 1e-6, 3e5]) | st.floats(
    min_value=1e-12, max_value=1e12
)


def rows(signed: bool) -> st.SearchStrategy[list[Row]]:
    size = SIZES | SIZES.map(lambda x: -x) if signed else SIZES
    cells = {name: st.none() | size for name in [*INPUTS, DEFAULTED]}
    return st.lists(
        st.fixed_dictionaries({**cells, "unit": st.sampled_from(UNITS)}),
        min_size=1,
        max_size=4,
        unique_by=lambda row: row["unit"],
    )


def program_of(made: list[tuple[str, str]]) -> Program | None:
    """The formulas that the checker takes; the generator does not know what is never missing."""
    kept = []
    for one in made:
        try:
            compiled([one])
        except RuleError as error:
            codes = {problem.code for problem in error.problems}
            assert codes <= {
                "rules.never_missing",
                "rules.division_by_zero",
                "rules.unit_differs",
                "rules.result_unit",
                "rules.number_range",
                "rules.too_large",
            }, one
        else:
            kept.append(one)
    return compiled(kept) if kept else None


def bits(value: float | None) -> str | None:
    return None if value is None else float(value).hex()


@settings(max_examples=70)
@given(formulas(signed=True), rows(signed=True))
def test_sql_and_python_give_the_same_bits(made: list[tuple[str, str]], data: list[Row]) -> None:
    program = program_of(made)
    if program is None:
        return
    world = World(program, data)
    same_bits(program, made, world.duckdb(), world.python("float"))


# A statement of Spark takes as long for forty formulas as for one.
MANY = formulas(True, 30, 40), st.lists(rows(True), min_size=2, max_size=2)


@needs_spark
@pytest.mark.spark
@pytest.mark.parametrize("compiles", [True, False], ids=["compiled", "interpreted"])
@settings(max_examples=3, phases=[Phase.generate], suppress_health_check=list(HealthCheck))
@given(*MANY)
def test_spark_and_python_give_the_same_bits(
    backends: Backends, compiles: bool, made: list[tuple[str, str]], data: list[list[Row]]
) -> None:
    program = program_of(made)
    if program is None:
        return
    session = backends.session("spark", compiles=compiles)
    for some in data:
        world = World(program, some)
        same_bits(program, made, world.spark(session), world.python("float"))


def same_bits(
    program: Program,
    made: list[tuple[str, str]],
    sql: dict[str, list[Row]],
    plain: dict[str, list[Row]],
) -> None:
    for name, plan in program.sheets.items():
        columns = [*plan.formulas, *([] if plan.is_leaf else ["@missing"])]
        for column in columns:
            texts = made if plan.is_leaf else column
            one, other = ([bits(r[column]) for r in rows[name]] for rows in (sql, plain))
            assert one == other, (column, texts)


@settings(max_examples=40)
@given(formulas(signed=False), rows(signed=False))
def test_floats_are_near_to_decimals(made: list[tuple[str, str]], data: list[Row]) -> None:
    program = program_of(made)
    if program is None:
        return
    world = World(program, data)
    plain, exact = world.python("float"), world.python("decimal")
    for row, other in zip(plain["s"], exact["s"], strict=True):
        for column in program.sheets["s"].formulas:
            near, true = row[column], other[column]
            assert (near is None) == (true is None), column
            if near is not None and math.isfinite(near):
                assert abs(Decimal(near) - Decimal(true)) <= Decimal("1e-12") * abs(Decimal(true))


def test_the_examples_reach_values_and_missing_values() -> None:
    """The generator is worth something: formulas pass the checker, values come out."""
    texts = [("(a / r)", "t"), ("(o if given(o) else k)", "t"), ("coalesce(o, rates.y, b)", "t")]
    cells = dict.fromkeys([*INPUTS, DEFAULTED])
    data = [
        {**cells, "unit": "u1", "a": 1.0, "r": 3.0, "k": 500.0},
        {**cells, "unit": "u2", "a": 1.0, "r": 0.0, "o": 2.0},
        {**cells, "unit": "u4", "b": 9.0},
    ]
    found = World(compiled(texts), data).duckdb()
    assert [[row[f"f{n}"] for n in range(3)] for row in found["s"]] == [
        [1 / 3, 0.5, 10.0],
        [None, 2.0, 2.0],
        [None, None, 9.0],
    ]
    (total,) = found["facility"]
    assert (total["s0"], total["s1"], total["s2"], total["@missing"]) == (0.333333, 2.5, 21.0, 2)

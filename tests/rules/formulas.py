"""A small world of columns, sheets and tables in which tests check single formulas."""

from __future__ import annotations

import pytest

from tests.support import only
from tongjian.problems import Place, Problem, RuleError
from tongjian.rules import EVIDENCE, Expression, key_columns
from tongjian.rules import _ir as ir
from tongjian.rules._check import check_expression
from tongjian.rules._documents import Signature
from tongjian.rules._scope import Scope, SheetScope
from tongjian.units import parse_unit

COLUMNS = {
    "mass": "t",
    "wet": "kg",
    "heat": "GJ",
    "power": "MWh",
    "ncv": "GJ/t",
    "carbon": "tC",
    "co2": "tCO2",
    "n2o": "tN2O",
    "n2o_kg": "kgN2O",
    "eq": "tCO2e",
    "clinker": "t clinker",
    "cement": "t cement",
    "ratio": "1",
    "temp": "degC",
}
OPTIONAL = {"opt": "t", "opt_heat": "GJ", "opt_kg": "kg"}


def _sheet(name: str, grain: str, columns: dict[str, str], optional: dict[str, str]) -> SheetScope:
    made = SheetScope(name, tuple(grain.split()), key_columns(tuple(grain.split())))
    for nullable, group in ((False, columns), (True, optional)):
        for column, unit in group.items():
            made.columns[column] = ir.Kind("number", parse_unit(unit), nullable)
            made.columns[column + EVIDENCE] = ir.Kind("bool")
    return made


LEAF = _sheet("s", "facility period process_unit stream", COLUMNS, OPTIONAL)
OTHER = _sheet("other", "facility period stream", {"mass": "t"}, {"opt": "t"})
YEARLY = _sheet("facility", "facility year", {"total": "t", "co2": "tCO2"}, {"maybe": "t"})
SHEETS = {sheet.name: sheet for sheet in (LEAF, OTHER, YEARLY)}


def _table(keys: str, **columns: str) -> Signature:
    units = {column: parse_unit(unit) for column, unit in columns.items()}
    return Signature(tuple(keys.split()), units, Place())


TABLES = {
    "gwp": _table("", N2O="tCO2e/tN2O", CO2="tCO2e/tCO2"),
    "fuel": _table("stream", ncv="GJ/t", share="%"),
    "grid": _table("province kind", ef="tCO2/MWh"),
}


def check(text: str, unit: str = "t", *, nullable: bool = False, sheet: str = "s") -> ir.Node:
    """The intermediate form of a formula in the column ``y`` of a sheet."""
    target = ir.Kind("number", parse_unit(unit), nullable)
    return _check(text, target, sheet)


def condition(text: str, sheet: str = "s") -> ir.Node:
    """The intermediate form of a condition."""
    return _check(text, ir.Kind("bool"), sheet)


def _check(text: str, target: ir.Kind, sheet: str) -> ir.Node:
    expression = Expression(text, Place(file="m.yaml", line=7, column=11))
    scope = Scope(SHEETS[sheet], SHEETS, TABLES)
    return check_expression(expression, scope, target, what="y")[0]


def refused(text: str, code: str, unit: str = "t", sheet: str = "s") -> Problem:
    """The problem of a formula that must not pass; its place is inside of the formula."""
    with pytest.raises(RuleError) as caught:
        check(text, unit, sheet=sheet)
    problem = only(caught.value.problems, f"rules.{code}")
    place = problem.place
    assert (place.file, place.line) == ("m.yaml", 7)
    assert place.column is not None and 11 <= place.column <= 11 + len(text)
    assert problem.text("zh") and problem.text("en")
    return problem

"""A small rule set with all that a real one has, for tests of whole runs."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from tests.support import (
    Document,
    formulas,
    inputs,
    method,
    ruleset,
    sheet,
    table,
    values,
)
from tongjian.engine import Run
from tongjian.problems import Problem

FUEL = table("fuel", ["stream"], {"ncv": "GJ/t", "carbon": "tC/GJ"})
GRID = table("grid", ["province"], {"ef": "tCO2/MWh"}, selected_on="report_date")
GRID_YEAR = table("grid.year", ["province"], {"ef": "tCO2/MWh"})
GWP = table("gwp.a", [], {"CO2": "tCO2e/tCO2", "N2O": "tCO2e/tN2O"})
GWP_B = table("gwp.b", [], {"CO2": "tCO2e/tCO2", "N2O": "tCO2e/tN2O"})
NITRIC = table("nitric", ["technology"], {"ef": "kgN2O/t HNO3"})
GRID_ROWS = [
    ["Jiangsu", "ef", "0.6", "tCO2/MWh", "2023-01-01", "2024-12-19"],
    ["Jiangsu", "ef", "0.5", "tCO2/MWh", "2024-12-20", "2026-01-31"],
    ["Jiangsu", "ef", "0.4", "tCO2/MWh", "2026-02-01"],
    ["Hebei", "ef", "0.9", "tCO2/MWh", "2023-01-01"],
]
FILES = {
    "fuel.csv": values(
        ["stream"],
        ["coke", "ncv", "28.435", "GJ/t"],
        ["coke", "carbon", "29.5", "kgC/GJ"],
        ["old_coal", "ncv", "20", "GJ/t", "2013-10-15", "2023-12-31"],
        ["old_coal", "ncv", "21", "GJ/t", "2026-01-01"],
        ["old_coal", "carbon", "25", "kgC/GJ"],
        {"stream": "wood", "column": "ncv", "unit": "GJ/t", "note": "12 to 16",
         "status": "not-found"},
        ["wood", "carbon", "25", "kgC/GJ"],
    ),
    "grid.csv": values(["province"], *GRID_ROWS),
    "grid.year.csv": values(["province"], *GRID_ROWS),
    "gwp.a.csv": values([], ["CO2", "1", "tCO2e/tCO2"], ["N2O", "265", "tCO2e/tN2O"]),
    "gwp.b.csv": values([], ["CO2", "1", "tCO2e/tCO2"], ["N2O", "273", "tCO2e/tN2O"]),
    "nitric.csv": values(["technology"], ["dual", "ef", "8", "kgN2O/t HNO3"]),
}  # fmt: skip
LEAF = "facility period process_unit"
SHEETS: dict[str, Document] = {
    "fuel": sheet(
        f"{LEAF} stream",
        inputs(
            mass={"unit": "t", "item": "consumed", "required": True},
            ncv={"unit": "GJ/t", "default": "fuel.ncv"},
            carbon={"unit": "tC/GJ", "default": "fuel.carbon"},
            direct={"unit": "tCO2"},
        ),
        formulas(
            heat="GJ: mass * ncv",
            co2="tCO2: direct if given(direct) else heat * carbon * (44/12) * (tCO2/tC)",
        ),
        [{"name": "two_paths", "when": "given(direct) and mass > 0",
          "zh": "重复计算", "en": "counts twice"}],
        streams="fuel",
    ),
    "electricity": sheet(
        LEAF,
        inputs(
            bought={"unit": "MWh", "stream": "electricity", "item": "purchased"},
            green={"unit": "MWh", "stream": "electricity"},
        ),
        formulas(net="MWh: coalesce(bought, 0) - coalesce(green, 0)", co2="tCO2: net * grid.ef"),
        [
            {"name": "proof", "when": "given(green) and not evidenced(green)",
             "zh": "缺少非化石电力证明", "en": "non-fossil electricity without proof"},
            {"name": "much", "when": "net > 1000000 * MWh", "severity": "warning",
             "zh": "电量很大", "en": "much electricity"},
        ],
    ),
    "acid": sheet(
        LEAF,
        inputs(
            made={"unit": "t HNO3", "stream": "acid", "item": "produced"},
            ef={"unit": "kgN2O/t HNO3", "stream": "acid", "default": "nitric.ef"},
        ),
        formulas(n2o="tN2O: required(made) * ef"),
    ),
    "facility": sheet(
        "facility year",
        formulas=formulas(
            fuel={"unit": "tCO2", "is": "sum(fuel.co2)",
                  "ledger": {"category": "fuel", "substance": "CO2"}},
            power={"unit": "tCO2", "is": "sum(electricity.co2)",
                   "ledger": {"category": "electricity", "substance": "CO2"}},
            acid={"unit": "tN2O", "is": "sum(acid.n2o)",
                  "ledger": {"category": "nitric_acid", "substance": "N2O"}},
            total="tCO2e: (fuel + power) * gwp.CO2 + acid * gwp.N2O",
        ),
    ),
}  # fmt: skip
METHOD = method(
    sheets=SHEETS,
    uses={
        "fuel": "fuel",
        "nitric": "nitric",
        "grid": {"keys": ["province"], "columns": {"ef": "tCO2/MWh"}},
        "gwp": {"keys": [], "columns": {"CO2": "tCO2e/tCO2", "N2O": "tCO2e/tN2O"}},
    },
)
BINDS = {"grid": "grid", "gwp": "gwp.a"}
RULESET = ruleset(binds=BINDS, total="facility.total")
TABLES = (FUEL, GRID, GRID_YEAR, GWP, GWP_B, NITRIC)
DOCUMENTS = (METHOD, RULESET, *TABLES)


def amounts(done: Run, **where: object) -> dict[str, float]:
    """Category → amount of the ledger lines with these values."""
    return {
        row["category"]: row["amount"]
        for row in done.ledger
        if all(row[name] == value for name, value in where.items())
    }


def missing(done: Run) -> dict[str, int]:
    """Category → rows left out, over all lines."""
    found: dict[str, int] = {}
    for row in done.ledger:
        found[row["category"]] = found.get(row["category"], 0) + row["missing"]
    return found


def rows_of(problems: Iterable[Problem], *, severity: str = "error") -> list[int | None]:
    """The rows of the spreadsheet that problems point at, in order."""
    return sorted(p.place.row for p in problems if p.severity == severity and p.place.row)


def spelled(done: Run) -> list[dict[str, Any]]:
    """All problems as plain data."""
    return [problem.as_dict() for problem in done.problems]

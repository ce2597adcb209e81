"""A small sound method with its rule set, table and cases, to be spoilt one way at a time."""

from __future__ import annotations

import copy
import json
from datetime import date
from pathlib import Path
from typing import Any

from tests.support import Document, formulas, inputs, method, ruleset, sheet, table, values
from tongjian.contract import Contract, check_contract
from tongjian.problems import Problem

TODAY = date(2026, 6, 30)
CLAUSE = {"document": "test", "clause": "1"}
FUEL = table("t.fuel", ["stream"], {"ncv": "GJ/t", "carbon": "tC/GJ"}, basis=CLAUSE)
GWP = table("t.gwp", [], {"CO2": "tCO2e/tCO2"}, basis=CLAUSE)
FUEL_ROWS: list[list[str]] = [
    ["coke", "ncv", "28.435", "GJ/t", "", "", "seen", "test", "table 1"],
    ["coke", "carbon", "0.0295", "tC/GJ", "", "", "seen", "test", "table 1"],
]
GWP_ROWS = [["CO2", "1", "tCO2e/tCO2", "", "", "seen", "test", "table 2"]]
LEAF = "facility period process_unit"
METHOD = method(
    "t.plant",
    basis=CLAUSE,
    uses={
        "fuel": {"keys": ["stream"], "columns": {"ncv": "GJ/t", "carbon": "tC/GJ"}},
        "gwp": {"keys": [], "columns": {"CO2": "tCO2e/tCO2"}},
    },
    sheets={
        "fuel": sheet(
            f"{LEAF} stream",
            inputs(
                mass={"unit": "t", "item": "consumed", "required": True},
                ncv={"unit": "GJ/t", "default": "fuel.ncv"},
            ),
            formulas(
                heat="GJ: mass * ncv", co2="tCO2: heat * fuel.carbon * (44/12) * (tCO2/tC)"
            ),
            [{"name": "much", "when": "mass > 1000000 * t", "zh": "过多", "en": "too much"}],
            streams="fuel.solid",
        ),
        "electricity": sheet(
            LEAF,
            inputs(
                bought={"unit": "MWh", "stream": "electricity", "item": "purchased"},
                sold={
                    "unit": "MWh",
                    "stream": "electricity",
                    "item": "exported",
                    "direction": "down",
                },
                factor={
                    "unit": "tCO2/MWh",
                    "stream": "electricity",
                    "item": "factor",
                    "required": True,
                },
            ),
            formulas(co2="tCO2: (coalesce(bought, 0) - coalesce(sold, 0)) * factor"),
        ),
        "facility": sheet(
            "facility year",
            formulas=formulas(
                fuel={"unit": "tCO2", "is": "sum(fuel.co2)",
                      "ledger": {"category": "fuel_combustion", "substance": "CO2"}},
                power={"unit": "tCO2", "is": "sum(electricity.co2)",
                       "ledger": {"category": "electricity", "substance": "CO2"}},
                total="tCO2e: (fuel + power) * gwp.CO2",
            ),
        ),
    },
)  # fmt: skip
RULESET = ruleset(
    "t.rules",
    "t.plant",
    sectors=["steel"],
    binds={"fuel": "t.fuel", "gwp": "t.gwp"},
    total="facility.total",
)


def entry(stream: str, item: str, quantity: float, unit: str) -> Document:
    return {"stream": stream, "item": item, "quantity": quantity, "unit": unit}


def case(name: str, entries: list[Document], *expect: Document) -> Document:
    return {
        "id": name,
        "ruleset": "t.rules",
        "year": 2024,
        "inputs": entries,
        "expect": list(expect),
        "source": "by hand",
    }


def cell(sheet: str, column: str, value: float, unit: str) -> Document:
    return {"sheet": sheet, "column": column, "value": value, "unit": unit, "tolerance": 0.001}


POWER = [
    entry("electricity", "purchased", 100, "MWh"),
    entry("electricity", "factor", 0.5, "tCO2/MWh"),
]
COKE = [entry("coke", "consumed", 10, "t")]
# 10 t x 28.435 x 0.0295 x 44/12 = 30.7572
CASES: list[Document] = [
    case("COKE", COKE, cell("facility", "total", 30.7572, "tCO2e")),
    case("POWER", POWER, cell("facility", "total", 50, "tCO2e")),
    case("BOTH", [*COKE, *POWER], cell("facility", "total", 80.7572, "tCO2e")),
    case("TOO-MUCH", [entry("coke", "consumed", 2e6, "t")], {"problem": "engine.check_failed"}),
]


class Plant:
    """The documents above, to be changed before they are written and checked."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.method: Any = copy.deepcopy(METHOD)
        self.ruleset: Any = copy.deepcopy(RULESET)
        self.fuel: Any = copy.deepcopy(FUEL)
        self.fuel_rows = copy.deepcopy(FUEL_ROWS)
        self.cases: list[Any] = copy.deepcopy(CASES)
        self.more: dict[str, Any] = {}

    def write(self) -> Path:
        """The documents in one folder, the golden cases in another."""
        documents = {"method": self.method, "ruleset": self.ruleset, "fuel": self.fuel, "gwp": GWP}
        rules = self.folder / "rules"
        rules.mkdir(exist_ok=True)
        for name, document in {**documents, **self.more}.items():
            text = json.dumps(document, ensure_ascii=False, indent=1)
            (rules / f"{name}.yaml").write_text(text, encoding="utf-8")
        (rules / "t.fuel.csv").write_text(values(["stream"], *self.fuel_rows), "utf-8")
        (rules / "t.gwp.csv").write_text(values([], *GWP_ROWS), "utf-8")
        self.cases_folder.mkdir(exist_ok=True)
        text = json.dumps({"cases": self.cases}, ensure_ascii=False, indent=1)
        (self.cases_folder / "cases.yaml").write_text(text, encoding="utf-8")
        return rules

    @property
    def cases_folder(self) -> Path:
        return self.folder / "cases"

    def check(self, **options: Any) -> Contract:
        """As a rulebook of its own."""
        rules = self.write()
        return check_contract((), rules, cases=[self.cases_folder], today=TODAY, **options)

    def on_top(self, *documents: Path, **options: Any) -> Contract:
        """Laid on top of the shipped rulebook, as a third party's documents are."""
        rules = self.write()
        chosen = list(documents) or [rules]
        return check_contract(chosen, cases=[self.cases_folder], today=TODAY, **options)

    def found(self, *severities: str) -> dict[str, list[Problem]]:
        """Problems by code, of these severities; of errors and warnings if none is given."""
        return by_code(self.check(), *severities)


def by_code(contract: Contract, *severities: str) -> dict[str, list[Problem]]:
    """Problems by code, of these severities; of errors and warnings if none is given."""
    wanted = severities or ("error", "warning")
    found: dict[str, list[Problem]] = {}
    for one in contract.findings:
        if one.problem.severity in wanted:
            found.setdefault(one.problem.code, []).append(one.problem)
    return found

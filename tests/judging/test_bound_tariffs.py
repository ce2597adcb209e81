"""Ladders and amounts that nobody published are bound by the user: content only, no code.

Every number here is made up for the test.
"""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from tongjian.cases import check_files
from tongjian.rules import Rulebook, load_rulebook, rulebook_folder

TABLES = {
    "steel.yaml": """
table: my.steel-process
title: {zh: 我省钢铁阶梯, en: Steps of my province}
basis: {document: 试验, clause: 试验, status: recalled}
axes: {processes: "1"}
steps: from
columns:
  price: {unit: CNY/kWh, zh: 加价, en: surcharge}
values: steel.csv
""",
    "steel.csv": """processes,column,value,unit,valid_from,valid_to,status,source,clause,note
0,price,0,CNY/kWh,2017-01-01,,recalled,made up,,
1,price,0.03,CNY/kWh,2017-01-01,,recalled,made up,,
2,price,0.07,CNY/kWh,2017-01-01,,recalled,made up,,
""",
    "clinker.yaml": """
table: my.clinker
title: {zh: 我省水泥阶梯, en: Steps of my province}
basis: {document: 试验, clause: 试验, status: recalled}
axes: {consumption: kWh/t}
steps: above
columns:
  price: {unit: CNY/kWh, zh: 加价, en: surcharge}
values: clinker.csv
""",
    "clinker.csv": """consumption,column,value,unit,valid_from,valid_to,status,source,clause,note
0,price,0,CNY/kWh,2016-01-01,,recalled,made up,,
50,price,0.02,CNY/kWh,2016-01-01,,recalled,made up,,
55,price,0.04,CNY/kWh,2016-01-01,,recalled,made up,,
""",
    "raise.yaml": """
table: my.raise
title: {zh: 我省提高的加价, en: What my province adds}
basis: {document: 试验, clause: 试验, status: recalled}
keys: [province]
columns:
  aluminium: {unit: CNY/kWh, zh: 电解铝, en: aluminium}
  steel: {unit: CNY/kWh, zh: 钢铁, en: steel}
  cement: {unit: CNY/kWh, zh: 水泥, en: cement}
values: raise.csv
""",
    "raise.csv": """province,column,value,unit,valid_from,valid_to,status,source,clause,note
Jiangsu,aluminium,0.005,CNY/kWh,2017-01-01,,recalled,made up,,
Jiangsu,cement,0.01,CNY/kWh,2017-01-01,,recalled,made up,,
""",
    "amounts.yaml": """
table: my.scenario
title: {zh: 情景金额, en: Amounts of the scenario}
basis: {document: 试验, clause: 试验, status: recalled}
keys: [sector]
columns:
  grade_c: {unit: CNY/kWh, zh: C级, en: grade C}
  grade_d: {unit: CNY/kWh, zh: D级, en: grade D}
  below_baseline: {unit: CNY/kWh, zh: 基准以下, en: below the baseline}
values: amounts.csv
""",
    "amounts.csv": """sector,column,value,unit,valid_from,valid_to,status,source,clause,note
steel,grade_c,0.01,CNY/kWh,2024-01-01,,recalled,made up,,
steel,grade_d,0.05,CNY/kWh,2024-01-01,,recalled,made up,,
steel,below_baseline,0.03,CNY/kWh,2024-01-01,,recalled,made up,,
""",
}
CASES = """
cases:
# Two processes above: 0.07, restricted class: 0.1; 0.17 x 1,000,000 kWh.
- id: STEEL
  ruleset: cn.tariff.steel-2016
  year: 2025
  binds: {process_steps: my.steel-process}
  inputs:
  - {stream: tariff_facts, item: price_category, quantity: restricted}
  - {stream: tariff_facts, item: processes_above, quantity: 2, unit: count}
  - {stream: electricity, item: purchased, quantity: 1000, unit: MWh}
  expect:
  - {sheet: steel_tariff, column: by_process, value: 0.07, unit: CNY/kWh, tolerance: 1.0e-12}
  - {sheet: steel_tariff, column: cost, value: 170000, unit: CNY, tolerance: 1.0e-6}
  - {sheet: steel_tariff, column: state, label: surcharge}
  source: made up
# 55 is not above 55: 0.02, and 0.01 of the province.
- id: CEMENT
  ruleset: cn.tariff.cement-2016
  year: 2025
  facility: {sector: cement, province: Jiangsu}
  binds: {clinker_steps: my.clinker, province_raise: my.raise}
  inputs:
  - {period: "2024", stream: lv_clinker_power, item: verified_power, quantity: 55, unit: kWh/t}
  - {period: "2025", stream: electricity, item: purchased, quantity: 1000, unit: MWh}
  expect:
  - {sheet: cement_tariff, column: base, value: 0.02, unit: CNY/kWh, tolerance: 1.0e-12}
  - {sheet: cement_tariff, column: surcharge, value: 0.03, unit: CNY/kWh, tolerance: 1.0e-12}
  - {sheet: cement_tariff, column: cost, value: 30000, unit: CNY, tolerance: 1.0e-6}
  - {sheet: cement_tariff, column: state, label: surcharge}
  source: made up
# At or below 50 nothing is due, and the province adds nothing.
- id: CEMENT-NONE
  ruleset: cn.tariff.cement-2016
  year: 2025
  facility: {sector: cement, province: Jiangsu}
  binds: {clinker_steps: my.clinker, province_raise: my.raise}
  inputs:
  - {period: "2024", stream: lv_clinker_power, item: verified_power, quantity: 50, unit: kWh/t}
  - {period: "2025", stream: electricity, item: purchased, quantity: 1000, unit: MWh}
  expect:
  - {sheet: cement_tariff, column: surcharge, value: 0, unit: CNY/kWh, tolerance: 0}
  - {sheet: cement_tariff, column: state, label: "none"}
  source: made up
# One started step, 0.01, and 0.005 of the province.
- id: ALUMINIUM
  ruleset: cn.tariff.aluminium-2021
  year: 2025
  facility: {sector: aluminium, province: Jiangsu}
  binds: {province_raise: my.raise}
  inputs:
  - {stream: lv_aluminium_comprehensive, item: verified_power, quantity: 13301, unit: kWh/t}
  expect:
  - {sheet: aluminium_tariff, column: surcharge, value: 0.015, unit: CNY/kWh, tolerance: 1.0e-12}
  source: made up
# Grade D 0.05 is more than 0.03 for the furnace below the baseline.
- id: SCENARIO
  ruleset: cn.tariff.scenario-2024
  year: 2025
  facility: {sector: steel, province: Jiangsu}
  binds: {scenario: my.scenario}
  process_units: [{process_unit: BF1, kind: blast_furnace}]
  inputs:
  - {process_unit: BF1, stream: plant_facts, item: environmental_grade, quantity: D}
  - {process_unit: BF1, stream: lv_blast_furnace, item: verified_energy, quantity: 440,
     unit: kgce/t}
  - {process_unit: BF1, stream: unit_facts, item: capacity, quantity: 1000, unit: t}
  - {process_unit: BF1, stream: electricity, item: purchased, quantity: 1000, unit: MWh}
  expect:
  - {sheet: scenario_tariff, column: by_grade, value: 0.05, unit: CNY/kWh, tolerance: 1.0e-12}
  - {sheet: scenario_tariff, column: by_level, value: 0.03, unit: CNY/kWh, tolerance: 1.0e-12}
  - {sheet: scenario_tariff, column: scenario_cost, value: 50000, unit: CNY, tolerance: 1.0e-6}
  - {sheet: scenario_tariff, column: state, label: scenario_surcharge}
  source: made up
"""


@pytest.fixture(scope="module")
def extended(tmp_path_factory: pytest.TempPathFactory) -> Rulebook:
    """The rulebook with tables of the user's own in a further folder."""
    folder = tmp_path_factory.mktemp("rulebook") / "rules"
    shutil.copytree(rulebook_folder(), folder)
    (folder / "mine").mkdir()
    for name, text in TABLES.items():
        (folder / "mine" / name).write_text(text.lstrip("\n"), encoding="utf-8")
    return load_rulebook(folder, cache=False)


def test_bound_ladders_give_amounts(extended: Rulebook, tmp_path: Path) -> None:
    (tmp_path / "mine.yaml").write_text(CASES, encoding="utf-8")
    results = check_files([tmp_path / "mine.yaml"], extended, ["duckdb", "python", "decimal"])
    assert len(results) == 3 * 14
    assert [str(one) for one in results if not one.holds] == []


def test_scenarios_say_that_they_are_none_in_force() -> None:
    (scenario,) = load_rulebook().rulesets["cn.tariff.scenario-2024"]
    assert "未施行" in scenario.doc.title.zh
    assert "not in force" in scenario.doc.title.en.lower()
    state = scenario.program.sheets["scenario_tariff"].formulas["state"].doc
    assert state.labels
    for words in state.labels.values():
        assert "未施行" in words.zh
        assert "not in force" in words.en

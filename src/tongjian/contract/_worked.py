"""A golden case worked through on the page of a method (算例演算)."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from tongjian.cases import Expectation
from tongjian.contract._case_plants import CasePlant
from tongjian.contract._golden import Coverage
from tongjian.engine import substituted
from tongjian.rules import SheetPlan

_ROWS = 4


def worked_example(coverage: Coverage) -> Iterator[str]:
    """The case that reaches most formulas of the method, with its numbers filled in."""
    plants = {one.case.id: one for one in coverage.plants}
    if not coverage.cases:
        return
    # Of several that reach as far, the one with the fewest entries is the easiest to follow.
    name = min(
        coverage.cases,
        key=lambda one: (
            -coverage.cases[one],
            not any(cell.sheet in coverage.method.sheets for cell in plants[one].case.expect),
            len(plants[one].case.inputs),
            one,
        ),
    )
    plant = plants[name]
    case = plant.case
    yield f"\n## 算例 / Worked case `{case.id}`\n\n"
    if case.title:
        yield f"{case.title}\n\n"
    yield f"规则集 rule set `{case.ruleset}`，{case.year}。来源 source：{case.source}\n\n"
    yield "| 期间 period | 工序 unit | 物料 stream | 项目 item | 数量 quantity | 单位 unit |\n"
    yield "|---|---|---|---|---|---|\n"
    for one in case.inputs:
        cells = (one.period, one.process_unit, one.stream, one.item, one.quantity, one.unit)
        yield f"| {' | '.join(cells)} |\n"
    yield "\n| 公式 formula | 行 row | 代入 with numbers | 结果 result |\n|---|---|---|---|\n"
    for sheet in coverage.method.sheets.values():
        plan = plant.model.program.sheets.get(sheet.name)
        if plan is not None:
            yield from _rows(plant, plan)
    if case.note:
        yield f"\n手算 by hand：{case.note}\n"
    yield "\n应得 expected："
    yield "；".join(
        f"`{one.sheet}.{one.column}` = {_expected(one)}" for one in case.expect if not one.problem
    )
    others = [one for one in coverage.cases if one != name]
    yield f"\n\n其他算例 other cases：{', '.join(f'`{one}`' for one in others) or '–'}\n"
    wrong = ", ".join(f"`{one}`" for one in coverage.wrong) or "–"
    yield f"\n故意出错的 wrong on purpose：{wrong}\n"


def _rows(plant: CasePlant, plan: SheetPlan) -> Iterator[str]:
    engine = plant.model.engine
    for row in plant.model.sheets[plan.name][:_ROWS]:
        for name, formula in plan.formulas.items():
            if row[name] is None:
                continue
            unit = formula.doc.unit.text if formula.doc.unit else "1"
            unit = "" if unit == "1" else f" {unit}"
            said = row[name] if isinstance(row[name], str) else f"{row[name]:.10g}"
            filled = substituted(engine, formula, row).replace("|", "\\|")
            cell = f"`{plan.name}.{name}` {formula.doc.title.zh}"
            yield f"| {cell} | {_key(plan, row)} | `{filled}` | {said}{unit} |\n"


def _expected(one: Expectation) -> str:
    if one.label or one.missing:
        return one.label or "–"
    return f"{one.value} {one.unit}"


def _key(plan: SheetPlan, row: dict[str, Any]) -> str:
    """What tells a row apart from the others of its sheet in a case of one plant."""
    parts = [str(row[key]) for key in plan.grain if key != "facility" and row.get(key)]
    return " ".join(parts)


__all__ = ["worked_example"]

"""Formulas that differ between two versions (公式差异), by the source that they give."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from tongjian.rules import CompiledRuleSet, FormulaPlan, Program, SheetPlan, Words
from tongjian.rules import _ir as ir
from tongjian.versions._changes import Amounts, Change, Source, difference
from tongjian.versions._side import Side

_Cell = tuple[str, str]
"""Sheet and column."""


def method_changes(left: Side, right: Side, reached: Amounts, after: Amounts) -> Iterator[Change]:
    """What is left of the difference when records and tables are the same, source by source."""
    effect = difference(after, reached)
    for source in effect:
        if source not in after:
            kind = "only_left"
        elif source not in reached:
            kind = "only_right"
        else:
            kind = "formula"
        detail = _detail(left, right, source)
        texts = f"{left.ruleset.id} {left.ruleset.doc.validity}", right.ruleset.id
        _, category, substance = source
        yield Change(
            "methods",
            kind,
            Words(f"{category} {substance}", f"{category} {substance}"),
            {source: effect[source]},
            texts[0],
            f"{texts[1]} {right.ruleset.doc.validity}",
            detail,
        )


def _detail(left: Side, right: Side, source: Source) -> dict[str, Any]:
    formulas = changed_formulas(left.ruleset, right.ruleset, source[1], source[2])
    basis = right.ruleset.doc.basis
    found = {"document": basis.document, "clause": basis.clause, "status": basis.status}
    for one in formulas:
        if one["document"]:
            found = {name: one[name] for name in ("document", "clause", "status")}
            break
    return {**found, "category": source[1], "substance": source[2], "formulas": formulas}


def changed_formulas(
    left: CompiledRuleSet, right: CompiledRuleSet, category: str, substance: str
) -> list[dict[str, str]]:
    """Formulas, defaults and checks behind a source that are not the same on both sides."""
    before, after = (
        _texts(one.program, _behind(one.program, category, substance)) for one in (left, right)
    )
    found = []
    for name in sorted({*before, *after}):
        old, new = before.get(name), after.get(name)
        if old is not None and new is not None and old[0] == new[0]:
            continue
        plan = (new or old or ("", None))[1]
        said = {"document": "", "clause": "", "status": "", "method": ""}
        if plan is not None:
            basis = plan.method.basis
            said = {
                "document": basis.document,
                "clause": plan.doc.clause or basis.clause,
                "status": plan.doc.status or basis.status,
                "method": plan.method.id,
            }
        texts = {"before": old[0] if old else "", "after": new[0] if new else ""}
        found.append({"cell": name, **texts, **said})
    return found


def _texts(program: Program, cells: set[_Cell]) -> dict[str, tuple[str, FormulaPlan | None]]:
    """What is written behind some cells: formulas, and for inputs their defaults, and checks."""
    found: dict[str, tuple[str, FormulaPlan | None]] = {}
    for name, column in cells:
        sheet = program.sheets[name]
        plan = sheet.formulas.get(column)
        if plan is not None:
            unit = plan.doc.unit.text if plan.doc.unit else ""
            found[f"{name}.{column}"] = (f"{plan.doc.expression.text} [{unit}]", plan)
        elif column in sheet.inputs:
            doc = sheet.inputs[column].doc
            default = doc.default.text if doc.default else ""
            text = f"{doc.stream or ''} {doc.item} [{doc.unit.text}] {default}".strip()
            found[f"{name}.{column}"] = (text, None)
    for name in {sheet for sheet, _ in cells}:
        for check in program.sheets[name].refuses:
            found[f"{name}!{check.doc.name}"] = (check.doc.when.text, None)
    return found


def _behind(program: Program, category: str, substance: str) -> set[_Cell]:
    """Every cell from which the ledger lines of a source are computed."""
    stack = [
        (sheet.name, name)
        for sheet in program.sheets.values()
        for name, plan in sheet.formulas.items()
        if plan.doc.ledger is not None
        and (plan.doc.ledger.category, plan.doc.ledger.substance) == (category, substance)
    ]
    found: set[_Cell] = set()
    while stack:
        cell = stack.pop()
        if cell in found or cell[0] not in program.sheets:
            continue
        found.add(cell)
        node = _node(program.sheets[cell[0]], cell[1])
        if node is not None:
            stack.extend(_reads(node, cell[0]))
    return found


def _node(sheet: SheetPlan, column: str) -> ir.Node | None:
    if column in sheet.formulas:
        return sheet.formulas[column].node
    return sheet.inputs[column].default if column in sheet.inputs else None


def _reads(node: ir.Node, sheet: str) -> Iterator[_Cell]:
    if isinstance(node, ir.Column):
        yield sheet, node.name
    elif isinstance(node, ir.Above):
        yield node.sheet, node.column
    inside = node.sheet if isinstance(node, ir.Aggregate) else sheet
    for child in node.children():
        yield from _reads(child, inside)


__all__ = ["changed_formulas", "method_changes"]

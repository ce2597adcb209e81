"""``tongjian rules`` and ``tongjian check``."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from tongjian.cli._output import Output
from tongjian.cli._rules_substitution import list_substitutions, show_substitution
from tongjian.cli._workspace import open_rulebook
from tongjian.problems import Problem, TongjianError
from tongjian.rules import (
    CompiledRuleSet,
    Conflict,
    Method,
    Rulebook,
    SheetPlan,
    Table,
    UnavailableEdition,
    replacements,
    text_not_available,
)

_NO_TEXT = "text-not-available"
_KINDS = ("rulesets", "methods", "tables", "conflicts", "substitutions")


def run_list(out: Output, kind: str, folder: Path | None) -> None:
    """List documents of one kind."""
    book = open_rulebook(folder)
    if kind not in _KINDS:
        values = {"option": "--kind", "value": kind, "expected": " | ".join(_KINDS)}
        raise TongjianError(Problem("cli.option", values=values))
    if kind == "tables":
        _list_tables(out, book)
        return
    if kind == "conflicts":
        _list_conflicts(out, book)
        return
    if kind == "substitutions":
        list_substitutions(out, book)
        return
    editions: list[Any] = (
        [
            *(one.doc for group in book.rulesets.values() for one in group),
            *(one for group in book.unavailable.values() for one in group),
        ]
        if kind == "rulesets"
        else [one for group in book.methods.values() for one in group]
    )
    editions.sort(key=lambda one: (one.id, one.validity.first))
    rows = [
        {
            "id": one.id,
            "title": one.title[out.lang],
            "in_force": str(one.validity),
            "boundary": getattr(one, "boundary", ""),
            "status": _text_status(one),
            "document": one.basis.document,
        }
        for one in editions
    ]
    out.data(rows)
    zh = out.lang == "zh"
    headers = (
        ["编号", "名称", "有效期", "边界", "原文状态"]
        if zh
        else ["id", "title", "in force", "boundary", "text"]
    )
    title = {"rulesets": ("规则集", "Rule sets"), "methods": ("方法", "Methods")}[kind]
    names = ("id", "title", "in_force", "boundary", "status")
    out.table(
        title[0 if zh else 1], headers, [[row[name] for name in names] for row in rows], keys=1
    )


def _list_conflicts(out: Output, book: Rulebook) -> None:
    rows = [
        {
            "id": conflict.id,
            "question": conflict.question[out.lang],
            "adopted": next(
                one.title[out.lang] for one in conflict.alternatives if one.id == conflict.adopted
            ),
            "reason": conflict.reason[out.lang],
        }
        for conflict in book.conflicts.values()
    ]
    out.data(rows)
    zh = out.lang == "zh"
    headers = ["编号", "问题", "在用", "理由"] if zh else ["id", "question", "in use", "reason"]
    title = "来源冲突" if zh else "Contradictions between sources"
    out.table(title, headers, [list(row.values()) for row in rows], keys=1)


def _show_conflict(out: Output, conflict: Conflict) -> None:
    rows = [
        {
            "id": one.id,
            "title": one.title[out.lang],
            "adopted": one.id == conflict.adopted,
            "document": one.basis.document,
            "status": one.basis.status,
            "replaces": ", ".join(f"{a} → {b}" for a, b in replacements(conflict, one).items()),
        }
        for one in conflict.alternatives
    ]
    question, reason = conflict.question, conflict.reason
    out.data({"conflict": conflict.id, "zh": question.zh, "en": question.en, "alternatives": rows})
    out.say(f"{conflict.id}  {question.zh}", f"{conflict.id}  {question.en}")
    out.say(f"在用的理由：{reason.zh}", f"Why it is the one in use: {reason.en}")
    zh = out.lang == "zh"
    headers = (
        ["编号", "取值", "在用", "依据", "状态", "替换的参数表"]
        if zh
        else ["id", "alternative", "in use", "source", "status", "tables replaced"]
    )
    cells = [list(row.values()) for row in rows]
    out.table("备选" if zh else "Alternatives", headers, cells)


def _list_tables(out: Output, book: Rulebook) -> None:
    rows: list[dict[str, Any]] = []
    for table in sorted(book.tables.values(), key=lambda one: one.id):
        statuses = Counter(value.status for value in table.values)
        rows.append(
            {
                "id": table.id,
                "title": table.title[out.lang],
                "keys": ", ".join(table.keys),
                "values": len(table.values),
                "statuses": dict(statuses),
            }
        )
    out.data(rows)
    zh = out.lang == "zh"
    headers = (
        ["编号", "名称", "键", "取值数", "状态"]
        if zh
        else ["id", "title", "keys", "values", "status"]
    )
    cells = [
        [
            row["id"],
            row["title"],
            row["keys"],
            row["values"],
            ", ".join(f"{name} {count}" for name, count in row["statuses"].items()),
        ]
        for row in rows
    ]
    out.table("参数表" if zh else "Tables", headers, cells)


def run_show(out: Output, name: str, folder: Path | None) -> None:
    """Show one document by id."""
    book = open_rulebook(folder)
    if name in book.tables:
        _show_table(out, book.tables[name])
    elif name in book.variants:
        _show_table(out, book.variants[name])
    elif name in book.conflicts:
        _show_conflict(out, book.conflicts[name])
    elif name in book.substitutions:
        for one in book.substitutions[name]:
            show_substitution(out, one)
    elif name in book.methods:
        for method in book.methods[name]:
            _show_method(out, method)
    elif name in book.rulesets or name in book.unavailable:
        for ruleset in book.rulesets.get(name, ()):
            _show_ruleset(out, ruleset)
        for edition in book.unavailable.get(name, ()):
            _show_unavailable(out, edition)
    else:
        book.ruleset(name, 2000)  # raises, with the nearest names


def _show_table(out: Output, table: Table) -> None:
    rows = [
        {
            **dict(zip(table.keys, value.key, strict=True)),
            "column": value.column,
            "value": value.printed or "–",
            "unit": value.printed_unit,
            "in_force": str(value.validity),
            "status": value.status,
            "source": value.source,
            "clause": value.clause,
            "note": value.note,
        }
        for value in table.values
    ]
    out.data({"table": table.id, "zh": table.title.zh, "en": table.title.en, "values": rows})
    headers = [*table.keys, "column", "value", "unit", "in_force", "status", "source"]
    title = f"{table.id}  {table.title[out.lang]}\n{table.basis.document}"
    out.table(title, headers, [[row[name] for name in headers] for row in rows])


def _show_method(out: Output, method: Method) -> None:
    out.data(
        {
            "method": method.id,
            "zh": method.title.zh,
            "en": method.title.en,
            "document": method.basis.document,
            "clause": method.basis.clause,
            "status": method.basis.status,
            "in_force": str(method.validity),
            "requires": list(method.requires),
            "sheets": {
                name: {
                    "grain": list(sheet.grain),
                    "inputs": {
                        key: {
                            "unit": item.unit.text,
                            "zh": item.title.zh,
                            "en": item.title.en,
                            "item": item.item,
                            "required": item.required,
                            "default": item.default.text if item.default else None,
                        }
                        for key, item in sheet.inputs.items()
                    },
                    "formulas": {
                        key: {
                            "unit": one.unit.text if one.unit else "1",
                            "is": one.expression.text,
                            "zh": one.title.zh,
                            "en": one.title.en,
                        }
                        for key, one in sheet.formulas.items()
                    },
                }
                for name, sheet in method.sheets.items()
            },
        }
    )
    _head(out, method.id, method.title[out.lang], method.basis.document, method.basis.clause)
    for sheet in method.sheets.values():
        rows = [
            [one.name, one.title[out.lang], one.unit.text if one.unit else "1", one.expression.text]
            for one in sheet.formulas.values()
        ]
        _formula_table(out, f"{sheet.name}  {sheet.title[out.lang]}", sheet.grain, rows)


def _show_ruleset(out: Output, ruleset: CompiledRuleSet) -> None:
    doc = ruleset.doc
    out.data(
        {
            "ruleset": doc.id,
            "zh": doc.title.zh,
            "en": doc.title.en,
            "document": doc.basis.document,
            "clause": doc.basis.clause,
            "status": doc.basis.status,
            "in_force": str(doc.validity),
            "sectors": list(doc.sectors),
            "boundary": doc.boundary,
            "method": doc.method,
            "tables": ruleset.program.tables,
            "rounding": {"mode": doc.rounding.mode, "places": doc.rounding.places},
        }
    )
    _head(out, doc.id, doc.title[out.lang], doc.basis.document, doc.basis.clause)
    if doc.notes:
        out.say(doc.notes.zh, doc.notes.en)
    tables = [[alias, table or "–"] for alias, table in sorted(ruleset.program.tables.items())]
    zh = out.lang == "zh"
    out.table("参数表" if zh else "Tables", ["别名" if zh else "alias", "id"], tables)
    for sheet in ruleset.program.sheets.values():
        _show_sheet(out, sheet)


def _show_unavailable(out: Output, edition: UnavailableEdition) -> None:
    out.data(
        {
            "ruleset": edition.id,
            "zh": edition.title.zh,
            "en": edition.title.en,
            "document": edition.basis.document,
            "status": _NO_TEXT,
            "in_force": str(edition.validity),
            "sectors": list(edition.sectors),
            "boundary": edition.boundary,
            "missing": {"zh": edition.missing.zh, "en": edition.missing.en},
            "nearest": edition.nearest,
        }
    )
    _head(out, edition.id, edition.title[out.lang], edition.basis.document, edition.basis.clause)
    problem = text_not_available(edition)
    out.say(
        f"{problem.message('zh')}。{problem.repair('zh')}",
        f"{problem.message('en')}. {problem.repair('en')}",
    )


def _text_status(document: Any) -> str:
    return _NO_TEXT if isinstance(document, UnavailableEdition) else document.basis.status


def _show_sheet(out: Output, sheet: SheetPlan) -> None:
    rows = [
        [
            name,
            one.doc.title[out.lang],
            one.doc.unit.text if one.doc.unit else "1",
            one.doc.expression.text,
        ]
        for name, one in sheet.formulas.items()
    ]
    _formula_table(out, f"{sheet.name}  {sheet.doc.title[out.lang]}", sheet.grain, rows)


def _formula_table(
    out: Output, title: str, grain: Sequence[str], rows: Sequence[Sequence[object]]
) -> None:
    zh = out.lang == "zh"
    headers = ["列", "名称", "单位", "公式"] if zh else ["column", "title", "unit", "formula"]
    out.table(f"{title}  ({', '.join(grain)})", headers, rows)


def _head(out: Output, name: str, title: str, document: str, clause: str) -> None:
    out.say(
        f"{name}  {title}\n依据：{document}  {clause}",
        f"{name}  {title}\nBasis: {document}  {clause}",
    )


def run_check_cases(
    out: Output, files: Sequence[Path], folder: Path | None, backends: Sequence[str] = ()
) -> None:
    """Check golden cases and end with exit code 1 if one does not hold."""
    from tongjian.cases import BACKENDS, check_files

    results = check_files(files, open_rulebook(folder), list(backends) or BACKENDS)
    failed = [one for one in results if not one.holds]
    out.data({"ok": not failed, "results": [one.as_dict() for one in results]})
    zh = out.lang == "zh"
    headers = (
        ["算例", "单元", "引擎", "应得", "实得", "允差", "相符"]
        if zh
        else ["case", "cell", "engine", "expected", "found", "tolerance", "holds"]
    )
    rows = [
        [one.case, one.what, one.backend, one.expected, one.found, one.tolerance, one.holds]
        for one in results
    ]
    out.table("算例检验" if zh else "Golden cases", headers, rows)
    cases = len({one.case for one in results})
    out.say(
        f"{cases} 个算例、{len(results)} 次比对，{len(failed)} 次不符。",
        f"{cases} cases, {len(results)} comparisons, {len(failed)} do not hold.",
    )
    if failed:
        raise SystemExit(1)

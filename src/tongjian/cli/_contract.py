"""``tongjian rules check`` and ``tongjian rules page``: the public contract of rule documents."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from tongjian.cli._output import Output
from tongjian.contract import Contract, check_contract, own_cases_folder, write_docs
from tongjian.problems import Problem, TongjianError

_WORDS = {
    "error": ("错误", "errors"),
    "warning": ("提醒", "warnings"),
    "note": ("备注", "notes"),
}


def run_check_rules(
    out: Output,
    documents: Sequence[Path],
    rulebook: Path | None,
    cases: Sequence[Path],
    docs: Path | None,
    strict: bool,
    notes: bool,
) -> None:
    """Hold documents against the contract; ends with exit code 1 if something is an error."""
    contract = _contract(documents, rulebook, cases, docs)
    result = contract.as_dict()
    out.data(result)
    shown = [one.problem for one in contract.findings if notes or one.problem.severity != "note"]
    for severity, words in _WORDS.items():
        group = [one for one in shown if one.severity == severity]
        if group and not out.as_json:
            out.note(f"—— {words[0]}", f"-- {words[1]}")
            out.problems(group)
    _tell_coverage(out, contract)
    counts = result["counts"]
    book = contract.book
    tables = len(book.tables)
    values = sum(len(table.values) for table in book.tables.values())
    methods = sum(map(len, book.methods.values()))
    rulesets = sum(map(len, book.rulesets.values()))
    out.say(
        f"{tables} 张参数表（{values} 个取值）、{methods} 个方法、{rulesets} 个规则集；"
        f"{counts['error']} 个错误、{counts['warning']} 个提醒、{counts['note']} 个备注。"
        f"摘要 {book.digest[:16]}",
        f"{tables} tables ({values} values), {methods} methods, {rulesets} rule sets; "
        f"{counts['error']} errors, {counts['warning']} warnings, {counts['note']} notes. "
        f"Digest {book.digest[:16]}",
    )
    if not contract.ok or (strict and counts["warning"]):
        raise SystemExit(1)


def run_page(
    out: Output,
    method: str | None,
    documents: Sequence[Path],
    rulebook: Path | None,
    cases: Sequence[Path],
    docs: Path | None,
) -> None:
    """Print the page of a method, or write pages into a folder."""
    pages = _contract(documents, rulebook, cases, None).pages
    if method is not None:
        name = f"{method}.md"
        if name not in pages:
            known = ", ".join(one.removesuffix(".md") for one in sorted(pages))
            values = {"option": "METHOD", "value": method, "expected": known}
            raise TongjianError(Problem("cli.option", values=values))
        pages = {name: pages[name]}
    if docs is not None:
        written = write_docs(pages, docs)
        out.data({"written": written})
        out.say(f"{len(written)} 页 → {docs}", f"{len(written)} pages → {docs}")
        return
    out.data(pages)
    for text in pages.values():
        out.say(text, text)


def _contract(
    documents: Sequence[Path], rulebook: Path | None, cases: Sequence[Path], docs: Path | None
) -> Contract:
    # A checkout of the package has its pages beside its cases.
    beside = own_cases_folder()
    if docs is None and not documents and rulebook is None and beside is not None:
        docs = beside.parent / "docs" / "methods"
    return check_contract(documents, rulebook, cases=cases, docs=docs)


def _tell_coverage(out: Output, contract: Contract) -> None:
    zh = out.lang == "zh"
    headers = (
        ["方法", "算例", "故意出错", "公式覆盖"]
        if zh
        else ["method", "cases", "wrong on purpose", "formulas reached"]
    )
    rows = [
        [one.method.id, len(one.cases), len(one.wrong), f"{100 * one.share:.0f} %"]
        for one in contract.coverage
    ]
    if rows:
        out.table("算例覆盖" if zh else "Golden cases", headers, rows)


__all__ = ["run_check_rules", "run_page"]

"""Documentation pages (方法说明页), one per method, made of the documents alone."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Sequence

from tongjian.contract._golden import Coverage
from tongjian.contract._names import Names, using
from tongjian.contract._readable import Case as Line
from tongjian.contract._subject import Subject
from tongjian.contract._worked import worked_example
from tongjian.problems import LANGUAGES
from tongjian.rules import KEY_TITLES, FormulaDoc, InputDoc, Method, SheetDoc, Table, Value, Words

_NOTE = "<!-- 由规则文档生成，勿手改 / generated from the rule documents -->\n\n"
INDEX = "index.md"
# Longer tables are summed up: `tongjian rules show` prints them.
_LISTED = 24
_DIRECTIONS = {
    "up": Words("增", "up"),
    "down": Words("减", "down"),
    "either": Words("不定", "either"),
    "none": Words("不影响", "none"),
}


def method_pages(subject: Subject, coverage: Sequence[Coverage]) -> dict[str, str]:
    """Every page by file name: one for each method under test, and the index."""
    pages: dict[str, list[str]] = {}
    for one in coverage:
        pages.setdefault(one.method.id, []).append(_page(subject, one))
    made = {f"{name}.md": "\n".join(parts) for name, parts in pages.items()}
    return {INDEX: _index(coverage), **made}


def _index(coverage: Sequence[Coverage]) -> str:
    parts = ["# 方法 / Methods\n\n", _NOTE]
    parts.append(
        "每个方法一页，全部由规则文档生成；“覆盖”是算例的应得值所牵涉的公式所占比例。\n"
        "One page for each method, generated from the document; coverage is the share of formulas"
        " on which expected values of golden cases rest.\n\n"
    )
    head = (
        "编号 id",
        "名称 title",
        "有效期 in force",
        "状态 status",
        "算例 cases",
        "覆盖 coverage",
    )
    rows = []
    for one in coverage:
        method = one.method
        cases = f"{len(one.cases)} + {len(one.wrong)}"
        share = f"{100 * one.share:.0f} %" if one.formulas else "–"
        link = f"[`{method.id}`]({method.id}.md)"
        row = (link, _both(method.title), str(method.validity), method.basis.status, cases, share)
        rows.append(row)
    parts.append(_table(head, rows))
    parts.append(
        "\n算例数：有应得值的 + 故意出错的。 Cases: with expected values + wrong on purpose.\n"
    )
    return "".join(parts)


def _page(subject: Subject, coverage: Coverage) -> str:
    method = coverage.method
    names = Names.of(subject.book, method)
    parts = [f"# {method.title.zh} / {method.title.en}\n\n", _NOTE, _head(subject, method)]
    for sheet in method.sheets.values():
        parts.append(f"\n## `{sheet.name}` {_both(sheet.title, ' / ')}\n\n{_grain(sheet)}")
        if sheet.inputs:
            parts.append(_inputs(sheet, names))
        if sheet.formulas:
            parts += _formulas(method, sheet, names)
        if sheet.checks:
            parts.append(_checks(sheet, names))
    parts += _tables(subject, method)
    parts += worked_example(coverage)
    return re.sub("\n{3,}", "\n\n", "".join(parts))


def _head(subject: Subject, method: Method) -> str:
    rulesets = "<br>".join(
        f"`{one.id}` {one.doc.title.zh} / {one.doc.title.en}" for one in using(subject.book, method)
    )
    rows = [
        ("编号 id", f"`{method.id}`"),
        ("依据 document", method.basis.document),
        ("条款 clause", method.basis.clause or "–"),
        ("原文状态 status", method.basis.status),
        ("有效期 in force", str(method.validity)),
        ("说明 note", method.basis.note),
        ("引用 requires", ", ".join(f"[`{one}`]({one}.md)" for one in method.requires)),
        ("用于规则集 used by", rulesets or "–"),
    ]
    return _table(("", ""), [row for row in rows if row[1]])


def _grain(sheet: SheetDoc) -> str:
    zh, en = ([KEY_TITLES[key][lang] for key in sheet.grain] for lang in LANGUAGES)
    text = f"每行 one row per：{'、'.join(zh)} / {', '.join(en)}。"
    if sheet.streams:
        text += f" 物料类别 classes：{', '.join(f'`{name}`' for name in sheet.streams)}。"
    if sheet.outcome:
        text += f" 方向指对 directions speak of：`{sheet.outcome}`。"
    return text + "\n\n"


def _inputs(sheet: SheetDoc, names: Names) -> str:
    head = (
        "录入项 input",
        "名称 title",
        "单位 unit",
        "项目 item",
        "必填或缺省 default",
        "方向 direction",
    )
    rows = [
        (
            f"`{doc.name}`",
            _both(doc.title),
            " · ".join(doc.choices) or ("日期 date" if doc.is_date else doc.unit.text),
            f"`{doc.stream}.{doc.item}`" if doc.stream else f"`{doc.item}`",
            _default(doc, sheet, names),
            _both(_DIRECTIONS[doc.direction]),
        )
        for doc in sheet.inputs.values()
    ]
    return _table(head, rows) + "\n"


def _default(doc: InputDoc, sheet: SheetDoc, names: Names) -> str:
    if doc.required:
        return "必填 required"
    if doc.default is None:
        return "–"
    return "<br>".join(
        _joined(names.cases(sheet, doc.default.text, lang), lang) for lang in LANGUAGES
    )


def _formulas(method: Method, sheet: SheetDoc, names: Names) -> Iterator[str]:
    for doc in sheet.formulas.values():
        unit = doc.unit.text if doc.unit else "判定 judgement"
        yield f"**`{doc.name}` {_both(doc.title, ' / ')}**（{unit}）\n\n"
        for lang in LANGUAGES:
            cases = names.cases(sheet, doc.expression.text, lang)
            yield f"- {names.column(sheet, doc.name, lang)} = {_listed(cases, lang)}\n"
        yield f"- `{doc.expression.text}`\n"
        yield f"- {_sources(method, doc)}\n\n"


def _sources(method: Method, doc: FormulaDoc) -> str:
    text = f"条款 clause：{doc.clause or method.basis.clause or '–'}（{doc.status}）"
    if doc.ledger:
        text += f"；台账 ledger：{doc.ledger.category}，{doc.ledger.substance}"
    return text


def _listed(cases: Sequence[Line], lang: str) -> str:
    """Cases of a formula, one below the other where there are several."""
    lines = _worded(cases, lang)
    return lines[0] if len(lines) == 1 else "".join(f"\n  - {line}" for line in lines)


def _joined(cases: Sequence[Line], lang: str) -> str:
    """Cases of a formula in one line."""
    return ("；" if lang == "zh" else "; ").join(_worded(cases, lang))


def _worded(cases: Sequence[Line], lang: str) -> list[str]:
    if len(cases) == 1:
        return [cases[0].value]
    words = ("{}，若{}", "否则 {}") if lang == "zh" else ("{} if {}", "otherwise {}")
    parts = [words[0].format(one.value, one.when) for one in cases[:-1]]
    return [*parts, words[1].format(cases[-1].value)]


def _checks(sheet: SheetDoc, names: Names) -> str:
    head = ("校验 check", "成立时 when it holds", "说明 message")
    severities = {"error": "不计入 row left out", "warning": "提醒 warning"}
    rows = []
    for check in sheet.checks:
        when = [_joined(names.cases(sheet, check.when.text, lang), lang) for lang in LANGUAGES]
        verdict = f"{severities[check.severity]}：{_both(check.message)}"
        rows.append((f"`{check.name}`", "<br>".join(when), verdict))
    return _table(head, rows) + "\n"


# -- tables ----------------------------------------------------------------------------------


def _tables(subject: Subject, method: Method) -> Iterator[str]:
    """The tables that rule sets give the method, with their values where they are few."""
    bound: dict[str, dict[str, list[str]]] = {}
    for one in using(subject.book, method):
        for alias in method.uses:
            table = one.program.tables.get(alias)
            if table:
                bound.setdefault(alias, {}).setdefault(table, []).append(one.id)
    if not bound:
        return
    yield "\n## 参数表 / Tables\n\n"
    rows = [
        (f"`{alias}`", f"`{table}`", ", ".join(f"`{name}`" for name in rulesets))
        for alias, tables in bound.items()
        for table, rulesets in tables.items()
    ]
    yield _table(("别名 alias", "参数表 table", "规则集 rule sets"), rows)
    for name in dict.fromkeys(table for tables in bound.values() for table in tables):
        table_doc = subject.book.table(name)
        if table_doc is not None:
            yield from _values(table_doc)


def _values(table: Table) -> Iterator[str]:
    yield f"\n**`{table.id}` {_both(table.title, ' / ')}**：{table.basis.document}\n\n"
    if len(table.values) > _LISTED:
        counted = Counter(value.status for value in table.values)
        listed = ", ".join(f"{status} {count}" for status, count in sorted(counted.items()))
        yield f"{len(table.values)} 个取值 values（{listed}）：`tongjian rules show {table.id}`\n"
        return
    head = (
        *(f"{KEY_TITLES[key].zh} {key}" if key in KEY_TITLES else key for key in table.keys),
        *("取值 value", "有效期 in force", "状态 status", "来源 source"),
    )
    yield _table(head, [_value(table, value) for value in table.values])


def _value(table: Table, value: Value) -> tuple[str, ...]:
    title = table.columns[value.column].title
    unit = "" if value.printed_unit == "1" else f" {value.printed_unit}"
    number = f"{value.printed}{unit}" if value.printed else f"– {value.note}"
    source = " ".join(part for part in (value.source or table.basis.document, value.clause) if part)
    return (
        *value.key,
        f"{title.zh} `{value.column}` = {number}",
        str(value.validity),
        value.status,
        source,
    )


def _both(words: Words, separator: str = "<br>") -> str:
    return f"{words.zh}{separator}{words.en}"


def _table(head: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    lines = [head, ["---"] * len(head), *rows]
    return "".join(f"| {' | '.join(map(_cell, line))} |\n" for line in lines)


def _cell(text: str) -> str:
    return text.replace("|", "\\|").replace("\n", " ")


__all__ = ["INDEX", "method_pages"]

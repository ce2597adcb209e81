"""The listing chapters of a page: rules applied, factors used, problems, manifest."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Sequence

from tongjian.engine import FactorUsed, RuleSetResult, Run
from tongjian.problems import Problem
from tongjian.reports._html import Markup, el, join
from tongjian.reports._numbers import NOTHING, reported
from tongjian.reports._tables import Column, Line, texts
from tongjian.reports._words import Words, chemical
from tongjian.rules import Table

PROBLEMS_SHOWN = 50
_DOUBTFUL = ("recalled", "not-found")
_BETWEEN_HAN = re.compile(r"(?<=[\u3000-\u9fff\uff00-\uffef]) (?=[\u3000-\u9fff\uff00-\uffef])")


def status_mark(status: str, words: Words, *, number: bool = True) -> Markup | None:
    """The status of a value or clause; doubtful ones stand out by more than their colour."""
    if not number:
        return el("span", words.text("no_number"), class_="mark not-found")
    if not status:
        return None
    return el("span", words.term("status", status), class_=f"mark {status}")


# -- rules ---------------------------------------------------------------------------------------


def rulesets(run: Run, words: Words) -> Markup:
    """What was applied: document, clause, validity, boundary, years and the sums it gave."""
    columns = [
        Column(words.text("ruleset"), class_="wide-text"),
        Column(words.text("basis"), class_="wide-text"),
        Column(words.text("in_force")),
        Column(words.text("boundary"), class_="short-text"),
        Column(words.text("gwp"), class_="some-text"),
        Column(words.text("result")),
    ]
    lines = [_ruleset(run, result, words) for result in run.results]
    return join(
        el("p", words.text("rulesets_lead", count=len(run.results))),
        texts(columns, lines, label=words.text("rulesets")),
    )


def _ruleset(run: Run, result: RuleSetResult, words: Words) -> Line:
    doc = result.ruleset.doc
    gwp = result.tables.tables.get("gwp")
    title = [
        el("strong", words.pick(doc.title.zh, doc.title.en)),
        el("br"),
        el("code", doc.id),
        _remark(doc.notes[words.lang] if doc.notes is not None else "", words),
    ]
    basis = [
        document(doc.basis.document, words),
        el("br"),
        document(words.clause(doc.basis.clause), words),
        " ",
        status_mark(doc.basis.status, words),
        # Notes on a document are kept in English only.
        _remark(words.pick("", doc.basis.note) if words.lang == "en" else "", words),
    ]
    return Line(
        [
            join(title),
            join(basis),
            _dates(words.validity(doc.validity)),
            words.term("boundary", doc.boundary),
            words.pick(gwp.title.zh, gwp.title.en) if gwp is not None else NOTHING,
            _sums(run, result, words) or words.text(_without_sum(run, result)),
        ]
    )


def _remark(text: str, words: Words) -> Markup | None:
    """What the reader must know of a document before trusting its figures."""
    if not text:
        return None
    # Lines of a document that were joined by a space: Chinese has none between characters.
    joined = _BETWEEN_HAN.sub("", text) if words.lang == "zh" else text
    said = words.text("key_pair", name=words.text("notes"), value=chemical(joined))
    return el("p", said, class_="remark")


def _sums(run: Run, result: RuleSetResult, words: Words) -> Markup | None:
    """The sum of each year, rounded as the document asks."""
    where = {"ruleset": result.ruleset.id, "boundary": result.ruleset.doc.boundary}
    rows = {row["year"]: row for row in run.inventory(["year"], **where)}
    parts = []
    for year in result.years:
        row = rows.get(year, {})
        value, unit = row.get("co2e"), "tCO2e"
        if value is None:
            value, unit = row.get("amount"), str(row.get("unit", ""))
        if value is not None:
            shown = reported(value, unit, result.ruleset.doc.rounding)
            label = words.text("year_column", year=year)
            pair = words.text("key_pair", name=label, value=f"{shown} {words.unit(unit)}")
            parts.append(el("li", pair))
    return el("ul", parts, class_="plain") if parts else None


def _without_sum(run: Run, result: RuleSetResult) -> str:
    """Why a rule set gave no sum: nothing fell under it, or its substances are not added up."""
    doc = result.ruleset.doc
    lines = run.select(ruleset=result.ruleset.id, boundary=doc.boundary)
    return "result_by_substance" if lines else "result_nothing"


def _dates(text: str) -> Markup:
    """A text whose dates do not break over lines."""
    pieces = re.split(r"(\d{4}-\d\d-\d\d)", text)
    return join(
        [
            el("span", piece, class_="whole") if number % 2 else piece
            for number, piece in enumerate(pieces)
        ]
    )


def document(text: str, words: Words) -> Markup:
    """A title of a document, which stays in its own language."""
    other = words.lang == "en" and any("\u3400" <= char <= "\u9fff" for char in text)
    return el("span", text, lang="zh-CN" if other else None)


# -- factors -------------------------------------------------------------------------------------


def factors(used: Sequence[FactorUsed], words: Words) -> Markup:
    """Every value that was read, under its table, source and clause."""
    columns = [
        Column(words.text("parameter"), class_="wide-text"),
        Column(words.text("applies_to")),
        Column(words.text("value"), number=True),
        Column(words.text("unit")),
        Column(words.text("years"), class_="whole"),
        Column(words.text("status")),
    ]
    groups: dict[tuple[str, str, str], list[FactorUsed]] = {}
    for factor in used:
        basis = factor.table.basis
        source = words.source(factor.value.source, basis.document)
        clause = words.clause(factor.value.clause or basis.clause)
        groups.setdefault((factor.table.id, source, clause), []).append(factor)
    lines: list[Line] = []
    for (_, source, clause), members in groups.items():
        lines.append(_group(members[0].table, source, clause, words))
        lines += [_factor(factor, words) for factor in members]
    return join(
        el("p", words.text("factors_lead")),
        el("p", factor_summary(used, words), class_="count"),
        texts(columns, lines, label=words.text("factors"), dense=True),
    )


def _group(table: Table, source: str, clause: str, words: Words) -> Line:
    """The heading over the values of one table, source and clause."""
    cited = words.text("key_pair", name=words.text("source"), value="")
    heading = join(
        words.pick(table.title.zh, table.title.en),
        " ",
        el("code", table.id),
        el("br"),
        # A source that repeats its clause says it once.
        el("small", cited, document(source, words), "" if clause in source else f" · {clause}"),
    )
    return Line([heading], "group")


def factor_summary(used: Sequence[FactorUsed], words: Words) -> str:
    """How many of the values are recalled or have no number."""
    recalled = sum(_numbered(one) and one.value.status == "recalled" for one in used)
    missing = sum(not _numbered(one) for one in used)
    if not missing:
        return words.text("factor_summary_numbered", total=len(used), recalled=recalled)
    return words.text("factor_summary", total=len(used), recalled=recalled, missing=missing)


def _numbered(factor: FactorUsed) -> bool:
    return factor.value.number is not None and factor.value.status != "not-found"


def applies_to(factor: FactorUsed, words: Words) -> str:
    """The key of a value in words."""
    table = factor.table
    pairs = zip(table.keys, factor.value.key, strict=True)
    said = [
        # A place on an axis is a number with a unit.
        f"{value} {words.unit(table.axes[name].text)}"
        if name in table.axes
        else words.key(name, value)
        for name, value in pairs
    ]
    return words.listed(said) or NOTHING


def _factor(factor: FactorUsed, words: Words) -> Line:
    value, title = factor.value, factor.table.columns[factor.value.column].title
    doubtful = value.status in _DOUBTFUL or value.number is None
    cells: list[object] = [
        words.pick(title.zh, title.en),
        applies_to(factor, words),
        value.printed or NOTHING,
        words.unit(value.printed_unit),
        words.listed([str(year) for year in factor.years]),
        status_mark(value.status, words, number=value.number is not None),
    ]
    return Line(cells, "doubtful" if doubtful else "")


# -- problems ------------------------------------------------------------------------------------


def problem_summary(problems: Sequence[Problem], words: Words) -> str:
    """How many problems and warnings there are."""
    if not problems:
        return words.text("problem_none")
    errors = sum(one.severity == "error" for one in problems)
    return words.text("problem_summary", errors=errors, warnings=len(problems) - errors)


def problems(found: Sequence[Problem], words: Words) -> Markup:
    """The first kinds of problems, and how many of each code there are."""
    summary = el("p", problem_summary(found, words), class_="count")
    if not found:
        return summary
    kinds: dict[tuple[object, ...], list[Problem]] = {}
    for one in found:
        # Rows that suffer the same differ in nothing but the row.
        rest = tuple((key, str(value)) for key, value in one.values.items() if key != "row")
        kinds.setdefault((one.code, one.severity, *rest), []).append(one)
    more = len(kinds) - PROBLEMS_SHOWN
    if more > 0:
        note = words.text("problems_shown", shown=PROBLEMS_SHOWN, more=f"{more:,}")
    else:
        note = words.text("problems_all")
    return join(
        el("p", words.text("problems_lead")),
        summary,
        _by_code(found, words),
        el("p", note),
        _listed(list(kinds.values())[:PROBLEMS_SHOWN], words),
    )


def _by_code(found: Sequence[Problem], words: Words) -> Markup:
    columns = [
        Column(words.text("problem_code")),
        Column(words.text("severity")),
        Column(words.text("count"), number=True),
    ]
    counts = Counter((one.code, one.severity) for one in found)
    lines = [
        Line(
            [
                join(words.term("problem", code), " ", el("code", code)),
                words.term("severity", severity),
                f"{count:,}",
            ]
        )
        for (code, severity), count in sorted(counts.items(), key=lambda pair: -pair[1])
    ]
    return texts(columns, lines, label=words.text("problem_code"), dense=True)


def _listed(kinds: Iterable[Sequence[Problem]], words: Words) -> Markup:
    columns = [
        Column(words.text("problem_code")),
        Column(words.text("place"), class_="place"),
        Column(words.text("message_and_repair"), class_="wide-text"),
    ]
    lines = [_kind(members, words) for members in kinds]
    return texts(columns, lines, label=words.text("problems"))


def _kind(members: Sequence[Problem], words: Words) -> Line:
    """Problems that differ only in the row, shown by the first."""
    first, repair = members[0], members[0].repair(words.lang)
    count = words.text("alike", count=f"{len(members):,}")
    head = join(
        words.term("problem", first.code),
        el("br"),
        el("code", first.code),
        el("br"),
        words.term("severity", first.severity),
        join(" · ", count) if len(members) > 1 else None,
    )
    said = join(
        chemical(first.message(words.lang)),
        el("p", f"→ {repair}", class_="repair") if repair else None,
    )
    return Line([el("span", head, class_="whole"), first.place.text(words.lang) or NOTHING, said])


# -- manifest ------------------------------------------------------------------------------------


def manifest_facts(run: Run, words: Words) -> list[tuple[str, str]]:
    """The manifest as pairs of name and value."""
    manifest = run.manifest
    engine = manifest["engine"]
    binds = ", ".join(f"{alias} → {table}" for alias, table in manifest["binds"].items())
    return [
        (words.text("engine"), f"{engine['name']} {engine['version']}"),
        (words.text("semantics"), str(engine["semantics"])),
        (words.text("rulebook_digest"), manifest["rulebook"]),
        (words.text("records_digest"), manifest["records"]),
        (words.text("result_digest"), manifest["result"]),
        (words.text("ledger_lines"), f"{manifest['ledger_lines']:,}"),
        (words.text("problem_count"), f"{manifest['problems']:,}"),
        (words.text("binds"), binds or words.text("none")),
    ]


def manifest(run: Run, words: Words) -> Markup:
    """Digests of what the run rests on and of what it gave; the tables of each rule set."""
    facts = [
        el("div", el("dt", name), el("dd", el("code", value)))
        for name, value in manifest_facts(run, words)
    ]
    columns = [
        Column(words.text("ruleset")),
        Column(words.text("in_force")),
        Column(words.text("years")),
        Column(words.text("tables"), class_="wide-text"),
    ]
    lines = [
        Line(
            [
                el("code", one.ruleset.id, class_="whole"),
                _dates(words.validity(one.ruleset.doc.validity)),
                words.listed([str(year) for year in one.years]),
                el(
                    "code",
                    " · ".join(sorted(set(filter(None, one.ruleset.program.tables.values())))),
                ),
            ]
        )
        for one in run.results
    ]
    return join(
        el("p", words.text("manifest_lead")),
        el("dl", facts, class_="facts"),
        texts(columns, lines, label=words.text("manifest")),
    )


__all__ = [
    "applies_to",
    "document",
    "factor_summary",
    "factors",
    "manifest",
    "manifest_facts",
    "problem_summary",
    "problems",
    "rulesets",
    "status_mark",
]

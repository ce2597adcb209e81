"""The chapters of one plant: rule sets side by side, and what contradictions would change."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from itertools import groupby
from types import MappingProxyType

from tongjian.engine import Bridge, BridgeStep, ConflictEffect, Run
from tongjian.reports._html import Markup, el, join
from tongjian.reports._lists import document, status_mark
from tongjian.reports._numbers import reported
from tongjian.reports._tables import Column, Line, figures, texts
from tongjian.reports._words import Words, chemical
from tongjian.rules import Rounding

_UNIT = "tCO2e"
_IDS: Mapping[str, str] = MappingProxyType({})
_EXACT = Rounding(places={_UNIT: 2})


def titles(run: Run, words: Words) -> dict[str, str]:
    """What the rule sets and tables of a run are called, by id."""
    found = {
        one.id: one.title
        for one in (*run.rulebook.tables.values(), *run.rulebook.variants.values())
    }
    found |= {one.ruleset.id: one.ruleset.doc.title for one in run.results}
    return {name: words.pick(title.zh, title.en) for name, title in found.items()}


def step_reason(step: BridgeStep, words: Words, names: Mapping[str, str] = _IDS) -> str:
    """Why a step of a bridge moves the total, in words; tables by the `names` of their ids."""
    if step.kind == "table":
        left, right = (names.get(one, one) for one in (step.left, step.right))
        return words.text("step_table", left=left, right=right)
    return words.text(f"step_{step.kind}")


def step_source(step: BridgeStep, words: Words) -> str:
    """The source of emissions that a step is about, with its stream if it has one."""
    source = words.term("category", step.category)
    return f"{source} · {words.key('stream', step.stream)}" if step.stream else source


def amount(value: float | None) -> str:
    """Tonnes with two decimals."""
    return reported(value, _UNIT, _EXACT)


def bridges(found: Sequence[Bridge], names: Mapping[str, str], words: Words) -> Markup:
    """Both totals source by source, then the steps that lead from one to the other."""
    return join(el("p", words.text("bridge_lead")), *(_bridge(one, names, words) for one in found))


def _bridge(found: Bridge, names: Mapping[str, str], words: Words) -> Markup:
    left_name, right_name = (names.get(one, one) for one in (found.left, found.right))
    title = words.text("bridge_title", left=left_name, right=right_name, year=found.year)
    columns = [
        Column(words.text("category")),
        Column(left_name, number=True, below=found.left),
        Column(right_name, number=True, below=found.right),
        Column(words.text("difference"), number=True),
    ]
    lines = [
        Line(
            [
                chemical(f"{words.term('category', category)} · {substance}"),
                amount(left),
                amount(right),
                amount((right or 0.0) - (left or 0.0)),
            ]
        )
        for (category, substance), left, right in found.sources
        if left or right
    ]
    whole = [found.left_total, found.right_total, found.right_total - found.left_total]
    lines.append(Line([words.text("total"), *map(amount, whole)], "total"))
    steps = [
        Column(words.text("step"), class_="wide-text"),
        Column(words.text("category")),
        Column(words.text("difference"), number=True),
    ]
    reasons = [
        Line([step_reason(step, words, names), step_source(step, words), amount(step.effect)])
        for step in found.steps
    ]
    reasons.append(Line([words.text("total"), "", amount(whole[2])], "total"))
    return el(
        "section",
        el("h3", title),
        el("p", words.text("in_unit", unit=chemical(_UNIT)), class_="unit"),
        figures(columns, lines, label=title),
        el("p", words.text("steps_lead")),
        texts(steps, reasons, label=f"{title} · {words.text('step')}", dense=True),
    )


def conflicts(found: Sequence[ConflictEffect], names: Mapping[str, str], words: Words) -> Markup:
    """Every contradiction that moves this plant's total, with each alternative's effect."""
    columns = [
        Column(words.text("alternative"), class_="wide-text"),
        Column(words.text("source"), class_="wide-text"),
        Column(words.text("status")),
        Column(words.text("change_of_total"), number=True),
    ]
    parts = [el("p", words.text("conflicts_lead"))]
    for group in grouped_conflicts(found):
        conflict = group[0].conflict
        ruleset = names.get(group[0].ruleset, group[0].ruleset)
        heading = f"{words.pick(conflict.title.zh, conflict.title.en)} · {ruleset}"
        lines = [
            Line(
                [
                    words.text("in_use", name=one.alternative.title[words.lang])
                    if one.adopted
                    else chemical(one.alternative.title[words.lang]),
                    document(one.alternative.basis.document, words),
                    status_mark(one.alternative.basis.status, words),
                    amount(one.effect),
                ]
            )
            for one in group
        ]
        said = words.text("conflict_reason", reason=chemical(conflict.reason[words.lang]))
        parts.append(
            el("section", el("h3", heading), texts(columns, lines, label=heading), el("p", said))
        )
    return join(*parts)


def grouped_conflicts(found: Sequence[ConflictEffect]) -> list[list[ConflictEffect]]:
    """The alternatives of each contradiction together, the weightiest first."""
    groups = [list(group) for _, group in groupby(found, lambda e: (e.ruleset, e.conflict.id))]
    return sorted(groups, key=lambda group: -max(abs(one.effect or 0.0) for one in group))


def bridge_rows(found: Sequence[Bridge], words: Words) -> Iterator[list[object]]:
    """The steps of every bridge as rows of a workbook, between the two totals."""
    for one in found:
        for name, value in ((one.left, one.left_total), (one.right, one.right_total)):
            if name == one.right:
                for step in one.steps:
                    reason, source = step_reason(step, words), step_source(step, words)
                    yield [one.left, one.right, one.year, reason, source, step.effect]
            yield [one.left, one.right, one.year, name, words.text("total"), value]


def conflict_rows(found: Sequence[ConflictEffect], words: Words) -> Iterator[list[object]]:
    """Contradictions as rows of a workbook."""
    for group in grouped_conflicts(found):
        for one in group:
            yield [
                one.ruleset,
                words.pick(one.conflict.title.zh, one.conflict.title.en),
                one.alternative.title[words.lang],
                words.text("yes") if one.adopted else "",
                one.alternative.basis.document,
                words.term("status", one.alternative.basis.status),
                one.effect,
                one.conflict.reason[words.lang] if one.adopted else "",
            ]


__all__ = [
    "bridge_rows",
    "bridges",
    "conflict_rows",
    "conflicts",
    "grouped_conflicts",
    "step_reason",
    "step_source",
    "titles",
]

"""Appendices that several documents have (附录): uncertainty, quality, bridges, manifest."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator

from tongjian.reports._lists import manifest_facts, problem_summary
from tongjian.reports._numbers import NOTHING, reported
from tongjian.reports._side_by_side import grouped_conflicts, step_reason, step_source, titles
from tongjian.reports._words import chemical
from tongjian.reports.documents._emissions import percent
from tongjian.reports.documents._factor_tables import confirmations
from tongjian.reports.documents._model import (
    Block,
    Bullets,
    Column,
    Form,
    Heading,
    Paragraph,
    Row,
    Table,
    amount,
    count,
    figure,
    row,
)
from tongjian.reports.documents._teller import Teller

_CO2E = "tCO2e"
_SHOWN = 30


def uncertainty(teller: Teller) -> Iterator[Block]:
    """How sure the total is and what drives it."""
    found, text, said, words = (
        teller.material.papers.uncertainty, teller.text, teller.said, teller.words,
    )  # fmt: skip
    yield Heading(1, text("uncertainty"), appendix=True)
    if not found:
        yield Paragraph(text("no_uncertainty"), "note")
        return
    rule, unit = teller.material.rounding, str(found.get("unit", _CO2E))
    yield Paragraph(
        text(
            "uncertainty_said",
            method=said(found.get("method")),
            value=reported(float(found["value"]), unit, rule),
            unit=words.unit(unit),
            percent=f"{float(found['percent']):.2f}",
            low=reported(float(found["low"]), unit, rule),
            high=reported(float(found["high"]), unit, rule),
        )
    )
    drivers = list(found.get("drivers", ()))
    if drivers:
        columns = (
            Column(text("driver")),
            Column(text("half_width"), "%", align="right"),
            Column(text("share_of_variance"), "%", align="right"),
            Column(text("source")),
        )
        lines = tuple(
            row(
                said(one["name"]),
                figure(one.get("percent"), 4),
                percent(one.get("share")),
                said(one.get("source")) or NOTHING,
            )
            for one in drivers
        )
        title = text("drivers_table")
        yield Table(title, columns, lines, text("sheet_uncertainty"), appendix=True)
    still_open = [said(one) for one in found.get("open", ())]
    if still_open:
        yield Paragraph(text("not_quantified", count=len(still_open)))
        yield Bullets(tuple(still_open[:_SHOWN]))


def quality(teller: Teller) -> Iterator[Block]:
    """What is wrong or doubtful with the data."""
    material, words, text = teller.material, teller.words, teller.text
    yield Heading(1, text("data_quality"), appendix=True)
    yield Paragraph(problem_summary(material.problems, words))
    if material.problems:
        counts = Counter((one.code, one.severity, one.text(words.lang)) for one in
                         material.problems)  # fmt: skip
        kinds: dict[tuple[str, str], list[str]] = {}
        for code, severity, said in counts:
            kinds.setdefault((code, severity), []).append(said)
        lines = [
            row(
                words.term("problem", code),
                words.term("severity", severity),
                count(sum(number for (name, _, _), number in counts.items() if name == code)),
                chemical(said[0].split("\n")[0]),
            )
            for (code, severity), said in list(kinds.items())[:_SHOWN]
        ]
        columns = (
            Column(text("problem_code")),
            Column(text("severity"), align="center"),
            Column(text("count"), align="right"),
            Column(text("first_message")),
        )
        title = text("problems_table")
        notes = (text("problems_lead"),)
        yield Table(title, columns, tuple(lines), text("sheet_problems"), notes, appendix=True)
    findings = [teller.said(one) for one in material.papers.plan.get("findings", ())]
    if findings:
        yield Paragraph(text("plan_findings"))
        yield Bullets(tuple(findings))


def conflicts(teller: Teller) -> Iterator[Block]:
    """Contradictions between sources that move the total."""
    material, words, text = teller.material, teller.words, teller.text
    if not material.conflicts:
        return
    yield Heading(1, text("conflicts"), appendix=True)
    yield Paragraph(text("conflicts_lead"))
    lines: list[Row] = []
    for group in grouped_conflicts(material.conflicts):
        conflict = group[0].conflict
        said = text("conflict_reason", reason=chemical(conflict.reason[words.lang]))
        title = words.pick(conflict.title.zh, conflict.title.en)
        lines.append(row(f"{title}\n{said}", kind="group"))
        for one in group:
            name = chemical(one.alternative.title[words.lang])
            lines.append(
                row(
                    text("in_use", name=name) if one.adopted else name,
                    one.alternative.basis.document,
                    words.term("status", one.alternative.basis.status),
                    amount(one.effect, _CO2E, material.rounding),
                )
            )
    columns = (
        Column(text("alternative")),
        Column(text("source")),
        Column(text("status"), align="center"),
        Column(text("change_of_total"), words.unit(_CO2E), align="right"),
    )
    title = text("conflicts_table")
    yield Table(title, columns, tuple(lines), text("sheet_conflicts"), appendix=True)


def bridges(teller: Teller) -> Iterator[Block]:
    """Why the totals of two rule sets differ."""
    material, words, text = teller.material, teller.words, teller.text
    if not material.bridges:
        return
    yield Heading(1, text("side_by_side"), appendix=True)
    yield Paragraph(text("bridge_lead"))
    names, rule = titles(material.run, words), material.rounding
    for one in material.bridges:
        left, right = (names.get(name, name) for name in (one.left, one.right))
        title = text("bridge_title", left=left, right=right, year=one.year)
        lines = [row(text("total_of", name=left), "", amount(one.left_total, _CO2E, rule))]
        lines += [
            row(
                chemical(step_reason(step, words, names)),
                step_source(step, words),
                amount(step.effect, _CO2E, rule),
            )
            for step in one.steps
        ]
        last = amount(one.right_total, _CO2E, rule)
        lines.append(row(text("total_of", name=right), "", last, kind="total"))
        columns = (
            Column(text("step")),
            Column(text("category")),
            Column(text("difference"), words.unit(_CO2E), align="right"),
        )
        yield Table(title, columns, tuple(lines), text("sheet_side_by_side"), appendix=True)


def manifest(teller: Teller) -> Iterator[Block]:
    """What the run rests on, so that anyone may compute it again; confirmations."""
    yield Heading(1, teller.text("manifest"), appendix=True)
    yield from manifest_form(teller)
    yield from versions(teller)
    yield from confirmations(teller)


def manifest_form(teller: Teller, *, appendix: bool = True) -> Iterator[Block]:
    """The digests of rules, records and result."""
    material, text = teller.material, teller.text
    version = material.papers.version
    yield Paragraph(text("manifest_lead"))
    fields = [*manifest_facts(material.run, teller.words), (text("ruleset"), material.ruleset)]
    if version.get("root"):
        fields.append((text("evidence_root"), teller.said(version["root"])))
    yield Form(text("manifest"), tuple(fields), text("sheet_manifest"), appendix=appendix)


def versions(teller: Teller) -> Iterator[Block]:
    """Why a version replaces another and what moved the total."""
    version, text, said = teller.material.papers.version, teller.text, teller.said
    if not version:
        return
    yield Heading(2, text("version_chapter"))
    yield Paragraph(
        text(
            "version_said",
            label=said(version.get("label")),
            previous=said(version.get("previous")) or NOTHING,
            reason=said(version.get("reason")) or NOTHING,
        )
    )
    changes = list(version.get("changes", ()))
    if changes:
        columns = (
            Column(text("what_changed")),
            Column(text("before")),
            Column(text("after")),
            Column(text("change_of_total"), teller.words.unit(_CO2E), align="right"),
        )
        rule = teller.material.rounding
        lines = tuple(
            row(
                said(one.get("what")),
                said(one.get("before")) or NOTHING,
                said(one.get("after")) or NOTHING,
                amount(one.get("effect"), _CO2E, rule),
            )
            for one in changes
        )
        yield Table(text("changes_table"), columns, lines, text("sheet_changes"), appendix=True)


__all__ = [
    "bridges",
    "conflicts",
    "manifest",
    "manifest_form",
    "quality",
    "uncertainty",
    "versions",
]

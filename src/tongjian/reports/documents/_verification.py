"""The verification report with its statement (核查报告及核查结论), as the evidence log has it.

The statement comes first, then what was done, what was found and on what the opinion rests; what
was sampled and asked stands in the annexes. Nothing is judged here.
"""

from __future__ import annotations

from collections.abc import Iterator

from tongjian.evidence import china_time
from tongjian.reports._numbers import NOTHING, reported
from tongjian.reports._words import Words
from tongjian.reports.documents import _appendices as annex
from tongjian.reports.documents._basics import boundary_said, identity
from tongjian.reports.documents._material import Material
from tongjian.reports.documents._model import (
    Block,
    Bullets,
    Cell,
    Column,
    Contents,
    Document,
    Form,
    Heading,
    PageBreak,
    Paragraph,
    Signatures,
    Table,
    amount,
    count,
    row,
)
from tongjian.reports.documents._teller import Teller
from tongjian.reports.documents._verification_lists import (
    answers_summary,
    check_list,
    findings_table,
    outcomes_summary,
    recomputation,
    sampled_data,
    strata,
)
from tongjian.reports.documents._verified import Verified

_SIGN = ("sign_leader", "sign_member", "sign_reviewer", "sign_body")


def verification_report(material: Material, words: Words) -> Document:
    """The report of a verification; `material.papers.verified` has to be there."""
    teller, found = Teller(material, words), material.papers.verified
    assert found is not None
    fields = (
        (words.text("verified_by_rules"), teller.ruleset_title(material.ruleset)),
        (words.text("verification_body"), words.text("to_be_filled_in")),
    )
    blocks = _blocks(teller, found)
    return teller.document("verification", blocks, *fields, entity="verified_entity")


def _blocks(teller: Teller, found: Verified) -> Iterator[Block]:
    text = teller.text
    yield Heading(1, text("statement_title"), plain=True)
    yield from statement(teller, found)
    yield PageBreak()
    yield Contents(text("contents"))
    yield PageBreak()
    yield Heading(1, text("verification_outline"))
    yield from outline(teller, found)
    yield Heading(1, text("verification_work"))
    yield from work(teller, found)
    yield Heading(1, text("verification_findings"))
    yield from results(teller, found)
    yield PageBreak(landscape=True)
    yield Heading(1, text("sample_annex"), appendix=True)
    yield from sampled_data(teller, found)
    yield Heading(1, text("list_annex"), appendix=True)
    yield from check_list(teller, found)
    yield PageBreak()
    yield from annex.manifest(teller)
    yield Paragraph(text("end_of_verification"), "note")


def statement(teller: Teller, found: Verified) -> Iterator[Block]:
    """The statement: what was verified, how exactly, and the opinion, to be signed."""
    text, words, opinion = teller.text, teller.words, found.opinion
    if opinion is None:
        yield Paragraph(text("no_opinion_yet"), "warning")
        yield from _against(teller, found)
    yield _terms(teller, found)
    if opinion is not None:
        yield Paragraph(words.pick(opinion.text.zh, opinion.text.en))
        if opinion.reasons:
            yield Paragraph(text("opinion_reasons", reasons=opinion.reasons))
        if opinion.limitation:
            yield Paragraph(text("opinion_limitation", limitation=opinion.limitation))
        said = text(
            "opinion_entry",
            number=opinion.entry.number,
            by=opinion.entry.by,
            time=china_time(opinion.entry.time, seconds=False),
            hash=opinion.entry.hash[:16],
        )
        yield Paragraph(said, "note")
    yield Signatures(tuple(text(one) for one in _SIGN))


def _against(teller: Teller, found: Verified) -> Iterator[Block]:
    """What stands against each opinion while none was given."""
    text, words = teller.text, teller.words
    possible = [
        words.pick(found.settings.opinions[one].title.zh, found.settings.opinions[one].title.en)
        for one in found.assessment.possible
    ]
    if possible:
        yield Paragraph(text("opinions_possible", names=words.listed(possible)))
    first = next(iter(found.settings.opinions))
    problems = found.assessment.against(first)
    if problems:
        title = found.settings.opinions[first].title
        yield Paragraph(text("stands_against", name=words.pick(title.zh, title.en)))
        yield Bullets(tuple(one.message(words.lang) for one in problems))


def _terms(teller: Teller, found: Verified) -> Form:
    """Who was verified by which criteria and how exactly, the total and the opinion."""
    text, words, material = teller.text, teller.words, teller.material
    ground, off, level = found.assessment.ground, found.assessment.misstatements, found.engagement
    rule, opinion = material.rounding, found.opinion
    unit = words.unit(ground.unit)
    agreed = level.materiality
    source, status = agreed.source, agreed.status
    if opinion is not None:
        source, status = (
            str(opinion.entry.content["materiality"][one]) for one in ("source", "status")
        )
    table = material.run.rulebook.table(found.settings.materiality_table)
    source = words.source(source, source if table is None else table.basis.document)
    said = found.settings.assurance[ground.assurance]
    fields: list[tuple[str, Cell]] = [
        (text("verified_entity"), teller.name),
        (text("report_year"), text("year_column", year=material.year)),
        (text("verified_version"), _version(teller, found)),
        (text("verification_criteria"), _criteria(teller)),
        (text("assurance"), words.pick(said.zh, said.en)),
        (
            text("materiality"),
            text(
                "materiality_said",
                percent=f"{ground.share:.2%}",
                amount=reported(ground.threshold, ground.unit, rule),
                unit=unit,
                source=source,
                status=teller.inline("status", status),
            ),
        ),
        (text("total_verified"), f"{reported(ground.total, ground.unit, rule)} {unit}"),
        (
            text("misstatement_left"),
            text(
                "misstatement_said",
                net=reported(off.net, ground.unit, rule),
                largest=reported(off.largest, ground.unit, rule),
                unit=unit,
            ),
        ),
        (
            text("opinion"),
            text("opinion_open")
            if opinion is None
            else words.pick(opinion.title.zh, opinion.title.en),
        ),
    ]
    return Form(text("statement_form"), tuple(fields), text("sheet_statement"))


def _version(teller: Teller, found: Verified) -> str:
    version = found.opinion.version if found.opinion is not None else ""
    return f"V{version.rpartition('/')[2]}" if version else teller.text("version_draft")


def _criteria(teller: Teller) -> str:
    doc = teller.material.doc
    clause = teller.words.clause(doc.basis.clause)
    return f"{teller.ruleset_title(doc.id)}\n{doc.basis.document} {clause}".strip()


def outline(teller: Teller, found: Verified) -> Iterator[Block]:
    """Who was verified, within which boundary, and the way of the report through the flow."""
    text, words = teller.text, teller.words
    yield Paragraph(text("verification_aim", name=teller.name, year=teller.material.year))
    yield Paragraph(boundary_said(teller))
    yield identity(teller)
    yield Heading(2, text("flow_chapter"))
    logged = teller.material.papers.logged
    steps = () if logged is None else logged.history.steps
    if not steps:
        yield Paragraph(text("no_flow"), "note")
        return
    assert logged is not None
    flow = logged.history.flow
    lines = tuple(
        row(
            count(one.entry.number),
            china_time(one.entry.time, seconds=False),
            one.entry.by,
            words.pick(flow.roles[one.role].title.zh, flow.roles[one.role].title.en)
            if one.role in flow.roles
            else NOTHING,
            words.pick(one.transition.title.zh, one.transition.title.en),
            words.pick(flow.states[one.to].title.zh, flow.states[one.to].title.en),
            one.reason or NOTHING,
        )
        for one in steps
    )
    columns = (
        Column(text("entry_number"), align="right"),
        Column(text("entry_time"), align="center"),
        Column(text("entry_by")),
        Column(text("role")),
        Column(text("transition")),
        Column(text("state")),
        Column(text("reason")),
    )
    yield Table(text("flow_table"), columns, lines, text("sheet_flow"), (text("china_clock"),))


def work(teller: Teller, found: Verified) -> Iterator[Block]:
    """Sample, check list and re-computation, each with what came of it."""
    text = teller.text
    yield Heading(2, text("sampling"))
    yield from strata(teller, found)
    yield from outcomes_summary(teller, found)
    yield Heading(2, text("check_list"))
    yield from answers_summary(teller, found)
    yield Heading(2, text("recomputation"))
    yield from recomputation(teller, found)


def results(teller: Teller, found: Verified) -> Iterator[Block]:
    """The findings as they stand, the misstatements, and whether the opinion still holds."""
    text, words, rule = teller.text, teller.words, teller.material.rounding
    yield Heading(2, text("findings"))
    yield from findings_table(teller, found)
    yield Heading(2, text("misstatements"))
    off, unit = found.assessment.misstatements, found.assessment.ground.unit
    key = "misstatements_material" if off.material else "misstatements_small"
    yield Paragraph(
        text(
            "misstatements_said",
            count=len(off.listed),
            net=reported(off.net, unit, rule),
            gross=reported(off.gross, unit, rule),
            largest=reported(off.largest, unit, rule),
            threshold=reported(off.threshold, unit, rule),
            unit=words.unit(unit),
        )
        + text(key)
    )
    if off.unknown:
        yield Paragraph(text("effect_unknown", ids=words.listed(list(off.unknown))), "warning")
    if off.listed:
        yield _misstatements(teller, found)
    yield Heading(2, text("looked_again"))
    if found.opinion is None:
        yield Paragraph(text("no_opinion_yet"), "note")
    elif found.later:
        yield Paragraph(text("opinion_off"), "warning")
        yield Bullets(tuple(one.message(words.lang) for one in found.later))
    else:
        yield Paragraph(text("opinion_holds"))


def _misstatements(teller: Teller, found: Verified) -> Table:
    text, words, rule = teller.text, teller.words, teller.material.rounding
    off, unit = found.assessment.misstatements, found.assessment.ground.unit
    lines = [
        row(one.id.removeprefix("finding:"), one.text, amount(one.misstatement, unit, rule))
        for one in off.listed
    ]
    lines.append(row(text("net_sum"), "", amount(off.net, unit, rule), kind="total"))
    columns = (
        Column(text("finding_id")),
        Column(text("finding_text")),
        Column(text("misstatement"), words.unit(unit), align="right"),
    )
    title = text("misstatements_table")
    return Table(title, columns, tuple(lines), text("sheet_misstatements"))


__all__ = ["statement", "verification_report"]

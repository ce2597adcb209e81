"""What a verifier has drawn, asked, computed again and found (核查明细), as tables."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator

from tongjian.evidence import china_time
from tongjian.reports._numbers import NOTHING, grouped
from tongjian.reports._words import chemical
from tongjian.reports.documents._model import (
    Block,
    Cell,
    Column,
    Form,
    Paragraph,
    Row,
    Table,
    amount,
    count,
    row,
)
from tongjian.reports.documents._teller import Teller
from tongjian.reports.documents._verified import Verified
from tongjian.verification import CheckItem

_OUTCOMES = ("agrees", "differs", "no_evidence")
_ANSWERS = ("yes", "no", "not_applicable")


# -- the sample ----------------------------------------------------------------------------------


def strata(teller: Teller, found: Verified) -> Iterator[Block]:
    """How the sample was drawn: strata, their sizes, the seed by which it can be drawn again."""
    text, sample = teller.text, found.assessment.sample
    if sample is None:
        yield Paragraph(text("no_sample"), "warning")
        return
    said = sample.entry.content
    yield Paragraph(
        text(
            "sample_said",
            number=sample.entry.number,
            count=len(sample.ids),
            covered=f"{float(said['covered']):.1%}",
            seed=str(said["seed"])[:16],
        )
    )
    lines = [
        row(
            _stratum(teller, str(one["id"])),
            *(count(int(one[name])) for name in ("population", "material", "high_risk", "drawn")),
        )
        for one in said["strata"]
    ]
    sums = [sum(int(one[name]) for one in said["strata"]) for name in
            ("population", "material", "high_risk", "drawn")]  # fmt: skip
    lines.append(row(text("total"), *(count(one) for one in sums), kind="total"))
    columns = (
        Column(text("stratum")),
        Column(text("population"), align="right"),
        Column(text("reason_material"), group=text("taken"), align="right"),
        Column(text("reason_high_risk"), group=text("taken"), align="right"),
        Column(text("reason_drawn"), group=text("taken"), align="right"),
    )
    notes = (text("strata_note"),)
    yield Table(text("strata_table"), columns, tuple(lines), text("sheet_strata"), notes)


def _stratum(teller: Teller, name: str) -> str:
    """A stratum by its parts: class of stream, kind of item, tier, state of the meter."""
    words, said = teller.words, []
    for part in name.split("/"):
        named = (words.term(key, part) for key in ("class", "tier", "meter_state"))
        said.append(next((one for one in named if one != part), part))
    return " · ".join(said)


def outcomes_summary(teller: Teller, found: Verified) -> Iterator[Block]:
    """How many of the sampled data agreed with their evidence."""
    text, sample = teller.text, found.assessment.sample
    if sample is None:
        return
    outcomes = Counter(
        str(sample.checked[name]["outcome"]) for name in sample.ids if name in sample.checked
    )
    lines = [row(text(f"outcome_{one}"), count(outcomes[one])) for one in _OUTCOMES]
    lines.append(row(text("not_looked_at"), count(len(sample.left))))
    lines.append(row(text("total"), count(len(sample.ids)), kind="total"))
    columns = (Column(text("outcome")), Column(text("data"), align="right"))
    yield Table(text("outcomes_table"), columns, tuple(lines), text("sheet_outcomes"))


def sampled_data(teller: Teller, found: Verified) -> Iterator[Block]:
    """Every sampled datum with its evidence and what was found of it."""
    text, words, sample = teller.text, teller.words, found.assessment.sample
    if sample is None:
        yield Paragraph(text("no_sample"), "note")
        return
    yield Paragraph(text("sampled_lead"))
    lines = []
    for one in sample.entry.content["sampled"]:
        said = sample.checked.get(str(one["id"]), {})
        outcome = text(f"outcome_{said['outcome']}") if said else text("not_looked_at")
        lines.append(
            row(
                str(one["period"]),
                teller.unit_name(str(one["process_unit"] or "")),
                words.key("stream", str(one["stream"])),
                words.item(str(one["stream"]), str(one["item"])),
                _entered(teller, str(one["entered"])),
                words.key("tier", str(one["tier"])) or NOTHING,
                text(f"reason_{one['reason']}"),
                str(one["evidence"] or "") or text("no_evidence"),
                outcome,
                " ".join(filter(None, [str(said.get("by", "")), str(said.get("note", ""))])),
                kind="" if said and said["outcome"] == "agrees" else "doubtful",
            )
        )
    columns = (
        Column(text("period")),
        Column(text("process_unit")),
        Column(text("stream_of_record")),
        Column(text("item_of_record")),
        Column(text("as_entered"), align="right"),
        Column(text("tier_of_data"), align="center"),
        Column(text("why_taken"), align="center"),
        Column(text("evidence")),
        Column(text("outcome"), align="center"),
        Column(text("verifier_note")),
    )
    title, notes = text("sampled_table"), (text("sampled_note"),)
    yield Table(title, columns, tuple(lines), text("sheet_sample"), notes, appendix=True)


def _entered(teller: Teller, text: str) -> str:
    """An amount as it was entered, its unit as it is set in print."""
    number, _, unit = text.partition(" ")
    return f"{number} {teller.words.unit(unit)}" if unit not in ("", "1") else number


# -- the check list ------------------------------------------------------------------------------


def answers_summary(teller: Teller, found: Verified) -> Iterator[Block]:
    """The answers by group of questions."""
    text, state = teller.text, found.assessment.checklist
    groups = list(dict.fromkeys(one.group for one in found.items))
    lines = []
    for group in groups:
        ids = [one.id for one in found.items if one.group == group]
        said = Counter(str(state.answers[one]["answer"]) for one in ids if one in state.answers)
        lines.append(
            row(
                text(f"check_{group}"),
                count(len(ids)),
                *(count(said[one]) for one in _ANSWERS),
                count(len(ids) - sum(said.values())),
            )
        )
    asked = [one.id for one in found.items]
    said = Counter(str(state.answers[one]["answer"]) for one in asked if one in state.answers)
    lines.append(
        row(
            text("total"),
            count(len(asked)),
            *(count(said[one]) for one in _ANSWERS),
            count(len(asked) - sum(said.values())),
            kind="total",
        )
    )
    columns = (
        Column(text("check_group")),
        Column(text("questions"), align="right"),
        *(Column(text(f"answer_{one}"), align="right") for one in _ANSWERS),
        Column(text("unanswered"), align="right"),
    )
    yield Table(text("answers_table"), columns, tuple(lines), text("sheet_answers"))


def check_list(teller: Teller, found: Verified) -> Iterator[Block]:
    """Every question with its basis and answer."""
    text, words, state = teller.text, teller.words, found.assessment.checklist
    lines: list[Row] = []
    for group in dict.fromkeys(one.group for one in found.items):
        lines.append(row(text(f"check_{group}"), kind="group"))
        for one in (one for one in found.items if one.group == group):
            said = state.answers.get(one.id, {})
            document = words.source(one.document, _printed(teller, one))
            basis = f"{document} {words.clause(one.clause)}".strip()
            answer = text(f"answer_{said['answer']}") if said else text("unanswered")
            lines.append(
                row(
                    chemical(one.question[words.lang]),
                    basis or NOTHING,
                    words.term("status", one.status) if one.status else NOTHING,
                    answer,
                    str(said.get("by", "")) or NOTHING,
                    str(said.get("note", "")) or NOTHING,
                    kind="" if said and said["answer"] != "no" else "doubtful",
                )
            )
    columns = (
        Column(text("question")),
        Column(text("basis")),
        Column(text("status"), align="center"),
        Column(text("answer"), align="center"),
        Column(text("entry_by")),
        Column(text("verifier_note")),
    )
    title = text("list_table")
    yield Table(title, columns, tuple(lines), text("sheet_list"), appendix=True)


def _printed(teller: Teller, item: CheckItem) -> str:
    """The document of the table that a question is about, where it is about one."""
    table = teller.material.run.rulebook.table(item.detail.partition(":")[0])
    return item.document if table is None else table.basis.document


# -- computed again ------------------------------------------------------------------------------


def recomputation(teller: Teller, found: Verified) -> Iterator[Block]:
    """The engines that computed again, and how far exact decimals are from the total."""
    text, entry = teller.text, found.assessment.recomputed
    if entry is None:
        yield Paragraph(text("no_recomputation"), "warning")
        return
    said, words = entry.content, teller.words
    engines = words.listed([words.term("engine", str(one)) for one in said["engines"]])
    yield Paragraph(text("recomputed_same" if said["same"] else "recomputed_otherwise"),
                    "body" if said["same"] else "warning")  # fmt: skip
    fields: list[tuple[str, Cell]] = [
        (text("engines"), engines),
        (text("cells_compared"), count(int(said["cells"]))),
        (text("cells_different"), count(len(said["differences"]))),
        (text("total_reported"), _exact(str(said["reported"]), str(said["unit"]), teller)),
        (text("total_exact"), _exact(str(said["exact"]), str(said["unit"]), teller)),
        (text("total_off"), f"{said['off']} {words.unit(str(said['unit']))}"),
        (text("result_digest"), str(said["digest"])),
        (
            text("entry_of_log"),
            f"{entry.number} · {entry.by} · {china_time(entry.time, seconds=False)}",
        ),
    ]
    yield Form(text("recomputation_form"), tuple(fields), text("sheet_recomputation"))


def _exact(number: str, unit: str, teller: Teller) -> str:
    whole, point, rest = number.partition(".")
    return f"{grouped(int(whole))}{point}{rest[:12]} {teller.words.unit(unit)}"


# -- findings ------------------------------------------------------------------------------------


def findings_table(teller: Teller, found: Verified) -> Iterator[Block]:
    """Each finding with its effect, the answer and how it was closed."""
    text, words, rule = teller.text, teller.words, teller.material.rounding
    findings, settings = found.assessment.findings, found.settings
    unit = found.assessment.ground.unit
    if not findings:
        yield Paragraph(text("no_findings"))
        return
    lines = []
    for one in findings:
        kind = settings.findings.get(one.kind)
        state = text(f"finding_{one.state}")
        if one.outcome in settings.outcomes:
            ended = settings.outcomes[one.outcome]
            state = f"{state}（{ended.zh}）" if words.lang == "zh" else f"{state} ({ended.en})"
        about, _, name = one.about.partition(":")
        lines.append(
            row(
                one.id.removeprefix("finding:").rpartition("/")[2],
                one.kind if kind is None else words.pick(kind.title.zh, kind.title.en),
                f"{one.text}\n{text(f'about_{about}')}{text('colon')}{name}",
                amount(one.effect, unit, rule),
                one.response or NOTHING,
                state,
                amount(one.remaining, unit, rule) if one.state == "closed" else NOTHING,
                kind="" if one.state == "closed" else "doubtful",
            )
        )
    columns = (
        Column(text("finding_id"), align="center"),
        Column(text("finding_kind"), align="center"),
        Column(text("finding_text")),
        Column(text("finding_effect"), words.unit(unit), align="right"),
        Column(text("response")),
        Column(text("state"), align="center"),
        Column(text("remaining"), words.unit(unit), align="right"),
    )
    notes = (text("findings_note"),)
    yield Table(text("findings_table"), columns, tuple(lines), text("sheet_findings"), notes)


__all__ = [
    "answers_summary",
    "check_list",
    "findings_table",
    "outcomes_summary",
    "recomputation",
    "sampled_data",
    "strata",
]

"""What has to be checked (核查清单), made from the methods of a run and the control plan."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal

from tongjian.engine import factors_used
from tongjian.evidence import Act, Entry, EvidenceLog
from tongjian.problems import Problem, TongjianError
from tongjian.records import TIERS, Catalogue
from tongjian.rules import Words
from tongjian.verification._engagement import Datum, Engagement
from tongjian.verification._enter import enter
from tongjian.verification._plan_view import PlanView
from tongjian.verification._settings import Settings, default_settings
from tongjian.workflow import History

ANSWER = "checklist.answer"
ANSWERS = ("yes", "no", "not_applicable")
_TIERS = {one.code: Words(one.zh, one.en) for one in TIERS}
Group = Literal[
    "boundary", "streams", "input", "formula", "factor", "rounding", "exclusion", "plan"
]


@dataclass(frozen=True, slots=True)
class CheckItem:
    """One question (核查项): what to check, after which clause, against what."""

    id: str
    group: Group
    question: Words
    document: str = ""
    clause: str = ""
    status: str = ""
    detail: str = ""

    def as_dict(self) -> dict[str, Any]:
        """The question as plain data, for JSON and documents."""
        return {
            "id": self.id,
            "group": self.group,
            "zh": self.question.zh,
            "en": self.question.en,
            "document": self.document,
            "clause": self.clause,
            "status": self.status,
            "detail": self.detail,
        }


def checklist(engagement: Engagement, plan: PlanView | None = None) -> list[CheckItem]:
    """The check list of an engagement: everything that its total rests on, each once.

    `plan` is what the control plan says of the records and what is wrong with it (`plan_view`).
    """
    data = engagement.data
    return [
        *_boundary(engagement),
        *_streams(data),
        *_inputs(engagement, data),
        *_formulas(engagement),
        *_factors(engagement),
        *_rounding(engagement),
        *_exclusions(engagement),
        *_plan(engagement, plan),
    ]


def _boundary(engagement: Engagement) -> Iterator[CheckItem]:
    doc = engagement.rules.doc
    owner = engagement.run.facilities.get(engagement.facility, {})
    detail = f"{engagement.facility} {owner.get('name_zh', '')} {owner.get('sector', '')}".strip()
    question = Words(
        f"核算边界与规则集“{doc.title.zh}”一致，没有遗漏或多计的场所、设施与排放源？",
        f"Is the boundary that of '{doc.title.en}', no site or source left out or added?",
    )
    basis = doc.basis
    yield CheckItem(
        *("boundary", "boundary", question, basis.document, basis.clause, basis.status, detail)
    )


def _streams(data: Sequence[Datum]) -> Iterator[CheckItem]:
    listed = sorted({(one.stream_class, one.stream) for one in data})
    for its_class, stream in listed:
        named = _named(stream)
        question = Words(
            f"{named.zh}的进出、库存与计量点齐全，没有另行采购或自产未计？",
            f"Is {named.en} complete: purchases, own production, stocks, meters?",
        )
        items = sorted({one.item for one in data if one.stream == stream})
        detail = f"{its_class}: {', '.join(items)}"
        yield CheckItem(f"streams/{stream}", "streams", question, detail=detail)


def _named(stream: str) -> Words:
    """The name of a stream; its code where the catalogue does not have it."""
    found = Catalogue.load().streams.get(stream)
    return Words(stream, stream) if found is None else Words(found.zh, found.en)


def _key_named(name: str, value: str) -> Words:
    """The name of a key of a table: a stream, a province, a technology; else its code."""
    if name == "stream":
        return _named(value)
    found = next(
        (one for one in Catalogue.load().terms if (one.key, one.code) == (name, value)), None
    )
    return Words(value, value) if found is None else Words(found.zh, found.en)


def _at(unit: str) -> str:
    return f"{unit} " if unit else ""


def _inputs(engagement: Engagement, data: Sequence[Datum]) -> Iterator[CheckItem]:
    sheets = engagement.rules.program.sheets.values()
    titles = {
        (plan.doc.item, plan.doc.unit.text): plan.doc.title
        for sheet in sheets
        for plan in sheet.inputs.values()
    }
    series: dict[tuple[str, ...], list[Datum]] = {}
    for one in data:
        mark = (one.process_unit, one.stream, one.item, one.unit, one.tier)
        series.setdefault(mark, []).append(one)
    for (unit, stream, item, measured_in, tier), members in series.items():
        title = titles.get((item, measured_in), Words(item, item))
        named, quality = _named(stream), _TIERS.get(tier, Words(tier, tier))
        bare = sum(not one.evidence for one in members)
        question = Words(
            f"{_at(unit)}{named.zh}的{title.zh}（{quality.zh}）与原始凭证一致，换算正确？",
            f"Does {title.en} of {_at(unit)}{named.en} ({quality.en}) agree with the originals?",
        )
        effect = sum(one.effect for one in members)
        proved = f"凭证 / evidence: {len(members) - bare}/{len(members)}"
        detail = f"n = {len(members)}; {effect:,.0f} {engagement.unit}; {proved}"
        name = "/".join(["input", unit, stream, item, tier])
        yield CheckItem(name, "input", question, detail=detail)


def _formulas(engagement: Engagement) -> Iterator[CheckItem]:
    for sheet in engagement.rules.program.sheets.values():
        for name, plan in sheet.formulas.items():
            if plan.doc.ledger is None:
                continue
            basis = plan.method.basis
            question = Words(
                f"“{plan.doc.title.zh}”所用的公式适合本企业的工艺与数据？",
                f"Does the formula of '{plan.doc.title.en}' fit the plant's process and data?",
            )
            yield CheckItem(
                f"formula/{sheet.name}.{name}",
                "formula",
                question,
                basis.document,
                plan.doc.clause or basis.clause,
                plan.doc.status,
                plan.doc.expression.text,
            )


def _factors(engagement: Engagement) -> Iterator[CheckItem]:
    for one in factors_used(engagement.run, engagement.facility):
        if engagement.ruleset not in one.rulesets or engagement.year not in one.years:
            continue
        value, table = one.value, one.table
        title = table.columns[value.column].title
        keys = [_key_named(*pair) for pair in zip(table.keys, value.key, strict=True)]
        named = Words(
            " ".join([title.zh, *(key.zh for key in keys)]),
            " ".join([title.en, *(key.en for key in keys)]),
        )
        question = Words(
            f"{named.zh} 取 {value.printed} {value.printed_unit}，与来源文件、年份和地区相符？",
            f"Is {named.en} = {value.printed} {value.printed_unit} as its source has it?",
        )
        since = value.validity.first
        parts = ["factor", table.id, value.column, *value.key, since.isoformat() if since else ""]
        yield CheckItem(
            "/".join(part for part in parts if part),
            "factor",
            question,
            value.source or table.basis.document,
            value.clause or table.basis.clause,
            value.status,
            f"{table.id}: {value.validity}",
        )


def _rounding(engagement: Engagement) -> Iterator[CheckItem]:
    rounding = engagement.rules.doc.rounding
    places = ", ".join(f"{unit}: {count}" for unit, count in sorted(rounding.places.items()))
    question = Words(
        "印刷值按规则修约，且没有以修约后的数再行计算？",
        "Are printed values rounded by the rule, and is nothing computed from rounded figures?",
    )
    yield CheckItem(
        "rounding", "rounding", question, detail=f"{rounding.mode}; {places}".strip("; ")
    )


def _exclusions(engagement: Engagement) -> Iterator[CheckItem]:
    told: dict[str, list[Problem]] = {}
    for problem in engagement.run.problems:
        if problem.values.get("facility") in (None, engagement.facility):
            told.setdefault(problem.code, []).append(problem)
    for code, problems in sorted(told.items()):
        first = problems[0]
        question = Words(
            f"运行提示的 {len(problems)} 处（{first.message('zh')}）不影响总量，或已说明？",
            f"Are {len(problems)} warnings of the run explained: {first.message('en')}?",
        )
        yield CheckItem(f"exclusion/{code}", "exclusion", question, detail=code)
    for line in engagement.run.lines:
        at = (line.facility, line.year, line.ruleset)
        if at == (engagement.facility, engagement.year, engagement.ruleset) and line.missing:
            question = Words(
                f"台账“{line.column}”未计入的 {line.missing} 行确实不应计入？",
                f"Is it right that {line.missing} rows of '{line.column}' are left out?",
            )
            yield CheckItem(f"exclusion/{line.sheet}.{line.column}", "exclusion", question)


def _plan(engagement: Engagement, plan: PlanView | None) -> Iterator[CheckItem]:
    if plan is None or not plan.history.revisions:
        question = Words(
            "企业没有登记数据质量控制计划：各参数的获取方式有其他书面依据？",
            "No control plan is entered: is there another document on how data are obtained?",
        )
        yield CheckItem("plan", "plan", question, detail=engagement.facility)
        return
    numbers = ", ".join(str(one.plan.revision) for one in plan.history.revisions)
    question = Words(
        "控制计划与实际的边界、计量、检测和职责一致，修订及时登记？",
        "Does the control plan agree with boundary, meters, tests and duties as they are?",
    )
    yield CheckItem("plan", "plan", question, detail=f"revisions: {numbers}")
    states: dict[str, dict[str, int]] = {}
    for link in plan.links.links:
        for meter in link.meters if link.read else ():
            counts = states.setdefault(meter.meter, {})
            counts[meter.state] = counts.get(meter.state, 0) + 1
    for name, counts in sorted(states.items()):
        told = ", ".join(f"{state}: {count}" for state, count in sorted(counts.items()))
        question = Words(
            f"计量器具 {name} 的检定或校准证书与登记一致，并覆盖全部期间？",
            f"Do the calibration certificates of meter {name} agree and cover every period?",
        )
        yield CheckItem(f"plan/meter/{name}", "plan", question, detail=told)
    seen: dict[str, int] = {}
    for one in plan.findings:
        name = f"plan/{one.kind}/{one.subject}"
        seen[name] = seen.get(name, 0) + 1
        number = f"#{seen[name]}" if seen[name] > 1 else ""
        question = Words(
            f"系统发现：{one.words.message('zh')}——已查明，或已就此提出发现？",
            f"The plan was found wanting: {one.words.message('en')}. Was it looked into?",
        )
        clause = one.clause
        yield CheckItem(
            *(name + number, "plan", question, clause.document, clause.clause, clause.status),
            one.severity,
        )


@dataclass(frozen=True, slots=True)
class ListState:
    """The answers of a check list (清单完成情况): what was asked, and what nobody has answered."""

    asked: int
    answers: Mapping[str, Mapping[str, Any]]
    left: tuple[str, ...]

    @property
    def refused(self) -> tuple[str, ...]:
        """The questions answered with no."""
        return tuple(name for name, one in self.answers.items() if one["answer"] == "no")


def list_state(entries: Iterable[Entry], report: str, wanted: Sequence[str]) -> ListState:
    """How far the questions `wanted` are answered; a later answer replaces an earlier one."""
    answers: dict[str, Mapping[str, Any]] = {}
    for entry in entries:
        if entry.act == ANSWER and entry.subject == report:
            for name in entry.content["items"]:
                answers[str(name)] = {"by": entry.by, "number": entry.number, **entry.content}
    known = {name: answers[name] for name in wanted if name in answers}
    return ListState(len(wanted), known, tuple(name for name in wanted if name not in known))


def answer(
    log: EvidenceLog,
    report: str,
    items: Sequence[CheckItem],
    names: Sequence[str],
    said: str,
    by: str,
    note: str = "",
    files: Sequence[str] = (),
    settings: Settings | None = None,
) -> Entry:
    """Answer questions of the list (填写核查清单); all but ``yes`` needs a note."""

    def build(entries: Sequence[Entry], history: History, role: str) -> Act:
        known = {one.id for one in items}
        problems = [
            Problem("verification.no_question", values={"item": name, "count": len(known)})
            for name in names
            if name not in known
        ]
        if said not in ANSWERS:
            values = {"value": said, "known": ", ".join(ANSWERS)}
            problems.append(Problem("verification.outcome", values=values))
        if said != "yes" and not note.strip():
            values = {"datum": ", ".join(names)}
            problems.append(Problem("verification.no_note", values=values))
        if problems:
            raise TongjianError(problems)
        content = {"items": list(names), "answer": said, "note": note.strip(), "role": role}
        return Act(ANSWER, by, report, content, tuple(files))

    return enter(log, settings or default_settings(), ANSWER, by, report, build)


__all__ = ["ANSWERS", "CheckItem", "ListState", "answer", "checklist", "list_state"]

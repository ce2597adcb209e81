"""``tongjian verification``: sample, check list, re-computation, opinion, where it stands."""

from __future__ import annotations

from collections.abc import Sequence
from fnmatch import fnmatchcase
from pathlib import Path

from tongjian.cli._attached import attach
from tongjian.cli._engagement import Terms, Verified, verified
from tongjian.cli._output import Figure, Output
from tongjian.problems import Problem, TongjianError
from tongjian.reports import Words as PageWords
from tongjian.rules import Words
from tongjian.verification import (
    Assessment,
    Opinion,
    answer,
    check_datum,
    draw_sample,
    enter_recomputation,
    give_opinion,
    recompute,
    sample_of,
)

_REASONS = {
    "material": Words("达到重要性水平", "reaches materiality"),
    "high_risk": Words("高风险", "high risk"),
    "drawn": Words("随机抽取", "drawn"),
}
_OUTCOMES = {
    "agrees": Words("相符", "agrees"),
    "differs": Words("不符", "differs"),
    "no_evidence": Words("无凭证", "no evidence"),
}
_ANSWERS = {
    "yes": Words("是", "yes"),
    "no": Words("否", "no"),
    "not_applicable": Words("不适用", "n/a"),
}
_GROUPS = {
    "boundary": Words("边界", "boundary"),
    "streams": Words("物料", "streams"),
    "input": Words("数据", "data"),
    "formula": Words("公式", "formulas"),
    "factor": Words("因子", "factors"),
    "rounding": Words("修约", "rounding"),
    "exclusion": Words("未计入", "left out"),
    "plan": Words("控制计划", "control plan"),
}


def run_sample(
    out: Output, workspace: Path, report: str, terms: Terms, by: str | None, seed: str
) -> None:
    """Draw the sample and enter it; without `by` print the one that was drawn."""
    its = verified(out, workspace, report, terms)
    if by is not None:
        draw_sample(its.log, its.engagement, by, seed, its.plan.links.links)
    state = sample_of(its.log.entries(), its.subject)
    if state is None:
        raise TongjianError(Problem("verification.no_sample"))
    said = state.entry.content
    checked = {name: dict(one) for name, one in state.checked.items()}
    out.data({"entry": state.entry.number, **said, "checked": checked, "left": list(state.left)})
    zh, lang = out.lang == "zh", out.lang
    rows = [
        [
            one["id"].removeprefix(f"{its.engagement.facility}/"),
            one["entered"],
            Figure(one["effect"]),
            _REASONS[one["reason"]][lang],
            one["risk"],
            one[f"wanted_{lang}"],
            _OUTCOMES[str(checked[one["id"]]["outcome"])][lang] if one["id"] in checked else "—",
        ]
        for one in said["sampled"]
    ]
    headers = (
        ["数据", "录入值", f"影响 {said['unit']}", "抽取原因", "风险", "要看的证据", "核对"]
        if zh
        else ["datum", "as entered", f"effect {said['unit']}", "why", "risk", "evidence", "found"]
    )
    out.table("样本" if zh else "Sample", headers, rows)
    words, level = PageWords.of(out.lang), said["materiality"]
    source = words.clause(str(level["source"]))
    status = words.term("status", str(level["status"]))
    population = sum(one["population"] for one in said["strata"])
    out.say(
        f"{said['ruleset']} 总量 {said['total']:,.2f} {said['unit']}，"
        f"重要性水平 {said['share']:.2%}（{said['threshold']:,.2f}；来源：{source}，"
        f"{status}）；"
        f"{population} 项数据抽取 {len(rows)} 项，覆盖影响的 {said['covered']:.1%}；"
        f"日志第 {state.entry.number} 条，种子 {said['seed'][:16]}。",
        f"{said['ruleset']}: total {said['total']:,.2f} {said['unit']}, materiality "
        f"{said['share']:.2%} ({said['threshold']:,.2f}; {source}, {status}); "
        f"{len(rows)} of {population} data, "
        f"{said['covered']:.1%} of all effects; entry {state.entry.number}, seed "
        f"{said['seed'][:16]}.",
    )


def run_check(
    out: Output,
    workspace: Path,
    report: str,
    data: Sequence[str],
    outcome: str,
    note: str,
    attached: Sequence[Path],
    by: str,
) -> None:
    """Enter what was found of sampled data."""
    its = verified(out, workspace, report)
    state = sample_of(its.log.entries(), its.subject)
    if state is None:
        raise TongjianError(Problem("verification.no_sample"))
    prefix = f"{its.engagement.facility}/"
    chosen, missed = _matching(data, state.ids, prefix)
    if missed:
        raise TongjianError(
            Problem("verification.not_sampled", values={"datum": one, "count": len(state.ids)})
            for one in missed
        )
    files = attach(workspace, attached, by, its.subject)
    entries = [check_datum(its.log, its.subject, name, outcome, by, note, files) for name in chosen]
    out.data([{"datum": one.content["datum"], "entry": one.number} for one in entries])
    state = sample_of(its.log.entries(), its.subject)
    left = 0 if state is None else len(state.left)
    out.say(
        f"已登记 {len(chosen)} 项，还有 {left} 项没有核对。",
        f"{len(chosen)} entered, {left} left to check.",
    )


def run_checklist(out: Output, workspace: Path, report: str, terms: Terms, left_only: bool) -> None:
    """Print the check list with its answers."""
    its = verified(out, workspace, report, terms)
    state = its.assessed().checklist
    listed = [one for one in its.items if not left_only or one.id in state.left]
    out.data(
        [{**one.as_dict(), "answer": state.answers.get(one.id, {}).get("answer")} for one in listed]
    )
    zh, lang = out.lang == "zh", out.lang
    rows = [
        [
            one.id,
            _GROUPS[one.group][lang],
            one.question[lang],
            f"{one.document} {one.clause}".strip(),
            _ANSWERS[str(state.answers[one.id]["answer"])][lang]
            if one.id in state.answers
            else "—",
        ]
        for one in listed
    ]
    headers = (
        ["编号", "类别", "问题", "依据", "回答"]
        if zh
        else ["id", "group", "question", "basis", "answer"]
    )
    out.table("核查清单" if zh else "Check list", headers, rows)
    out.say(
        f"共 {state.asked} 项，还有 {len(state.left)} 项没有回答。",
        f"{state.asked} questions, {len(state.left)} not answered.",
    )


def run_answer(
    out: Output,
    workspace: Path,
    report: str,
    names: Sequence[str],
    said: str,
    note: str,
    attached: Sequence[Path],
    by: str,
) -> None:
    """Answer questions of the check list."""
    its = verified(out, workspace, report)
    known = [one.id for one in its.items]
    chosen, missed = _matching(names, known)
    if missed:
        raise TongjianError(
            Problem("verification.no_question", values={"item": one, "count": len(known)})
            for one in missed
        )
    files = attach(workspace, attached, by, its.subject)
    entry = answer(its.log, its.subject, its.items, chosen, said, by, note, files)
    left = its.assessed().checklist.left
    out.data({"entry": entry.number, "items": chosen, "left": list(left)})
    out.say(
        f"已回答 {len(chosen)} 项，还有 {len(left)} 项。",
        f"{len(chosen)} answered, {len(left)} left.",
    )


def run_recompute(out: Output, workspace: Path, report: str, by: str) -> None:
    """Compute the result again on other engines and enter what came out."""
    its = verified(out, workspace, report)
    found = recompute(its.engagement)
    entry = enter_recomputation(its.log, its.subject, found, by)
    out.data({"entry": entry.number, **found.as_dict()})
    zh = out.lang == "zh"
    rows: list[list[object]] = [
        [name, digest[:16], "✓" if digest == found.digest else "✗"]
        for name, digest in zip(found.engines, found.digests, strict=True)
    ]
    rows.append(["decimal", f"{found.exact:.15g} {found.unit}", f"{float(found.off):+.1e}"])
    headers = ["引擎", "结果", "与报告之差"] if zh else ["engine", "result", "difference"]
    out.table("复算" if zh else "Computed again", headers, rows)
    for one in found.differences:
        where = ", ".join(f"{key}={value}" for key, value in one.key.items())
        text = f"  ✗ {one.ruleset} {one.sheet}.{one.column} ({where}): {one.was} → {one.now}"
        out.say(text, text)
    verdict = ("一致", "the same") if found.same else ("不一致", "not the same")
    out.say(
        f"{found.cells} 个数值逐一比较，结果{verdict[0]}；十进制（40 位）总量与报告相差 "
        f"{float(found.off):+.1e} {found.unit}（日志第 {entry.number} 条）。",
        f"{found.cells} values held against each other: {verdict[1]}; in decimals of 40 digits the "
        f"total is off by {float(found.off):+.1e} {found.unit} (entry {entry.number}).",
    )
    if not found.same:
        raise SystemExit(1)


def run_opinion(
    out: Output,
    workspace: Path,
    report: str,
    opinion: str,
    reasons: str,
    limitation: str,
    attached: Sequence[Path],
    by: str,
) -> None:
    """Give an opinion, or say everything that stands against it."""
    its = verified(out, workspace, report)
    entry = give_opinion(
        its.log,
        its.engagement,
        its.items,
        opinion,
        by,
        reasons=reasons,
        limitation=limitation,
        files=attach(workspace, attached, by, its.subject),
    )
    given = Opinion.of(entry)
    out.data(given.as_dict())
    level = given.ground
    out.say(
        f"{given.title.zh}（{by}，日志第 {entry.number} 条，针对 {given.version}）："
        f"{given.text.zh}",
        f"{given.title.en} ({by}, entry {entry.number}, on {given.version}): {given.text.en}",
    )
    out.say(
        f"总量 {level.total:,.2f} {level.unit}，未更正偏差 "
        f"{entry.content['misstatements']['net']:,.2f}，重要性水平 {level.threshold:,.2f}。",
        f"Total {level.total:,.2f} {level.unit}, uncorrected "
        f"{entry.content['misstatements']['net']:,.2f}, materiality {level.threshold:,.2f}.",
    )


def run_status(out: Output, workspace: Path, report: str, terms: Terms) -> None:
    """Print where verification stands, and which opinions that allows."""
    its = verified(out, workspace, report, terms)
    found = its.assessed()
    out.data({"report": its.subject, **found.as_dict()})
    _print_progress(out, its, found)
    zh, lang = out.lang == "zh", out.lang
    rows = []
    for name, rule in found.settings.opinions.items():
        against = found.against(name)
        told = "\n".join(problem.message(lang) for problem in against)
        rows.append([name, rule.title[lang], not against, told])
    headers = (
        ["意见", "名称", "可出具", "尚缺"] if zh else ["opinion", "name", "allowed", "against it"]
    )
    out.table("可以出具的意见" if zh else "Opinions", headers, rows, keys=1)


def _print_progress(out: Output, its: Verified, found: Assessment) -> None:
    ground, off, sample = found.ground, found.misstatements, found.sample
    out.say(
        f"{its.subject}（{ground.ruleset}）：总量 {ground.total:,.2f} {ground.unit}，重要性水平 "
        f"{ground.share:.2%}（{ground.threshold:,.2f}）。",
        f"{its.subject} ({ground.ruleset}): total {ground.total:,.2f} {ground.unit}, materiality "
        f"{ground.share:.2%} ({ground.threshold:,.2f}).",
    )
    states = {
        state: sum(one.state == state for one in found.findings)
        for state in ("open", "answered", "closed")
    }
    out.say(
        f"  发现：未回复 {states['open']}，已回复 {states['answered']}，已关闭 {states['closed']}；"
        f"未更正偏差净额 {off.net:,.2f}，绝对值合计 {off.gross:,.2f}"
        f"（{'达到' if off.material else '未达到'}重要性水平）",
        f"  Findings: {states['open']} open, {states['answered']} answered, {states['closed']} "
        f"closed; uncorrected {off.net:,.2f} net, {off.gross:,.2f} gross "
        f"({'material' if off.material else 'not material'})",
    )
    if sample is None:
        out.say("  样本：未抽取", "  Sample: none drawn")
    else:
        done = len(sample.ids) - len(sample.left)
        out.say(
            f"  样本：{done}/{len(sample.ids)} 项已核对",
            f"  Sample: {done} of {len(sample.ids)} checked",
        )
    asked, left = found.checklist.asked, len(found.checklist.left)
    out.say(f"  清单：{asked - left}/{asked} 项已回答", f"  Check list: {asked - left} of {asked}")
    same = None if found.recomputed is None else bool(found.recomputed.content["same"])
    words = {None: ("未做", "not done"), True: ("一致", "the same"), False: ("不一致", "differs")}
    out.say(f"  复算：{words[same][0]}", f"  Computed again: {words[same][1]}")


def _matching(
    wanted: Sequence[str], known: Sequence[str], prefix: str = ""
) -> tuple[list[str], list[str]]:
    """Those of `known` that `wanted` name, ``*`` matching several, and what matches none."""
    found: dict[str, None] = {}
    missed = []
    for text in wanted:
        full = [one for one in known if fnmatchcase(one, text) or fnmatchcase(one, prefix + text)]
        found.update(dict.fromkeys(full))
        if not full:
            missed.append(text)
    return list(found), missed

"""``tongjian workflow``: where a report stands, who may take it further, and how it came here."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from tongjian.cli._attached import attach
from tongjian.cli._output import Output
from tongjian.cli._plan_options import facility_of
from tongjian.cli._workspace import open_log, open_store
from tongjian.evidence import china_day
from tongjian.problems import Problem, TongjianError
from tongjian.rules import Words
from tongjian.verification import report_guards
from tongjian.workflow import (
    GRANT,
    GRANTOR,
    History,
    Roles,
    advance,
    audit,
    diagram,
    explain,
    grant,
    history,
    options,
    report_flow,
)

if TYPE_CHECKING:
    from tongjian.evidence import EvidenceLog

_PREFIX = "report:"
_GRANTOR = Words("授权人", "grantor")


def report_named(text: str) -> tuple[str, str, int]:
    """Subject, facility and year of ``F1/2024``, with or without ``report:`` before it."""
    facility, separator, year = text.removeprefix(_PREFIX).rpartition("/")
    if not separator or not facility or not year.isdecimal():
        values = {"option": "REPORT", "value": text, "expected": "FACILITY/YEAR, F1/2024"}
        raise TongjianError(Problem("cli.option", values=values))
    return f"{_PREFIX}{facility}/{year}", facility, int(year)


def run_grant(
    out: Output,
    workspace: Path,
    person: str,
    roles: Sequence[str],
    within: Sequence[str],
    by: str,
) -> None:
    """Give roles, or take them away."""
    open_store(workspace)
    log, flow = open_log(workspace), report_flow()
    grant(log, flow, person, roles, by, _pairs("--within", within))
    _print_roles(out, log)


def run_roles(out: Output, workspace: Path) -> None:
    """Print who has which role."""
    open_store(workspace)
    _print_roles(out, open_log(workspace))


def run_advance(
    out: Output,
    workspace: Path,
    report: str,
    transition: str,
    by: str,
    role: str | None,
    reason: str,
    content: Sequence[str],
    attached: Sequence[Path],
) -> None:
    """Take a transition, or say everything that stands in its way."""
    subject, facility, _ = report_named(report)
    log, flow = open_log(workspace), report_flow()
    facts = _facts(workspace, facility)
    entry = advance(
        log,
        flow,
        subject,
        transition,
        by,
        guards=report_guards(),
        role=role,
        reason=reason,
        content=_pairs("--set", content),
        files=attach(workspace, attached, by, subject),
        facts=facts,
    )
    to = str(entry.content["to"])
    title, what = flow.states[to].title, flow.transitions[transition].title
    out.data(
        {
            "ok": True,
            "subject": subject,
            "transition": transition,
            "state": to,
            "entry": entry.number,
            "role": entry.content["role"],
        }
    )
    out.say(
        f"{subject}：{by}已“{what.zh}”，现为“{title.zh}”（日志第 {entry.number} 条）。",
        f"{subject}: {by} took '{what.en}'; it stands at '{title.en}' (entry {entry.number}).",
    )


def run_status(out: Output, workspace: Path, report: str | None, by: str) -> None:
    """Print where reports stand, or what is open to `by` on one."""
    open_store(workspace)
    log = open_log(workspace)
    if report is None:
        _print_all(out, log)
        return
    subject, facility, _ = report_named(report)
    flow = report_flow()
    told = history(log, flow, subject)
    found = options(log, flow, subject, by, report_guards(), _facts(workspace, facility))
    out.data(
        {
            "subject": subject,
            "state": told.state,
            "facts": told.facts,
            "options": [one.as_dict() for one in found],
        }
    )
    title = flow.states[told.state].title
    out.say(f"{subject}：现为“{title.zh}”。", f"{subject}: it stands at '{title.en}'.")
    zh = out.lang == "zh"
    rows = []
    for one in found:
        roles = "/".join(flow.roles[role].title[out.lang] for role in one.transition.roles)
        against = "；".join if zh else "; ".join
        name, title = one.transition.name, one.transition.title
        blocked = against(problem.message(out.lang) for problem in one.problems)
        rows.append([name, title[out.lang], roles, one.allowed, blocked])
    headers = (
        ["操作", "名称", "角色", f"{by or '…'} 可以", "尚缺"]
        if zh
        else ["step", "name", "roles", f"open to {by or '…'}", "what stands in the way"]
    )
    if rows:
        out.table("可以办理的" if zh else "What can be done", headers, rows, keys=1)


def run_history(out: Output, workspace: Path, report: str) -> None:
    """Print how a report came where it is, with every step looked at again."""
    open_store(workspace)
    subject, _, _ = report_named(report)
    log, flow = open_log(workspace), report_flow()
    told = history(log, flow, subject)
    wrong = audit(log, flow, subject, report_guards())
    out.data(
        {
            "subject": subject,
            "state": told.state,
            "steps": [one.as_dict() for one in told.steps],
            "problems": [one.as_dict() for one in wrong],
        }
    )
    for line in explain(told, out.lang):
        out.say(line, line)
    if wrong:
        out.problems(wrong)
        raise SystemExit(1)
    out.say(
        "复查：每一步在当时都是允许的。", "Looked at again: every step was allowed at its time."
    )


def run_states(out: Output, mermaid: bool) -> None:
    """Print states and transitions of the flow."""
    flow, zh = report_flow(), out.lang == "zh"
    if mermaid and not out.as_json:
        text = diagram(flow, out.lang)
        out.say(text, text)
        return
    out.data(
        {
            "flow": flow.id,
            "states": {
                name: {"zh": one.title.zh, "en": one.title.en, "final": one.final}
                for name, one in flow.states.items()
            },
            "transitions": [
                {
                    "name": one.name,
                    "zh": one.title.zh,
                    "en": one.title.en,
                    "from": list(one.sources),
                    "to": one.to,
                    "roles": list(one.roles),
                    "not_by": list(one.not_by),
                    "guards": list(one.guards),
                    "needs": list(one.needs),
                    "reason": one.reason,
                }
                for one in flow.transitions.values()
            ],
        }
    )
    rows = [
        [
            one.name,
            one.title[out.lang],
            "、".join(flow.states[state].title[out.lang] for state in one.sources),
            flow.states[one.to].title[out.lang] if one.to else "=",
            "、".join(flow.roles[role].title[out.lang] for role in one.roles),
        ]
        for one in flow.transitions.values()
    ]
    headers = (
        ["操作", "名称", "从", "到", "角色"] if zh else ["step", "name", "from", "to", "roles"]
    )
    out.table(flow.title[out.lang], headers, rows, keys=1)


def _print_all(out: Output, log: EvidenceLog) -> None:
    flow, entries = report_flow(), log.entries()
    begun = f"{flow.id}."
    subjects = dict.fromkeys(
        one.subject for one in entries if one.act.removeprefix(begun) in flow.transitions
    )
    told = {subject: History.of(flow, subject, entries) for subject in subjects}
    out.data(
        [
            {"subject": subject, "state": one.state, "steps": len(one.steps)}
            for subject, one in told.items()
        ]
    )
    zh = out.lang == "zh"
    rows = [
        [
            subject.removeprefix(_PREFIX),
            flow.states[one.state].title[out.lang],
            china_day(one.steps[-1].entry.time),
            one.steps[-1].entry.by,
        ]
        for subject, one in told.items()
    ]
    headers = ["报告", "状态", "自", "操作人"] if zh else ["report", "state", "since", "by"]
    if rows:
        out.table("报告" if zh else "Reports", headers, rows, keys=1)
    else:
        out.say(
            "还没有报告。先授权（workflow grant），再建立："
            "tongjian workflow advance 企业/年份 open --by 姓名",
            "There is no report yet. Grant roles (workflow grant), then: "
            "tongjian workflow advance FACILITY/YEAR open --by NAME",
        )


def _print_roles(out: Output, log: EvidenceLog) -> None:
    flow, zh = report_flow(), out.lang == "zh"
    roles = Roles.of(log.entries(GRANT))
    out.data(
        {
            name: {"roles": list(one.roles), "within": dict(one.within)}
            for name, one in roles.grants.items()
        }
    )
    rows = [
        [
            name,
            "、".join(
                _GRANTOR[out.lang] if role == GRANTOR else flow.roles[role].title[out.lang]
                for role in one.roles
            )
            or "—",
            ", ".join(f"{key}={value}" for key, value in one.within.items()) or "—",
        ]
        for name, one in roles.grants.items()
    ]
    headers = ["姓名", "角色", "限于"] if zh else ["name", "roles", "within"]
    out.table("角色" if zh else "Roles", headers, rows)


def _facts(workspace: Path, facility: str) -> dict[str, str]:
    """The attributes of a facility to which roles may be limited."""
    row: Mapping[str, Any] = facility_of(open_store(workspace), facility)
    return {name: str(value) for name, value in row.items() if value not in (None, "")}


def _pairs(option: str, texts: Sequence[str]) -> dict[str, str]:
    found = {}
    for text in texts:
        name, separator, value = text.partition("=")
        if not separator or not name.strip():
            values = {"option": option, "value": text, "expected": "name=value"}
            raise TongjianError(Problem("cli.option", values=values))
        found[name.strip()] = value.strip()
    return found

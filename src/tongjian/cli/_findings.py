"""``tongjian verification finding``: raised, answered, closed, opened again; and the list."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from tongjian.cli._output import Output
from tongjian.cli._plan_options import digests
from tongjian.cli._workflow import report_named
from tongjian.cli._workspace import open_log, open_store
from tongjian.evidence import Entry
from tongjian.rules import Words
from tongjian.verification import (
    close_finding,
    default_settings,
    findings_of,
    raise_finding,
    reopen_finding,
    report_of,
    respond,
)

_STATES = {
    "open": Words("未回复", "open"),
    "answered": Words("已回复", "answered"),
    "closed": Words("已关闭", "closed"),
}


def run_list(out: Output, workspace: Path, report: str) -> None:
    """Print the findings of a report."""
    open_store(workspace)
    subject, _, _ = report_named(report)
    found = findings_of(open_log(workspace).entries(), subject)
    out.data([one.as_dict() for one in found])
    kinds, outcomes = default_settings().findings, default_settings().outcomes
    zh, lang = out.lang == "zh", out.lang
    rows = [
        [
            one.id,
            kinds[one.kind].title[lang] if one.kind in kinds else one.kind,
            one.about,
            one.text,
            one.effect,
            one.response or "—",
            _STATES[one.state][lang]
            + (f"：{outcomes[one.outcome][lang]}" if one.outcome in outcomes else ""),
            one.remaining if one.state == "closed" else None,
        ]
        for one in found
    ]
    headers = (
        ["编号", "类型", "针对", "内容", "影响 tCO2e", "回复", "状态", "未更正"]
        if zh
        else ["id", "kind", "about", "text", "effect tCO2e", "answer", "state", "left"]
    )
    if rows:
        out.table("核查发现" if zh else "Findings", headers, rows)
    else:
        out.say("没有发现。", "No findings.")


def run_raise(
    out: Output,
    workspace: Path,
    report: str,
    kind: str,
    about: str,
    text: str,
    effect: float | None,
    rests_on: Sequence[str],
    attached: Sequence[Path],
    by: str,
) -> None:
    """Raise a finding."""
    open_store(workspace)
    subject, _, _ = report_named(report)
    log, files = open_log(workspace), digests(attached)
    entry = raise_finding(
        log, subject, kind, about, text, by, effect=effect, rests_on=rests_on, files=files
    )
    _told(out, entry, Words("已提出", "raised"))


def run_respond(
    out: Output, workspace: Path, finding: str, text: str, attached: Sequence[Path], by: str
) -> None:
    """Answer a finding."""
    open_store(workspace)
    entry = respond(open_log(workspace), _named(finding), text, by, digests(attached))
    _told(out, entry, Words("已回复", "answered"))


def run_close(
    out: Output,
    workspace: Path,
    finding: str,
    outcome: str,
    note: str,
    remaining: float,
    attached: Sequence[Path],
    by: str,
) -> None:
    """Close a finding."""
    open_store(workspace)
    entry = close_finding(
        open_log(workspace),
        _named(finding),
        outcome,
        by,
        note=note,
        remaining=remaining,
        files=digests(attached),
    )
    _told(out, entry, Words("已关闭", "closed"))


def run_reopen(out: Output, workspace: Path, finding: str, text: str, by: str) -> None:
    """Open a finding again."""
    open_store(workspace)
    entry = reopen_finding(open_log(workspace), _named(finding), text, by)
    _told(out, entry, Words("已重新打开", "opened again"))


def _named(finding: str) -> str:
    """``F1/2024/1`` with or without ``finding:`` before it."""
    return "finding:" + finding.removeprefix("finding:")


def _told(out: Output, entry: Entry, done: Words) -> None:
    report = report_of(entry.subject)
    out.data({"finding": entry.subject, "report": report, "entry": entry.number, **entry.content})
    out.say(
        f"{entry.subject} {done.zh}（日志第 {entry.number} 条）。",
        f"{entry.subject} {done.en} (entry {entry.number}).",
    )

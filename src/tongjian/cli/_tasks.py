"""``tongjian tasks``: tasks of policy documents, their progress and rounds of dispatch (调度)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from pathlib import Path

from tongjian.cli._output import Output
from tongjian.cli._target_words import agencies_text
from tongjian.cli._workspace import open_log, open_rulebook
from tongjian.problems import Problem, TongjianError
from tongjian.rules import Task
from tongjian.targets import Progress, Register, Round

_STATES = {
    "": ("–", "–"),
    "open": ("未启动", "open"),
    "under_way": ("推进中", "under way"),
    "done": ("完成", "done"),
}


def run_list(
    out: Output, workspace: Path, agency: str, round_name: str, rulebook: Path | None
) -> None:
    """List tasks with agencies, deadline and latest progress; of a round, who has not answered."""
    tasks = open_rulebook(rulebook).tasks
    register = Register(open_log(workspace), tasks)
    asked = register.round(round_name) if round_name else None
    chosen = [
        one
        for one in tasks.values()
        if (not agency or agency in one.agencies) and (asked is None or one.id in asked.tasks)
    ]
    latest = {one.task: one for one in register.progress()}
    waiting = register.unanswered(round_name, date.today()) if asked is not None else []
    silent: dict[str, list[str]] = {}
    for gap in waiting:
        if not agency or gap.agency == agency:
            silent.setdefault(gap.task, []).append(gap.agency)
    out.data(
        {
            "round": None if asked is None else {"name": asked.name, "due": asked.due.isoformat()},
            "tasks": [
                _plain(one, latest.get(one.id), silent.get(one.id, []), asked is not None)
                for one in chosen
            ],
        }
    )
    _table(out, chosen, latest, None if asked is None else silent)
    if asked is not None:
        _silent(out, asked, silent)


def _table(
    out: Output,
    tasks: Sequence[Task],
    latest: Mapping[str, Progress],
    silent: Mapping[str, Sequence[str]] | None,
) -> None:
    """One table for each document; a deadline or an answer is a column only where there is one."""
    zh = out.lang == "zh"
    dated = any(task.due is not None for task in tasks)
    headers = ["编号", "任务", "部门", "进展"] if zh else ["id", "task", "agencies", "state"]
    headers += (["期限"] if zh else ["due"]) if dated else []
    headers += (["未反馈"] if zh else ["not answered"]) if silent is not None else []
    groups: dict[str, list[Task]] = {}
    for task in tasks:
        groups.setdefault(task.basis.document, []).append(task)
    for document, group in groups.items():
        rows = []
        for task in group:
            said = latest.get(task.id)
            row = [
                task.id,
                task.title[out.lang],
                agencies_text(task.agencies, out.lang),
                _STATES[said.state if said else ""][0 if zh else 1],
            ]
            row += ["–" if task.due is None else task.due.isoformat()] if dated else []
            row += [agencies_text(silent.get(task.id, []), out.lang)] if silent is not None else []
            rows.append(row)
        title = f"{document}（{len(group)} 项）" if zh else f"{document} ({len(group)})"
        out.table(title, headers, rows, keys=1)
    out.say(
        f"共 {len(tasks)} 项任务；文件没有写期限的，由调度轮次给出（tongjian tasks round）",
        f"{len(tasks)} tasks; where the documents print no deadline, rounds of dispatch set one "
        "(tongjian tasks round)",
    )


def _silent(out: Output, asked: Round, silent: Mapping[str, Sequence[str]]) -> None:
    late = date.today() > asked.due
    count = sum(len(names) for names in silent.values())
    out.say(
        f"轮次“{asked.name}”应于 {asked.due} 前反馈{'，已过期' if late else ''}："
        f"{len(silent)} 项任务、{count} 处部门尚未反馈。{_by_agency(silent, 'zh')}",
        f"Round '{asked.name}', answers due {asked.due}{' (overdue)' if late else ''}: "
        f"{count} answers are missing on {len(silent)} tasks. {_by_agency(silent, 'en')}",
    )


def _by_agency(silent: Mapping[str, Sequence[str]], lang: str) -> str:
    counts: dict[str, int] = {}
    for names in silent.values():
        for name in names:
            counts[name] = counts.get(name, 0) + 1
    ordered = sorted(counts.items(), key=lambda pair: (-pair[1], pair[0]))
    named = [f"{agencies_text([code], lang)} {n}" for code, n in ordered]
    return "、".join(named) if lang == "zh" else ", ".join(named)


def run_round(
    out: Output,
    workspace: Path,
    name: str,
    due: str,
    by: str,
    tasks: Sequence[str],
    rulebook: Path | None,
) -> None:
    """Start a round of dispatch."""
    try:
        day = date.fromisoformat(due)
    except ValueError:
        values = {"option": "--due", "value": due, "expected": "2026-12-31"}
        raise TongjianError(Problem("cli.option", values=values)) from None
    register = Register(open_log(workspace), open_rulebook(rulebook).tasks)
    opened = register.open_round(name, day, by, tasks)
    out.data({"round": name, "due": due, "by": by, "tasks": list(opened.tasks)})
    out.say(
        f"已发起调度“{name}”：{len(opened.tasks)} 项任务，{due} 前反馈",
        f"Round '{name}' started: {len(opened.tasks)} tasks, answers due {due}",
    )


def run_report(
    out: Output,
    workspace: Path,
    task: str,
    agency: str,
    by: str,
    state: str,
    text: str,
    evidence: str,
    round_name: str,
    rulebook: Path | None,
) -> None:
    """Enter progress on a task."""
    register = Register(open_log(workspace), open_rulebook(rulebook).tasks)
    said = register.report(task, agency, by, state, text, evidence, round_name)
    out.data(_entry(said))
    out.say(f"已记入 {task} 的进展", f"Progress on {task} was entered")


def run_log(out: Output, workspace: Path, task: str, rulebook: Path | None) -> None:
    """Every entry of progress, oldest first."""
    found = Register(open_log(workspace), open_rulebook(rulebook).tasks).progress(task)
    out.data([_entry(one) for one in found])
    zh = out.lang == "zh"
    headers = (
        ["时间", "任务", "部门", "状态", "进展", "证明", "轮次"]
        if zh
        else ["when", "task", "agency", "state", "progress", "evidence", "round"]
    )
    rows = [
        [
            one.on,
            one.task,
            agencies_text([one.agency], out.lang),
            _STATES[one.state][0 if zh else 1],
            one.text,
            one.evidence,
            one.round,
        ]
        for one in found
    ]
    out.table("任务进展" if zh else "progress of tasks", headers, rows)


def _entry(one: Progress) -> dict[str, str]:
    return {name: getattr(one, name) for name in Progress.__slots__}


def _plain(
    task: Task, said: Progress | None, silent: Sequence[str], asked: bool
) -> dict[str, object]:
    return {
        "id": task.id,
        "title": {"zh": task.title.zh, "en": task.title.en},
        "document": task.basis.document,
        "clause": task.basis.clause,
        "status": task.basis.status,
        "agencies": list(task.agencies),
        "due": None if task.due is None else task.due.isoformat(),
        "track": None if task.track is None else {"zh": task.track.zh, "en": task.track.en},
        "latest": None if said is None else _entry(said),
        **({"not_answered": list(silent)} if asked else {}),
    }


__all__ = ["run_list", "run_log", "run_report", "run_round"]

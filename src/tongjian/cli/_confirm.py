"""``tongjian confirm``: what is recalled, who may confirm it, and who has."""

from __future__ import annotations

from collections.abc import Sequence
from fnmatch import fnmatchcase
from pathlib import Path

from tongjian.cli._output import Output
from tongjian.cli._workspace import do_run, open_log, open_store
from tongjian.evidence import china_time
from tongjian.problems import Problem, TongjianError
from tongjian.statutory import Authority, Doubt, Statement, statement

Scope = tuple[Path, Sequence[str], Sequence[int], Path | None]
"""Workspace, rule sets, years and rulebook: what is run."""


def run_list(
    out: Output,
    workspace: Path,
    rulesets: Sequence[str],
    years: Sequence[int],
    rulebook: Path | None,
) -> None:
    """Print every recalled part of a run with its confirmation."""
    said = _said(out, (workspace, rulesets, years, rulebook))
    out.data(
        [
            {**one.as_dict(), "confirmed": _mark(said, one, "confirmed") or None}
            for one in said.doubts
        ]
    )
    zh = out.lang == "zh"
    headers = (
        ["编号", "名称", "内容", "依据", "确认"]
        if zh
        else ["id", "name", "content", "source", "confirmed"]
    )
    rows = [
        [
            one.id,
            one.title[out.lang],
            one.content if one.kind == "value" else "…",
            f"{one.document} {one.clause}".strip(),
            _mark(said, one, "▲ " + ("未确认" if zh else "no")),
        ]
        for one in said.doubts
    ]
    if rows:
        out.table("凭记忆录入的内容" if zh else "What is recalled", headers, rows)
    out.say(
        f"共 {len(said.doubts)} 项，未确认 {len(said.open)} 项。",
        f"{len(said.doubts)} in all, {len(said.open)} not confirmed.",
    )


def run_confirm(
    out: Output, scope: Scope, ids: Sequence[str], by: str, reference: str, withdraw: bool
) -> None:
    """Record a confirmation, or its withdrawal, of everything that matches `ids`."""
    said = _said(out, scope)
    # What is confirmed already is not confirmed again; only what is confirmed can be taken back.
    able = [one for one in said.doubts if (one.id in said.confirmed) is withdraw]
    missed = [text for text in ids if not any(fnmatchcase(one.id, text) for one in able)]
    if missed:
        raise TongjianError(
            Problem("statutory.nothing_matches", values={"pattern": text}) for text in missed
        )
    chosen = [one for one in able if any(fnmatchcase(one.id, text) for text in ids)]
    authority = Authority(open_log(scope[0]))
    if withdraw:
        authority.withdraw(chosen, by, reference)
    else:
        authority.confirm(chosen, by, reference)
    out.data([one.as_dict() for one in chosen])
    for one in chosen:
        out.say(f"  {one.id} = {one.content}", f"  {one.id} = {one.content}")
    left = len(said.open) - (0 if withdraw else len(chosen))
    if withdraw:
        out.say(f"已撤回 {len(chosen)} 项。", f"{len(chosen)} withdrawn.")
    else:
        out.say(
            f"已确认 {len(chosen)} 项，还有 {left} 项未确认。",
            f"{len(chosen)} confirmed, {left} left.",
        )


def run_grant(out: Output, workspace: Path, person: str, rights: Sequence[str], by: str) -> None:
    """Give or take rights."""
    open_store(workspace)  # a log outside of a workspace would serve nobody
    authority = Authority(open_log(workspace))
    authority.grant(person, rights, by)
    found = {name: sorted(its) for name, its in authority.rights().items()}
    out.data(found)
    for name, its in found.items():
        listed = ", ".join(its) or "—"
        out.say(f"{name}：{listed}", f"{name}: {listed}")


def run_log(out: Output, workspace: Path) -> None:
    """Print the whole log; a changed line is an error."""
    entries = Authority(open_log(workspace)).entries()
    out.data([one.as_dict() for one in entries])
    zh = out.lang == "zh"
    names = {
        "authority.grant": ("授权", "grant"),
        "authority.confirm": ("确认", "confirm"),
        "authority.withdraw": ("撤回", "withdraw"),
    }
    rows = [
        [
            entry.number,
            china_time(entry.time),
            entry.by,
            names[entry.act][0 if zh else 1],
            said.get("doubt") or f"{said['person']}: {', '.join(said['rights']) or '—'}",
            said.get("reference", ""),
        ]
        for entry in entries
        for said in [entry.content]
    ]
    headers = (
        ["序号", "时间（北京）", "操作人", "操作", "事项", "依据"]
        if zh
        else ["no.", "time (Beijing)", "by", "act", "what", "reference"]
    )
    if rows:
        out.table("授权与确认记录" if zh else "Grants and confirmations", headers, rows)
    else:
        out.say(
            "还没有记录。先授权：tongjian confirm grant 姓名 --right grant --right confirm "
            "--by 姓名",
            "Nothing yet. Begin with: tongjian confirm grant NAME --right grant --right confirm "
            "--by NAME",
        )


def _said(out: Output, scope: Scope) -> Statement:
    workspace, rulesets, years, rulebook = scope
    run = do_run(out, workspace, rulebook, rulesets, years)
    return statement(run, Authority(open_log(workspace)))


def _mark(said: Statement, one: Doubt, missing: str) -> str:
    found = said.confirmed.get(one.id)
    if found is None:
        return "" if missing == "confirmed" else missing
    return f"{found.by} {found.time[:10]}: {found.reference}"

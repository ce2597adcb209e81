"""``tongjian conflicts``: what contradictions between sources mean for a plant."""

from __future__ import annotations

from pathlib import Path

from tongjian.cli._output import Output
from tongjian.cli._workspace import do_run
from tongjian.engine import ConflictEffect, conflict_effects
from tongjian.reports import Words, grouped_conflicts


def run_conflicts(
    out: Output,
    workspace: Path,
    facility: str,
    year: int,
    rulesets: list[str],
    rulebook: Path | None,
) -> None:
    """Print, for each contradiction that moves a total, every alternative with its effect."""
    run = do_run(out, workspace, rulebook, rulesets, [year], [])
    found = conflict_effects(run, facility, year)
    out.data([one.as_dict() for one in found])
    words = Words.of(out.lang)
    zh = out.lang == "zh"
    headers = (
        ["取值", "依据", "状态", "总量变化 tCO2e"]
        if zh
        else ["alternative", "source", "status", "change of the total, tCO2e"]
    )
    groups = grouped_conflicts(found)
    moving = [group for group in groups if any(one.effect != 0 for one in group)]
    for group in moving:
        conflict = group[0].conflict
        rows = [
            [
                _mark(one, zh),
                one.alternative.basis.document,
                words.term("status", one.alternative.basis.status),
                one.effect,
            ]
            for one in group
        ]
        out.table(f"{conflict.title[out.lang]}  {group[0].ruleset}", headers, rows)
        out.say(
            f"在用的理由：{conflict.reason.zh}", f"Why it is the one in use: {conflict.reason.en}"
        )
    still = len(groups) - len(moving)
    out.say(
        f"另有 {still} 处来源冲突与本企业所用规则集有关，但不改变其总量。",
        f"{still} more contradictions touch these rule sets without moving the totals.",
    )


def _mark(one: ConflictEffect, zh: bool) -> str:
    title = one.alternative.title.zh if zh else one.alternative.title.en
    if not one.adopted:
        return title
    return f"{title}（在用）" if zh else f"{title} (in use)"

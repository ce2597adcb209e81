"""``tongjian compare``: one plant and year under two rule sets, with the bridge between."""

from __future__ import annotations

from pathlib import Path

from tongjian.cli._output import Output
from tongjian.cli._workspace import do_run
from tongjian.engine import Bridge, bridge
from tongjian.reports import Words, step_reason, step_source


def run_compare(
    out: Output,
    workspace: Path,
    facility: str,
    year: int,
    rulesets: tuple[str, str],
    binds: list[str],
    rulebook: Path | None,
) -> None:
    """Print both totals source by source, then the reasons for the difference."""
    run = do_run(out, workspace, rulebook, rulesets, [year], binds)
    found = bridge(run, facility, year, *rulesets)
    out.data(found.as_dict())
    words = Words.of(out.lang)
    zh = out.lang == "zh"
    _print_sources(out, found, words, zh)
    rows: list[list[object]] = [[found.left, "", found.left_total]]
    for step in found.steps:
        rows.append([f"  {step_reason(step, words)}", step_source(step, words), step.effect])
    rows.append([found.right, "", found.right_total])
    title = "差异从何而来" if zh else "Where the difference comes from"
    out.table(title, ["原因", "排放源", "tCO2e"] if zh else ["reason", "source", "tCO2e"], rows)


def _print_sources(out: Output, found: Bridge, words: Words, zh: bool) -> None:
    def line(name: str, left: float | None, right: float | None) -> list[object]:
        return [name, left, right, (right or 0.0) - (left or 0.0)]

    rows = [
        line(f"{words.term('category', category)} {substance}", left, right)
        for (category, substance), left, right in found.sources
        if left or right
    ]
    rows.append(line("合计" if zh else "Total", found.left_total, found.right_total))
    headers = ["排放源" if zh else "source", found.left, found.right, "差" if zh else "difference"]
    out.table(f"{found.facility} {found.year}  tCO2e", headers, rows)

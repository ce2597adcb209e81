"""``tongjian runs``: keeping, listing, showing and reproducing runs."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any, cast

from tongjian.cli._output import Output
from tongjian.cli._workspace import do_run, open_store
from tongjian.engine import Backend, from_micro
from tongjian.evidence import china_time, workspace_files
from tongjian.reports import Words
from tongjian.units import parse_unit
from tongjian.versions import KeptRun, RunStore, reproduce

SHORT = 12
"""Characters of an id or digest that are shown."""
_SHOWN_LINES = 20


def open_runs(workspace: Path) -> RunStore:
    """The kept runs of a workspace; raises `TongjianError` where there is none."""
    store = open_store(workspace)
    return RunStore(workspace_files(workspace), store)


def run_keep(
    out: Output,
    workspace: Path,
    by: str,
    what: tuple[Sequence[str], Sequence[int], Sequence[str]],
    backend: str,
    rulebook: Path | None,
    as_of: str | None,
) -> None:
    """Compute, keep and enter a run of rule sets, years and replaced tables."""
    store = open_runs(workspace)
    rulesets, years, binds = what
    run = do_run(out, workspace, rulebook, rulesets, years, binds, backend, as_of)
    kept = store.keep(run, by)
    out.data(kept.as_dict())
    _print_kept(out, kept)
    out.problems(run.problems)


def run_list(out: Output, workspace: Path) -> None:
    """One line for each kept run."""
    found = list(open_runs(workspace).runs().values())
    out.data([one.as_dict() for one in found])
    zh = out.lang == "zh"
    if not found:
        out.say(
            "还没有存档的运行。先用 tongjian runs keep --by 姓名",
            "Nothing is kept yet. Begin with: tongjian runs keep --by NAME",
        )
        return
    headers = (
        ["编号", "时间（北京）", "存档人", "范围", "数据", "规则库", "程序"]
        if zh
        else ["id", "time (Beijing)", "by", "scope", "records", "rulebook", "program"]
    )
    rows = [
        [
            one.id[:SHORT],
            china_time(one.entry.time),
            one.entry.by,
            _scope(one, zh=zh),
            f"#{one.records['number']} {one.records['digest'][:8]}",
            one.rulebook[:8],
            one.document["engine"]["version"],
        ]
        for one in found
    ]
    out.table("存档的运行" if zh else "Kept runs", headers, rows, keys=1)


def run_show(out: Output, workspace: Path, mark: str) -> None:
    """What a kept run rests on and its totals; ends with exit code 1 if any of it was changed."""
    store = open_runs(workspace)
    kept = store.open(mark)
    problems = store.problems(kept)
    totals = _totals(kept)
    out.data(
        {
            **kept.as_dict(),
            "totals": totals,
            "run_problems": kept.problems,
            "problems": [problem.as_dict() for problem in problems],
        }
    )
    _print_kept(out, kept)
    zh = out.lang == "zh"
    words = Words.of(out.lang)
    headers = (
        ["年份", "边界", "规则集", "企业数", "合计", "单位"]
        if zh
        else ["year", "boundary", "rule set", "plants", "total", "unit"]
    )
    rows = [
        [
            str(one["year"]),
            words.term("boundary", one["boundary"]),
            one["ruleset"],
            one["facilities"],
            one["amount"],
            words.unit(one["unit"]),
        ]
        for one in totals
    ]
    out.table("结果" if zh else "Results", headers, rows)
    errors = sum(one["severity"] == "error" for one in kept.problems)
    if errors:
        out.say(
            f"当时有 {errors} 处数据问题（所涉行未计入）。",
            f"There were {errors} problems in the data (their rows are left out).",
        )
    if problems:
        out.problems(problems)
        raise SystemExit(1)
    out.say(
        "全部部分、规则库与数据均与存档时一致。",
        "Every part, the rulebook and the records are what they were.",
    )


def run_reproduce(out: Output, workspace: Path, mark: str, backend: str) -> None:
    """Compute a kept run again; ends with exit code 1 unless every byte is the same."""
    store = open_runs(workspace)
    kept = store.open(mark)
    with out.progress("重现", "computing again"):
        found = reproduce(store, kept, cast("Backend", backend))
    out.data(found.as_dict())
    zh = out.lang == "zh"
    if found.identical:
        out.say(
            f"运行 {kept.id[:SHORT]} 重现一致：结果 {kept.document['result'][:16]}…，"
            f"{len(kept.result_bytes):,} 字节逐字节相同。",
            f"Run {kept.id[:SHORT]} comes out the same: result {kept.document['result'][:16]}…, "
            f"{len(kept.result_bytes):,} bytes, every one alike.",
        )
    out.problems(found.problems)
    if found.identical:
        return
    headers = (
        ["企业", "年份", "规则集", "单元格", "存档", "现在", "单位"]
        if zh
        else ["facility", "year", "rule set", "cell", "kept", "now", "unit"]
    )
    rows = [
        [
            *(one.facility, str(one.year), one.ruleset, f"{one.sheet}.{one.column}"),
            *(one.then, one.now, one.unit),
        ]
        for one in found.moved[:_SHOWN_LINES]
    ]
    out.table("不同的台账行" if zh else "Ledger lines that differ", headers, rows)
    raise SystemExit(1)


def _print_kept(out: Output, kept: KeptRun) -> None:
    zh = out.lang == "zh"
    document, records = kept.document, kept.records
    facts = (
        ("编号", "id", kept.id),
        ("存档", "kept", f"{kept.entry.by} {china_time(kept.entry.time)} #{kept.entry.number}"),
        ("范围", "scope", _scope(kept, zh=zh)),
        (
            "数据",
            "records",
            f"#{records['number']} {records['digest'][:16]}",
        ),
        ("规则库", "rulebook", kept.rulebook[:16]),
        (
            "程序",
            "program",
            f"tongjian {document['engine']['version']}, {document['engine']['semantics']}",
        ),
        ("结果", "results", document["result"]),
    )
    for name_zh, name_en, value in facts:
        out.say(f"{name_zh}：{value}", f"{name_en}: {value}")


def _scope(kept: KeptRun, *, zh: bool) -> str:
    """What was asked for, in a few words."""
    asked = kept.asked
    years = "、".join(map(str, asked.years)) if asked.years else "各年" if zh else "all years"
    names = (
        ", ".join(asked.rulesets)
        if asked.rulesets
        else ("按行业的规则集" if zh else "rule sets by sector")
    )
    binds = "".join(f" {alias}={table}" for alias, table in sorted(asked.binds.items()))
    return f"{years if zh else years.replace('、', ', ')}; {names}{binds}"


def _totals(kept: KeptRun) -> list[dict[str, Any]]:
    """Sums by year, rule set and unit: CO2 equivalent where there is one, else each mass apart."""
    sums: dict[tuple[int, str, str, str], int] = {}
    plants: dict[tuple[int, str, str, str], set[str]] = {}
    for line in kept.results.lines:
        weighted = line.co2e_micro is not None
        mark = (line.year, line.boundary, line.ruleset, "tCO2e" if weighted else line.unit)
        micro = line.co2e_micro if line.co2e_micro is not None else line.amount_micro
        sums[mark] = sums.get(mark, 0) + micro
        plants.setdefault(mark, set()).add(line.facility)
    names = ("year", "boundary", "ruleset", "unit")
    return [
        {
            **dict(zip(names, mark, strict=True)),
            "facilities": len(plants[mark]),
            "amount": from_micro(micro, parse_unit(mark[-1])),
        }
        for mark, micro in sorted(sums.items())
    ]


__all__ = [
    "SHORT",
    "open_runs",
    "run_keep",
    "run_list",
    "run_reproduce",
    "run_show",
]

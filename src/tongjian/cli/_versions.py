"""``tongjian versions``: versions of a report, and what differs between two."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from tongjian.cli._kept_runs import SHORT, open_runs
from tongjian.cli._output import Output
from tongjian.cli._workspace import do_run
from tongjian.engine import from_micro
from tongjian.evidence import china_time
from tongjian.problems import Problem, TongjianError
from tongjian.reports import Words, change_sides, change_title, idle_changes
from tongjian.statutory import Authority
from tongjian.units import parse_unit
from tongjian.versions import (
    GROUPS,
    ReportVersion,
    RunStore,
    diff,
    make_version,
    report_version,
    report_versions,
    version_diff,
)

_KINDS = {"original": ("首次报告", "original"), "supplementary": ("补充报告", "supplementary")}
_GROUPS = {
    "records": ("数据", "records"),
    "tables": ("因子与取值", "factors and values"),
    "methods": ("公式与规则集", "formulas and rule sets"),
    "engine": ("程序", "program"),
}


def run_make(
    out: Output,
    workspace: Path,
    report: tuple[str, int],
    by: str,
    runs: Sequence[str],
    reason: str,
    statutory: bool,
    rulebook: Path | None,
) -> None:
    """Make a version, on kept runs or on one that is made now, and say what it moved."""
    store = open_runs(workspace)
    if not runs:
        made = do_run(out, workspace, rulebook, (), [report[1]])
        runs = [store.keep(made, by).id]
    with out.progress("重现并比较", "computing again and comparing"):
        version = make_version(
            store,
            *report,
            runs,
            by,
            "supplementary" if reason.strip() else "original",
            reason,
            authority=Authority(store.log),
            statutory=statutory,
        )
    document = version_diff(store, version)
    out.data({**version.as_dict(), "changes": document})
    _print_version(out, version)
    if document is not None:
        _print_diff(out, document)


def run_list(out: Output, workspace: Path, facility: str, year: int) -> None:
    """One line for each version."""
    found = report_versions(open_runs(workspace).log, facility, year)
    out.data([one.as_dict() for one in found])
    zh = out.lang == "zh"
    if not found:
        out.say(
            f"{facility} {year} 年的报告还没有版本。",
            f"The report of {facility} for {year} has no version yet.",
        )
        return
    headers = (
        ["版本", "类别", "时间（北京）", "制作人", "理由", "运行", "待确认"]
        if zh
        else ["version", "kind", "time (Beijing)", "by", "reason", "runs", "unconfirmed"]
    )
    rows = [
        [
            one.number,
            _KINDS[one.kind][0 if zh else 1],
            china_time(one.time),
            one.by,
            one.reason,
            ", ".join(run[:SHORT] for run in one.runs),
            one.open_doubts,
        ]
        for one in found
    ]
    out.table(f"{facility} {year}", headers, rows)


def run_show(out: Output, workspace: Path, facility: str, year: int, number: int | None) -> None:
    """What a version pins; for a supplementary one also what it changed."""
    store = open_runs(workspace)
    version = report_version(store.log, facility, year, number)
    document = version_diff(store, version)
    out.data({**version.as_dict(), "changes": document})
    _print_version(out, version)
    if document is not None:
        _print_diff(out, document)


def run_diff(
    out: Output, workspace: Path, facility: str, year: int, left: int | None, right: int | None
) -> None:
    """What differs between two versions, by default the last two."""
    store = open_runs(workspace)
    newer = report_version(store.log, facility, year, right)
    if left is None and newer.number == 1:
        values = {"facility": facility, "year": year}
        raise TongjianError(Problem("versions.nothing_before", values=values))
    older = report_version(store.log, facility, year, newer.number - 1 if left is None else left)
    document = _document(out, store, older, newer)
    out.data(document)
    out.say(
        f"{facility} {year} 年报告：版本 {older.number} → 版本 {newer.number}",
        f"Report of {facility} for {year}: version {older.number} → version {newer.number}",
    )
    _print_diff(out, document)


def _document(
    out: Output, store: RunStore, older: ReportVersion, newer: ReportVersion
) -> dict[str, Any]:
    """As it was entered with the newer version; computed where they do not follow each other."""
    if newer.number == older.number + 1:
        entered = version_diff(store, newer)
        assert entered is not None
        return entered
    with out.progress("比较", "comparing"):
        left, right = ([store.open(run) for run in one.runs] for one in (older, newer))
        return diff(store, left, right, newer.facility, newer.year).as_dict()


def _print_version(out: Output, version: ReportVersion) -> None:
    kind_zh, kind_en = _KINDS[version.kind]
    out.say(
        f"{version.facility} {version.year} 年报告，版本 {version.number}（{kind_zh}）",
        f"Report of {version.facility} for {version.year}, version {version.number} ({kind_en})",
    )
    facts = [
        ("制作", "made", f"{version.by} {china_time(version.time)} #{version.entry}"),
        ("理由", "reason", version.reason),
        ("运行", "runs", ", ".join(run[:SHORT] for run in version.runs)),
        (
            "数据",
            "records",
            ", ".join(f"#{one['number']} {one['digest'][:SHORT]}" for one in version.records),
        ),
        ("存证根", "evidence root", f"{version.root['size']} {version.root['hash']}"),
        ("未确认", "unconfirmed", str(version.open_doubts)),
    ]
    for name_zh, name_en, value in facts:
        if value:
            out.say(f"  {name_zh}：{value}", f"  {name_en}: {value}")
    zh = out.lang == "zh"
    headers = ["规则集", "有效期", "文件"] if zh else ["rule set", "in force", "document"]
    rows = [[one["ruleset"], one["in_force"], one["document"]] for one in version.rulesets]
    out.table("规则集" if zh else "Rule sets", headers, rows, keys=1)


def _print_diff(out: Output, document: Mapping[str, Any]) -> None:
    """A table for each boundary and unit in which anything moved, then what moved nothing."""
    words = Words.of(out.lang)
    alike = []
    for part in document["parts"]:
        moved = [total for total in part["totals"] if _moves(part, total["unit"])]
        name = words.term("boundary", part["boundary"])
        for total in moved:
            _print_part(out, words, name, part, total)
        if not moved:
            alike.append(name)
        for one in part["problems"]:
            out.note(one["zh"], one["en"])
    idle = idle_changes(words, document)
    if alike:
        out.say(f"合计没有变动：{'、'.join(alike)}", f"No total moved: {', '.join(alike)}")
    if idle:
        out.say(
            f"有改动而不影响合计：{'；'.join(idle)}",
            f"Changed without moving any total: {'; '.join(idle)}",
        )
    if len(alike) < len(document["parts"]):
        out.say(
            "次序：数据、因子、公式、程序；各项为单独改变的影响，“共同作用”为其余；"
            "相加即为差额，精确到微单位。",
            "In order: records, factors, formulas, program. Each change is told by what it moves "
            "alone, then what several do only together; it adds up to the micro-unit.",
        )


def _moves(part: Mapping[str, Any], unit: str) -> bool:
    """Whether any change bears on the totals in a unit, be it that two cancel out."""
    return any(effect["unit"] == unit for change in part["changes"] for effect in change["effects"])


def _print_part(
    out: Output, words: Words, name: str, part: Mapping[str, Any], total: Mapping[str, Any]
) -> None:
    zh = out.lang == "zh"
    unit = total["unit"]
    before, after = (part[side]["ruleset"] if part[side] else "–" for side in ("left", "right"))
    rows: list[list[object]] = [
        ["原合计" if zh else "total before", "", "", float(total["left"]), before]
    ]
    for group in GROUPS:
        changes = [
            (one, [effect["micro"] for effect in one["effects"] if effect["unit"] == unit])
            for one in part["changes"]
            if one["group"] == group
        ]
        if not any(effects for _, effects in changes):
            continue
        moved = from_micro(total["moved_micro"][group], parse_unit(unit))
        rows.append([_GROUPS[group][0 if zh else 1], "", "", moved, ""])
        for one, effects in changes:
            if effects:
                amount = from_micro(sum(effects), parse_unit(unit))
                title = f"  {change_title(words, one)}"
                rows.append([title, *change_sides(one), amount, _grounds(one)])
    rows.append(["现合计" if zh else "total after", "", "", float(total["right"]), after])
    headers = (
        ["差异", "原来", "现在", words.unit(unit), "依据"]
        if zh
        else ["what", "before", "after", words.unit(unit), "grounds"]
    )
    out.table(name, headers, rows)


def _grounds(change: Mapping[str, Any]) -> str:
    """Who corrected a record and why, or the document and clause of a value or formula."""
    detail = change["detail"]
    if "by" in detail:
        texts = [detail["by"], detail["reason"], detail["correction_evidence"]]
        return " ".join(text for text in texts if text) or f"#{detail['import']}"
    texts = [detail.get(name, "") for name in ("document", "clause", "status")]
    return " ".join(text for text in texts if text)


__all__ = ["run_diff", "run_list", "run_make", "run_show"]

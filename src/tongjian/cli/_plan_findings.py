"""``tongjian plan findings``: records held against the plan, meters and months against the log."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from pathlib import Path

from tongjian.cli._output import Output
from tongjian.cli._plan_options import day_of, facility_of, rulesets_of, without_empty
from tongjian.cli._workspace import open_log, open_rulebook, open_store
from tongjian.control_plan import (
    Finding,
    HalfWidth,
    Links,
    MonthState,
    findings,
    half_widths,
    history,
    link,
    month_states,
    read_guide,
    reads,
    shown,
    word,
)
from tongjian.evidence import china_day
from tongjian.records import Catalogue
from tongjian.reports import Words


def run_findings(
    out: Output,
    workspace: Path,
    facility: str,
    year: int,
    rulesets: Sequence[str],
    on: str | None,
    rulebook: Path | None,
) -> None:
    """Print links, months and findings of a facility's year."""
    store, book, log = open_store(workspace), open_rulebook(rulebook), open_log(workspace)
    catalogue = Catalogue.load()
    sector = str(facility_of(store, facility)["sector"])
    chosen = rulesets_of(book, sector, year, rulesets)
    guide = read_guide(book, sector, catalogue)
    known = history(log, facility)
    day = day_of("--on", on) or china_day(log.clock())
    rows, read = store.read_activity(facility, year), reads(chosen, catalogue)
    links = link(rows, known, year, day, read)
    months = month_states(known, rows, year, guide, day)
    widths = half_widths(links, guide)
    found = findings(known, rows, year, guide, day, read)
    out.data(
        {
            "facility": facility,
            "year": year,
            "on": day.isoformat(),
            "rulesets": [one.id for one in chosen],
            "links": [{**one.as_dict(), "read": one.read} for one in links.links],
            "half_widths": [
                {name: getattr(one, name) for name in type(one).__slots__} for one in widths
            ],
            "months": [one.as_dict() for one in months],
            "findings": [one.as_dict() for one in found],
        }
    )
    _print_links(out, links, widths)
    _print_months(out, months)
    _print_findings(out, found)


def _print_links(out: Output, links: Links, widths: Sequence[HalfWidth]) -> None:
    """One row for each run of periods that the plan treats alike."""
    zh = out.lang == "zh"
    words = Words.of(out.lang)
    stated = {one.parameter: one for one in widths}
    rows: dict[tuple[str, ...], list[str]] = {}
    for one in links.links:
        if not one.read:
            continue
        name = "" if one.parameter is None else one.parameter.id
        meters = (f"{its.meter} {word('meter', its.state, out.lang)}" for its in one.meters)
        cells = (
            words.key("stream", one.datum[1]),
            words.item(one.datum[1], one.datum[2]),
            one.datum[0],
            words.term("tier", str(one.row["tier"])),
            name or "—",
            "—" if one.revision is None else f"{one.revision.plan.revision}",
            word("agreement", one.agreement, out.lang),
            ", ".join(meters) or "—",
            f"±{stated[name].half_width:.3g}" if name in stated else "—",
        )
        rows.setdefault(cells, []).append(one.period)
    headers = (
        ["物料", "项目", "工序", "来源", "参数", "版次", "符合", "器具", "半宽%", "期间"]
        if zh
        else ["stream", "item", "unit", "tier", "parameter", "rev.", "agrees", "meters", "±%", "of"]
    )
    if rows:
        listed = [[*cells, shown(periods)] for cells, periods in rows.items()]
        out.table("数据与计划" if zh else "Data and plan", *without_empty(headers, listed))


def _print_months(out: Output, months: Sequence[MonthState]) -> None:
    zh = out.lang == "zh"
    rows = [
        [
            one.month,
            word("month", one.state, out.lang),
            str(one.deadline or "—"),
            len(one.key),
            ", ".join(str(its.entry) for its in one.freezes) or "—",
            ", ".join(one.missing) or "—",
            ", ".join(its.parameter for its in one.changes) or "—",
        ]
        for one in months
    ]
    headers = (
        ["月份", "存证", "期限", "关键参数", "日志条目", "缺", "存证后变动"]
        if zh
        else ["month", "evidence", "deadline", "key", "entries", "missing", "changed since"]
    )
    if rows:
        out.table("月度存证" if zh else "Monthly evidence", headers, rows, keys=1)


def _print_findings(out: Output, found: Sequence[Finding]) -> None:
    words = Words.of(out.lang)
    for one in found:
        kind = word("severity", one.severity, out.lang)
        clause, status = one.clause.text(), words.term("status", one.clause.status)
        out.say(
            f"[{kind}] {one.title('zh')}：{one.text('zh')}\n      依据 {clause}（{status}）",
            f"[{kind}] {one.title('en')}: {one.text('en')}\n      by {clause} ({status})",
        )
    counted = Counter(one.severity for one in found)
    told = [f"{word('severity', name, out.lang)} {count}" for name, count in counted.items()]
    out.say(
        f"共 {len(found)} 项发现{'：' if told else ''}{'，'.join(told)}。",
        f"{len(found)} findings{': ' if told else ''}{', '.join(told)}.",
    )


__all__ = ["run_findings"]

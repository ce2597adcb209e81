"""``tongjian verification inspection``: one page for each outlet or process unit."""

from __future__ import annotations

from pathlib import Path

from tongjian.cli._output import Figure, Output
from tongjian.cli._workflow import report_named
from tongjian.cli._workspace import do_run, open_log, open_store
from tongjian.control_plan import history, link, word
from tongjian.evidence import china_day
from tongjian.problems import Problem, TongjianError
from tongjian.reports import Words
from tongjian.verification import InspectionPage, default_settings, findings_of, inspection_form


def run_inspection(
    out: Output, workspace: Path, report: str, source: str | None, rulebook: Path | None
) -> None:
    """Print the pages of a joint inspection."""
    subject, facility, year = report_named(report)
    run, log = do_run(out, workspace, rulebook, (), (year,)), open_log(workspace)
    rows = open_store(workspace).read_activity(facility, year)
    links = link(rows, history(log, facility), year, china_day(log.clock())).links
    pages = inspection_form(run, facility, year, links, findings_of(log.entries(), subject))
    chosen = [page for page in pages if source in (None, page.source)]
    if not chosen:
        known = ", ".join(page.source or "-" for page in pages)
        values = {"facility": facility, "year": year, "source": source or "-", "known": known}
        raise TongjianError(Problem("verification.no_source", values=values))
    out.data([page.as_dict() for page in chosen])
    for page in chosen:
        _print(out, page)


def _print(out: Output, page: InspectionPage) -> None:
    zh, words = out.lang == "zh", Words.of(out.lang)
    name = page.unit["name_zh" if zh else "name_en"] or page.unit["name_zh"]
    kind = words.term("kind", page.unit["kind"]) if page.unit["kind"] else ""
    plant = ("全厂", "plant as a whole")[0 if zh else 1]
    head = " ".join(part for part in (page.source or plant, name, kind) if part)
    out.say(
        f"\n减污降碳联合检查表  {page.facility} {page.year}  {head}",
        f"\nJoint inspection of pollutants and carbon  {page.facility} {page.year}  {head}",
    )
    rows = [[one.ruleset, one.title[out.lang], Figure(one.value), one.unit] for one in page.figures]
    headers = ["规则集", "结果", "数值", "单位"] if zh else ["rule set", "result", "value", "unit"]
    if rows:
        out.table("核算结果" if zh else "Results", headers, rows)
    data = [
        [
            one["period"],
            words.key("stream", one["stream"]),
            words.item(one["stream"], one["item"]),
            f"{one['quantity']} {one['unit']}",
            words.term("tier", one["tier"]),
            one["evidence"] or "—",
            "□",
        ]
        for one in page.records
    ]
    headers = (
        ["期间", "物料", "项目", "录入值", "来源", "凭证", "核对"]
        if zh
        else ["period", "stream", "item", "as entered", "tier", "evidence", "checked"]
    )
    if data:
        out.table("记录" if zh else "Records", headers, data)
    for meter, state in page.meters.items():
        said = word("meter", state, out.lang)
        out.say(f"  计量器具 {meter}：{said} □", f"  Meter {meter}: {said} □")
    for one in page.fired:
        text = f"  ▲ {one.ruleset} {one.words[out.lang]} ({one.rows})"
        out.say(text, text)
    kinds = default_settings().findings
    for finding in page.findings:
        title = kinds[finding.kind].title[out.lang] if finding.kind in kinds else finding.kind
        text = f"  {finding.id} {title}: {finding.text} [{finding.state}]"
        out.say(text, text)
    out.say(
        "检查人：________  企业陪同人：________  日期：________",
        "Inspector: ________  For the enterprise: ________  Date: ________",
    )

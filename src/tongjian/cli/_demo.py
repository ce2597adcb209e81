"""``tongjian demo``: the whole way on a fictitious province."""

from __future__ import annotations

import time
from pathlib import Path

from tongjian.cli._output import Output
from tongjian.cli._runs import print_inventory, print_problems, store_run, write_reports
from tongjian.cli._tree import print_tree
from tongjian.cli._workspace import do_run
from tongjian.engine import Run, explain_total
from tongjian.reports import Annexes
from tongjian.sample import WATERMARK_EN, WATERMARK_ZH, write_sample

_EXPLAINED_ROWS, _EXPLAINED_DEPTH = 1, 12


def run_demo(out: Output, workspace: Path, plants: int) -> None:
    """Make the sample, import it, run every rule set, explain one number, write the reports."""
    started = time.perf_counter()
    out.say(f"【{WATERMARK_ZH}】", f"[{WATERMARK_EN}]")
    report = write_sample(workspace, plants=plants)
    out.say(
        f"① 示例数据 {report.rows_read:,} 行（新增 {report.rows_new:,}）→ {workspace}/records",
        f"1. sample data: {report.rows_read:,} rows ({report.rows_new:,} new)"
        f" → {workspace}/records",
    )
    run = do_run(out, workspace, None, (), ())
    out.say(
        f"② 按 {len(run.results)} 个规则集核算 {len(run.facilities)} 家企业",
        f"2. {len(run.results)} rule sets over {len(run.facilities)} plants",
    )
    year = max(year for result in run.results for year in result.years)
    for by in ("sector", "city", "substance"):
        print_inventory(out, run, [by], apart=by != "city", year=year)
    print_problems(out, run)
    _show_rest(out, run, workspace, year)
    seconds = time.perf_counter() - started
    out.say(f"用时 {seconds:.1f} 秒", f"{seconds:.1f} seconds")


def _show_rest(out: Output, run: Run, workspace: Path, year: int) -> None:
    where = {"year": year, "boundary": "enterprise", "substance": "N2O"}
    node = explain_total(run, rows=_EXPLAINED_ROWS, **where)
    out.say(
        f"③ 全省 {year} 年 N2O 合计从何而来（每级只展开最大的一行）：",
        f"3. where the province's N2O of {year} comes from (the largest row at each level):",
    )
    print_tree(out, node, _EXPLAINED_DEPTH)
    folder = store_run(run, workspace)
    full = explain_total(run, rows=3, **where)
    files = write_reports(run, workspace / "reports", Annexes(explained=full))
    out.data(
        {
            "workspace": str(workspace),
            "manifest": run.manifest,
            "inventory": run.inventory(["boundary", "year", "sector"]),
            "explained": node.as_dict(),
            "problems": [problem.as_dict() for problem in run.problems],
            "reports": [str(path) for path in files],
        }
    )
    out.say(f"④ 结果与清单：{folder}", f"4. results and manifest: {folder}")
    for path in files:
        out.say(f"   报告：{path}", f"   report: {path}")
    plant, here = min(run.facilities), f"-w {workspace}"
    out.say("再试：", "Next:")
    for what in (
        f"explain {here} year={year} boundary=enterprise sector=cement",
        f"targets {here} --region Jiangsu --year {year}",
        f"document ghg {here} -f {plant} -y {year}",
        f"versions make {plant} {year} --by NAME {here}",
    ):
        out.say(f"   tongjian {what}", f"   tongjian {what}")

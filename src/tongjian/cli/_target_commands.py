"""``tongjian targets`` and the group ``tongjian tasks``: what policy documents ask for."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from tongjian.cli._options import HERE, Book, By, Json, Lang, Workspace, output

group = typer.Typer(
    no_args_is_help=True,
    help="政策任务：部门、进展、调度 / tasks of policy documents, progress and rounds of dispatch",
)


def targets(
    region: Annotated[
        str, typer.Option(help="省份；nation 为全部企业 / a province; nation is all plants")
    ] = "nation",
    year: Annotated[
        int | None, typer.Option("--year", "-y", help="评估到哪一年 / as of which year")
    ] = None,
    city: Annotated[str, typer.Option(help="城市 / city of the province")] = "",
    sector: Annotated[str, typer.Option(help="只列这一行业的目标 / one sector's targets")] = "",
    tolerance: Annotated[
        float, typer.Option(help="力争、左右类目标的容差，% / tolerance of effort targets, %")
    ] = 5.0,
    references: Annotated[
        Path | None,
        typer.Option(help="录入的份额、基准、参照值（CSV、YAML）/ shares, bases, references"),
    ] = None,
    explain_ids: Annotated[
        list[str] | None, typer.Option("--explain", help="逐项说明，可多次 / in full, repeatable")
    ] = None,
    documents: Annotated[
        list[Path] | None,
        typer.Option("--rules", help="叠加自己的文档 / documents laid on the rulebook"),
    ] = None,
    workspace: Workspace = HERE,
    rulebook: Book = None,
    lang: Lang = None,
    as_json: Json = False,
) -> None:
    """政策目标：状态、差距、数据覆盖、缺什么 / policy targets of a region and their status."""
    from tongjian.cli._targets import run_targets

    out = output(lang, as_json)
    with out.failing_cleanly():
        shown = (explain_ids or [], documents or [])
        run_targets(
            out, workspace, region, city, year, sector, tolerance, references, *shown, rulebook
        )


@group.command("list")
def tasks_list(
    agency: Annotated[str, typer.Option(help="只列这一部门的 / of one agency")] = "",
    round_name: Annotated[
        str, typer.Option("--round", help="调度轮次：列出谁未反馈 / a round: who has not answered")
    ] = "",
    workspace: Workspace = HERE,
    rulebook: Book = None,
    lang: Lang = None,
    as_json: Json = False,
) -> None:
    """列出任务、部门、期限、最近进展 / list tasks with agencies, deadline and latest progress."""
    from tongjian.cli._tasks import run_list

    out = output(lang, as_json)
    with out.failing_cleanly():
        run_list(out, workspace, agency, round_name, rulebook)


@group.command("round")
def tasks_round(
    name: Annotated[str, typer.Argument(help="轮次名称 / name of the round")],
    due: Annotated[str, typer.Option(help="反馈期限，如 2026-12-31 / answers due")],
    by: By,
    task: Annotated[
        list[str] | None, typer.Option(help="任务编号，可多次；缺省为全部 / tasks, by default all")
    ] = None,
    workspace: Workspace = HERE,
    rulebook: Book = None,
    lang: Lang = None,
    as_json: Json = False,
) -> None:
    """发起一轮调度 / start a round of dispatch."""
    from tongjian.cli._tasks import run_round

    out = output(lang, as_json)
    with out.failing_cleanly():
        run_round(out, workspace, name, due, by, task or [], rulebook)


@group.command("report")
def tasks_report(
    task: Annotated[str, typer.Argument(help="任务编号 / id of the task")],
    agency: Annotated[str, typer.Option(help="反馈的部门 / the agency that answers")],
    by: By,
    text: Annotated[str, typer.Option(help="进展 / what was done")],
    state: Annotated[
        str, typer.Option(help="open、under_way 或 done / how far it is")
    ] = "under_way",
    evidence: Annotated[str, typer.Option(help="证明材料 / evidence")] = "",
    round_name: Annotated[str, typer.Option("--round", help="所答的轮次 / round answered")] = "",
    workspace: Workspace = HERE,
    rulebook: Book = None,
    lang: Lang = None,
    as_json: Json = False,
) -> None:
    """录入进展，记入只增日志 / enter progress, recorded for good."""
    from tongjian.cli._tasks import run_report

    out = output(lang, as_json)
    with out.failing_cleanly():
        said = (task, agency, by, state, text, evidence, round_name)
        run_report(out, workspace, *said, rulebook)


@group.command("log")
def tasks_log(
    task: Annotated[str, typer.Option(help="只看一项任务 / one task only")] = "",
    workspace: Workspace = HERE,
    rulebook: Book = None,
    lang: Lang = None,
    as_json: Json = False,
) -> None:
    """查看进展记录 / every entry of progress."""
    from tongjian.cli._tasks import run_log

    out = output(lang, as_json)
    with out.failing_cleanly():
        run_log(out, workspace, task, rulebook)

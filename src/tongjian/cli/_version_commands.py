"""The groups ``tongjian runs`` and ``tongjian versions``: kept runs, and versions of reports."""

from __future__ import annotations

from typing import Annotated

import typer

from tongjian.cli._options import (
    HERE,
    AsOf,
    Binds,
    Book,
    By,
    Json,
    Lang,
    RuleSets,
    Workspace,
    Years,
    output,
)

Run = Annotated[str, typer.Argument(help="运行编号或其开头 / id of a run or its beginning")]
Facility = Annotated[str, typer.Argument(help="企业编码 / code of the facility")]
Year = Annotated[int, typer.Argument(help="年份 / year")]
Backend = Annotated[
    str, typer.Option(help="auto | duckdb | python | spark，结果相同 / the result is the same")
]

runs = typer.Typer(
    no_args_is_help=True,
    help="存档的运行：不可更改、可逐字节重现 / kept runs, never changed and computed again at will",
)
versions = typer.Typer(
    no_args_is_help=True,
    help="报告版本：首次与补充报告、逐项差异 / versions of a report and what differs between them",
)


@runs.command("keep")
def runs_keep(
    by: By,
    workspace: Workspace = HERE,
    ruleset: RuleSets = None,
    year: Years = None,
    bind: Binds = None,
    backend: Backend = "auto",
    as_of: AsOf = None,
    rulebook: Book = None,
    lang: Lang = None,
    as_json: Json = False,
) -> None:
    """核算并存档：结果、清单、规则库与数据状态 / compute, and keep results, rules and state."""
    from tongjian.cli._kept_runs import run_keep

    out = output(lang, as_json)
    with out.failing_cleanly():
        what = (ruleset or [], year or [], bind or [])
        run_keep(out, workspace, by, what, backend, rulebook, as_of)


@runs.command("list")
def runs_list(workspace: Workspace = HERE, lang: Lang = None, as_json: Json = False) -> None:
    """列出存档的运行 / list what is kept, by whom and on which records."""
    from tongjian.cli._kept_runs import run_list

    out = output(lang, as_json)
    with out.failing_cleanly():
        run_list(out, workspace)


@runs.command("show")
def runs_show(
    run: Run, workspace: Workspace = HERE, lang: Lang = None, as_json: Json = False
) -> None:
    """查看一次运行的依据与结果，核对每个部分 / what a run rests on; every part is checked."""
    from tongjian.cli._kept_runs import run_show

    out = output(lang, as_json)
    with out.failing_cleanly():
        run_show(out, workspace, run)


@runs.command("reproduce")
def runs_reproduce(
    run: Run,
    workspace: Workspace = HERE,
    backend: Backend = "auto",
    lang: Lang = None,
    as_json: Json = False,
) -> None:
    """按当时的规则与数据重算，逐字节比较 / compute it again as it was, and compare every byte."""
    from tongjian.cli._kept_runs import run_reproduce

    out = output(lang, as_json)
    with out.failing_cleanly():
        run_reproduce(out, workspace, run, backend)


@versions.command("make")
def versions_make(
    facility: Facility,
    year: Year,
    by: By,
    run: Annotated[
        list[str] | None,
        typer.Option(
            "--run", help="存档的运行，可多次；不写则现在核算 / kept runs; else a new one"
        ),
    ] = None,
    reason: Annotated[
        str, typer.Option(help="补充报告的理由 / why, for a supplementary report")
    ] = "",
    statutory: Annotated[
        bool,
        typer.Option("--statutory", help="法定报送：拒绝未确认的取值 / refuse what is unconfirmed"),
    ] = False,
    workspace: Workspace = HERE,
    rulebook: Book = None,
    lang: Lang = None,
    as_json: Json = False,
) -> None:
    """制作报告版本；给出理由即为补充报告 / make a version; with a reason, a supplementary one."""
    from tongjian.cli._versions import run_make

    out = output(lang, as_json)
    with out.failing_cleanly():
        run_make(out, workspace, (facility, year), by, run or [], reason, statutory, rulebook)


@versions.command("list")
def versions_list(
    facility: Facility,
    year: Year,
    workspace: Workspace = HERE,
    lang: Lang = None,
    as_json: Json = False,
) -> None:
    """列出一份报告的全部版本 / list the versions of a report."""
    from tongjian.cli._versions import run_list

    out = output(lang, as_json)
    with out.failing_cleanly():
        run_list(out, workspace, facility, year)


@versions.command("show")
def versions_show(
    facility: Facility,
    year: Year,
    number: Annotated[
        int | None,
        typer.Option("--number", "-n", help="版本号，缺省最新 / number, else the newest"),
    ] = None,
    workspace: Workspace = HERE,
    lang: Lang = None,
    as_json: Json = False,
) -> None:
    """查看一个版本所依据的运行、规则集、数据与存证根 / what a version rests on."""
    from tongjian.cli._versions import run_show

    out = output(lang, as_json)
    with out.failing_cleanly():
        run_show(out, workspace, facility, year, number)


@versions.command("diff")
def versions_diff(
    facility: Facility,
    year: Year,
    left: Annotated[
        int | None, typer.Option(help="版本号，缺省为前一版 / number, else the one before")
    ] = None,
    right: Annotated[
        int | None, typer.Option(help="版本号，缺省最新 / number, else the newest")
    ] = None,
    workspace: Workspace = HERE,
    lang: Lang = None,
    as_json: Json = False,
) -> None:
    """两版之间哪些数据、因子、公式变了，各影响多少 / what changed, and how much each moved."""
    from tongjian.cli._versions import run_diff

    out = output(lang, as_json)
    with out.failing_cleanly():
        run_diff(out, workspace, facility, year, left, right)

"""Commands that compute, explain and report."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from tongjian.cli._options import (
    HERE,
    AsOf,
    Binds,
    Book,
    Json,
    Lang,
    RuleSets,
    Workspace,
    Years,
    output,
)


def run(
    workspace: Workspace = HERE,
    ruleset: RuleSets = None,
    year: Years = None,
    bind: Binds = None,
    by: Annotated[
        str, typer.Option(help="分组列，逗号分隔 / group by, comma-separated")
    ] = "sector",
    report: Annotated[
        Path | None, typer.Option(help="报告文件夹 / folder for HTML and XLSX reports")
    ] = None,
    statutory: Annotated[
        bool,
        typer.Option("--statutory", help="法定报送：拒绝未确认的取值 / refuse what is unconfirmed"),
    ] = False,
    backend: Annotated[
        str,
        typer.Option(help="auto | duckdb | python | spark，结果相同 / the result is the same"),
    ] = "auto",
    as_of: AsOf = None,
    rulebook: Book = None,
    lang: Lang = None,
    as_json: Json = False,
) -> None:
    """按规则集核算并保存清单 / apply rule sets and store the manifest."""
    from tongjian.cli._runs import run_run

    out = output(lang, as_json)
    with out.failing_cleanly():
        run_run(
            out,
            workspace,
            ruleset or [],
            year or [],
            bind or [],
            by,
            report,
            statutory,
            rulebook,
            backend,
            as_of,
        )


def explain(
    where: Annotated[
        list[str],
        typer.Argument(help="条件，如 facility=F1 year=2025 column=total / conditions, name=value"),
    ],
    workspace: Workspace = HERE,
    ruleset: RuleSets = None,
    bind: Binds = None,
    rows: Annotated[int, typer.Option(help="每个合计显示几行 / rows shown per sum")] = 3,
    depth: Annotated[int, typer.Option(help="展开层数 / levels shown")] = 12,
    manifest: Annotated[
        Path | None, typer.Option(help="须与此清单一致 / manifest the run must agree with")
    ] = None,
    rulebook: Book = None,
    lang: Lang = None,
    as_json: Json = False,
) -> None:
    """说明一个数从何而来，直到条款、因子和原始记录 / where a number comes from."""
    from tongjian.cli._runs import run_explain

    out = output(lang, as_json)
    with out.failing_cleanly():
        run_explain(
            out, workspace, where, ruleset or [], bind or [], rows, depth, manifest, rulebook
        )


def compare(
    facility: Annotated[str, typer.Argument(help="企业编码 / code of the facility")],
    year: Annotated[int, typer.Argument(help="年份 / year")],
    left: Annotated[str, typer.Argument(help="规则集 / rule set")],
    right: Annotated[str, typer.Argument(help="另一规则集 / another rule set")],
    workspace: Workspace = HERE,
    bind: Binds = None,
    rulebook: Book = None,
    lang: Lang = None,
    as_json: Json = False,
) -> None:
    """同一企业按两个规则集核算，逐项说明差异 / two rule sets side by side, bridged."""
    from tongjian.cli._compare import run_compare

    out = output(lang, as_json)
    with out.failing_cleanly():
        run_compare(out, workspace, facility, year, (left, right), bind or [], rulebook)


def conflicts(
    facility: Annotated[str, typer.Argument(help="企业编码 / code of the facility")],
    year: Annotated[int, typer.Argument(help="年份 / year")],
    workspace: Workspace = HERE,
    ruleset: RuleSets = None,
    rulebook: Book = None,
    lang: Lang = None,
    as_json: Json = False,
) -> None:
    """来源冲突对本企业总量的影响 / what contradictions between sources mean for a plant."""
    from tongjian.cli._conflicts import run_conflicts

    out = output(lang, as_json)
    with out.failing_cleanly():
        run_conflicts(out, workspace, facility, year, ruleset or [], rulebook)


def uncertainty(
    year: Annotated[int, typer.Argument(help="年份 / year")],
    ruleset: Annotated[str, typer.Argument(help="规则集 / rule set")],
    facilities: Annotated[list[str], typer.Argument(help="企业编码，可多个 / facilities")],
    workspace: Workspace = HERE,
    cell: Annotated[
        str | None, typer.Option(help="工作表.列，缺省为总量 / sheet.column, else the total")
    ] = None,
    assume: Annotated[
        Path | None, typer.Option(help="企业给出的不确定度 CSV / half widths of your own")
    ] = None,
    by_plan: Annotated[
        bool,
        typer.Option("--plan/--no-plan", help="采用控制计划写明的不确定度 / as plans state"),
    ] = True,
    draws: Annotated[int, typer.Option(help="起始抽样次数 / draws to begin with")] = 10_000,
    seed: Annotated[int, typer.Option(help="随机种子 / seed")] = 1,
    base_year: Annotated[int | None, typer.Option(help="趋势的基准年 / base of a trend")] = None,
    rulebook: Book = None,
    lang: Lang = None,
    as_json: Json = False,
) -> None:
    """总量有多可靠、由什么决定 / how sure a total is, and what drives it."""
    from tongjian.cli._uncertainty import run_uncertainty

    out = output(lang, as_json)
    with out.failing_cleanly():
        run_uncertainty(
            out, workspace, facilities, year, ruleset, cell, assume, by_plan, draws, seed,
            base_year, rulebook,
        )  # fmt: skip


def footprint(
    facility: Annotated[str, typer.Argument(help="企业编码 / code of the facility")],
    year: Annotated[int, typer.Argument(help="年份 / year")],
    products: Annotated[
        list[str] | None, typer.Argument(help="产品，缺省为全部 / products, all if none is named")
    ] = None,
    workspace: Workspace = HERE,
    allocation: Annotated[
        str,
        typer.Option(help="mass | energy | economic | subdivision 分配方法 / how to share out"),
    ] = "mass",
    ruleset: Annotated[
        str | None, typer.Option("--ruleset", "-r", help="规则集，缺省按行业 / by sector if none")
    ] = None,
    about: Annotated[
        Path | None, typer.Option(help="企业与产品说明 YAML / company and products, for exports")
    ] = None,
    pact: Annotated[
        Path | None, typer.Option(help="写 PACT v3 JSON / write PACT v3 ProductFootprint")
    ] = None,
    cbam: Annotated[
        Path | None, typer.Option(help="写 CBAM 通报 JSON 与 XLSX / write CBAM communication")
    ] = None,
    bind: Binds = None,
    rulebook: Book = None,
    lang: Lang = None,
    as_json: Json = False,
) -> None:
    """产品碳足迹：构成、分配、数据缺口与导出 / product carbon footprints, with exports."""
    from tongjian.cli._footprint import run_footprint

    out = output(lang, as_json)
    with out.failing_cleanly():
        run_footprint(
            out, workspace, facility, year, products or [], allocation, ruleset, about, pact, cbam,
            bind or [], rulebook,
        )  # fmt: skip

"""Commands about data: the sample, import, template."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from tongjian.cli._options import HERE, Json, Lang, Workspace, output


def demo(
    workspace: Workspace = Path("tongjian-demo"),
    plants: Annotated[int, typer.Option(help="企业数 / number of plants")] = 300,
    serve: Annotated[
        bool,
        typer.Option(
            "--serve/--no-serve", help="最后启动演示网站 / serve the demo site at the end"
        ),
    ] = True,
    port: Annotated[int, typer.Option(help="网站端口 / port of the site", min=1, max=65535)] = 8000,
    lang: Lang = None,
    as_json: Json = False,
) -> None:
    """生成虚构省份示例、计算、出报告，并启动演示网站 / sample province, run, report, demo site."""
    from tongjian.cli._demo import run_demo

    out = output(lang, as_json)
    with out.failing_cleanly():
        run_demo(out, workspace, plants)
        if serve and not as_json:
            from tongjian.cli._demo_site import run_demo_site

            run_demo_site(out, workspace, plants, port)


def import_(
    files: Annotated[list[Path], typer.Argument(help="XLSX、CSV 或 Parquet / files to import")],
    workspace: Workspace = HERE,
    dry_run: Annotated[bool, typer.Option(help="只检查不写入 / check only")] = False,
    correct: Annotated[
        bool, typer.Option("--correct", help="更正已入库的数据 / correct what is stored")
    ] = False,
    withdraw: Annotated[
        bool, typer.Option("--withdraw", help="撤回误入的数据 / take out what was entered wrongly")
    ] = False,
    by: Annotated[str, typer.Option("--by", help="更正人 / who corrects")] = "",
    reason: Annotated[str, typer.Option(help="更正或撤回的理由 / why")] = "",
    evidence: Annotated[str, typer.Option(help="更正的凭证 / on what evidence")] = "",
    lang: Lang = None,
    as_json: Json = False,
) -> None:
    """导入活动数据（有错不写入）/ import activity data; nothing is written if there is an error."""
    from tongjian.cli._records import run_import

    out = output(lang, as_json)
    with out.failing_cleanly():
        run_import(out, files, workspace, dry_run, (correct, withdraw), (by, reason, evidence))


def template(
    path: Annotated[Path, typer.Argument(help="要写的 XLSX / workbook to write")],
    sector: Annotated[str | None, typer.Option(help="行业 / sector, e.g. steel")] = None,
    lang: Lang = None,
    as_json: Json = False,
) -> None:
    """导出填报模板 / write the workbook to fill in."""
    from tongjian.cli._records import run_template

    out = output(lang, as_json)
    with out.failing_cleanly():
        run_template(out, path, sector)

"""The commands that judge; they differ in the boundary and in what they are called."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Annotated

import typer

from tongjian.cli._options import (
    HERE,
    Binds,
    Book,
    Json,
    Lang,
    RuleSets,
    Workspace,
    Years,
    output,
)

COMMANDS = {
    "levels": ("levels", "能效水平、限额等级、设备与淘汰清单 / levels, limits, devices, phase-out"),
    "tariff": ("tariff", "阶梯电价与差别电价 / tiered and differential power price"),
    "allocate": ("market", "碳市场配额、履约与罚款 / allowances, compliance, penalties"),
    "credits": ("credits", "自愿减排量（方法卡片）/ emission reductions by method card"),
    "admit": ("admission", "新项目准入、产能置换与产能管理 / admission, replacement, output gates"),
    "synergy": ("synergy", "减污降碳协同评价 / synergy of pollution and carbon"),
    "checks": ("checks", "数据交叉核对（线索，不是结论）/ cross-checks: findings, no verdicts"),
}
Rules = Annotated[
    list[Path] | None,
    typer.Option("--rules", help="叠加自己的规则文档（文件夹）/ documents of your own, a folder"),
]
Where = Annotated[
    list[str] | None,
    typer.Option(
        "--where",
        help="筛选，如 city=南京市、level=below_baseline，可多次 / rows wanted, name=value",
    ),
]
Solve = Annotated[
    bool,
    typer.Option(
        "--solve",
        help="求解尚未公布的取值（情景，如行业平衡值）/ solve for values not yet published",
    ),
]
Facility = Annotated[str | None, typer.Option("--facility", "-f", help="企业 / facility")]
Rows = Annotated[int, typer.Option(help="每表显示几行 / rows shown per table")]
Explain = Annotated[
    str | None, typer.Option("--explain", help="说明该列的来历 / explain a cell of this column")
]
Columns = Annotated[
    str | None,
    typer.Option("--columns", "-c", help="只列这些列（逗号分开）/ these columns only, by commas"),
]
Depth = Annotated[int, typer.Option(help="展开层数 / levels shown")]


def command(boundary: str) -> Callable[..., None]:
    """The command of a boundary."""

    def judging(
        workspace: Workspace = HERE,
        year: Years = None,
        facility: Facility = None,
        where: Where = None,
        explain: Explain = None,
        depth: Depth = 8,
        rows: Rows = 12,
        columns: Columns = None,
        ruleset: RuleSets = None,
        bind: Binds = None,
        rules: Rules = None,
        solve: Solve = False,
        rulebook: Book = None,
        lang: Lang = None,
        as_json: Json = False,
    ) -> None:
        from tongjian.cli._judge import Asked, read_where, run_judge

        out = output(lang, as_json)
        with out.failing_cleanly():
            wanted = read_where(where or [])
            if facility is not None:
                wanted["facility"] = facility
            run_judge(
                out,
                workspace,
                boundary,
                ruleset or [],
                year or [],
                bind or [],
                rules or [],
                rulebook,
                Asked(wanted, rows, explain, depth, _names(columns)),
                solve=solve,
            )

    return judging


def _names(text: str | None) -> list[str]:
    return [one.strip() for one in (text or "").split(",") if one.strip()]


def screen(
    workspace: Workspace = HERE,
    facility: Facility = None,
    rows: Rows = 20,
    lang: Lang = None,
    as_json: Json = False,
) -> None:
    """统计筛查：突变、重复、照抄上年、数字分布（线索）/ steps, repeats, digits: findings."""
    from tongjian.cli._screen import run_screen

    out = output(lang, as_json)
    with out.failing_cleanly():
        run_screen(out, workspace, facility, rows)

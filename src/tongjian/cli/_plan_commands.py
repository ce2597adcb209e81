"""The group ``tongjian plan``: the data quality control plan and what hangs on it."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from tongjian.cli._options import HERE, Attached, Book, By, Json, Lang, RuleSets, Workspace, output

group = typer.Typer(
    no_args_is_help=True,
    help="数据质量控制计划、检定、月度存证 / control plan, calibrations, monthly evidence",
)
Facility = Annotated[str, typer.Argument(help="设施编码 / code of the facility")]
PlanFile = Annotated[Path, typer.Argument(help="计划 YAML 或 XLSX / the plan, YAML or XLSX")]
OnDay = Annotated[
    str | None, typer.Option("--on", help="日期，缺省为今天 / day, today if none, 2025-03-31")
]


@group.command("draft")
def plan_draft(
    facility: Facility,
    workspace: Workspace = HERE,
    ruleset: RuleSets = None,
    in_force: Annotated[
        str | None, typer.Option(help="生效日期，缺省为下月初 / first day, else of next month")
    ] = None,
    to: Annotated[Path | None, typer.Option("--output", "-o", help="写到 / file to write")] = None,
    rulebook: Book = None,
    lang: Lang = None,
    as_json: Json = False,
) -> None:
    """由活动数据和规则集起草计划 / draft a plan from the records and what the rules read."""
    from tongjian.cli._plan import run_draft

    out = output(lang, as_json)
    with out.failing_cleanly():
        run_draft(out, workspace, facility, ruleset or [], in_force, to, rulebook)


@group.command("template")
def plan_template(
    file: Annotated[Path, typer.Argument(help="要写的 XLSX / the XLSX to write")],
    plan: Annotated[
        Path | None, typer.Option("--from", help="填入已有计划 YAML / with this plan in it")
    ] = None,
    lang: Lang = None,
    as_json: Json = False,
) -> None:
    """计划的 XLSX 模板 / the plan as a workbook to fill in."""
    from tongjian.cli._plan import run_template

    out = output(lang, as_json)
    with out.failing_cleanly():
        run_template(out, file, plan)


@group.command("check")
def plan_check(
    file: PlanFile,
    workspace: Workspace = HERE,
    ruleset: RuleSets = None,
    rulebook: Book = None,
    lang: Lang = None,
    as_json: Json = False,
) -> None:
    """录入前检查计划：写法、版次、未覆盖的项目 / look at a plan before it is entered."""
    from tongjian.cli._plan import run_check

    out = output(lang, as_json)
    with out.failing_cleanly():
        run_check(out, workspace, file, ruleset or [], rulebook)


@group.command("revise")
def plan_revise(
    file: PlanFile,
    by: By,
    workspace: Workspace = HERE,
    attached: Attached = None,
    lang: Lang = None,
    as_json: Json = False,
) -> None:
    """把计划作为新版本记入存证日志 / enter a plan as the next revision."""
    from tongjian.cli._plan import run_revise

    out = output(lang, as_json)
    with out.failing_cleanly():
        run_revise(out, workspace, file, by, attached or [])


@group.command("show")
def plan_show(
    facility: Facility,
    workspace: Workspace = HERE,
    on: OnDay = None,
    entry: Annotated[
        int | None, typer.Option(help="截至日志第几条 / as known at this entry of the log")
    ] = None,
    lang: Lang = None,
    as_json: Json = False,
) -> None:
    """某日的计划：器具与检定、参数如何获取 / the plan as of a day, with its meters."""
    from tongjian.cli._plan_show import run_show

    out = output(lang, as_json)
    with out.failing_cleanly():
        run_show(out, workspace, facility, on, entry)


@group.command("diff")
def plan_diff(
    facility: Facility,
    old: Annotated[int | None, typer.Argument(help="旧版次，缺省为上一版 / old revision")] = None,
    new: Annotated[int | None, typer.Argument(help="新版次，缺省为最新 / new revision")] = None,
    workspace: Workspace = HERE,
    lang: Lang = None,
    as_json: Json = False,
) -> None:
    """两个版本的差异 / what a revision changed."""
    from tongjian.cli._plan_show import run_diff

    out = output(lang, as_json)
    with out.failing_cleanly():
        run_diff(out, workspace, facility, old, new)


@group.command("findings")
def plan_findings(
    facility: Facility,
    year: Annotated[int, typer.Argument(help="年份 / year")],
    workspace: Workspace = HERE,
    ruleset: RuleSets = None,
    on: OnDay = None,
    rulebook: Book = None,
    lang: Lang = None,
    as_json: Json = False,
) -> None:
    """计划与数据对照：检定、频次、偏离、月度存证 / hold the records against the plan."""
    from tongjian.cli._plan_findings import run_findings

    out = output(lang, as_json)
    with out.failing_cleanly():
        run_findings(out, workspace, facility, year, ruleset or [], on, rulebook)


@group.command("calibrate")
def plan_calibrate(
    facility: Facility,
    meter: Annotated[str, typer.Argument(help="器具编号 / id of the meter")],
    day: Annotated[str, typer.Option(help="检定日期 / day, 2025-03-31")],
    by: By,
    workspace: Workspace = HERE,
    result: Annotated[str, typer.Option(help="pass | adjusted | fail")] = "pass",
    next_due: Annotated[
        str | None, typer.Option(help="有效期至，缺省按周期 / valid to, else by the interval")
    ] = None,
    certificate: Annotated[str, typer.Option(help="证书编号 / number of the certificate")] = "",
    institution: Annotated[str, typer.Option(help="检定机构 / who calibrated it")] = "",
    attached: Attached = None,
    lang: Lang = None,
    as_json: Json = False,
) -> None:
    """录入一次检定或校准 / enter a calibration of a meter."""
    from tongjian.cli._plan_enter import run_calibrate

    out = output(lang, as_json)
    with out.failing_cleanly():
        told = {"certificate": certificate, "institution": institution}
        run_calibrate(
            out, workspace, (facility, meter), by, day, result, next_due, told, attached or []
        )


@group.command("freeze")
def plan_freeze(
    facility: Facility,
    month: Annotated[str, typer.Argument(help="月份 / month, 2025-03")],
    by: By,
    workspace: Workspace = HERE,
    reason: Annotated[str, typer.Option(help="再次存证的原因 / why it is frozen again")] = "",
    attached: Attached = None,
    rulebook: Book = None,
    lang: Lang = None,
    as_json: Json = False,
) -> None:
    """关键参数月度存证 / freeze the key parameters of a month."""
    from tongjian.cli._plan_enter import run_freeze

    out = output(lang, as_json)
    with out.failing_cleanly():
        run_freeze(out, workspace, (facility, month), by, reason, attached or [], rulebook)


__all__ = ["group"]

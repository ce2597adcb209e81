"""The group ``tongjian workflow``: a report from draft to accepted, each step by whom it may be."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from tongjian.cli._options import HERE, By, Json, Lang, Workspace, output

group = typer.Typer(
    no_args_is_help=True,
    help="报告流程：提交、核查、审核 / the workflow of a report, from draft to accepted",
)
Report = Annotated[str, typer.Argument(help="企业/年份 / facility and year, F1/2024")]
Attached = Annotated[
    list[Path] | None,
    typer.Option("--file", help="凭证文件，记其 SHA-256 / evidence, by its SHA-256"),
]


@group.command("grant")
def workflow_grant(
    person: Annotated[str, typer.Argument(help="被授权人 / who gets the roles")],
    by: By,
    role: Annotated[
        list[str] | None,
        typer.Option(help="角色，可多次；不写即收回 / role, repeatable; none takes them away"),
    ] = None,
    within: Annotated[
        list[str] | None,
        typer.Option(help="限于，如 city=南京市，末尾可用 * / limit, such as division=3201*"),
    ] = None,
    workspace: Workspace = HERE,
    lang: Lang = None,
    as_json: Json = False,
) -> None:
    """授予角色：填报、审定、核查、评审、主管部门 / give somebody roles, all at once."""
    from tongjian.cli._workflow import run_grant

    out = output(lang, as_json)
    with out.failing_cleanly():
        run_grant(out, workspace, person, role or [], within or [], by)


@group.command("roles")
def workflow_roles(workspace: Workspace = HERE, lang: Lang = None, as_json: Json = False) -> None:
    """查看现行角色 / who has which role."""
    from tongjian.cli._workflow import run_roles

    out = output(lang, as_json)
    with out.failing_cleanly():
        run_roles(out, workspace)


@group.command("advance")
def workflow_advance(
    report: Report,
    step: Annotated[str, typer.Argument(help="操作，见 workflow states / see workflow states")],
    by: By,
    role: Annotated[str | None, typer.Option(help="以何角色 / in which role, if several")] = None,
    reason: Annotated[str, typer.Option(help="理由 / reason")] = "",
    content: Annotated[
        list[str] | None,
        typer.Option("--set", help="填写，如 deadline=2026-01-31 / fields of the step"),
    ] = None,
    attached: Attached = None,
    workspace: Workspace = HERE,
    lang: Lang = None,
    as_json: Json = False,
) -> None:
    """办理一步（建立、提交、开始核查……），不能办理时说明全部原因 / take a step, or say why not."""
    from tongjian.cli._workflow import run_advance

    out = output(lang, as_json)
    with out.failing_cleanly():
        run_advance(out, workspace, report, step, by, role, reason, content or [], attached or [])


@group.command("status")
def workflow_status(
    report: Annotated[
        str | None, typer.Argument(help="企业/年份，不写则列出全部 / one report, all without it")
    ] = None,
    by: Annotated[str, typer.Option("--by", help="为谁查看 / open to whom")] = "",
    workspace: Workspace = HERE,
    lang: Lang = None,
    as_json: Json = False,
) -> None:
    """现状，可以办理什么、还缺什么 / where it stands, what is open and what stands in the way."""
    from tongjian.cli._workflow import run_status

    out = output(lang, as_json)
    with out.failing_cleanly():
        run_status(out, workspace, report, by)


@group.command("history")
def workflow_history(
    report: Report, workspace: Workspace = HERE, lang: Lang = None, as_json: Json = False
) -> None:
    """经过，并复查每一步当时是否允许 / how it came here, every step looked at again."""
    from tongjian.cli._workflow import run_history

    out = output(lang, as_json)
    with out.failing_cleanly():
        run_history(out, workspace, report)


@group.command("states")
def workflow_states(
    mermaid: Annotated[bool, typer.Option(help="Mermaid 状态图 / as a diagram")] = False,
    lang: Lang = None,
    as_json: Json = False,
) -> None:
    """流程的状态与操作 / the states and steps of the flow."""
    from tongjian.cli._workflow import run_states

    out = output(lang, as_json)
    with out.failing_cleanly():
        run_states(out, mermaid)

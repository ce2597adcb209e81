"""The group ``tongjian records``: what was imported, corrected and withdrawn, and when."""

from __future__ import annotations

from typing import Annotated

import typer

from tongjian.cli._options import HERE, Json, Lang, Workspace, output

group = typer.Typer(
    no_args_is_help=True,
    help="活动数据的沿革：导入、更正、撤回 / what was imported, corrected and withdrawn",
)


@group.command("imports")
def records_imports(workspace: Workspace = HERE, lang: Lang = None, as_json: Json = False) -> None:
    """列出各次导入、更正与撤回 / list every import, correction and withdrawal."""
    from tongjian.cli._record_history import run_imports

    out = output(lang, as_json)
    with out.failing_cleanly():
        run_imports(out, workspace)


@group.command("history")
def records_history(
    where: Annotated[
        list[str],
        typer.Argument(help="条件，如 facility=F1 stream=coal year=2025 / conditions, name=value"),
    ],
    workspace: Workspace = HERE,
    lang: Lang = None,
    as_json: Json = False,
) -> None:
    """一项数据曾经的每个取值：何时、何人、为何 / every value a datum ever had, by whom and why."""
    from tongjian.cli._record_history import run_history

    out = output(lang, as_json)
    with out.failing_cleanly():
        run_history(out, workspace, where)


@group.command("verify")
def records_verify(workspace: Workspace = HERE, lang: Lang = None, as_json: Json = False) -> None:
    """核对每个数据文件的摘要 / hold every file of records against its digest."""
    from tongjian.cli._record_history import run_verify

    out = output(lang, as_json)
    with out.failing_cleanly():
        run_verify(out, workspace)

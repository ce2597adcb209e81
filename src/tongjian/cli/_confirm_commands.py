"""The group ``tongjian confirm``: recalled values confirmed before a statutory return."""

from __future__ import annotations

from typing import Annotated

import typer

from tongjian.cli._options import (
    HERE,
    Book,
    By,
    Ids,
    Json,
    Lang,
    RuleSets,
    Workspace,
    Years,
    output,
)

group = typer.Typer(
    no_args_is_help=True,
    help="法定报送前对照原文确认 / confirm recalled values before a statutory return",
)


@group.command("list")
def confirm_list(
    workspace: Workspace = HERE,
    ruleset: RuleSets = None,
    year: Years = None,
    rulebook: Book = None,
    lang: Lang = None,
    as_json: Json = False,
) -> None:
    """列出凭记忆录入、待确认的规则集、方法与取值 / list what is recalled and who confirmed it."""
    from tongjian.cli._confirm import run_list

    out = output(lang, as_json)
    with out.failing_cleanly():
        run_list(out, workspace, ruleset or [], year or [], rulebook)


@group.command("values")
def confirm_values(
    ids: Ids,
    reference: Annotated[
        str, typer.Option(help="查对的文件、版本与页码 / document, edition and page looked up")
    ],
    by: By,
    workspace: Workspace = HERE,
    ruleset: RuleSets = None,
    year: Years = None,
    withdraw: Annotated[bool, typer.Option(help="撤回确认 / take back instead")] = False,
    rulebook: Book = None,
    lang: Lang = None,
    as_json: Json = False,
) -> None:
    """对照原文确认（或撤回），记入只增日志 / confirm or withdraw, recorded for good."""
    from tongjian.cli._confirm import run_confirm

    out = output(lang, as_json)
    with out.failing_cleanly():
        what = (workspace, ruleset or [], year or [], rulebook)
        run_confirm(out, what, ids, by, reference, withdraw)


@group.command("grant")
def confirm_grant(
    person: Annotated[str, typer.Argument(help="被授权人 / who gets the rights")],
    by: By,
    right: Annotated[
        list[str] | None, typer.Option(help="confirm 或 grant；不写即收回 / none takes them away")
    ] = None,
    workspace: Workspace = HERE,
    lang: Lang = None,
    as_json: Json = False,
) -> None:
    """授予或收回确认权限 / give or take the right to confirm."""
    from tongjian.cli._confirm import run_grant

    out = output(lang, as_json)
    with out.failing_cleanly():
        run_grant(out, workspace, person, right or [], by)


@group.command("log")
def confirm_log(workspace: Workspace = HERE, lang: Lang = None, as_json: Json = False) -> None:
    """查看授权与确认的全部记录 / every grant and confirmation, checked for tampering."""
    from tongjian.cli._confirm import run_log

    out = output(lang, as_json)
    with out.failing_cleanly():
        run_log(out, workspace)

"""Commands about the rulebook: golden cases, and the group ``tongjian rules``."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from tongjian.cli._options import Book, Cases, Docs, Documents, Json, Lang, output

group = typer.Typer(
    no_args_is_help=True, help="规则库：列出、查看、检查 / the rulebook: list, show, check"
)


def check(
    files: Annotated[list[Path], typer.Argument(help="算例 YAML / golden cases in YAML")],
    backend: Annotated[
        list[str] | None,
        typer.Option(help="duckdb | python | decimal | spark；缺省为前三种 / the first three"),
    ] = None,
    rulebook: Book = None,
    lang: Lang = None,
    as_json: Json = False,
) -> None:
    """用算例检验规则（三种引擎）/ hold the rules against golden cases, on three back-ends."""
    from tongjian.cli._rules import run_check_cases

    out = output(lang, as_json)
    with out.failing_cleanly():
        run_check_cases(out, files, rulebook, backend or [])


@group.command("list")
def rules_list(
    kind: Annotated[
        str, typer.Option(help="rulesets | methods | tables | conflicts | substitutions")
    ] = "rulesets",
    rulebook: Book = None,
    lang: Lang = None,
    as_json: Json = False,
) -> None:
    """列出规则集、方法或参数表 / list rule sets, methods or tables."""
    from tongjian.cli._rules import run_list

    out = output(lang, as_json)
    with out.failing_cleanly():
        run_list(out, kind, rulebook)


@group.command("show")
def rules_show(
    name: Annotated[str, typer.Argument(help="规则集、方法或参数表编号 / id")],
    rulebook: Book = None,
    lang: Lang = None,
    as_json: Json = False,
) -> None:
    """查看一份规则：依据、公式、因子及其来源 / basis, formulas, values with their source."""
    from tongjian.cli._rules import run_show

    out = output(lang, as_json)
    with out.failing_cleanly():
        run_show(out, name, rulebook)


@group.command("check")
def rules_check(
    documents: Documents = None,
    rulebook: Book = None,
    cases: Cases = None,
    docs: Docs = None,
    strict: Annotated[
        bool, typer.Option("--strict", help="提醒也算不合格 / fail on warnings too")
    ] = False,
    notes: Annotated[bool, typer.Option("--notes", help="列出备注 / show notes as well")] = False,
    lang: Lang = None,
    as_json: Json = False,
) -> None:
    """契约检查：单位、日期、来源、引用、零输入、方向、算例、说明页 / the contract of documents.

    不给文件时检查整个规则库；第三方文档叠加在规则库之上检查。
    Without a path the whole rulebook is checked; documents are checked on top of it.
    """
    from tongjian.cli._contract import run_check_rules

    out = output(lang, as_json)
    with out.failing_cleanly():
        run_check_rules(out, documents or [], rulebook, cases or [], docs, strict, notes)


@group.command("page")
def rules_page(
    method: Annotated[
        str | None, typer.Argument(help="方法编号；缺省为全部 / id of a method, by default all")
    ] = None,
    documents: Annotated[
        list[Path] | None,
        typer.Option("--from", help="第三方文档或文件夹 / documents that are not in the rulebook"),
    ] = None,
    rulebook: Book = None,
    cases: Cases = None,
    docs: Docs = None,
    lang: Lang = None,
    as_json: Json = False,
) -> None:
    """由文档生成方法说明页：打印，或写入 --docs / print or write the pages of methods."""
    from tongjian.cli._contract import run_page

    out = output(lang, as_json)
    with out.failing_cleanly():
        run_page(out, method, documents or [], rulebook, cases or [], docs)

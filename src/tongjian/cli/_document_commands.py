"""``tongjian document``: reports, statements and evidence packs of one plant and year."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from tongjian.cli._options import HERE, Binds, Book, Json, Lang, Workspace, output


def document(
    kind: Annotated[
        str,
        typer.Argument(
            help="ghg | n2o | energy | verification | disclosure | evidence 文书种类 / kind"
        ),
    ],
    facility: Annotated[str, typer.Option("--facility", "-f", help="企业编码 / facility")],
    year: Annotated[int, typer.Option("--year", "-y", help="报告年度 / year reported")],
    form: Annotated[
        list[str] | None,
        typer.Option(
            "--format",
            help="pdf | docx | xlsx，证据包还有 zip，可多次 / repeatable; a pack also zip",
        ),
    ] = None,
    out: Annotated[
        Path | None,
        typer.Option(help="文件或文件夹，缺省为工作区 documents / file or folder to write to"),
    ] = None,
    workspace: Workspace = HERE,
    ruleset: Annotated[
        str | None,
        typer.Option("--ruleset", "-r", help="规则集，缺省按种类和行业 / rule set"),
    ] = None,
    version: Annotated[
        int | None,
        typer.Option(help="报告版本，取其存档的运行 / version of the report, with its kept run"),
    ] = None,
    enterprise: Annotated[
        Path | None,
        typer.Option(help="企业信息，缺省 enterprise.yaml / what the records do not hold"),
    ] = None,
    uncertainty: Annotated[
        bool, typer.Option("--uncertainty", help="附不确定性分析 / with uncertainty")
    ] = False,
    date: Annotated[
        str | None, typer.Option(help="编制日期，如 2026-03-31 / date of the document")
    ] = None,
    bind: Binds = None,
    rulebook: Book = None,
    lang: Lang = None,
    as_json: Json = False,
) -> None:
    """生成一家企业一年的报告、核查结论或证据包 / report, statement or evidence pack."""
    from tongjian.cli._document import Wanted, run_document

    said = output(lang, as_json)
    with said.failing_cleanly():
        wanted = Wanted(
            kind, facility, year, tuple(form or ["pdf"]), out, ruleset, version, enterprise,
            uncertainty, date,
        )  # fmt: skip
        run_document(said, workspace, wanted, bind or [], rulebook)


__all__ = ["document"]

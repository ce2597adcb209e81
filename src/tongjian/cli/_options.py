"""Options that several commands have, each declared once."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from tongjian.cli._output import Output, pick_language

Lang = Annotated[
    str | None, typer.Option("--lang", help="语言 zh 或 en / language, zh or en (TONGJIAN_LANG)")
]
Json = Annotated[bool, typer.Option("--json", help="输出 JSON / print JSON")]
Workspace = Annotated[
    Path, typer.Option("--workspace", "-w", help="工作区文件夹 / workspace folder")
]
Book = Annotated[
    Path | None, typer.Option("--rulebook", help="另一规则库文件夹 / another rulebook folder")
]
RuleSets = Annotated[
    list[str] | None,
    typer.Option("--ruleset", "-r", help="规则集，可多次；缺省按行业选 / rule set, repeatable"),
]
Years = Annotated[
    list[int] | None, typer.Option("--year", "-y", help="年份，可多次 / year, repeatable")
]
Binds = Annotated[
    list[str] | None,
    typer.Option("--bind", help="替换参数表（假设分析）/ replace a table, e.g. gwp=gwp.ar6"),
]
Documents = Annotated[
    list[Path] | None,
    typer.Argument(help="YAML 文件或文件夹 / YAML files or folders of them", metavar="[PATH]..."),
]
Cases = Annotated[
    list[Path] | None,
    typer.Option("--cases", help="算例文件或文件夹 / golden cases, files or folders"),
]
Docs = Annotated[
    Path | None, typer.Option("--docs", help="说明页文件夹 / folder of the methods' pages")
]
AsOf = Annotated[
    str | None,
    typer.Option(
        "--as-of", help="按当时所知的数据：导入序号或日期 / records as known then: import or date"
    ),
]
By = Annotated[str, typer.Option("--by", help="操作人 / who does it")]
Ids = Annotated[list[str], typer.Argument(help="编号，可用 * / ids, * matches several")]
HERE = Path()


def output(lang: str | None, as_json: bool) -> Output:
    """Where a command writes to: in the language asked for, as text or JSON."""
    return Output(pick_language(lang), as_json)

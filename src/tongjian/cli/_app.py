"""The commands and their options; each command's work is in a module of its own."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from tongjian.cli._output import Output, pick_language

app = typer.Typer(
    name="tongjian",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
    help=(
        "通鉴：把核算规则当作文件执行，从企业台账到可追溯的排放清单。\n\n"
        "Tongjian: accounting rules as documents that execute, from plant records to a traced "
        "inventory.\n\n"
        "先试 / Start with:  tongjian demo"
    ),
)
rules_app = typer.Typer(
    no_args_is_help=True, help="规则库：列出、查看、检查 / the rulebook: list, show, check"
)
app.add_typer(rules_app, name="rules")
confirm_app = typer.Typer(
    no_args_is_help=True,
    help="法定报送前对照原文确认 / confirm recalled values before a statutory return",
)
app.add_typer(confirm_app, name="confirm")
tasks_app = typer.Typer(
    no_args_is_help=True,
    help="政策任务：部门、进展、调度 / tasks of policy documents, progress and rounds of dispatch",
)
app.add_typer(tasks_app, name="tasks")

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
HERE = Path()


def _output(lang: str | None, as_json: bool) -> Output:
    return Output(pick_language(lang), as_json)


@app.command()
def demo(
    workspace: Workspace = Path("tongjian-demo"),
    plants: Annotated[int, typer.Option(help="企业数 / number of plants")] = 300,
    lang: Lang = None,
    as_json: Json = False,
) -> None:
    """生成虚构省份示例、计算、溯源并出报告 / sample province, run, explain, report."""
    from tongjian.cli._demo import run_demo

    out = _output(lang, as_json)
    with out.failing_cleanly():
        run_demo(out, workspace, plants)


@app.command("import")
def import_(
    files: Annotated[list[Path], typer.Argument(help="XLSX、CSV 或 Parquet / files to import")],
    workspace: Workspace = HERE,
    dry_run: Annotated[bool, typer.Option(help="只检查不写入 / check only")] = False,
    lang: Lang = None,
    as_json: Json = False,
) -> None:
    """导入活动数据（有错不写入）/ import activity data; nothing is written if there is an error."""
    from tongjian.cli._records import run_import

    out = _output(lang, as_json)
    with out.failing_cleanly():
        run_import(out, files, workspace, dry_run)


@app.command()
def template(
    path: Annotated[Path, typer.Argument(help="要写的 XLSX / workbook to write")],
    sector: Annotated[str | None, typer.Option(help="行业 / sector, e.g. steel")] = None,
    lang: Lang = None,
    as_json: Json = False,
) -> None:
    """导出填报模板 / write the workbook to fill in."""
    from tongjian.cli._records import run_template

    out = _output(lang, as_json)
    with out.failing_cleanly():
        run_template(out, path, sector)


@app.command()
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
    rulebook: Book = None,
    lang: Lang = None,
    as_json: Json = False,
) -> None:
    """按规则集核算并保存清单 / apply rule sets and store the manifest."""
    from tongjian.cli._runs import run_run

    out = _output(lang, as_json)
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
        )


@app.command()
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

    out = _output(lang, as_json)
    with out.failing_cleanly():
        run_explain(
            out, workspace, where, ruleset or [], bind or [], rows, depth, manifest, rulebook
        )


@app.command()
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

    out = _output(lang, as_json)
    with out.failing_cleanly():
        run_compare(out, workspace, facility, year, (left, right), bind or [], rulebook)


@app.command()
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

    out = _output(lang, as_json)
    with out.failing_cleanly():
        run_conflicts(out, workspace, facility, year, ruleset or [], rulebook)


@app.command()
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
    draws: Annotated[int, typer.Option(help="起始抽样次数 / draws to begin with")] = 10_000,
    seed: Annotated[int, typer.Option(help="随机种子 / seed")] = 1,
    base_year: Annotated[int | None, typer.Option(help="趋势的基准年 / base of a trend")] = None,
    rulebook: Book = None,
    lang: Lang = None,
    as_json: Json = False,
) -> None:
    """总量有多可靠、由什么决定 / how sure a total is, and what drives it."""
    from tongjian.cli._uncertainty import run_uncertainty

    out = _output(lang, as_json)
    with out.failing_cleanly():
        run_uncertainty(
            out, workspace, facilities, year, ruleset, cell, assume, draws, seed, base_year,
            rulebook,
        )  # fmt: skip


@app.command()
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

    out = _output(lang, as_json)
    with out.failing_cleanly():
        run_footprint(
            out, workspace, facility, year, products or [], allocation, ruleset, about, pact, cbam,
            bind or [], rulebook,
        )  # fmt: skip


@app.command()
def targets(
    region: Annotated[
        str, typer.Option(help="省份；nation 为全部企业 / a province; nation is all plants")
    ] = "nation",
    year: Annotated[
        int | None, typer.Option("--year", "-y", help="评估到哪一年 / as of which year")
    ] = None,
    city: Annotated[str, typer.Option(help="城市 / city of the province")] = "",
    sector: Annotated[str, typer.Option(help="只列这一行业的目标 / one sector's targets")] = "",
    tolerance: Annotated[
        float, typer.Option(help="力争、左右类目标的容差，% / tolerance of effort targets, %")
    ] = 5.0,
    references: Annotated[
        Path | None,
        typer.Option(help="录入的份额、基准、参照值（CSV、YAML）/ shares, bases, references"),
    ] = None,
    explain_ids: Annotated[
        list[str] | None, typer.Option("--explain", help="逐项说明，可多次 / in full, repeatable")
    ] = None,
    documents: Annotated[
        list[Path] | None,
        typer.Option("--rules", help="叠加自己的文档 / documents laid on the rulebook"),
    ] = None,
    workspace: Workspace = HERE,
    rulebook: Book = None,
    lang: Lang = None,
    as_json: Json = False,
) -> None:
    """政策目标：状态、差距、数据覆盖、缺什么 / policy targets of a region and their status."""
    from tongjian.cli._targets import run_targets

    out = _output(lang, as_json)
    with out.failing_cleanly():
        shown = (explain_ids or [], documents or [])
        run_targets(
            out, workspace, region, city, year, sector, tolerance, references, *shown, rulebook
        )


@app.command()
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

    out = _output(lang, as_json)
    with out.failing_cleanly():
        run_check_cases(out, files, rulebook, backend or [])


@rules_app.command("list")
def rules_list(
    kind: Annotated[str, typer.Option(help="rulesets | methods | tables | conflicts")] = "rulesets",
    rulebook: Book = None,
    lang: Lang = None,
    as_json: Json = False,
) -> None:
    """列出规则集、方法或参数表 / list rule sets, methods or tables."""
    from tongjian.cli._rules import run_list

    out = _output(lang, as_json)
    with out.failing_cleanly():
        run_list(out, kind, rulebook)


@rules_app.command("show")
def rules_show(
    name: Annotated[str, typer.Argument(help="规则集、方法或参数表编号 / id")],
    rulebook: Book = None,
    lang: Lang = None,
    as_json: Json = False,
) -> None:
    """查看一份规则：依据、公式、因子及其来源 / basis, formulas, values with their source."""
    from tongjian.cli._rules import run_show

    out = _output(lang, as_json)
    with out.failing_cleanly():
        run_show(out, name, rulebook)


@rules_app.command("check")
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

    out = _output(lang, as_json)
    with out.failing_cleanly():
        run_check_rules(out, documents or [], rulebook, cases or [], docs, strict, notes)


@rules_app.command("page")
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

    out = _output(lang, as_json)
    with out.failing_cleanly():
        run_page(out, method, documents or [], rulebook, cases or [], docs)


By = Annotated[str, typer.Option("--by", help="操作人 / who does it")]
Ids = Annotated[list[str], typer.Argument(help="编号，可用 * / ids, * matches several")]


@confirm_app.command("list")
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

    out = _output(lang, as_json)
    with out.failing_cleanly():
        run_list(out, workspace, ruleset or [], year or [], rulebook)


@confirm_app.command("values")
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

    out = _output(lang, as_json)
    with out.failing_cleanly():
        what = (workspace, ruleset or [], year or [], rulebook)
        run_confirm(out, what, ids, by, reference, withdraw)


@confirm_app.command("grant")
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

    out = _output(lang, as_json)
    with out.failing_cleanly():
        run_grant(out, workspace, person, right or [], by)


@confirm_app.command("log")
def confirm_log(workspace: Workspace = HERE, lang: Lang = None, as_json: Json = False) -> None:
    """查看授权与确认的全部记录 / every grant and confirmation, checked for tampering."""
    from tongjian.cli._confirm import run_log

    out = _output(lang, as_json)
    with out.failing_cleanly():
        run_log(out, workspace)


@tasks_app.command("list")
def tasks_list(
    agency: Annotated[str, typer.Option(help="只列这一部门的 / of one agency")] = "",
    round_name: Annotated[
        str, typer.Option("--round", help="调度轮次：列出谁未反馈 / a round: who has not answered")
    ] = "",
    workspace: Workspace = HERE,
    rulebook: Book = None,
    lang: Lang = None,
    as_json: Json = False,
) -> None:
    """列出任务、部门、期限、最近进展 / list tasks with agencies, deadline and latest progress."""
    from tongjian.cli._tasks import run_list

    out = _output(lang, as_json)
    with out.failing_cleanly():
        run_list(out, workspace, agency, round_name, rulebook)


@tasks_app.command("round")
def tasks_round(
    name: Annotated[str, typer.Argument(help="轮次名称 / name of the round")],
    due: Annotated[str, typer.Option(help="反馈期限，如 2026-12-31 / answers due")],
    by: By,
    task: Annotated[
        list[str] | None, typer.Option(help="任务编号，可多次；缺省为全部 / tasks, by default all")
    ] = None,
    workspace: Workspace = HERE,
    rulebook: Book = None,
    lang: Lang = None,
    as_json: Json = False,
) -> None:
    """发起一轮调度 / start a round of dispatch."""
    from tongjian.cli._tasks import run_round

    out = _output(lang, as_json)
    with out.failing_cleanly():
        run_round(out, workspace, name, due, by, task or [], rulebook)


@tasks_app.command("report")
def tasks_report(
    task: Annotated[str, typer.Argument(help="任务编号 / id of the task")],
    agency: Annotated[str, typer.Option(help="反馈的部门 / the agency that answers")],
    by: By,
    text: Annotated[str, typer.Option(help="进展 / what was done")],
    state: Annotated[
        str, typer.Option(help="open、under_way 或 done / how far it is")
    ] = "under_way",
    evidence: Annotated[str, typer.Option(help="证明材料 / evidence")] = "",
    round_name: Annotated[str, typer.Option("--round", help="所答的轮次 / round answered")] = "",
    workspace: Workspace = HERE,
    rulebook: Book = None,
    lang: Lang = None,
    as_json: Json = False,
) -> None:
    """录入进展，记入只增日志 / enter progress, recorded for good."""
    from tongjian.cli._tasks import run_report

    out = _output(lang, as_json)
    with out.failing_cleanly():
        said = (task, agency, by, state, text, evidence, round_name)
        run_report(out, workspace, *said, rulebook)


@tasks_app.command("log")
def tasks_log(
    task: Annotated[str, typer.Option(help="只看一项任务 / one task only")] = "",
    workspace: Workspace = HERE,
    rulebook: Book = None,
    lang: Lang = None,
    as_json: Json = False,
) -> None:
    """查看进展记录 / every entry of progress."""
    from tongjian.cli._tasks import run_log

    out = _output(lang, as_json)
    with out.failing_cleanly():
        run_log(out, workspace, task, rulebook)


def main() -> None:
    """Entry point of the ``tongjian`` command."""
    app()

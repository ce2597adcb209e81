"""The group ``tongjian verification``: a verifier's work on a report, entered in the log."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from tongjian.cli._options import HERE, Book, By, Json, Lang, Workspace, output

group = typer.Typer(
    no_args_is_help=True,
    help="核查：抽样、清单、发现、复算、意见 / verification, from the sample to the opinion",
)
findings = typer.Typer(
    no_args_is_help=True, help="核查发现：提出、回复、关闭 / findings, from raised to closed"
)
group.add_typer(findings, name="finding")

Report = Annotated[str, typer.Argument(help="企业/年份 / facility and year, F1/2024")]
Finding = Annotated[str, typer.Argument(help="发现编号，如 F1/2024/1 / id of the finding")]
RuleSet = Annotated[
    str | None, typer.Option("--ruleset", "-r", help="核查哪一规则集的总量 / whose total")
]
Assurance = Annotated[
    str | None, typer.Option(help="保证程度 reasonable 或 limited / level of assurance")
]
Level = Annotated[
    str | None,
    typer.Option("--materiality", help="约定的重要性水平 % / materiality agreed, per cent"),
]
Source = Annotated[
    str, typer.Option("--source", help="约定的依据，如合同条款 / where it was agreed")
]
Attached = Annotated[
    list[Path] | None,
    typer.Option("--file", help="凭证文件，记其 SHA-256 / evidence, by its SHA-256"),
]
Note = Annotated[str, typer.Option(help="说明 / note")]
Text = Annotated[str, typer.Option(help="内容 / words")]


@group.command("status")
def verification_status(
    report: Report,
    ruleset: RuleSet = None,
    workspace: Workspace = HERE,
    rulebook: Book = None,
    lang: Lang = None,
    as_json: Json = False,
) -> None:
    """核查进展，可以出具什么意见、还缺什么 / where it stands, which opinions that allows."""
    from tongjian.cli._engagement import Terms
    from tongjian.cli._verification import run_status

    out = output(lang, as_json)
    with out.failing_cleanly():
        run_status(out, workspace, report, Terms(ruleset, rulebook=rulebook))


@group.command("sample")
def verification_sample(
    report: Report,
    by: Annotated[
        str | None, typer.Option("--by", help="抽样人；不写则查看已抽样本 / who draws; else show")
    ] = None,
    ruleset: RuleSet = None,
    assurance: Assurance = None,
    materiality: Level = None,
    source: Source = "",
    seed: Annotated[str, typer.Option(help="随机种子；缺省取自日志 / seed, else of the log")] = "",
    workspace: Workspace = HERE,
    rulebook: Book = None,
    lang: Lang = None,
    as_json: Json = False,
) -> None:
    """按风险与重要性抽样并记入日志 / draw a sample by risk and materiality, or show it."""
    from tongjian.cli._engagement import Terms
    from tongjian.cli._verification import run_sample

    out = output(lang, as_json)
    with out.failing_cleanly():
        terms = Terms(ruleset, assurance, materiality, source, rulebook)
        run_sample(out, workspace, report, terms, by, seed)


@group.command("check")
def verification_check(
    report: Report,
    data: Annotated[list[str], typer.Argument(help="样本编号，可用 * / sampled data")],
    by: By,
    outcome: Annotated[
        str, typer.Option(help="agrees 相符、differs 不符、no_evidence 无凭证 / what was found")
    ] = "agrees",
    note: Note = "",
    attached: Attached = None,
    workspace: Workspace = HERE,
    lang: Lang = None,
    as_json: Json = False,
) -> None:
    """登记样本与凭证的核对结果 / enter what was found of sampled data."""
    from tongjian.cli._verification import run_check

    out = output(lang, as_json)
    with out.failing_cleanly():
        run_check(out, workspace, report, data, outcome, note, attached or [], by)


@group.command("checklist")
def verification_checklist(
    report: Report,
    ruleset: RuleSet = None,
    left: Annotated[bool, typer.Option("--left", help="只列未回答的 / only the open ones")] = False,
    workspace: Workspace = HERE,
    rulebook: Book = None,
    lang: Lang = None,
    as_json: Json = False,
) -> None:
    """由方法、数据与控制计划生成的核查清单 / the check list made of methods, data and plan."""
    from tongjian.cli._engagement import Terms
    from tongjian.cli._verification import run_checklist

    out = output(lang, as_json)
    with out.failing_cleanly():
        run_checklist(out, workspace, report, Terms(ruleset, rulebook=rulebook), left)


@group.command("answer")
def verification_answer(
    report: Report,
    items: Annotated[list[str], typer.Argument(help="清单编号，可用 * / ids of questions")],
    by: By,
    said: Annotated[
        str, typer.Option("--answer", help="yes 是、no 否、not_applicable 不适用 / the answer")
    ] = "yes",
    note: Note = "",
    attached: Attached = None,
    workspace: Workspace = HERE,
    lang: Lang = None,
    as_json: Json = False,
) -> None:
    """填写核查清单 / answer questions of the check list."""
    from tongjian.cli._verification import run_answer

    out = output(lang, as_json)
    with out.failing_cleanly():
        run_answer(out, workspace, report, items, said, note, attached or [], by)


@group.command("recompute")
def verification_recompute(
    report: Report,
    by: By,
    workspace: Workspace = HERE,
    lang: Lang = None,
    as_json: Json = False,
) -> None:
    """换引擎并以十进制复算，写明差异 / compute again on other engines and in decimals."""
    from tongjian.cli._verification import run_recompute

    out = output(lang, as_json)
    with out.failing_cleanly():
        run_recompute(out, workspace, report, by)


@group.command("opinion")
def verification_opinion(
    report: Report,
    opinion: Annotated[
        str,
        typer.Argument(
            help="unmodified 无保留、qualified 保留、adverse 否定、disclaimer 无法表示 / opinion"
        ),
    ],
    by: By,
    reason: Annotated[str, typer.Option(help="保留或否定的理由 / reasons")] = "",
    limitation: Annotated[str, typer.Option(help="范围限制 / how the scope was limited")] = "",
    attached: Attached = None,
    workspace: Workspace = HERE,
    lang: Lang = None,
    as_json: Json = False,
) -> None:
    """出具核查意见；不能出具时说明全部原因 / give an opinion, or say everything against it."""
    from tongjian.cli._verification import run_opinion

    out = output(lang, as_json)
    with out.failing_cleanly():
        run_opinion(out, workspace, report, opinion, reason, limitation, attached or [], by)


@group.command("factors")
def verification_factors(
    file: Annotated[Path, typer.Argument(help="印刷报表的 CSV / a printed statement as CSV")],
    rulebook: Book = None,
    lang: Lang = None,
    as_json: Json = False,
) -> None:
    """印刷的总量能否由印刷的因子得出、因子是否属于所声明的来源 / totals against their factors."""
    from tongjian.cli._factor_check import run_factors

    out = output(lang, as_json)
    with out.failing_cleanly():
        run_factors(out, file, rulebook)


@group.command("inspection")
def verification_inspection(
    report: Report,
    source: Annotated[
        str | None, typer.Option(help="排放口或工序编号 / outlet or process unit")
    ] = None,
    workspace: Workspace = HERE,
    rulebook: Book = None,
    lang: Lang = None,
    as_json: Json = False,
) -> None:
    """减污降碳联合检查表，一源一表 / joint inspection, one page for each source."""
    from tongjian.cli._inspection import run_inspection

    out = output(lang, as_json)
    with out.failing_cleanly():
        run_inspection(out, workspace, report, source, rulebook)


@findings.command("list")
def finding_list(
    report: Report, workspace: Workspace = HERE, lang: Lang = None, as_json: Json = False
) -> None:
    """列出发现 / the findings of a report."""
    from tongjian.cli._findings import run_list

    out = output(lang, as_json)
    with out.failing_cleanly():
        run_list(out, workspace, report)


@findings.command("raise")
def finding_raise(
    report: Report,
    kind: Annotated[
        str,
        typer.Option(
            help="nonconformity 不符合、clarification 澄清、observation 观察 / kind of finding"
        ),
    ],
    about: Annotated[
        str, typer.Option(help="针对什么，如 record:焦炭/consumed、factor:…、meter:… / about what")
    ],
    text: Text,
    by: By,
    effect: Annotated[
        float | None, typer.Option(help="对总量的影响 tCO2e，多报为正 / positive if too much")
    ] = None,
    rests_on: Annotated[
        list[str] | None,
        typer.Option("--rests-on", help="所依据的样本或清单编号 / sampled datum or question"),
    ] = None,
    attached: Attached = None,
    workspace: Workspace = HERE,
    lang: Lang = None,
    as_json: Json = False,
) -> None:
    """提出发现 / raise a finding."""
    from tongjian.cli._findings import run_raise

    out = output(lang, as_json)
    with out.failing_cleanly():
        run_raise(
            *(out, workspace, report, kind, about, text, effect),
            *(rests_on or [], attached or [], by),
        )


@findings.command("respond")
def finding_respond(
    finding: Finding,
    text: Text,
    by: By,
    attached: Attached = None,
    workspace: Workspace = HERE,
    lang: Lang = None,
    as_json: Json = False,
) -> None:
    """企业回复发现 / the enterprise answers a finding."""
    from tongjian.cli._findings import run_respond

    out = output(lang, as_json)
    with out.failing_cleanly():
        run_respond(out, workspace, finding, text, attached or [], by)


@findings.command("close")
def finding_close(
    finding: Finding,
    outcome: Annotated[
        str, typer.Option(help="corrected 已改正、explained 说明成立、withdrawn 撤销 / how")
    ],
    by: By,
    note: Note = "",
    remaining: Annotated[
        float, typer.Option(help="仍未更正的影响 tCO2e / what still stands")
    ] = 0.0,
    attached: Attached = None,
    workspace: Workspace = HERE,
    lang: Lang = None,
    as_json: Json = False,
) -> None:
    """关闭发现 / close a finding."""
    from tongjian.cli._findings import run_close

    out = output(lang, as_json)
    with out.failing_cleanly():
        run_close(out, workspace, finding, outcome, note, remaining, attached or [], by)


@findings.command("reopen")
def finding_reopen(
    finding: Finding,
    text: Text,
    by: By,
    workspace: Workspace = HERE,
    lang: Lang = None,
    as_json: Json = False,
) -> None:
    """重新打开发现 / open a finding again."""
    from tongjian.cli._findings import run_reopen

    out = output(lang, as_json)
    with out.failing_cleanly():
        run_reopen(out, workspace, finding, text, by)

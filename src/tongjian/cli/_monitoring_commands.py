"""The group ``tongjian monitoring``: telegrams read, and the gateway that stations send to."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from tongjian.cli._options import HERE, Book, Json, Lang, Workspace, Years, output

group = typer.Typer(
    no_args_is_help=True,
    help="在线监测：读报文、收报文 / online monitoring: read telegrams, receive them",
)


@group.command("decode")
def decode(
    file: Annotated[Path, typer.Argument(help="报文文件，- 为标准输入 / telegrams, or -")],
    keys: Annotated[
        list[str] | None,
        typer.Option("--key", help="SM4 密钥，32 位十六进制 / SM4 key, 32 hexadecimal digits"),
    ] = None,
    lang: Lang = None,
    as_json: Json = False,
) -> None:
    """读 HJ 212 报文：测了什么，哪里不合标准 / read HJ 212 telegrams and say where they depart."""
    from tongjian.cli._monitoring import run_decode

    out = output(lang, as_json)
    with out.failing_cleanly():
        run_decode(out, file, keys or [])


@group.command("serve")
def serve(
    stations: Annotated[Path, typer.Option("--stations", help="站点文件 / stations (TOML)")],
    journal: Annotated[Path, typer.Option("--journal", help="报文日志文件夹 / its folder")],
    host: Annotated[str, typer.Option("--host", help="监听地址 / address")] = "127.0.0.1",
    port: Annotated[int, typer.Option("--port", help="端口 / port")] = 9212,
    metrics_port: Annotated[
        int,
        typer.Option(
            "--metrics-port", help="本机的指标端口，0 为不开 / metrics on loopback, 0: none"
        ),
    ] = 0,
    certificate: Annotated[
        Path | None, typer.Option("--tls-certificate", help="TLS 证书链 / certificate chain")
    ] = None,
    private_key: Annotated[
        Path | None, typer.Option("--tls-key", help="TLS 私钥 / its private key")
    ] = None,
    lang: Lang = None,
) -> None:
    """接收现场机的报文，落盘后才应答 / receive telegrams, answered once they are on the disk."""
    from tongjian.cli._monitoring import run_gateway

    out = output(lang, as_json=False)
    with out.failing_cleanly():
        run_gateway(out, stations, journal, (host, port), metrics_port, (certificate, private_key))


Facilities = Annotated[
    list[str] | None,
    typer.Option("--facility", "-f", help="企业编码，可多次 / facility, repeatable"),
]


@group.command("measure")
def measure(
    workspace: Workspace = HERE,
    year: Years = None,
    facility: Facilities = None,
    rule: Annotated[
        str | None,
        typer.Option("--rule", help="监测规则 / rules of validity and substitution"),
    ] = None,
    by: Annotated[
        str, typer.Option("--by", help="更正的操作人 / who corrects")
    ] = "tongjian monitoring measure",
    dry_run: Annotated[
        bool, typer.Option("--dry-run", help="只算，不写入活动数据 / compute, record nothing")
    ] = False,
    rulebook: Book = None,
    lang: Lang = None,
    as_json: Json = False,
) -> None:
    """监测小时经有效性判定、替代与核算，月合计写入活动数据 / hours become monthly records."""
    from tongjian.cli._monitoring_measure import run_measure

    out = output(lang, as_json)
    with out.failing_cleanly():
        run_measure(out, workspace, year or [], facility or [], rule, by, rulebook, dry_run=dry_run)


@group.command("show")
def show(
    workspace: Workspace = HERE,
    year: Years = None,
    facility: Facilities = None,
    explain: Annotated[
        bool,
        typer.Option(
            "--explain", help="从年度结果到月度数据、小时 / from the year to records and hours"
        ),
    ] = False,
    rulebook: Book = None,
    lang: Lang = None,
    as_json: Json = False,
) -> None:
    """有效率、各状态小时、实测与替代、各月与年度结果 / validity, hours, masses, the year."""
    from tongjian.cli._monitoring_measure import run_show

    out = output(lang, as_json)
    with out.failing_cleanly():
        run_show(out, workspace, year or [], facility or [], rulebook, explains=explain)


@group.command("qa")
def qa(
    file: Annotated[
        Path,
        typer.Argument(
            help="检验记录：CSV、XLSX，或 ECMPS 的 JSON / checks: CSV, XLSX, or JSON of ECMPS"
        ),
    ],
    rules: Annotated[
        str,
        typer.Option("--rules", help="没有写明规则的检验按此判定 / rules of checks that name none"),
    ] = "cn.hj75-2017",
    quantity: Annotated[
        str, typer.Option("--quantity", help="监测量（ECMPS）/ what is measured (ECMPS)")
    ] = "",
    unit: Annotated[str, typer.Option("--unit", help="单位（ECMPS）/ its unit (ECMPS)")] = "",
    lang: Lang = None,
    as_json: Json = False,
) -> None:
    """判定漂移、示值误差、相对准确度、QAL3 检验 / judge drift, linearity, accuracy and QAL3."""
    from tongjian.cli._monitoring_quality import run_qa

    out = output(lang, as_json)
    with out.failing_cleanly():
        run_qa(out, file, rules, quantity, unit)


__all__ = ["decode", "group", "measure", "qa", "serve", "show"]

"""The group ``tongjian monitoring``: telegrams read, and the gateway that stations send to."""

from __future__ import annotations

from datetime import datetime
from enum import Enum
from pathlib import Path
from typing import Annotated

import typer

from tongjian.cli._options import HERE, Book, Json, Lang, Workspace, Years, output

group = typer.Typer(
    no_args_is_help=True,
    help="在线监测：读报文、收报文 / online monitoring: read telegrams, receive them",
)
Profile = Annotated[
    Path | None, typer.Option("--profile", help="监测档案 / monitoring profile (monitoring.toml)")
]
Store = Annotated[
    Path | None, typer.Option("--store", help="监测数据库文件夹 / folder of the store")
]


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
    rate: Annotated[
        float,
        typer.Option(
            "--rate", min=0, help="每连接每秒报文数，0 不限 / telegrams a second of a line, 0: any"
        ),
    ] = 200.0,
    history: Annotated[
        bool,
        typer.Option(
            "--history/--no-history", help="向现场机补取缺失的小时 / ask for hours that are missing"
        ),
    ] = True,
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
        tls = (certificate, private_key)
        run_gateway(out, stations, journal, (host, port), metrics_port, tls, (rate, history))


Journal = Annotated[
    Path | None,
    typer.Option("--journal", help="网关的日志文件夹 / folder of the gateway's journal"),
]


@group.command("status")
def status(
    workspace: Workspace = HERE,
    journal: Journal = None,
    lang: Lang = None,
    as_json: Json = False,
) -> None:
    """运行中的网关：站点、最后的报文、计数 / a running gateway: stations, last telegrams."""
    from tongjian.cli._monitoring_control import run_status

    out = output(lang, as_json)
    with out.failing_cleanly():
        run_status(out, journal or workspace / "monitoring" / "journal")


@group.command("request")
def request(
    station: Annotated[str, typer.Argument(help="站点 MN / MN of the station", metavar="STATION")],
    first: Annotated[str, typer.Option("--from", help="起 / from, 2025-01-31T08")],
    last: Annotated[str, typer.Option("--to", help="止（不含）/ to, not included")],
    kind: Annotated[
        str,
        typer.Option("--kind", help="2061 小时 hours, 2051 分钟 minutes, 2031 日 days"),
    ] = "2061",
    workspace: Workspace = HERE,
    journal: Journal = None,
    lang: Lang = None,
    as_json: Json = False,
) -> None:
    """经运行中的网关向站点补取历史数据 / have a station send data of the past again."""
    from tongjian.cli._monitoring_control import run_request

    out = output(lang, as_json)
    with out.failing_cleanly():
        where = journal or workspace / "monitoring" / "journal"
        run_request(out, where, station, kind, first, last)


@group.command("command")
def command(
    station: Annotated[str, typer.Argument(help="站点 MN / MN of the station", metavar="STATION")],
    cn: Annotated[
        str, typer.Argument(help="命令编码，或 clock 校时 / code, or clock", metavar="CN")
    ],
    parameters: Annotated[
        list[str] | None,
        typer.Argument(help="参数，如 RtdInterval=60 / parameters", metavar="NAME=VALUE"),
    ] = None,
    system: Annotated[
        str, typer.Option("--system", help="系统编码，缺省随站点 / ST; the station's own")
    ] = "",
    workspace: Workspace = HERE,
    journal: Journal = None,
    lang: Lang = None,
    as_json: Json = False,
) -> None:
    """经运行中的网关向站点下发命令（反控、校时）/ have a station carry out a command."""
    from tongjian.cli._monitoring_control import run_command

    out = output(lang, as_json)
    with out.failing_cleanly():
        where = journal or workspace / "monitoring" / "journal"
        run_command(out, where, station, cn, parameters or [], system)


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


@group.command("substitute")
def substitute(
    file: Annotated[
        Path, typer.Argument(help="小时数据 CSV：hour,value,state / hours in CSV: hour,value,state")
    ],
    rule: Annotated[str, typer.Option("--rule", help="替代规则编号 / id of the rule")],
    quantity: Annotated[str, typer.Option("--quantity", help="监测量 / what is measured")],
    role: Annotated[
        str | None,
        typer.Option(
            "--role", help="gas | state | mass；缺省随监测量 / the quantity's own if left out"
        ),
    ] = None,
    calibrations: Annotated[
        list[str] | None,
        typer.Option(
            "--calibration", help="合格校准的时刻，可多次 / a passed calibration, repeatable"
        ),
    ] = None,
    highest: Annotated[
        float | None, typer.Option("--highest", help="最大潜在值 / maximum potential value")
    ] = None,
    rulebook: Book = None,
    lang: Lang = None,
    as_json: Json = False,
) -> None:
    """按规则替代缺失与无效的小时：何处、何值、为何 / substitute lost hours: where, what and why."""
    from tongjian.cli._monitoring_substitution import Series, run_substitute

    out = output(lang, as_json)
    with out.failing_cleanly():
        about = Series(quantity, role, calibrations or [], highest)
        run_substitute(out, file, rule, about, rulebook)


@group.command("screen")
def screen(
    file: Annotated[Path, typer.Argument(help="CSV：每列一个通道 / a channel in each column")],
    limits: Annotated[
        list[str] | None,
        typer.Option("--limit", help="列=限值，如 nox=80 / column=limit"),
    ] = None,
    quantities: Annotated[
        list[str] | None,
        typer.Option("--quantity", help="列=监测量，如 A1=nox / column=measured quantity"),
    ] = None,
    time: Annotated[str | None, typer.Option("--time", help="时间列 / column of times")] = None,
    running: Annotated[
        str | None, typer.Option("--running", help="运行信号列，大于零为运行 / above zero: running")
    ] = None,
    step: Annotated[int, typer.Option("--step", help="间隔，秒 / seconds of a row", min=1)] = 3600,
    rows: Annotated[int, typer.Option("--rows", help="最多显示 / rows shown", min=1)] = 30,
    lang: Lang = None,
    as_json: Json = False,
) -> None:
    """筛查小时序列：恒值、截断、重放等，只提示不判定 / screen series: findings, no verdicts."""
    from tongjian.cli._monitoring_screen import run_screening

    out = output(lang, as_json)
    with out.failing_cleanly():
        run_screening(out, file, (limits or [], quantities or []), (time, running), step, rows)


@group.command("ingest")
def ingest(
    workspace: Workspace = HERE,
    profile: Profile = None,
    journal: Annotated[
        Path | None,
        typer.Option("--journal", help="报文日志，或内有各网关日志的文件夹 / journal, or several"),
    ] = None,
    store: Store = None,
    lang: Lang = None,
    as_json: Json = False,
) -> None:
    """报文日志入库，接着上次，不重不漏 / take journals into the store, each record once."""
    from tongjian.cli._monitoring_series import places, run_ingest

    out = output(lang, as_json)
    with out.failing_cleanly():
        run_ingest(out, places(workspace, profile, journal, store))


@group.command("series")
def series(
    key: Annotated[
        str | None,
        typer.Argument(help="序列 MN/因子，缺省列出全部 / MN/code; all", metavar="SERIES"),
    ] = None,
    workspace: Workspace = HERE,
    first: Annotated[str | None, typer.Option("--from", help="起 / from, 2025-01-31")] = None,
    last: Annotated[str | None, typer.Option("--to", help="止（不含）/ to, not included")] = None,
    step: Annotated[str, typer.Option("--step", help="步长 / step: 15min, 1h, 1d, 1mon, 1y")] = "",
    profile: Profile = None,
    store: Store = None,
    lang: Lang = None,
    as_json: Json = False,
) -> None:
    """列出监测序列，或一条的均值 / list the series, or the means of one."""
    from tongjian.cli._monitoring_series import places, run_series

    out = output(lang, as_json)
    with out.failing_cleanly():
        run_series(out, places(workspace, profile, None, store), key, first, last, step)


class Stamped(Enum):
    """Where in its interval a time stamp is."""

    END = "end"
    START = "start"


class Totalled(Enum):
    """What totals are made of."""

    HOUR = "hour"
    DAY = "day"
    MONTH = "month"
    YEAR = "year"


@group.command("collect")
def collect(
    workspace: Workspace = HERE,
    seconds: Annotated[
        float, typer.Option("--seconds", help="到时停止，0 为一直采 / stop after; 0: never")
    ] = 0.0,
    lang: Lang = None,
    as_json: Json = False,
) -> None:
    """从 Modbus、OPC UA、MQTT 数据源采集到监测库 / collect from other sources into the store."""
    from tongjian.cli._monitoring_sources import run_collect

    out = output(lang, as_json)
    with out.failing_cleanly():
        run_collect(out, workspace, seconds)


@group.command("meter")
def meter(
    file: Annotated[
        Path | None, typer.Argument(help="抄表 CSV，或用 --series / readings as CSV, or --series")
    ] = None,
    series: Annotated[
        str, typer.Option("--series", help="监测库中的表底序列 / a register in the store")
    ] = "",
    workspace: Workspace = HERE,
    first: Annotated[
        datetime | None, typer.Option("--first", help="序列的起点 / of the series, from")
    ] = None,
    last: Annotated[
        datetime | None, typer.Option("--last", help="序列的终点（不含）/ to, exclusive")
    ] = None,
    time: Annotated[str, typer.Option("--time", help="时间列 / column of time")] = "",
    value: Annotated[str, typer.Option("--value", help="读数列 / column of readings")] = "",
    serial: Annotated[str, typer.Option("--meter", help="表号列 / column of the meter")] = "",
    form: Annotated[
        str, typer.Option("--form", help="时间格式 / form of time, e.g. %d/%m/%Y %H:%M")
    ] = "",
    quantities: Annotated[
        bool,
        typer.Option("--quantities", help="是时段用量，不是表底 / quantities, not a register"),
    ] = False,
    stamped: Annotated[
        Stamped, typer.Option("--stamped", help="时间戳在时段的 / a stamp is at its interval's")
    ] = Stamped.END,
    digits: Annotated[
        int, typer.Option("--digits", min=0, max=15, help="表底整数位数 / whole digits")
    ] = 0,
    multipliers: Annotated[
        list[str] | None,
        typer.Option("--multiplier", help="倍率，可多次，如 300/5 / multiplier, repeatable"),
    ] = None,
    most: Annotated[
        str, typer.Option("--most", help="每小时用量上限 / more than an hour can have")
    ] = "",
    period: Annotated[
        Totalled, typer.Option("--by", help="合计的期间 / period of totals")
    ] = Totalled.MONTH,
    leave: Annotated[
        bool,
        typer.Option("--leave", help="跨期的步不分摊 / do not share a step over a border"),
    ] = False,
    unit: Annotated[str, typer.Option("--unit", help="读数的单位 / unit of readings")] = "kWh",
    to: Annotated[str, typer.Option("--to", help="换算为 / convert to, e.g. MWh")] = "",
    lang: Lang = None,
    as_json: Json = False,
) -> None:
    """由抄表读数算用量：翻转、换表、倍率 / from meter readings to quantities."""
    from tongjian.cli._monitoring_sources import Readings, run_meter
    from tongjian.monitoring.sources import MeterFile

    out = output(lang, as_json)
    with out.failing_cleanly():
        how = MeterFile(time, value, serial, form, quantities, stamped.value)
        made = (digits, multipliers or [], most)
        readings = Readings(file, how, workspace, series, first, last)
        run_meter(out, readings, made, period.value, leave, (unit, to))


__all__ = [
    "collect",
    "command",
    "decode",
    "group",
    "ingest",
    "measure",
    "meter",
    "qa",
    "request",
    "screen",
    "series",
    "serve",
    "show",
    "status",
    "substitute",
]

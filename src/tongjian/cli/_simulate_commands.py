"""The group ``tongjian simulate``: what sends to the gateway when no plant does."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from tongjian.cli._options import Json, Lang, output

group = typer.Typer(
    no_args_is_help=True,
    help="仿真：说 HJ 212 的现场机 / simulation: stations that speak HJ 212",
)


@group.command("stations")
def stations(
    scenario: Annotated[
        list[str] | None,
        typer.Option(
            "--scenario", help="情景 adipic、boiler 或文件，可多次 / scenario or file, repeatable"
        ),
    ] = None,
    count: Annotated[
        int,
        typer.Option("--stations", "-n", min=0, help="站点数，0 为一套 / how many, 0: one plant"),
    ] = 0,
    host: Annotated[str, typer.Option("--host", help="网关地址 / gateway")] = "127.0.0.1",
    port: Annotated[int, typer.Option("--port", help="网关端口 / its port")] = 9212,
    first: Annotated[
        str, typer.Option("--from", help="开始，日期、时刻或 now / begin: date, time or now")
    ] = "2025-01-01",
    last: Annotated[
        str | None, typer.Option("--to", help="结束（不含），缺省到现在 / end, default: now")
    ] = None,
    speed: Annotated[
        str,
        typer.Option(
            "--speed", help="max 或实时的倍数，1 为实时 / max, or times real time (1: real time)"
        ),
    ] = "max",
    minutes: Annotated[
        int, typer.Option("--minutes", min=0, max=30, help="分钟数据间隔，0 不发 / minute data")
    ] = 0,
    realtime: Annotated[
        int,
        typer.Option("--realtime", min=0, help="实时数据间隔（秒），0 不发 / real-time data, s"),
    ] = 0,
    edition: Annotated[
        str, typer.Option("--edition", help="标准版本 / edition: 2005, 2017, 2025")
    ] = "2017",
    plain: Annotated[
        bool, typer.Option("--plain", help="2025 版也不加密 / no SM4 even in 2025")
    ] = False,
    crc: Annotated[
        str, typer.Option("--crc", help="校验码 / check sum: hj212, modbus, modbus-swapped")
    ] = "hj212",
    seed: Annotated[int, typer.Option("--seed", min=0, help="随机种子 / seed")] = 212,
    scale: Annotated[
        float, typer.Option("--scale", min=0, help="产生量的倍数 / times what is made")
    ] = 1.0,
    facility: Annotated[str, typer.Option("--facility", help="企业编码 / facility")] = "",
    process_unit: Annotated[
        str, typer.Option("--process-unit", help="装置或排放口 / process unit or outlet")
    ] = "",
    faults: Annotated[
        list[str] | None,
        typer.Option("--fault", help="故障，如 crc=0.01,stuck=nox@2025-02-01T00/102h / faults"),
    ] = None,
    truth: Annotated[
        Path | None, typer.Option("--truth", help="把注入的故障写成 JSON / write what was injected")
    ] = None,
    profile: Annotated[
        Path | None,
        typer.Option(
            "--write-profile", help="只写监测档案 monitoring.toml，不发送 / write it, send nothing"
        ),
    ] = None,
    replay: Annotated[
        Path | None, typer.Option("--replay", help="回放 CSV 文件 / replay a CSV file")
    ] = None,
    columns: Annotated[
        list[str] | None,
        typer.Option("--column", help="列=因子编码，可多次 / column=code, repeatable"),
    ] = None,
    step: Annotated[
        int, typer.Option("--step", min=1, max=60, help="回放每行的分钟数 / minutes of a row")
    ] = 60,
    times: Annotated[
        str | None, typer.Option("--times", help="时间列，用来核对 / column of times, checked")
    ] = None,
    window: Annotated[
        int,
        typer.Option("--window", min=1, help="同时等应答的报文数 / telegrams that wait at once"),
    ] = 100,
    over_time: Annotated[
        float, typer.Option("--over-time", help="应答超时（秒）/ seconds to an answer")
    ] = 10.0,
    stay: Annotated[
        float, typer.Option("--stay", help="发完后留在线上的秒数 / seconds on the line at the end")
    ] = 0.0,
    lang: Lang = None,
    as_json: Json = False,
) -> None:
    """仿真现场机向网关发送 HJ 212 报文 / stations that send HJ 212 to a gateway."""
    from tongjian.cli._simulate import Asked, run_simulation

    out = output(lang, as_json)
    with out.failing_cleanly():
        asked = Asked(
            scenarios=scenario or [],
            stations=count,
            host=host,
            port=port,
            first=first,
            last=last,
            speed=speed,
            minutes=minutes,
            realtime_s=realtime,
            edition=edition,
            plain=plain,
            crc=crc,
            seed=seed,
            scale=scale,
            facility=facility,
            process_unit=process_unit,
            faults=faults or [],
            truth=truth,
            profile=profile,
            replay=replay,
            columns=columns or [],
            step=step,
            times=times,
            window=window,
            over_time_s=over_time,
            stay_s=stay,
        )
        run_simulation(out, asked)


__all__ = ["group", "stations"]

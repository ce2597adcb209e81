"""``tongjian monitoring decode | serve``."""

from __future__ import annotations

import asyncio
import signal
import ssl
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from tongjian.cli._output import Output
from tongjian.monitoring.gateway import (
    ANY_RATE,
    Control,
    Gateway,
    Settings,
    is_running,
    read_stations,
    serve_metrics,
    share_time,
)
from tongjian.monitoring.hj212 import (
    Deframer,
    Deviation,
    Frame,
    Reading,
    Telegram,
    TelegramError,
    command,
    flags,
    key_of,
    parse,
    quantities,
    readings,
    review,
)
from tongjian.problems import Place, Problem, TongjianError

_STDIN = "-"


def run_decode(out: Output, file: Path, keys: Sequence[str]) -> None:
    """Print every telegram of a file: what it is, what was measured, where it departs."""
    opened = [_key(key) for key in keys]
    deframer = Deframer(keys=lambda mn: opened)
    data = _bytes(file)
    found = deframer.feed(data) + deframer.finish()
    told: list[dict[str, Any]] = []
    for one in found:
        if isinstance(one, Frame):
            told.append(_tell(out, one))
        else:
            out.problems([one.deviation.problem()])
            told.append({"refused": one.deviation.problem().as_dict(), "bytes": len(one.raw)})
    out.data(told)
    frames = sum(isinstance(one, Frame) for one in found)
    out.say(
        f"{frames} 条报文，拒收 {len(found) - frames} 处",
        f"{frames} telegrams, {len(found) - frames} things refused",
    )


def _tell(out: Output, frame: Frame) -> dict[str, Any]:
    try:
        telegram = parse(frame.segment)
    except TelegramError as error:
        out.problems(error.problems)
        return {"refused": [one.as_dict() for one in error.problems]}
    departs = [*frame.deviations, *telegram.deviations, *review(telegram)]
    measured = list(readings(telegram))
    known = command(telegram.cn, telegram.version)
    name = "" if known is None else known.zh if out.lang == "zh" else known.en
    out.say(
        f"站点 {telegram.mn}  命令 {telegram.cn} {name}  QN {telegram.qn or '—'}"
        f"  {telegram.version} 版{'  已解密' if frame.encrypted else ''}",
        f"station {telegram.mn}  command {telegram.cn} {name}  QN {telegram.qn or '—'}"
        f"  edition {telegram.version}{'  deciphered' if frame.encrypted else ''}",
    )
    if measured:
        _table(out, telegram, measured)
    else:
        for key, value in telegram.pairs():
            out.say(f"  {key} = {value}", f"  {key} = {value}")
    out.problems([one.problem() for one in departs])
    return {
        **{name: getattr(telegram, name) for name in ("mn", "st", "cn", "qn", "flag")},
        "edition": telegram.version,
        "readings": [_plain(one) for one in measured],
        "groups": [list(group) for group in telegram.groups],
        "deviations": [_code(one) for one in departs],
    }


def _table(out: Output, telegram: Telegram, measured: Sequence[Reading]) -> None:
    zh = out.lang == "zh"
    kinds = list(dict.fromkeys(kind for one in measured for kind in one.values))
    rows = []
    for one in measured:
        quantity = quantities().get(one.code)
        name = "" if quantity is None else quantity.zh if zh else quantity.en or quantity.zh
        unit = "" if quantity is None else quantity.unit
        values = [str(one.values.get(kind, "")) for kind in kinds]
        rows.append([one.code, name, unit, *values, _flag(one.flag, telegram.version, zh)])
    head = (
        ["因子", "名称", "缺省单位", *kinds, "标记"]
        if zh
        else ["code", "quantity", "default unit", *kinds, "flag"]
    )
    out.table(str(measured[0].time or ""), head, rows, keys=1)


def _flag(flag: str | None, edition: str, zh: bool) -> str:
    """A flag with what it means in the vocabulary of its edition."""
    meaning = flags().get(("2005" if edition == "2005" else "2017", flag or ""))
    if meaning is None:
        return flag or ""
    return f"{flag} {meaning.zh if zh else meaning.en}"


def _plain(one: Reading) -> dict[str, Any]:
    values = {kind: str(value) for kind, value in one.values.items()}
    return {"code": one.code, "time": one.time, "flag": one.flag, "values": values}


def _code(one: Deviation) -> dict[str, str]:
    return {"code": one.code, "found": one.found, "expected": one.expected}


def _bytes(file: Path) -> bytes:
    if str(file) == _STDIN:
        return sys.stdin.buffer.read()
    try:
        return file.read_bytes()
    except OSError as error:
        problem = Problem("cli.unreadable", Place(file=str(file)), {"detail": error.strerror})
        raise TongjianError(problem) from error


def _key(text: str) -> bytes:
    key = key_of(text)
    if key is None:
        raise TongjianError(Problem("cli.sm4_key", values={"length": len(text)}))
    return key


def run_gateway(
    out: Output,
    stations: Path,
    journal: Path,
    address: tuple[str, int],
    metrics_port: int,
    tls: tuple[Path | None, Path | None],
    bounds: tuple[float, bool],
) -> None:
    """Receive telegrams until told to stop; `bounds` are the rate of a line and history or not."""
    allowed = read_stations(stations)
    if is_running(journal):
        raise TongjianError(Problem("monitoring.control_running", Place(file=str(journal))))
    rate = bounds[0] or ANY_RATE
    settings = Settings(rate=rate, burst=max(Settings().burst, rate), history=bounds[1])
    context = _context(tls)

    async def serve() -> OSError | None:
        gateway = Gateway(journal, allowed, settings)
        port = await gateway.start(*address, tls=context)
        control = Control(gateway, journal)
        try:
            await control.start()
        except OSError as error:  # it receives all the same
            values = {"detail": error.strerror or error}
            place = Place(file=str(journal))
            out.problems([Problem("monitoring.control_closed", place, values, "warning")])
        metrics = None
        if metrics_port:
            metrics = await serve_metrics(gateway.metrics, "127.0.0.1", metrics_port)
        loop = asyncio.get_running_loop()
        asked = asyncio.Event()
        for number in (signal.SIGINT, signal.SIGTERM):
            loop.add_signal_handler(number, asked.set)
        out.say(
            f"网关已就绪：{address[0]}:{port}，{len(allowed)} 个站点，日志在 {journal}"
            "（Ctrl+C 停止）",
            f"The gateway is ready: {address[0]}:{port}, {len(allowed)} stations, journal in "
            f"{journal} (Ctrl+C stops)",
        )
        waits = {asyncio.create_task(one.wait()) for one in (asked, gateway.stopped)}
        await asyncio.wait(waits, return_when=asyncio.FIRST_COMPLETED)
        await control.close()
        if metrics is not None:
            metrics.close()
        if gateway.failure is None:
            await gateway.stop()
        return gateway.failure

    share_time()
    try:
        failure = asyncio.run(serve())
    except OSError as error:
        failure = error
    if failure is not None:
        raise TongjianError(Problem("cli.gateway", values={"detail": failure}))
    out.say("网关已停止，收到的都已落盘", "The gateway has stopped; all it took is on the disk")


def _context(tls: tuple[Path | None, Path | None]) -> ssl.SSLContext | None:
    certificate, key = tls
    if certificate is None:
        return None
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    try:
        context.load_cert_chain(certificate, key)
    except OSError as error:
        values = {"detail": error.strerror or error}
        raise TongjianError(
            Problem("cli.unreadable", Place(file=str(certificate)), values)
        ) from error
    return context


__all__ = ["run_decode", "run_gateway"]

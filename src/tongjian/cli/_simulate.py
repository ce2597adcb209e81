"""``tongjian simulate stations``."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import datetime
from pathlib import Path

from tongjian.cli._output import Output
from tongjian.monitoring.hj212 import CHINA, EDITIONS, VARIANTS
from tongjian.monitoring.simulator import (
    Habits,
    Member,
    Options,
    Schedule,
    Truth,
    member_of,
    members_of,
    profile_of,
    read_faults,
    read_scenario,
    read_series,
    run_stations,
    station_of,
)
from tongjian.problems import Place, Problem, TongjianError

_DEFAULT = "adipic"
_ENDLESS = datetime(9999, 1, 1)


@dataclass(frozen=True, slots=True)
class Asked:
    """The options of the command."""

    scenarios: Sequence[str]
    stations: int
    host: str
    port: int
    first: str
    last: str | None
    speed: str
    minutes: int
    realtime_s: int
    edition: str
    plain: bool
    crc: str
    seed: int
    scale: float
    facility: str
    process_unit: str
    faults: Sequence[str]
    truth: Path | None
    profile: Path | None
    replay: Path | None
    columns: Sequence[str]
    step: int
    times: str | None
    window: int
    over_time_s: float
    stay_s: float


def run_simulation(out: Output, asked: Asked) -> None:
    """Write the profile of the stations, or run them against a gateway."""
    options = _options(asked)
    members = _members(out, asked, options)
    if asked.profile is not None:
        _write_profile(out, asked.profile, profile_of(members, options.schedule.minutes, out.lang))
        out.data({"profile": str(asked.profile), "stations": [one.who.mn for one in members]})
        return
    truth = Truth()
    stations = [station_of(one, options, truth) for one in members]
    try:
        found = asyncio.run(run_stations(stations, asked.host, asked.port))
    except ExceptionGroup as group:
        problems = [
            problem
            for one in group.exceptions
            if isinstance(one, TongjianError)
            for problem in one.problems
        ]
        if not problems:
            raise
        raise TongjianError(problems) from None
    finally:
        if asked.truth is not None:
            text = json.dumps(truth.rows(), ensure_ascii=False, indent=1, default=_iso)
            asked.truth.write_text(text + "\n", encoding="utf-8")
    rows = [
        [one.who.mn, one.name(out.lang), sent.telegrams, sent.answered, sent.resent, sent.lines]
        for one, sent in zip(members, found, strict=True)
    ]
    zh = ["MN", "站点", "报文", "已应答", "重发", "连接"]
    en = ["MN", "station", "telegrams", "answered", "sent again", "connections"]
    title = "仿真站点" if out.lang == "zh" else "Simulated stations"
    out.table(title, zh if out.lang == "zh" else en, rows, keys=1)
    out.data([{"mn": one.who.mn, **asdict(sent)} for one, sent in zip(members, found, strict=True)])
    if asked.truth is not None:
        number = len(truth.rows())
        out.say(f"注入 {number} 项，见 {asked.truth}", f"{number} things injected: {asked.truth}")


def _options(asked: Asked) -> Options:
    wrong: list[Problem] = []
    speed: float | None = None
    if asked.speed != "max":
        try:
            speed = float(asked.speed)
        except ValueError:
            speed = 0.0
        if not speed > 0:
            wrong.append(_option("--speed", asked.speed, "max / 1 / 60"))
    for name, value, among in (
        ("--edition", asked.edition, EDITIONS),
        ("--crc", asked.crc, tuple(VARIANTS)),
    ):
        if value not in among:
            wrong.append(_option(name, value, " / ".join(among)))
    if asked.minutes and 60 % asked.minutes:
        wrong.append(
            _option("--minutes", asked.minutes, "1 / 2 / 3 / 4 / 5 / 6 / 10 / 12 / 15 / 20 / 30")
        )
    if asked.replay is not None and (not asked.columns or 60 % asked.step):
        wrong.append(_option("--column / --step", " ".join(asked.columns), "NOX=a21002, 15"))
    now = datetime.now(CHINA).replace(tzinfo=None, second=0, microsecond=0)
    times = {}
    for name, text in (("--from", asked.first), ("--to", asked.last)):
        try:
            times[name] = now if text in (None, "now") else datetime.fromisoformat(str(text))
        except ValueError:
            wrong.append(_option(name, text, "2025-01-01 / 2025-01-01T08 / now"))
    if wrong:
        raise TongjianError(wrong)
    first, last = times["--from"], times["--to"]
    if asked.last is None and speed is not None:
        last = _ENDLESS
    if first.tzinfo or last.tzinfo or first > last:
        raise TongjianError(_option("--from / --to", f"{first} {last}", "2025-01-01 < 2026-01-01"))
    habits = Habits(window=asked.window, speed=speed, stay_s=asked.stay_s)
    return Options(
        Schedule(first, last, asked.minutes, asked.realtime_s),
        asked.stations,
        asked.edition,
        not asked.plain,
        asked.crc,
        asked.seed,
        asked.scale,
        asked.facility,
        asked.process_unit,
        read_faults(asked.faults),
        habits,
        asked.over_time_s,
    )


def _members(out: Output, asked: Asked, options: Options) -> list[Member]:
    if asked.replay is None:
        found: list[Member] = []
        for name in asked.scenarios or [_DEFAULT]:
            found += members_of(read_scenario(name), options, len(found))
        return found
    columns = {}
    for one in asked.columns:
        name, equals, code = one.partition("=")
        if not equals:
            raise TongjianError(_option("--column", one, "NOX=a21002"))
        columns[name] = code
    plan = options.schedule
    series = read_series(asked.replay, columns, plan.first, asked.step, asked.times)
    if asked.last is None:
        plan.last = series.last
    plan.last = min(plan.last, series.last)
    if asked.step < 60 and not plan.minutes:
        plan.minutes = asked.step
    if series.mended:
        out.say(
            f"{asked.replay}：{series.mended} 个午夜记在前一天，已改正",
            f"{asked.replay}: {series.mended} midnights bore the date of the day before; mended",
        )
    return [member_of(series, options, asked.replay.name)]


def _write_profile(out: Output, path: Path, text: str) -> None:
    if path.exists() and path.read_text(encoding="utf-8") != text:
        raise TongjianError(Problem("cli.file_exists", Place(file=str(path))))
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, encoding="utf-8")
    out.say(
        f"监测档案已写入 {path}（含仿真站点的密码）；启动网关后再发送",
        f"The profile is in {path} (with the passwords of simulated stations); start the gateway, "
        "then send",
    )


def _option(name: str, value: object, expected: str) -> Problem:
    return Problem("cli.option", values={"option": name, "value": value, "expected": expected})


def _iso(value: object) -> str:
    return value.isoformat() if isinstance(value, datetime) else str(value)


__all__ = ["Asked", "run_simulation"]

"""Simulated stations for tests: their telegrams without a line, and a gateway that admits them."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterable
from contextlib import asynccontextmanager
from datetime import datetime
from pathlib import Path

from tongjian.monitoring.gateway import (
    REFUSED,
    Gateway,
    Journal,
    Kept,
    Settings,
    Station,
    Stations,
    unpacked,
)
from tongjian.monitoring.hj212 import Reading, Telegram, parse, readings
from tongjian.monitoring.simulator import (
    Habits,
    Member,
    Options,
    Schedule,
    Truth,
    members_of,
    read_faults,
    read_scenario,
    station_of,
)

QUICK = Settings(group_s=0, rate=1e9, burst=1e9, over_time_s=5.0, frame_s=0.2)


def day(text: str) -> datetime:
    return datetime.fromisoformat(text)


def options(first: str, last: str, *faults: str, minutes: int = 0, **rest: object) -> Options:
    """Options of a simulation from `first` to `last`; quick to send again."""
    schedule = Schedule(day(first), day(last), minutes=minutes)
    given = {"over_time_s": 0.2, "habits": Habits(window=64, patience_s=20), **rest}
    return Options(schedule, faults=read_faults(faults), **given)  # type: ignore[arg-type]


def members(scenario: str, asked: Options) -> list[Member]:
    return members_of(read_scenario(scenario), asked)


def sent(member: Member, asked: Options, truth: Truth | None = None) -> list[Telegram]:
    """Everything that a station would send by itself, read strictly."""
    feed = station_of(member, asked, truth or Truth()).feed
    return [parse(one.segment, strict=True) for _, many in feed.telegrams() for one in many]


def values(telegrams: Iterable[Telegram], cn: str, code: str) -> dict[datetime, Reading]:
    """The readings of `code` in data of `cn`, by their time."""
    found = {}
    for telegram in telegrams:
        if telegram.cn == cn:
            for one in readings(telegram):
                if one.code == code and one.time is not None:
                    found[one.time] = one
    return found


@asynccontextmanager
async def served(
    folder: Path, who: Iterable[Member], settings: Settings = QUICK
) -> AsyncIterator[tuple[Gateway, int]]:
    allowed = Stations(
        Station(
            *(one.who.mn, one.who.password),
            crc=one.who.crc,
            keys=(one.who.key,) if one.who.key else (),
        )
        for one in who
    )
    gateway = Gateway(folder, allowed, settings)
    port = await gateway.start("127.0.0.1", 0)
    try:
        yield gateway, port
    finally:
        await gateway.stop()


def journal(folder: Path) -> list[Kept]:
    return [unpacked(content) for content in Journal(folder).read()]


def kept(folder: Path) -> list[Telegram]:
    """The telegrams of a journal."""
    return [parse(one.segment) for one in journal(folder) if one.kind != REFUSED]

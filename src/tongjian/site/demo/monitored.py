"""A year of monitoring for one plant of the sample (虚构的一年监测).

Simulated stations send every hour of the year to a real gateway; from there on it goes as anywhere:
its journal, the store of series, the roll-up by the rules, records in the name of who prepares the
report.
"""

from __future__ import annotations

import asyncio
import csv
from collections.abc import Iterable
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from tongjian.measured import CHECKS_FILE
from tongjian.monitoring.gateway import ANY_RATE, Gateway, Settings
from tongjian.monitoring.profile import read_profile
from tongjian.monitoring.series import SeriesStore
from tongjian.monitoring.simulator import (
    Fault,
    Member,
    Options,
    Schedule,
    Truth,
    members_of,
    profile_of,
    read_scenario,
    run_stations,
    station_of,
)
from tongjian.site.access.actor import Actor
from tongjian.site.demo.words import words
from tongjian.site.monitoring.kept import PROFILE
from tongjian.site.monitoring.measuring import record_year
from tongjian.site.monitoring.services import folder_of
from tongjian.site.registry.models import Outlet, Plant, Station
from tongjian.site.registry.services import change

_HERE = "127.0.0.1"
Row = dict[str, Any]


def is_told(row: Row, year: int) -> bool:
    """Whether a row of the sample says what the monitors of that year say."""
    told = words()["monitored"]["told"]
    return int(row["year"]) == year and [row["stream"], row["item"]] in told


def monitor(plant: Plant, year: int, rows: Iterable[Row], actor: Actor) -> None:
    """Have the first line of a plant monitored for a year, as large as its output in `rows`."""
    said = words()["monitored"]
    made: dict[str, float] = {}
    for row in rows:
        if int(row["year"]) == year and [row["stream"], row["item"]] == said["produced"]:
            unit = str(row["process_unit"])
            made[unit] = made.get(unit, 0.0) + float(row["quantity"])
    unit = min(made)
    options = Options(
        Schedule(datetime(year, 1, 1), datetime(year + 1, 1, 1), days=False),
        scale=made[unit] / said["output"],
        facility=plant.code,
        process_unit=unit,
        faults=[
            Fault(kind, 0.0, one.get("quantity", ""), begin, begin + timedelta(hours=one["hours"]))
            for kind, when in (("gap", said["gaps"]), ("stuck", said["frozen"]))
            for one in when
            for begin in [_hour(one, year)]
        ],
    )
    members = members_of(read_scenario(said["scenario"]), options)
    folder = folder_of(plant)
    folder.mkdir(parents=True, exist_ok=True)
    profile = folder / PROFILE
    profile.write_text(profile_of(members), encoding="utf-8")
    _check(folder / CHECKS_FILE, members, year)
    asyncio.run(_stream(folder / "journal", profile, members, options))
    with SeriesStore.open(folder / "series") as store:
        store.ingest(folder / "journal", read_profile(profile))
        store.flush()
    for one in members:
        _register(actor, plant, one, year)
    record_year(plant, year, actor)


def _check(path: Path, members: Iterable[Member], year: int) -> None:
    """The checks of one analyser, as its operator hands them in."""
    said = words()["monitored"]["checked"]
    key, channel = next(
        (f"{one.who.mn}/{channel.code}", channel)
        for one in members
        if one.point and one.point.position == said["position"]
        for channel in one.channels
        if channel.quantity == said["quantity"]
    )
    span = channel.highest
    assert span is not None
    same = {
        "kind": "drift",
        "rules": said["rules"],
        "channel": key,
        "quantity": channel.quantity,
        "unit": channel.unit,
        "span": f"{span:g}",
    }
    rows = [
        {
            "test": one["name"],
            **same,
            "time": f"{_hour(one, year):%Y-%m-%d %H:%M}",
            "level": level,
            "reference": f"{span * reference:g}",
            "measured": f"{span * one[level]:g}",
        }
        for one in said["checks"]
        for level, reference in said["reference"].items()
    ]
    with path.open("w", encoding="utf-8", newline="") as stream:
        writer = csv.DictWriter(stream, list(rows[0]))
        writer.writeheader()
        writer.writerows(rows)


def _hour(one: Row, year: int) -> datetime:
    return datetime(year, one["month"], one["day"], one["hour"])


async def _stream(journal: Path, profile: Path, members: list[Member], options: Options) -> None:
    """Every station sends its year to a gateway on this machine, which keeps and answers it."""
    # One sender on the same machine: its rate needs no bound, and nothing is asked for again.
    settings = Settings(group_s=0, rate=ANY_RATE, burst=ANY_RATE, history=False)
    gateway = Gateway(journal, read_profile(profile).stations, settings)
    port = await gateway.start(_HERE, 0)
    try:
        stations = [station_of(one, options, Truth()) for one in members]
        await run_stations(stations, _HERE, port)
    finally:
        await gateway.stop()


def _register(actor: Actor, plant: Plant, one: Member, year: int) -> None:
    outlet = Outlet.every.filter(plant=plant).first()
    change(
        actor,
        Station(
            plant=plant,
            outlet=outlet if one.point and one.point.position == "stack" else None,
            mn=one.who.mn,
            name_zh=one.name("zh"),
            name_en=one.name("en"),
            since=datetime(year, 1, 1).date(),
        ),
    )


__all__ = ["is_told", "monitor"]

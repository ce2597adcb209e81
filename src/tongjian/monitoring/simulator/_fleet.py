"""The stations of a simulation put together (仿真站群), and all of them run."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import timedelta

from tongjian.monitoring.hj212 import EDITIONS
from tongjian.monitoring.simulator._changes import Changes
from tongjian.monitoring.simulator._dice import dice
from tongjian.monitoring.simulator._faults import Fault, Held, Injected, Truth
from tongjian.monitoring.simulator._feed import Feed, Schedule
from tongjian.monitoring.simulator._habits import Habits, Sent
from tongjian.monitoring.simulator._orders import Manners
from tongjian.monitoring.simulator._plant import Plant
from tongjian.monitoring.simulator._scenario import Scenario, SimChannel, SimPoint
from tongjian.monitoring.simulator._series import Series, SeriesSource
from tongjian.monitoring.simulator._source import PointSource, Source
from tongjian.monitoring.simulator._station import Station
from tongjian.monitoring.simulator._telegrams import Identity
from tongjian.monitoring.simulator._wire import Wire

_MAKER = "A9880000000000000000"  # of nobody: no EPC of HJ 212-2017 begins so
_MAKER_2005 = "0000000"
_PASSWORDS = 10**6


@dataclass(slots=True)
class Options:
    """What is to be simulated, and how."""

    schedule: Schedule
    stations: int = 0
    edition: str = "2017"
    encrypted: bool = True
    crc: str = "hj212"
    seed: int = 212
    scale: float = 1.0
    facility: str = ""
    process_unit: str = ""
    faults: Sequence[Fault] = ()
    habits: Habits = field(default_factory=Habits)
    over_time_s: float = 10.0


@dataclass(slots=True)
class Member:
    """One station: who it says it is, where it stands, what it measures."""

    who: Identity
    source: Source
    facility: str
    process_unit: str
    stream: str = ""
    point: SimPoint | None = None
    name_zh: str = ""
    name_en: str = ""

    @property
    def channels(self) -> tuple[SimChannel, ...]:
        """What it measures."""
        return self.source.channels

    def name(self, lang: str) -> str:
        """Its name in `lang`."""
        return self.name_zh if lang == "zh" else self.name_en


def members_of(scenario: Scenario, options: Options, before: int = 0) -> list[Member]:
    """`options.stations` stations: those of the scenario, then of more plants like it.

    0 is one plant with all its points. A further plant has a facility with a number of its own and
    weather of its own, but is of the same size. `before` stations have been numbered already.
    """
    count = options.stations or len(scenario.points)
    found = []
    plant: Plant | None = None
    for number in range(count):
        which, at = divmod(number, len(scenario.points))
        if at == 0 or plant is None:
            plant = Plant(scenario.plant, options.seed + which, options.scale)
        point = scenario.points[at]
        facility = options.facility or scenario.plant.facility
        unit = options.process_unit or scenario.plant.process_unit
        more = f"-{which + 1}" if which else ""
        name = f"{scenario.name}{more} {point.position}"
        found.append(
            Member(
                identity(options, before + number),
                PointSource(point, plant, options.seed + which, name),
                facility + more,
                unit,
                scenario.plant.stream,
                point,
                point.name_zh + more,
                point.name_en + more,
            )
        )
    return found


def member_of(series: Series, options: Options, name: str) -> Member:
    """A station that sends a recorded series."""
    return Member(
        identity(options, 0),
        SeriesSource(series),
        options.facility,
        options.process_unit,
        name_zh=name,
        name_en=name,
    )


def identity(options: Options, number: int) -> Identity:
    """Who station `number` is; passwords and keys follow from the seed: they guard nothing."""
    rolled = dice(options.seed, "identity", number)
    old = options.edition == EDITIONS[0]
    mn = f"{_MAKER_2005}{number + 1:07d}" if old else f"{_MAKER}{number + 1:04X}"
    password = f"{int(rolled.integers(_PASSWORDS)):06d}"
    key = rolled.bytes(16) if options.edition == EDITIONS[-1] and options.encrypted else None
    return Identity(mn, password, options.edition, crc=options.crc, key=key)


def station_of(member: Member, options: Options, truth: Truth) -> Station:
    """The station of `member` with its faults."""
    plan = options.schedule
    # A copy: what the host sets for one station is not set for another.
    schedule = Schedule(plan.first, plan.last, plan.minutes, plan.realtime_s, plan.hours, plan.days)
    feed = Feed(member.who, member.source, schedule)
    mn = member.who.mn
    for fault in options.faults:
        if fault.kind in ("late", "gap"):
            feed.held.append(Held(fault.first, fault.last, fault.until))
            detail = f"until {fault.until}" if fault.until else "only when asked for"
            truth.note(Injected(mn, fault.kind, first=fault.first, last=fault.last, detail=detail))
        elif fault.kind == "clock":
            feed.clock_faults.append((fault.first, timedelta(seconds=fault.number)))
            first = max(fault.first, plan.first)
            truth.note(Injected(mn, fault.kind, first=first, detail=f"{fault.number:+g} s"))
    feed.clock_faults.sort()
    while feed.clock_faults and feed.clock_faults[0][0] <= plan.first:
        feed.clock_error = feed.clock_faults.pop(0)[1]
    if isinstance(member.source, PointSource):
        changes = Changes(member.source, list(options.faults), mn, truth)
        if changes.any:
            member.source.change.append(changes.apply)
            member.source.amend.append(changes.amend)
    wire = Wire(options.faults, mn, options.seed, truth)
    manners = Manners(
        options.over_time_s, minutes=plan.minutes or 10, realtime_s=plan.realtime_s or 30
    )
    return Station(member.who, feed, wire, manners, options.habits)


async def run_stations(stations: Sequence[Station], host: str, port: int) -> list[Sent]:
    """Run all of them at once until everything was answered."""
    async with asyncio.TaskGroup() as group:
        tasks = [group.create_task(one.run(host, port)) for one in stations]
    return [one.result() for one in tasks]

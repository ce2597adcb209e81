"""The collector by itself: bounds, faults, minutes, and the settings of sources."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Sequence
from datetime import datetime, timedelta
from pathlib import Path

import pytest

from tests.monitoring.sources.support import QUICK, Kept, until
from tongjian.monitoring.sources import (
    Batch,
    Collector,
    CollectorSettings,
    MinuteMaker,
    Tell,
    Value,
    open_sources,
    read_sources,
)
from tongjian.problems import Problem, RecordError

START = datetime(2025, 6, 1, 8)


def value(second: float, number: float | None, flag: str = "N", key: str = "s/a") -> Value:
    kinds = {} if number is None else {"rtd": number}
    return Value(key, START + timedelta(seconds=second), 0, kinds, flag)


class Endless:
    """A source that always has another value."""

    name, keys, holds = "s", ("s/a",), False

    def __init__(self) -> None:
        self.given = 0

    async def batches(self, tell: Tell) -> AsyncIterator[Batch]:
        while True:
            self.given += 1
            yield Batch([value(self.given, 1.0)])
            await asyncio.sleep(0)


class Failing(Kept):
    """A sink that fails until it is mended."""

    broken = True

    def put(self, rows: Sequence[Value], /) -> None:
        if self.broken:
            raise OSError("no space left")
        super().put(rows)


def test_a_failing_sink_holds_its_sources_back_and_loses_nothing() -> None:
    async def play() -> None:
        source, sink = Endless(), Failing()
        told: list[Problem] = []
        settings = CollectorSettings(
            *(0.01, 0.05), batches=5, batch_values=5, gather_s=0.01, minutes=False
        )
        collector = Collector([source], sink, told.append, settings)
        running = asyncio.create_task(collector.run())
        await until(lambda: bool(told))
        await asyncio.sleep(0.05)
        assert source.given <= 5 + 5 + 3  # those that wait, those at the sink, one in the hand
        sink.broken = False
        await until(lambda: len(sink.rows) > 50)
        collector.stop()
        await running
        assert [row.time for row in sink.rows] == [
            START + timedelta(seconds=number + 1) for number in range(len(sink.rows))
        ]
        assert [one.code for one in told] == ["monitoring.sink_failed"]  # said once

    asyncio.run(play())


def test_what_cannot_be_kept_at_the_end_is_told() -> None:
    async def play() -> list[Problem]:
        told: list[Problem] = []
        collector = Collector([Endless()], Failing(), told.append, QUICK)
        running = asyncio.create_task(collector.run())
        await until(lambda: bool(told))
        collector.stop()
        await running
        assert collector.counts.kept == 0
        return told

    lost = asyncio.run(play())[-1]
    assert lost.code == "monitoring.sink_lost" and int(str(lost.values["count"])) > 0


def test_a_fault_of_a_source_is_not_hidden() -> None:
    class Wrong(Endless):
        async def batches(self, tell: Tell) -> AsyncIterator[Batch]:
            yield Batch([value(1, 1.0)])
            raise KeyError("a mistake in the program")

    sink = Kept()
    with pytest.raises(KeyError):
        asyncio.run(Collector([Wrong()], sink, print, QUICK).run())
    assert len(sink.rows) >= 1


class Clock:
    def __init__(self) -> None:
        self.now = START

    def __call__(self) -> datetime:
        return self.now

    def at(self, second: float) -> None:
        self.now = START + timedelta(seconds=second)


def made(maker: MinuteMaker) -> list[tuple[int, dict[str, float], str | None]]:
    return [(one.time.minute, dict(one.kinds), one.flag) for one in maker.closed()]


def test_minutes_of_what_is_polled() -> None:
    clock = Clock()
    maker = MinuteMaker((), 15, clock)
    for second, number in ((0, 10.0), (15, 20.0), (30, 60.0), (60, 5.0)):
        maker.take(value(second, number))
    clock.at(74)
    assert made(maker) == []  # late ones may be under way
    clock.at(75)
    assert made(maker) == [(0, {"avg": 30.0, "min": 10.0, "max": 60.0}, "N")]
    maker.take(value(45, 99.0))  # too late: the minute is made once
    maker.take(value(90, 1.0, "C"))
    maker.take(value(125, None, "D"))
    clock.at(500)
    assert made(maker) == [(1, {"avg": 5.0, "min": 5.0, "max": 5.0}, "C"), (2, {}, "D")]


def test_minutes_of_what_stands_until_it_changes() -> None:
    clock = Clock()
    maker = MinuteMaker({"s/a"}, 0, clock)
    maker.take(value(-86_400, 10.0))  # stamped yesterday; watched since 08:00
    maker.take(value(45, 30.0))
    clock.at(180)
    # 45 s at 10 and 15 s at 30: 900 / 60; then 30 without a word from the source.
    assert made(maker) == [
        (0, {"avg": 15.0, "min": 10.0, "max": 30.0}, "N"),
        (1, {"avg": 30.0, "min": 30.0, "max": 30.0}, "N"),
        (2, {"avg": 30.0, "min": 30.0, "max": 30.0}, "N"),
    ]
    clock.at(210)
    maker.lose("s/a")
    clock.at(600)  # nothing is known of these minutes
    maker.take(value(600, 7.0))
    clock.at(660)
    assert [(minute, kinds["avg"]) for minute, kinds, _ in made(maker)] == [(3, 30.0), (10, 7.0)]


PROFILE = """
[[source]]
name = "dcs"
kind = "modbus"
host = "10.0.0.5"
poll_s = 15
channel = [
  { code = "holding:100", type = "float32", quantity = "n2o", unit = "mg/m3", facility = "F" },
]
[[source]]
name = "opc"
kind = "opcua"
url = "opc.tcp://10.0.0.6:4840"
channel = [{ code = "nsu=urn:plant;s=N2O", quantity = "n2o" }]
[[source]]
name = "mq"
kind = "mqtt"
host = "10.0.0.7"
channel = [{ code = "plant/stack1#n2o.value", invalid = [-9999] }]
[[source]]
name = "sp"
kind = "sparkplug"
host = "10.0.0.7"
channel = [{ code = "plant/edge1/cems1#N2O/mg" }]
"""


def test_a_profile_of_every_kind(tmp_path: Path) -> None:
    for name in ("pymodbus", "asyncua", "paho"):
        pytest.importorskip(name, reason="needs the extra sources")
    file = tmp_path / "monitoring.toml"
    file.write_text(PROFILE, encoding="utf-8")
    opened = open_sources(read_sources(file))
    assert [key for one in opened for key in one.keys] == [
        "dcs/holding:100",
        "opc/nsu=urn:plant;s=N2O",
        "mq/plant/stack1#n2o.value",
        "sp/plant/edge1/cems1#N2O/mg",
    ]
    assert [one.holds for one in opened] == [False, True, False, True]


def test_every_fault_of_a_profile_at_once(tmp_path: Path) -> None:
    file = tmp_path / "monitoring.toml"
    file.write_text(
        """
[[source]]
name = "a"
kind = "modbus"
port = 70000
channel = [{ code = "40101", type = "int24" }, { code = "input:1" }, { code = "input:1" }]
[[source]]
name = "a"
kind = "mqtt"
host = "h"
password = 5
channel = [{ code = "plant/+/n2o" }]
[[source]]
name = "b"
kind = "profibus"
""",
        encoding="utf-8",
    )
    with pytest.raises(RecordError) as caught:
        read_sources(file)
    told = [(one.values["source"], one.values["field"]) for one in caught.value.problems]
    assert told == [
        ("a", "port"),
        ("a", "host"),
        ("a/40101", "type"),
        ("a/40101", "code"),
        ("a/input:1", "code"),
        ("a", "password"),
        ("a/plant/+/n2o", "code"),
        ("a", "name"),
        ("b", "kind"),
    ]
    assert "现为“…”" in caught.value.problems[5].text("zh")  # a secret stays out of messages

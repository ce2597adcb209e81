"""Hours that a station skipped are asked for, within bounds, and only where they can be had."""

from __future__ import annotations

import asyncio
import dataclasses
import time
from datetime import timedelta
from pathlib import Path

from tests.monitoring.fleet import QUICK, day, kept, members, options, sent, served, values
from tests.monitoring.station import MN, PASSWORD, Client, stations
from tongjian.monitoring.gateway import Gateway, Settings
from tongjian.monitoring.hj212 import Telegram, build, frame
from tongjian.monitoring.simulator import Habits, Options, Truth, station_of

EAGER = dataclasses.replace(QUICK, history_after_s=0.0, history_span=4)
HOUR = timedelta(hours=1)


def run(folder: Path, asked: Options, settings: Settings) -> Gateway:
    """A station sends; once it has, the gateway looks for gaps until it has nothing to ask."""
    (stack,) = members("boiler", asked)
    station = station_of(stack, asked, Truth())

    async def play() -> Gateway:
        async with served(folder, [stack], settings) as (gateway, port):
            sending = asyncio.create_task(station.run("127.0.0.1", port))
            due = len(sent(stack, asked)) + 1
            while station.sent.answered < due:
                await asyncio.sleep(0.005)
            for _ in range(40):
                gateway.history.look(time.monotonic())
                await asyncio.sleep(0.01)
            await sending
            return gateway

    return asyncio.run(play())


def test_a_gap_is_filled_from_the_past_of_the_station(tmp_path: Path) -> None:
    asked = options("2025-01-01", "2025-01-03", "gap=2025-01-01T07/6h", habits=Habits(stay_s=0.5))
    gateway = run(tmp_path, asked, EAGER)

    whole = values(
        sent(members("boiler", asked)[0], options("2025-01-01", "2025-01-03")), "2061", "a21026"
    )
    assert values(kept(tmp_path), "2061", "a21026") == whole
    assert len(whole) == 48
    assert gateway.history.missing("A98800000000000000000001") == []
    # Six hours in requests of four at most, the newest first.
    assert gateway.metrics.get("history_requests_total", "2061") == 2
    came = [one.value("DataTime") or "" for one in kept(tmp_path) if one.cn == "2061"][-6:]
    assert [text[8:10] for text in came] == ["09", "10", "11", "12", "07", "08"]


def test_a_gap_over_a_stop_of_the_gateway_is_seen(tmp_path: Path) -> None:
    first = options("2025-01-01", "2025-01-01T12")
    run(tmp_path, first, EAGER)
    later = options("2025-01-01", "2025-01-02", "gap=2025-01-01T12/3h", habits=Habits(stay_s=0.5))
    run(tmp_path, later, EAGER)

    hours = [one.value("DataTime") for one in kept(tmp_path) if one.cn == "2061"]
    assert len(hours) == len(set(hours)) == 24


def test_what_the_station_does_not_have_is_given_up(tmp_path: Path) -> None:
    run(tmp_path, options("2025-01-01", "2025-01-01T12"), EAGER)
    later = options("2025-01-01T20", "2025-01-02", habits=Habits(stay_s=0.5))
    gateway = run(tmp_path, later, EAGER)

    assert gateway.history.missing("A98800000000000000000001") == []
    assert gateway.metrics.get("hours_given_up_total") == 8
    assert gateway.metrics.get("history_requests_total", "2061") == 2


def test_it_can_be_turned_off(tmp_path: Path) -> None:
    asked = options("2025-01-01", "2025-01-02", "gap=2025-01-01T07/6h")
    gateway = run(tmp_path, asked, dataclasses.replace(EAGER, history=False))

    assert gateway.history.missing("A98800000000000000000001") == [
        day("2025-01-01T07") + number * HOUR for number in range(6)
    ]
    assert gateway.metrics.get("history_requests_total", "2061") == 0
    assert "tongjian_gateway_missing_hours 6" in gateway.metrics.text()


def hour(text: str, number: int = 0) -> bytes:
    groups = ((("DataTime", f"{text}0000"),), (("a21026-Avg", "1.5"), ("a21026-Flag", "N")))
    qn = f"{text}0000{number:03d}"
    return frame(build(Telegram("31", "2061", MN, qn, PASSWORD, 5, groups=groups)))


def test_a_request_is_bounded(tmp_path: Path) -> None:
    """Asked twice, for the newest ten hours; a clock that is ahead makes nothing missing."""
    settings = dataclasses.replace(
        EAGER, history_hours=10, history_tries=2, history_span=24, over_time_s=0.05, resends=0
    )

    async def play() -> None:
        gateway = Gateway(tmp_path, stations(), settings)
        port = await gateway.start("127.0.0.1", 0)
        async with Client(port) as station:
            station.send(hour("2024010100") + hour("2024010200") + hour("2099010100"))
            await station.answers(3)
            missing = gateway.history.missing(MN)
            assert missing == [day("2024-01-01T14") + number * HOUR for number in range(10)]
            for _ in range(2):
                gateway.history.look(time.monotonic())
                asked = await station.answer()
                assert (asked.cn, asked.groups) == (
                    "2061",
                    ((("BeginTime", "20240101140000"),), (("EndTime", "20240101230000"),)),
                )
                for cn, name in (("9011", "QnRtn"), ("9012", "ExeRtn")):
                    done = Telegram("91", cn, MN, asked.qn, PASSWORD, 4, groups=(((name, "1"),),))
                    station.send(frame(build(done)))
                await asyncio.sleep(0.1)
            assert gateway.history.missing(MN) == []
            assert gateway.metrics.get("hours_given_up_total") == 10
            # What the station sends by itself meanwhile is not asked for.
            station.send(hour("2024010203") + hour("2024010201") + hour("2024010202"))
            await station.answers(3)
            assert gateway.history.missing(MN) == []
        await gateway.stop()

    asyncio.run(play())


def test_any_data_can_be_asked_for(tmp_path: Path) -> None:
    asked = options("2025-01-01", "2025-01-01T03", habits=Habits(stay_s=0.5))
    (stack,) = members("boiler", asked)
    station = station_of(stack, asked, Truth())

    async def play() -> None:
        async with served(tmp_path, [stack]) as (gateway, port):
            sending = asyncio.create_task(station.run("127.0.0.1", port))
            while station.sent.answered < 4:
                await asyncio.sleep(0.005)
            first, last = day("2025-01-01T01"), day("2025-01-01T01:09")
            outcome = await gateway.request(stack.who.mn, "2051", first, last)
            assert outcome.succeeded
            assert (await gateway.request("0" * 24, "2051", first, last)).sent == 0
            await sending

    asyncio.run(play())
    assert len([one for one in kept(tmp_path) if one.cn == "2051"]) == 10

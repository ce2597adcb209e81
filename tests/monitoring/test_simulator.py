"""Simulated stations and a real gateway: whatever happens on the line, all of it stands once."""

from __future__ import annotations

import asyncio
import json
import os
import signal
import threading
from collections import Counter
from pathlib import Path

import pytest
from typer.testing import CliRunner

from tests.monitoring.crash import nursery
from tests.monitoring.fleet import (
    QUICK,
    journal,
    kept,
    members,
    options,
    sent,
    served,
    values,
)
from tests.monitoring.station import PASSWORD
from tests.ports import free_port
from tongjian.cli import app
from tongjian.monitoring.gateway import (
    ENCIPHERED,
    REFUSED,
    Command,
    Gateway,
    Station,
    Stations,
)
from tongjian.monitoring.simulator import (
    Habits,
    Identity,
    Member,
    Options,
    Truth,
    run_stations,
    station_of,
)
from tongjian.problems import TongjianError


def play(folder: Path, who: list[Member], asked: Options, truth: Truth | None = None) -> Gateway:
    """Run the stations `who` against a gateway; gives the gateway for its counters."""

    async def run() -> Gateway:
        async with served(folder, who) as (gateway, port):
            stations = [station_of(one, asked, truth or Truth()) for one in who]
            await run_stations(stations, "127.0.0.1", port)
            return gateway

    return asyncio.run(run())


def names(folder: Path) -> Counter[str]:
    """How often each QN stands, without those of a station's start."""
    return Counter(one.qn or "" for one in kept(folder) if one.cn != "2081")


@pytest.mark.parametrize("edition", ["2005", "2017", "2025"])
def test_each_edition_is_understood_and_answered(tmp_path: Path, edition: str) -> None:
    asked = options("2025-04-01", "2025-04-02", edition=edition)
    who = members("adipic", asked)
    gateway = play(tmp_path, who, asked)

    due = {one.qn: one.groups for member in who for one in sent(member, asked) if one.qn}
    stands = {one.qn: one.groups for one in kept(tmp_path) if one.cn != "2081" and one.qn}
    assert stands == due
    assert len(due) == 25  # three stations with the same QNs
    assert len(names(tmp_path)) == 25 and set(names(tmp_path).values()) == {3}
    assert gateway.metrics.get("duplicates_total") == 0
    enciphered = {one.kind == ENCIPHERED for one in journal(tmp_path)}
    assert enciphered == {edition == "2025"}


@pytest.mark.parametrize(
    ("fault", "reason"),
    [
        *(("crc=0.3", "crc_wrong"), ("length=0.3", "length_wrong"), ("garbage=0.3", "noise")),
        *(("cut=0.1", "incomplete"), ("split=0.5", ""), ("duplicate=0.5", "")),
    ],
)
def test_what_the_line_does_harms_nothing(tmp_path: Path, fault: str, reason: str) -> None:
    asked = options("2025-04-01", "2025-04-03", fault)
    who = members("boiler", asked)
    truth = Truth()
    gateway = play(tmp_path, who, asked, truth)

    struck = {one.qn for one in truth.injected}
    assert len(struck) > 2 and {one.kind for one in truth.injected} == {fault.partition("=")[0]}
    stands = names(tmp_path)
    assert stands.keys() == {one.qn for one in sent(who[0], asked)}
    assert set(stands.values()) == {1}
    refused = Counter(one.segment.decode() for one in journal(tmp_path) if one.kind == REFUSED)
    # What is left of a frame of a wrong length is noise.
    assert refused.keys() <= ({reason, "incomplete", "noise"} if reason else set())
    if reason:
        assert refused[reason] >= len(struck) * 0.8
    if fault.startswith("duplicate"):
        assert gateway.metrics.get("duplicates_total") >= len(struck)
    if fault.startswith("cut"):
        assert gateway.metrics.get("lines_total") == len(struck) + 1


def test_a_gateway_that_is_killed_loses_nothing_and_keeps_nothing_twice(tmp_path: Path) -> None:
    asked = options("2025-01-01", "2025-01-15", "duplicate=0.02")
    asked.habits.window = 40
    asked.over_time_s = 2.0
    (stack,) = members("boiler", asked)
    stack.who = Identity(f"{1:024X}", PASSWORD)  # the first of those that this gateway admits
    port = free_port()
    station = station_of(stack, asked, Truth())

    async def run() -> int:
        with nursery() as parent:
            number, _ = await asyncio.to_thread(parent.gateway, tmp_path, port)
            sending = asyncio.create_task(run_stations([station], "127.0.0.1", port))
            kills = 0
            while not sending.done():
                at_least = station.sent.answered + 80
                while station.sent.answered < at_least and not sending.done():
                    await asyncio.sleep(0.001)
                os.kill(number, signal.SIGKILL)
                assert await asyncio.to_thread(parent.ended) == -signal.SIGKILL
                kills += not sending.done()
                if not sending.done():
                    number, _ = await asyncio.to_thread(parent.gateway, tmp_path, port)
            await sending
            return kills

    assert asyncio.run(run()) >= 3
    stands = names(tmp_path)
    assert stands.keys() == {one.qn for one in sent(stack, asked)}
    assert set(stands.values()) == {1}
    assert station.sent.lines >= 4


def test_who_is_not_answered_says_so(tmp_path: Path) -> None:
    asked = options("2025-01-01", "2025-01-02", habits=Habits(patience_s=0.1))
    station = station_of(members("boiler", asked)[0], asked, Truth())
    with pytest.raises(TongjianError) as caught:
        asyncio.run(station.run("127.0.0.1", free_port()))
    (problem,) = caught.value.problems
    assert problem.code == "monitoring.no_answer"
    assert station.who.password not in problem.text("zh")


@pytest.mark.parametrize("edition", ["2005", "2017"])
def test_a_station_obeys(tmp_path: Path, edition: str) -> None:
    asked = options(
        *("2025-01-01", "2025-01-03", "clock=+86400"),
        edition=edition,
        habits=Habits(window=64, stay_s=0.3),
    )
    (stack,) = members("boiler", asked)
    station = station_of(stack, asked, Truth())

    async def run() -> None:
        async with served(tmp_path, [stack]) as (gateway, port):
            sending = asyncio.create_task(run_stations([station], "127.0.0.1", port))
            while station.sent.answered < 50:
                await asyncio.sleep(0.005)
            mn = stack.who.mn

            async def order(cn: str, **given: str) -> tuple[int | None, int | None]:
                groups = tuple(((name, value),) for name, value in given.items())
                outcome = await gateway.command(mn, Command(cn, groups))
                return outcome.asked, outcome.done

            assert await order("1000", OverTime="5", ReCount="2") == (1, 1)
            assert await order("1000", OverTime="x") == (1, 3)
            assert await order("1062", RtdInterval="60") == (1, 1)
            assert await order("1062", RtdInterval="5") == (1, 3)
            assert await order("1061") == (1, 1)
            assert await order("1064", MinInterval="7") == (1, 3)
            assert await order("3012") == ((2 if edition == "2005" else 8), None)
            assert station.feed.clock_error.days == 1
            assert await order("1011") == (1, 1)
            now = gateway.now().strftime("%Y%m%d%H%M%S")
            assert await order("1012", SystemTime=now) == (1, 1)
            assert abs(station.feed.clock_error.total_seconds()) <= 2
            begin, end = "20250101100000", "20250101130000"
            assert await order("2061", BeginTime=begin, EndTime=end) == (1, 1)
            assert await order("2031", BeginTime="20250101000000", EndTime=end) == (1, 1)
            assert await order("2061", BeginTime="20240101000000", EndTime="20240102000000") == (
                *(1, 100),
            )
            assert await order("2061", BeginTime=end, EndTime=begin) == (1, 3)
            await sending

    asyncio.run(run())
    found = [one for one in kept(tmp_path) if one.cn not in ("9011", "9012")]
    told = {one.cn: one for one in found}
    assert told["1061"].value("RtdInterval") == "60"
    shown = told["1011"].value("SystemTime") or ""
    assert shown[:8] == "20250104"  # the third, a day ahead
    hours = [one.value("DataTime") or "" for one in found if one.cn == "2061"]
    assert len(hours) == 48 + 4
    # Four hours came again under the clock that was set right.
    assert hours[-4:] == [f"20250101{hour}0000" for hour in (10, 11, 12, 13)]
    assert station.sent.commands["2061"] == 3


def test_at_a_speed_telegrams_come_when_they_are_due(tmp_path: Path) -> None:
    """Ten hours of which each takes 20 ms."""
    asked = options(*("2025-01-01", "2025-01-01T10"), habits=Habits(speed=3600 / 0.02, stay_s=0.0))
    who = members("boiler", asked)
    play(tmp_path, who, asked)
    came = [one.received_us for one in journal(tmp_path) if b"CN=2061" in one.segment]
    assert len(came) == 10
    assert 0.15 < (came[-1] - came[0]) / 1e6 < 2


def test_real_time_data_and_the_clock_that_is_asked_for(tmp_path: Path) -> None:
    habits = Habits(asks_clock=True, stay_s=0.3, window=1)
    asked = options("2025-01-01", "2025-01-01T01", "clock=-7200", habits=habits)
    asked.schedule.realtime_s = 600
    who = members("boiler", asked)
    station = station_of(who[0], asked, Truth())

    async def run() -> None:
        async with served(tmp_path, who) as (_, port):
            await run_stations([station], "127.0.0.1", port)

    asyncio.run(run())
    instants = [one for one in kept(tmp_path) if one.cn == "2011"]
    assert len(instants) == 6
    assert {name.rpartition("-")[2] for name, _ in instants[0].pairs()} == {
        *("DataTime", "Rtd", "Flag"),
    }
    assert "1013" in {one.cn for one in kept(tmp_path)}
    assert abs(station.feed.clock_error.total_seconds()) <= 2  # two hours behind no more


@pytest.mark.slow
def test_a_month_by_command_line(tmp_path: Path, exhaustive: bool) -> None:
    """A month of hours; a year in the exhaustive run."""
    last, hours = ("2026-01-01", 8760) if exhaustive else ("2025-02-01", 744)
    profile, truth = tmp_path / "monitoring.toml", tmp_path / "truth.json"
    common = ["simulate", "stations", "--scenario", "boiler", "--to", last]
    common += ["--fault", "crc=0.01,stuck=nox@2025-01-10T00/30h", "--over-time", "0.2"]
    runner = CliRunner()
    written = runner.invoke(app, [*common, "--write-profile", str(profile)])
    assert written.exit_code == 0, written.output
    again = runner.invoke(app, [*common, "--seed", "5", "--write-profile", str(profile)])
    assert again.exit_code == 1 and "已存在" in again.output

    with gateway_of(profile, tmp_path / "journal") as port:
        result = runner.invoke(app, [*common, "--port", str(port), "--truth", str(truth), "--json"])
    assert result.exit_code == 0, result.output
    (told,) = json.loads(result.output)
    stands = names(tmp_path / "journal")
    assert (len(stands), set(stands.values())) == (hours + hours // 24, {1})
    assert told["answered"] == told["telegrams"] == len(stands) + 1
    rows = json.loads(truth.read_text(encoding="utf-8"))
    assert {one["kind"] for one in rows} == {"crc", "stuck"}
    (stuck,) = (one for one in rows if one["kind"] == "stuck")
    assert (stuck["first"], stuck["code"]) == ("2025-01-10T00:00:00", "a21002")
    found = values(kept(tmp_path / "journal"), "2061", "a21002")
    frozen = [one for one in found.values() if str(one.values["Avg"]) == stuck["detail"]]
    assert len(frozen) >= 30


class gateway_of:
    """A gateway in a thread of its own, for a command that has its own loop."""

    def __init__(self, profile: Path, folder: Path) -> None:
        import tomllib

        rows = tomllib.loads(profile.read_text(encoding="utf-8"))["station"]
        self._stations = Stations(Station(one["mn"], one["password"]) for one in rows)
        self._folder = folder
        self._ready = threading.Event()
        self._thread = threading.Thread(target=lambda: asyncio.run(self._serve()))

    def __enter__(self) -> int:
        self._thread.start()
        assert self._ready.wait(10)
        return self._port

    def __exit__(self, *ignored: object) -> None:
        self._loop.call_soon_threadsafe(self._end.set)
        self._thread.join()

    async def _serve(self) -> None:
        self._loop, self._end = asyncio.get_running_loop(), asyncio.Event()
        gateway = Gateway(self._folder, self._stations, QUICK)
        self._port = await gateway.start("127.0.0.1", 0)
        self._ready.set()
        await self._end.wait()
        await gateway.stop()


@pytest.mark.parametrize(
    ("given", "words"),
    [
        (
            *(["--speed", "fast", "--edition", "1999", "--minutes", "7", "--from", "1 May"],),
            "--speed --edition --minutes --from",
        ),
        (["--from", "2025-02-01", "--to", "2025-01-01"], "--to"),
        (["--replay", "no.csv", "--column", "NOX=a21002"], "no.csv"),
    ],
)
def test_what_cannot_be_simulated_says_why(given: list[str], words: str) -> None:
    result = CliRunner().invoke(app, ["simulate", "stations", *given])
    assert result.exit_code == 1
    assert all(word in result.output for word in words.split())
    assert "Traceback" not in result.output

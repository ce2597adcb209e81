"""A running gateway is asked by way of its control socket, by commands and by itself."""

from __future__ import annotations

import asyncio
import gc
import json
import socket
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner, Result

from tests.monitoring.fleet import QUICK, kept, members, options, served
from tests.monitoring.station import MN, PASSWORD, Client, minute, stations
from tongjian.cli import app
from tongjian.monitoring.gateway import Control, Gateway, Settings, ask, is_running
from tongjian.monitoring.gateway._socket import NAME
from tongjian.monitoring.hj212 import Telegram, build, frame, parse
from tongjian.monitoring.simulator import Habits, Truth, run_stations, station_of
from tongjian.problems import TongjianError

# A loop that ends while a connection of a thread is still being closed leaves it to the collector.
pytestmark = pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning")


@pytest.fixture(autouse=True)
def collected() -> Iterator[None]:
    """What a test leaves is collected with it, and not in a test that comes later."""
    yield
    gc.collect()


@asynccontextmanager
async def asked(folder: Path, settings: Settings = QUICK) -> AsyncIterator[tuple[Gateway, int]]:
    """A gateway with its control socket, and no simulated station."""
    gateway = Gateway(folder, stations(), settings)
    port = await gateway.start("127.0.0.1", 0)
    control = Control(gateway, folder)
    await control.start()
    try:
        yield gateway, port
    finally:
        await control.close()
        await gateway.stop()


async def cli(*arguments: object) -> Result:
    """A command in a thread, while this loop is the gateway."""
    words = ["monitoring", *map(str, arguments)]
    return await asyncio.to_thread(lambda: CliRunner().invoke(app, words))


def codes(work: Callable[[], object]) -> list[str]:
    with pytest.raises(TongjianError) as caught:
        work()
    return [one.code.removeprefix("monitoring.") for one in caught.value.problems]


def test_commands_speak_to_a_gateway_that_runs(tmp_path: Path) -> None:
    """A station with a Modbus check sum: seen, asked for hours, ordered, set right."""
    given = options(
        *("2025-01-01", "2025-01-03", "clock=+86400"),
        crc="modbus",
        habits=Habits(window=64, stay_s=5.0),
    )
    (stack,) = members("boiler", given)
    station = station_of(stack, given, Truth())
    mn, where = stack.who.mn, ("--journal", tmp_path)

    async def play() -> None:
        async with served(tmp_path, [stack]) as (gateway, port):
            control = Control(gateway, tmp_path)
            await control.start()
            sending = asyncio.create_task(run_stations([station], "127.0.0.1", port))
            while station.sent.answered < 50:
                await asyncio.sleep(0.005)

            seen = await cli("status", *where, "--json")
            (one,) = json.loads(seen.stdout)["stations"]
            assert (one["mn"], one["connected"], one["crc"]) == (mn, True, "modbus")
            assert (one["telegrams"]["2061"], one["edition"]) == (48, "2017")
            assert "1/1 个站点已连接" in (await cli("status", *where)).stdout
            assert PASSWORD not in seen.stdout

            # To is not included: 26 hours of the station's clock, in pieces of 24 at most.
            times = ("--from", "2025-01-02T10", "--to", "2025-01-03T12")
            done = await cli("request", mn, *times, *where, "--json")
            told = json.loads(done.stdout)
            assert (told["telegrams"], told["parts"], told["without_data"]) == (26, 2, 0)
            assert [part["telegrams"] for part in told["pieces"]] == [24, 2]
            assert told["pieces"][1]["to"] == "2025-01-03 11:00:00"
            none = await cli("request", mn, "--from", "2024-01-01", "--to", "2024-01-02", *where)
            assert "没有数据" in none.stdout and none.exit_code == 0

            assert (
                "已执行 1062" in (await cli("command", mn, "1062", "RtdInterval=60", *where)).stdout
            )
            refused = await cli("command", mn, "1062", "RtdInterval=5", *where, "--lang", "en")
            assert refused.exit_code == 1
            assert "ExeRtn=3 wrong conditions" in refused.output
            assert station.feed.clock_error.days == 1
            assert (await cli("command", mn, "clock", *where)).exit_code == 0
            assert abs(station.feed.clock_error.total_seconds()) <= 2
            unknown = await cli("command", mn, "1021", *where)  # of 2005 alone
            assert "2017 版没有由上位机发出的命令 1021" in unknown.output
            await control.close()
            sending.cancel()
            await asyncio.wait([sending])

    asyncio.run(play())
    hours = [one.value("DataTime") or "" for one in kept(tmp_path) if one.cn == "2061"]
    assert len(hours) == 48 + 26
    assert (hours[48][8:10], hours[-1][:10]) == ("10", "2025010311")


def test_what_is_asked_wrongly_is_told_and_harms_nothing(tmp_path: Path) -> None:
    async def play() -> None:
        async with asked(tmp_path) as (gateway, port):

            async def told(**request: object) -> list[str]:
                return await asyncio.to_thread(codes, lambda: list(ask(tmp_path, request)))

            assert await told(do="stop") == ["control_request"]
            assert await told(do="command", mn="A", cn="1011") == ["control_station"]
            assert await told(do="command", mn=MN, cn="1011") == ["control_offline"]
            async with Client(port) as station:
                station.send(minute(1))
                await station.answer()
                for wrong in (
                    {"cn": 5},
                    {"cn": "1062", "groups": [[["RtdInterval", "60;CN=1"]]]},
                    {"cn": "1062", "groups": [["RtdInterval"]]},
                    {"cn": "1011", "st": "99x"},
                ):
                    assert await told(do="command", mn=MN, **wrong) == ["control_request"]
                assert await told(do="command", mn=MN, cn="2081") == ["control_command"]
                day = {"from": "20250102000000", "to": "20250101000000"}
                for cn, times in (("2011", day), ("2061", day), ("2061", {"from": "x"})):
                    request = {"do": "request", "mn": MN, "cn": cn, **times}
                    assert await told(**request) == ["control_request"]
            reader, writer = await asyncio.open_unix_connection(str(tmp_path / NAME))
            writer.write(b"hello\n[1]\n" + b'{"do": "status"}\n')
            answers = [json.loads(await reader.readline()) for _ in range(3)]
            assert [next(iter(one)) for one in answers] == ["problems", "problems", "done"]
            writer.write(b"x" * 100_000)  # no line: the connection ends, the gateway goes on
            assert await reader.read() == b""
            writer.close()
            assert await told(do="stop") == ["control_request"]
            assert gateway.metrics.get("telegrams_total") == 1

    asyncio.run(play())


def test_a_station_that_does_not_answer_and_one_of_another_system(tmp_path: Path) -> None:
    """Silence is told with how often it was asked; a command has the system of its station."""
    settings = Settings(group_s=0, over_time_s=0.05, resends=1)
    water = minute(1)[6:-6].replace(b"ST=31", b"ST=32")

    async def play() -> None:
        async with asked(tmp_path, settings) as (_, port), Client(port) as station:
            station.send(frame(water))
            await station.answer()

            def order(*request: tuple[str, Any]) -> list[dict[str, Any]]:
                return list(ask(tmp_path, {"do": "command", "mn": MN, **dict(request)}))

            silent = await asyncio.to_thread(codes, lambda: order(("cn", "1011")))
            assert silent == ["control_silent"]
            sent = await station.answers(2)
            assert [(one.cn, one.st) for one in sent] == [("1011", "32")] * 2

            # A notice is carried out when it is answered (9013).
            work = asyncio.create_task(asyncio.to_thread(order, ("cn", "2012"), ("st", "31")))
            told = await station.answer()
            assert told.st == "31"
            done = Telegram("91", "9013", MN, told.qn, PASSWORD, 4)
            station.send(frame(build(done)))
            assert (await work)[0]["done"]["sent"] == 1

            # The newest telegram is known after a restart too.
            (status,) = await asyncio.to_thread(lambda: list(ask(tmp_path, {"do": "status"})))
            assert status["done"]["stations"][0]["last_cn"] == "9013"

    asyncio.run(play())

    async def again() -> int:
        async with asked(tmp_path) as (gateway, _):
            return gateway.heard[MN.encode()].last_us

    assert asyncio.run(again()) > 0


def test_the_socket_is_for_its_owner_and_goes_with_the_gateway(tmp_path: Path) -> None:
    folder = tmp_path / ("深" * 40)  # longer than the path of a socket can be
    folder.mkdir()
    assert codes(lambda: list(ask(folder, {"do": "status"}))) == ["control_absent"]

    async def play() -> None:
        async with asked(folder):
            assert (folder / NAME).stat().st_mode & 0o777 == 0o600
            assert await asyncio.to_thread(is_running, folder)
            profile = tmp_path / "monitoring.toml"
            profile.write_text(f'[[station]]\nmn = "{MN}"\npassword = "1"\n', "utf-8")
            second = await cli("serve", "--stations", profile, "--journal", folder, "--port", 0)
            assert second.exit_code == 1
            assert "monitoring.control_running" in second.output

    asyncio.run(play())
    assert not (folder / NAME).exists()


def test_a_socket_that_was_left_behind_is_no_gateway(tmp_path: Path) -> None:
    with socket.socket(socket.AF_UNIX) as left:
        left.bind(str(tmp_path / NAME))
    assert not is_running(tmp_path)
    assert codes(lambda: list(ask(tmp_path, {"do": "status"}))) == ["control_absent"]

    async def play() -> None:
        async with asked(tmp_path):
            assert len(await asyncio.to_thread(lambda: list(ask(tmp_path, {"do": "status"})))) == 1

    asyncio.run(play())


def test_the_table_of_results_is_read() -> None:
    """HJ/T 212-2005 has three answers to a request; the rest are of 2017."""
    from tongjian.monitoring.hj212 import results

    assert results()["QnRtn", 9, "2017"].en == "wrong check sum"
    assert ("QnRtn", 9, "2005") not in results()
    assert parse(minute(1)[6:-6]).version == "2017"

"""Modbus TCP against a real server: numbers, flags, refusals, and a line that breaks."""

from __future__ import annotations

import asyncio
import struct
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import pytest

from tests.monitoring.sources.support import collecting, until
from tests.ports import HERE, free_port
from tongjian.monitoring.sources import ModbusSource, SourceSettings, Tag
from tongjian.monitoring.sources._registers import Address, Block, blocks

pymodbus = pytest.importorskip("pymodbus", reason="needs the extra modbus")
from pymodbus.server import ModbusTcpServer  # noqa: E402
from pymodbus.simulator import DataType, SimData, SimDevice  # noqa: E402


def words(form: str, number: float) -> list[int]:
    data = struct.pack(">" + form, number)
    return [int.from_bytes(data[at : at + 2]) for at in range(0, len(data), 2)]


# Holding registers from 100: float32, its words exchanged, int16, a sentinel, status, uint32, f64.
REGISTERS = [
    *words("f", 412.5),
    *reversed(words("f", 21.25)),
    *words("h", -321),
    65_535,
    1,
    *words("I", 4_000_000_000),
    *words("d", 1e-3),
]
TAGS = (
    Tag("holding:100", options={"type": "float32"}),
    Tag("holding:102", options={"type": "float32", "word_order": "little"}),
    Tag("holding:104", scale=0.1, offset=5.0, options={"type": "int16"}),
    Tag("holding:105", invalid=(65_535.0,)),
    Tag("holding:107", options={"type": "uint32", "flag": "holding:106", "flags": {"1": "C"}}),
    Tag("holding:109", options={"type": "float64", "flag": "holding:106", "flag_bits": {"0": "M"}}),
)


def source(port: int, *tags: Tag, **options: Any) -> ModbusSource:
    given = {"host": HERE, "port": port, "poll_s": 0.05, "timeout_s": 0.5, **options}
    return ModbusSource(SourceSettings("dcs", "modbus", given, tags))


@asynccontextmanager
async def device(port: int, *more: SimData) -> AsyncIterator[ModbusTcpServer]:
    data = [SimData(100, values=REGISTERS, datatype=DataType.REGISTERS), *more]
    server = ModbusTcpServer(SimDevice(1, data), address=(HERE, port))
    await server.serve_forever(background=True)
    try:
        yield server
    finally:
        await server.shutdown()


def test_numbers_as_the_map_says() -> None:
    async def play() -> dict[str, tuple[float | None, str | None]]:
        port = free_port()
        async with device(port), collecting(source(port, *TAGS)) as (kept, told, _):
            await until(lambda: len(kept.rows) >= len(TAGS))
            assert told == []
        return {row.key: (row.kinds.get("rtd"), row.flag) for row in kept.rows[: len(TAGS)]}

    found = asyncio.run(play())
    assert found["dcs/holding:100"] == (412.5, "N")
    assert found["dcs/holding:102"] == (21.25, "N")
    assert found["dcs/holding:104"] == (pytest.approx(-27.1), "N")  # -321 x 0.1 + 5
    assert found["dcs/holding:105"] == (None, "D")
    assert found["dcs/holding:107"] == (4e9, "C")
    assert found["dcs/holding:109"] == (1e-3, "M")


def test_bits_and_tables_of_their_own() -> None:
    """A device whose four tables are four memories: the same address means four things."""

    async def play() -> dict[str, float]:
        port = free_port()
        tables = (
            [SimData(3, values=[True, False], datatype=DataType.BITS)],
            [SimData(3, values=[False, True], datatype=DataType.BITS)],
            [SimData(3, values=[30], datatype=DataType.REGISTERS)],
            [SimData(3, values=[40], datatype=DataType.REGISTERS)],
        )
        server = ModbusTcpServer(SimDevice(1, tables), address=(HERE, port))
        await server.serve_forever(background=True)
        codes = ("coil:3", "coil:4", "discrete:3", "discrete:4", "holding:3", "input:3")
        async with collecting(source(port, *map(Tag, codes))) as (kept, _, _):
            await until(lambda: len(kept.rows) >= len(codes))
        await server.shutdown()
        return {row.key: row.kinds["rtd"] for row in kept.rows[: len(codes)]}

    assert list(asyncio.run(play()).values()) == [1, 0, 0, 1, 30, 40]


def test_blocks_are_the_fewest_requests_that_are_allowed() -> None:
    at = [(Address("holding", first), 2) for first in (0, 2, 4, 10, 124)]
    assert blocks(at) == [
        Block(Address("holding", 0), 6),
        Block(Address("holding", 10), 2),
        Block(Address("holding", 124), 2),
    ]
    # 0 to 11 with the gap; 126 registers are more than one request may have.
    assert [one.count for one in blocks(at, gap=124)] == [12, 2]
    assert [one.count for one in blocks([(Address("coil", 1), 1), (Address("holding", 2), 1)])] == [
        1,
        1,
    ]


def test_a_silent_device_is_given_up_and_tried_again() -> None:
    async def play() -> list[str]:
        async def nothing(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
            await reader.read()
            writer.close()

        silent = await asyncio.start_server(nothing, HERE, 0)
        port = silent.sockets[0].getsockname()[1]
        async with collecting(source(port, TAGS[0], timeout_s=0.05)) as (kept, told, collector):
            await until(lambda: collector.counts.broken >= 2)
        silent.close()
        assert kept.rows == []
        return [one.code for one in told]

    assert asyncio.run(play()) == ["monitoring.source_lost"]


def test_what_the_device_refuses_takes_nothing_else_with_it() -> None:
    async def play() -> None:
        port = free_port()
        tags = (TAGS[0], Tag("holding:112"), Tag("holding:900"))
        polled = source(port, *tags, gap=8)
        async with device(port), collecting(polled) as (kept, told, _):
            await until(lambda: len(kept.samples("dcs/holding:900")) >= 3)
        assert {row.flag for row in kept.samples("dcs/holding:900")} == {"B"}
        assert kept.samples("dcs/holding:100")[0].kinds == {"rtd": 412.5}
        assert [one.code for one in told] == ["monitoring.modbus_refused"]
        assert "没有这个地址" in told[0].text("zh") and "holding:900" in told[0].text("en")

    asyncio.run(play())


def test_a_device_that_comes_back_is_read_again_and_nothing_comes_twice() -> None:
    async def play() -> None:
        port = free_port()
        async with collecting(source(port, TAGS[0])) as (kept, told, collector):
            await until(lambda: collector.counts.broken >= 2)
            assert [one.code for one in told] == ["monitoring.source_lost"]  # said once
            for more in (3, 6):
                async with device(port):
                    await until(lambda more=more: len(kept.samples("dcs/holding:100")) >= more)
                broken = collector.counts.broken
                await until(lambda broken=broken: collector.counts.broken > broken)
        samples = kept.samples("dcs/holding:100")
        times = [row.time for row in samples]
        assert len(times) >= 6 and times == sorted(set(times))
        assert {row.kinds["rtd"] for row in samples} == {412.5}

    asyncio.run(play())

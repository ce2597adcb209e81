"""A station for tests: sends frames over a real connection and reads what the host answers."""

from __future__ import annotations

import asyncio
from contextlib import suppress
from types import TracebackType
from typing import Self

from tongjian.monitoring.gateway import Station, Stations
from tongjian.monitoring.hj212 import Deframer, Frame, Telegram, build, frame, parse

MN = "010000A8900016F000169DC0"
PASSWORD = "123456"
KEY = bytes(range(16))


def stations(*more: Station) -> Stations:
    """The list of the tests: one station of 2017 and those given."""
    return Stations([Station(MN, PASSWORD, keys=(KEY,)), *more])


def minute(number: int, mn: str = MN, flag: int = 5, password: str = PASSWORD) -> bytes:
    """The frame of the minute data number `number`."""
    day, rest = divmod(number, 1440)
    moment = f"202401{day % 28 + 1:02d}{rest // 60:02d}{rest % 60:02d}00"
    groups = ((("DataTime", moment),), (("a21026-Avg", f"{number}.5"), ("a21026-Flag", "N")))
    qn = f"2024010100{number // 1000:04d}{number % 1000:03d}"
    return frame(build(Telegram("31", "2051", mn, qn, password, flag, groups=groups)))


class Client:
    """One connection to a gateway."""

    def __init__(self, port: int, crc: str = "hj212") -> None:
        self._port = port
        self._deframer = Deframer(crc)
        self._read: list[Telegram] = []

    async def __aenter__(self) -> Self:
        self.reader, self.writer = await asyncio.open_connection("127.0.0.1", self._port)
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        value: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.writer.close()
        with suppress(OSError, TimeoutError):
            await asyncio.wait_for(self.writer.wait_closed(), 1)

    def send(self, data: bytes) -> None:
        self.writer.write(data)

    async def answer(self, seconds: float = 5) -> Telegram:
        """The next telegram of the host; EOFError once it has closed the connection."""
        while not self._read:
            data = await asyncio.wait_for(self.reader.read(65536), seconds)
            if not data:
                raise EOFError
            for found in self._deframer.feed(data):
                assert isinstance(found, Frame), found
                self._read.append(parse(found.segment, strict=True))
        return self._read.pop(0)

    async def answers(self, count: int) -> list[Telegram]:
        return [await self.answer() for _ in range(count)]

"""Modbus TCP (可选 `modbus`): registers polled on a grid of time, in as few requests as can be."""

from __future__ import annotations

import asyncio
import csv
from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from functools import lru_cache
from importlib.resources import files
from typing import TYPE_CHECKING, Any

from tongjian.monitoring.sources._flags import NORMAL
from tongjian.monitoring.sources._registers import (
    BITS,
    MOST_REGISTERS,
    TYPES,
    Address,
    Block,
    address_of,
    blocks,
    decoded,
    words_of,
)
from tongjian.monitoring.sources._settings import (
    NAME,
    PORT,
    SECONDS,
    Kind,
    SourceSettings,
    Tag,
    Wanted,
    among,
    whole,
)
from tongjian.monitoring.sources._source import Batch, SourceError, Tell
from tongjian.monitoring.sources._tags import FAULT, NO_LINE, sample
from tongjian.monitoring.sources._value import Value, local_time, now
from tongjian.problems import Problem

if TYPE_CHECKING:
    from pymodbus.client import AsyncModbusTcpClient

_LAST_UNIT = 2**8 - 1
_ORDER = among("big", "little")
_ADDRESS = ("表:地址，如 holding:100", "table:address such as holding:100")
_FLAGS = Wanted(
    lambda value: isinstance(value, dict) and all(key.isdigit() for key in value),
    "数字到标记的对照，如 { 0 = \"N\", 1 = \"C\" }",
    'numbers to flags, such as { 0 = "N", 1 = "C" }',
)  # fmt: skip

# Exceptions that speak of the addresses or number of registers, not of the moment.
_OF_THE_PLACE = {2, 3, 4}


def _fault(code: str) -> tuple[str, str] | None:
    return None if address_of(code) else _ADDRESS


KIND = Kind(
    source={
        "host": NAME,
        "port": PORT,
        "unit": Wanted(whole(0, _LAST_UNIT), "0 到 255 的整数", "a whole number from 0 to 255"),
        "poll_s": SECONDS,
        "timeout_s": SECONDS,
        "gap": Wanted(
            whole(0, MOST_REGISTERS - 1), "0 到 124 的整数", "a whole number from 0 to 124"
        ),
        "byte_order": _ORDER,
        "word_order": _ORDER,
    },
    channel={
        "type": among(*TYPES),
        "byte_order": _ORDER,
        "word_order": _ORDER,
        "flag": Wanted(lambda value: address_of(str(value)) is not None, *_ADDRESS),
        "flags": _FLAGS,
        "flag_bits": _FLAGS,
    },
    code_fault=_fault,
)
"""Fields of ``kind = "modbus"``."""


@lru_cache(maxsize=1)
def _exceptions() -> Mapping[int, tuple[str, str]]:
    source = files("tongjian.monitoring.sources") / "modbus_exceptions.csv"
    rows = csv.DictReader(source.read_text(encoding="utf-8").splitlines())
    return {int(row["code"]): (row["zh"], row["en"]) for row in rows}


class _Cell:
    """A tag with its registers: where it lies, and how its words are read."""

    def __init__(self, tag: Tag, defaults: Mapping[str, Any]) -> None:
        option = {**defaults, **tag.options}
        address = address_of(tag.code)
        assert address is not None  # checked when the settings were read
        self.tag, self.address = tag, address
        self.type = option.get("type", "bool" if address.table in BITS else "uint16")
        self.orders = option.get("byte_order", "big"), option.get("word_order", "big")
        self.words = words_of(self.type)
        self.status = address_of(tag.options["flag"]) if "flag" in tag.options else None

    def wanted(self) -> list[tuple[Address, int]]:
        status = [(self.status, 1)] if self.status else []
        return [(self.address, self.words), *status]

    def flag(self, number: int) -> str:
        """The flag that the status register says; a number that is not listed is a fault."""
        bits = self.tag.options.get("flag_bits")
        if bits is not None:
            raised = (flag for bit, flag in bits.items() if number >> int(bit) & 1)
            return next(raised, NORMAL)
        flags = self.tag.options.get("flags", {"0": NORMAL})
        return str(flags.get(str(number), FAULT))


class ModbusSource:
    """A device (设备) polled every `poll_s` seconds (15 by default) on multiples of that time.

    A sample has the time of its place on the grid; a poll that the device was too slow for is left
    out. Registers that the device refuses are told once, flagged B, and read apart from the others.
    """

    holds = False

    def __init__(
        self, settings: SourceSettings, clock: Callable[[], datetime] = lambda: datetime.now(UTC)
    ) -> None:
        self.name = settings.name
        self.keys: Sequence[str] = [f"{settings.name}/{tag.code}" for tag in settings.tags]
        self._option = settings.options
        defaults = {
            name: settings.options[name]
            for name in ("byte_order", "word_order")
            if name in settings.options
        }
        self._cells = [_Cell(tag, defaults) for tag in settings.tags]
        self._clock = clock
        self._told: set[Block] = set()
        gap = settings.options.get("gap", 0)
        self._blocks = blocks((one for cell in self._cells for one in cell.wanted()), gap)

    async def batches(self, tell: Tell) -> AsyncIterator[Batch]:
        """One connection: a batch for each poll."""
        from pymodbus.client import AsyncModbusTcpClient

        host, port = self._option["host"], self._option.get("port", 502)
        client = AsyncModbusTcpClient(
            host,
            port=port,
            timeout=self._option.get("timeout_s", 3.0),
            retries=0,
            reconnect_delay=0,  # the collector reconnects
        )
        try:
            if not await client.connect():
                raise self._lost(f"{host}:{port}")
            last = self._slot()
            while True:
                last = await self._next(last)
                yield Batch(await self._poll(client, last, tell))
        finally:
            client.close()

    def _slot(self) -> int:
        """The number of the grid's place that is under way."""
        return int(self._clock().timestamp() // self._poll_s)

    @property
    def _poll_s(self) -> float:
        return float(self._option.get("poll_s", 15.0))

    async def _next(self, last: int) -> int:
        """Waits for the next place on the grid after `last`."""
        while last - 1 <= (slot := self._slot()) <= last:  # earlier: the clock was set back
            left = (last + 1) * self._poll_s - self._clock().timestamp()
            await asyncio.sleep(max(left, 0.001))
        return slot

    async def _poll(self, client: AsyncModbusTcpClient, slot: int, tell: Tell) -> list[Value]:
        read: dict[Address, int] = {}
        for block in list(self._blocks):
            read |= await self._read(client, block, tell)
        start = datetime.fromtimestamp(0, UTC) + timedelta(seconds=slot * self._poll_s)
        time, received = local_time(start), now()
        return [self._value(cell, read, time, received) for cell in self._cells]

    def _value(
        self, cell: _Cell, read: Mapping[Address, int], time: datetime, received: datetime
    ) -> Value:
        at = cell.address
        words = [read.get(Address(at.table, at.first + n)) for n in range(cell.words)]
        known = [word for word in words if word is not None]
        number = decoded(known, cell.type, *cell.orders) if len(known) == len(words) else None
        flag = NORMAL if number is not None else NO_LINE
        if cell.status is not None and flag == NORMAL:
            status = read.get(cell.status)
            flag = NO_LINE if status is None else cell.flag(status)
        return sample(self.name, cell.tag, number, time, received, f"modbus:{self.name}", flag)

    async def _read(
        self, client: AsyncModbusTcpClient, block: Block, tell: Tell
    ) -> dict[Address, int]:
        """The words of `block` that the device gives."""
        from pymodbus.exceptions import ModbusException

        table = block.at.table
        request = {
            "coil": client.read_coils,
            "discrete": client.read_discrete_inputs,
            "holding": client.read_holding_registers,
            "input": client.read_input_registers,
        }[table]
        unit = self._option.get("unit", 1)
        try:
            answer = await request(block.at.first, count=block.count, device_id=unit)
        except (ModbusException, OSError) as error:
            raise self._lost(str(error)) from error
        if answer.isError():
            return await self._refused(client, block, getattr(answer, "exception_code", 0), tell)
        words = answer.bits if table in BITS else answer.registers
        self._told.discard(block)
        if len(words) < block.count:
            raise self._lost(f"{table}:{block.at.first}: {len(words)} < {block.count}")
        return {
            Address(table, block.at.first + n): int(word)
            for n, word in enumerate(words[: block.count])
        }

    async def _refused(
        self, client: AsyncModbusTcpClient, block: Block, code: int, tell: Tell
    ) -> dict[Address, int]:
        """Reads the parts of a refused block on their own, from now on too."""
        whole = [one for cell in self._cells for one in cell.wanted() if block.holds(*one)]
        parts = [Block(address, words) for address, words in dict.fromkeys(whole)]
        if len(parts) > 1 and code in _OF_THE_PLACE:
            self._blocks = [one for one in self._blocks if one != block] + parts
            read: dict[Address, int] = {}
            for part in parts:
                read |= await self._read(client, part, tell)
            return read
        if block not in self._told:
            self._told.add(block)
            zh, en = _exceptions().get(code, (str(code), str(code)))
            place = f"{block.at.table}:{block.at.first}"
            values = {
                "source": self.name, "place": place, "number": code, "said_zh": zh, "said_en": en,
            }  # fmt: skip
            tell(Problem("monitoring.modbus_refused", values=values, severity="warning"))
        return {}

    def _lost(self, detail: str) -> SourceError:
        values = {"source": self.name, "detail": detail}
        return SourceError(Problem("monitoring.source_lost", values=values))

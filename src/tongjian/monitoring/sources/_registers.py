"""Modbus registers (寄存器): addresses, the blocks they are read in, and what their words say.

Tables, limits of one request and exception codes are those of the MODBUS Application Protocol
Specification V1.1b3 (recalled). It leaves open how numbers of several words lie: by makers.
"""

from __future__ import annotations

import re
import struct
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Literal

Order = Literal["big", "little"]
BITS, REGISTERS = ("coil", "discrete"), ("holding", "input")
TYPES = {
    "int16": "h", "uint16": "H", "int32": "i", "uint32": "I", "int64": "q", "uint64": "Q",
    "float32": "f", "float64": "d", "bool": "?",
}  # fmt: skip
_MOST_BYTES = 250
MOST_REGISTERS, MOST_BITS = _MOST_BYTES // 2, _MOST_BYTES * 8
"""Of one request: sections 6.1 to 6.4."""
_LAST = 65_535
_ADDRESS = re.compile(r"(coil|discrete|holding|input):([0-9]{1,5})")


@dataclass(frozen=True, slots=True, order=True)
class Address:
    """Where a number begins: its table, and its address from 0 as in the protocol.

    What a manual calls 40101 is ``holding:100``.
    """

    table: str
    first: int


@dataclass(frozen=True, slots=True)
class Block:
    """Consecutive registers that are read at once: `count` of them from `at`."""

    at: Address
    count: int

    @property
    def end(self) -> int:
        return self.at.first + self.count

    def holds(self, address: Address, words: int) -> bool:
        """Whether `words` from `address` lie in it."""
        inside = self.at.first <= address.first and address.first + words <= self.end
        return address.table == self.at.table and inside


def address_of(text: str) -> Address | None:
    """``holding:100`` as an address, None if it is none."""
    found = _ADDRESS.fullmatch(text)
    if found is None or int(found[2]) > _LAST:
        return None
    return Address(found[1], int(found[2]))


def words_of(kind: str) -> int:
    """How many registers a number of type `kind` has."""
    return max(1, struct.calcsize(">" + TYPES[kind]) // 2)


def blocks(wanted: Iterable[tuple[Address, int]], gap: int = 0) -> list[Block]:
    """The fewest requests that read all of `wanted` (address, words) in full.

    Registers between two of them are read as well where there are at most `gap`; not every device
    lets those be read that it does not have.
    """
    made: list[Block] = []
    for address, words in sorted(set(wanted)):
        most = MOST_BITS if address.table in BITS else MOST_REGISTERS
        last = made[-1] if made else None
        end = address.first + words
        if (
            last is not None
            and last.at.table == address.table
            and address.first - last.end <= gap
            and end - last.at.first <= most
        ):
            made[-1] = Block(last.at, max(end, last.end) - last.at.first)
        else:
            made.append(Block(address, words))
    return made


def decoded(words: Sequence[int], kind: str, bytes_order: Order, words_order: Order) -> float:
    """The number that `words` (16 bit each, as they came) say.

    `bytes_order` is that of the two bytes in a word, `words_order` that of the words.
    """
    if kind == "bool":
        return float(bool(words[0]))
    order = "<H" if bytes_order == "little" else ">H"
    parts = [struct.pack(order, word) for word in words]
    if words_order == "little":
        parts.reverse()
    return float(struct.unpack(">" + TYPES[kind], b"".join(parts))[0])

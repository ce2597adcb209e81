"""The wire form of Protocol Buffers (报文的二进制编码), as much of it as Sparkplug needs.

A message is a row of fields: a varint key (number of the field x 8 + wire type) and its content.
Source: Protocol Buffers documentation, "Encoding" (recalled).
"""

from __future__ import annotations

import struct
from collections.abc import Iterator

VARINT, FIXED64, BYTES, FIXED32 = 0, 1, 2, 5
_LONGEST_VARINT = 10
Content = int | bytes
"""The number of a varint or fixed field (its bits), or the bytes of a field with a length."""


def fields(data: bytes) -> Iterator[tuple[int, int, Content]]:
    """Number, wire type and content of every field.

    Raises `ValueError` where the bytes are no message.
    """
    at = 0
    while at < len(data):
        key, at = _varint(data, at)
        number, wire = key >> 3, key & 7
        content: Content
        match wire:
            case 0:
                content, at = _varint(data, at)
            case 1 | 5:
                size = 8 if wire == FIXED64 else 4
                content = int.from_bytes(_taken(data, at, size), "little")
                at += size
            case 2:
                size, at = _varint(data, at)
                content = _taken(data, at, size)
                at += size
            case _:
                raise ValueError(f"wire type {wire} at byte {at}")
        if not number:
            raise ValueError(f"field 0 at byte {at}")
        yield number, wire, content


def _taken(data: bytes, at: int, size: int) -> bytes:
    if at + size > len(data):
        raise ValueError(f"{at + size - len(data)} bytes are missing at the end")
    return data[at : at + size]


def _varint(data: bytes, at: int) -> tuple[int, int]:
    value = 0
    for shift, byte in enumerate(data[at : at + _LONGEST_VARINT]):
        value |= (byte & 0x7F) << (7 * shift)
        if byte < 0x80:
            return value & 0xFFFF_FFFF_FFFF_FFFF, at + shift + 1
    raise ValueError(f"no number at byte {at}")


def varint(number: int, value: int) -> bytes:
    """A field with a whole number."""
    return _plain(number << 3 | VARINT) + _plain(value)


def chunk(number: int, content: bytes) -> bytes:
    """A field with bytes: a text, or another message."""
    return _plain(number << 3 | BYTES) + _plain(len(content)) + content


def double(number: int, value: float) -> bytes:
    """A field with a number of 64 bits."""
    return _plain(number << 3 | FIXED64) + struct.pack("<d", value)


def _plain(value: int) -> bytes:
    found = bytearray()
    while value > 0x7F:
        found.append(value & 0x7F | 0x80)
        value >>= 7
    found.append(value)
    return bytes(found)

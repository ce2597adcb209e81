"""What the journal keeps of a telegram (日志记录): when it came, on which line, and all of it."""

from __future__ import annotations

import struct
from dataclasses import dataclass

from tongjian.monitoring.hj212 import segment_of

_HEAD = struct.Struct(">BQIH")
FRAME, ENCIPHERED, REFUSED = 1, 2, 3


@dataclass(frozen=True, slots=True)
class Kept:
    """One record: `raw` as it came over line number `line` at `received_us` (µs since 1970, UTC).

    `segment` is the data segment in plain text, empty for what was refused.
    """

    kind: int
    received_us: int
    line: int
    raw: bytes
    segment: bytes


def packed(kind: int, received_us: int, line: int, raw: bytes, segment: bytes = b"") -> bytes:
    """The content of a record as it goes into the journal (日志记录的内容).

    `kind` is FRAME, ENCIPHERED or REFUSED, `received_us` µs since 1970 (UTC), `line` the number of
    the connection, `raw` all that came of the telegram. The data `segment` is kept beside the frame
    where that was enciphered.
    """
    return _HEAD.pack(kind, received_us, line, len(raw)) + raw + segment


def unpacked(content: bytes) -> Kept:
    """The record of `content`."""
    kind, received_us, line, length = _HEAD.unpack_from(content)
    raw = content[_HEAD.size : _HEAD.size + length]
    segment = content[_HEAD.size + length :]
    if kind == FRAME:
        segment = segment_of(raw)
    return Kept(kind, received_us, line, raw, segment)

"""The payload of Sparkplug B (载荷): metrics with name or alias, time, type and value.

Numbers of fields and types are those of the Eclipse Sparkplug Specification 3.0.0, section 6.4
(seen in public schemas of it). Fields that are not needed here are passed over.
"""

from __future__ import annotations

import struct
from dataclasses import dataclass, field

from tongjian.monitoring.sources._protobuf import Content, chunk, double, fields, varint

# Bits of the signed types; the others are unsigned, floating or no numbers.
_SIGNED = {1: 8, 2: 16, 3: 32, 4: 64}
BOOLEAN, DOUBLE, INT64 = 11, 10, 4
_NUMBERS = {*range(1, 12), 13}
"""Types whose value is a number: whole ones, floating ones, a truth value, a time."""
QUALITY = "Quality"


@dataclass(slots=True)
class Metric:
    """One metric (指标). `value` is None where it is null or no number."""

    name: str = ""
    alias: int | None = None
    timestamp: int | None = None
    datatype: int | None = None
    historical: bool = False
    null: bool = False
    quality: int | None = None
    whole: int | None = None
    floating: float | None = None

    def value(self, datatype: int | None) -> float | None:
        """Its number, by `datatype` (that of its birth, where the metric has none)."""
        if self.null or (datatype is not None and datatype not in _NUMBERS):
            return None
        if self.whole is None:
            return self.floating
        bits = _SIGNED.get(datatype or 0)
        if bits is None:
            return float(self.whole)
        number = self.whole & (1 << bits) - 1
        return float(number - (1 << bits) if number >> (bits - 1) else number)


@dataclass(slots=True)
class Payload:
    """One message (报文): `timestamp` in ms since 1970 (UTC), `seq` from 0 to 255."""

    timestamp: int | None = None
    seq: int | None = None
    metrics: list[Metric] = field(default_factory=list)


def decode(data: bytes) -> Payload:
    """The payload of a message; raises `ValueError` where it is none."""
    payload = Payload()
    for number, _, content in fields(data):
        match number:
            case 1:
                payload.timestamp = _int(content)
            case 2:
                payload.metrics.append(_metric(_bytes(content)))
            case 3:
                payload.seq = _int(content)
    return payload


def encode(payload: Payload) -> bytes:
    """The bytes of `payload`, for what is sent to a node; texts and quality are not sent."""
    made = b"" if payload.timestamp is None else varint(1, payload.timestamp)
    for metric in payload.metrics:
        parts = chunk(1, metric.name.encode()) if metric.name else b""
        for number, value in (
            (2, metric.alias),
            (3, metric.timestamp),
            (4, metric.datatype),
            (5, int(metric.historical) or None),
            (7, int(metric.null) or None),
        ):
            parts += b"" if value is None else varint(number, value)
        if metric.floating is not None:
            parts += double(13, metric.floating)
        elif metric.whole is not None:
            parts += varint(14 if metric.datatype == BOOLEAN else 11, metric.whole)
        made += chunk(2, parts)
    return made if payload.seq is None else made + varint(3, payload.seq)


def _metric(data: bytes) -> Metric:
    found = Metric()
    for number, _, content in fields(data):
        match number:
            case 1:
                found.name = _bytes(content).decode()
            case 2:
                found.alias = _int(content)
            case 3:
                found.timestamp = _int(content)
            case 4:
                found.datatype = _int(content)
            case 5:
                found.historical = bool(content)
            case 7:
                found.null = bool(content)
            case 9:
                found.quality = _quality(_bytes(content))
            case 10 | 11 | 14:
                found.whole = _int(content)
            case 12:
                (found.floating,) = struct.unpack("<f", _int(content).to_bytes(4, "little"))
            case 13:
                (found.floating,) = struct.unpack("<d", _int(content).to_bytes(8, "little"))
    return found


def _quality(data: bytes) -> int | None:
    """The property Quality of a set of properties (keys and values in the same order)."""
    keys: list[str] = []
    values: list[int | None] = []
    for number, _, content in fields(data):
        if number == 1:
            keys.append(_bytes(content).decode())
        elif number == 2:
            whole = [_int(it) for n, _, it in fields(_bytes(content)) if n in (3, 4)]
            values.append(whole[0] if whole else None)
    return dict(zip(keys, values, strict=False)).get(QUALITY)


def _int(content: Content) -> int:
    if isinstance(content, bytes):
        raise ValueError("text in place of a number")
    return content


def _bytes(content: Content) -> bytes:
    if isinstance(content, int):
        raise ValueError("a number in place of text")
    return content

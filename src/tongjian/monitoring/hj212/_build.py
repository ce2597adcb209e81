"""Building telegrams and frames (组包), the inverse of `parse` and `Deframer`."""

from __future__ import annotations

from tongjian.monitoring.hj212._crc import VARIANTS
from tongjian.monitoring.hj212._frame import LONGEST_SEGMENT
from tongjian.monitoring.hj212._sm4 import enciphered
from tongjian.monitoring.hj212._telegram import Telegram


def build(telegram: Telegram) -> bytes:
    """The data segment of `telegram`, its fields in the standard's order; None fields left out."""
    fields = (
        ("QN", telegram.qn),
        ("ST", telegram.st),
        ("CN", telegram.cn),
        ("PW", telegram.pw),
        ("MN", telegram.mn),
        ("Flag", telegram.flag),
        ("PNUM", telegram.pnum),
        ("PNO", telegram.pno),
        ("RF", telegram.rf),
    )
    header = "".join(f"{name}={value};" for name, value in fields if value is not None)
    area = ";".join(",".join(f"{name}={value}" for name, value in one) for one in telegram.groups)
    return f"{header}CP=&&{area}&&".encode("utf-8", "surrogateescape")


def frame(segment: bytes, crc: str = "hj212", key: bytes | None = None) -> bytes:
    """The frame around `segment`; with `key` (16 bytes), its data area enciphered by SM4.

    Raises ValueError for a segment over 9999 bytes, whose length four digits cannot say; one over
    1024 bytes is to be split first (`split`), but devices send such, and so can this.
    """
    if len(segment) > 9999:
        raise ValueError(f"{len(segment)} bytes: split at {LONGEST_SEGMENT}")
    printed = f"{VARIANTS[crc](segment):04X}".encode()
    sent = enciphered(segment, key) if key else segment
    return b"##%04d" % len(segment) + sent + printed + b"\r\n"

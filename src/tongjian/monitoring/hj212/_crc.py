"""Check sums of frames (校验码): the one of HJ 212 and two that devices in the field send instead.

The check sum of HJ 212 (2005, 2017 and 2025, Annex A) shifts the whole register before the byte is
added, so that after each byte only its high half is left of what was before: it is an exclusive-or
of eight interleaved lanes, each byte passed through a linear map whose eighth power is the
identity. That makes it fast to compute (fold the text to eight bytes, then eight look-ups) and
weak: it takes 256 values, and two bytes that change places eight apart go unseen. What a frame
says has to be plausible as well; a check sum alone proves little.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Literal

_BYTE = (1 << 8) - 1
Variant = Literal["hj212", "modbus", "modbus-swapped"]


def _after(register: int, byte: int) -> int:
    """The register after one more byte, as Annex A describes it."""
    register = (register >> 8) ^ byte
    for _ in range(8):
        register = (register >> 1) ^ (0xA001 if register & 1 else 0)
    return register


# After one byte from the register r: _AFTER[(r >> 8) ^ byte].
_AFTER = tuple(_after(0, byte) for byte in range(256))


def _lanes() -> tuple[tuple[int, ...], ...]:
    """`_LANES[k][b]`: what the high byte becomes of a byte b that k more bytes follow, all zero."""
    lanes = [tuple(one >> 8 for one in _AFTER)]
    for _ in range(7):
        lanes.append(tuple(_AFTER[one] >> 8 for one in lanes[-1]))
    return tuple(lanes)


_L6, _L5, _L4, _L3, _L2, _L1, _L0, _ = _lanes()
# What keeps the lower lanes when a text is folded in two; enough for the 9999 bytes of a frame.
_ONES = tuple((1 << 64 * half) - 1 for half in range(640))


def hj212(segment: bytes) -> int:
    """The check sum of HJ 212 over `segment` (数据段的 CRC 校验码), 0 to 0xFFFF.

    Source: HJ/T 212-2005, HJ 212-2017 and HJ 212-2025, Annex A; the same in all three.
    """
    length = len(segment)
    if length == 0:
        return 0xFFFF
    folded = int.from_bytes(segment, "big") ^ (_BYTE << (8 * (length - 1)))
    lanes = (length + 7) >> 3
    while lanes > 1:
        half = lanes + 1 >> 1
        bits = half << 6
        ones = _ONES[half] if half < len(_ONES) else (1 << bits) - 1
        folded = (folded >> bits) ^ (folded & ones)
        lanes = half
    eight = folded.to_bytes(8, "big")
    high = (
        _L0[eight[0]]
        ^ _L1[eight[1]]
        ^ _L2[eight[2]]
        ^ _L3[eight[3]]
        ^ _L4[eight[4]]
        ^ _L5[eight[5]]
        ^ _L6[eight[6]]
    )
    return _AFTER[high ^ eight[7]]


def modbus(segment: bytes) -> int:
    """CRC-16/MODBUS over `segment`, which some devices send in its place; 0 to 0xFFFF."""
    register = 0xFFFF
    for byte in segment:
        register = (register >> 8) ^ _AFTER[(register ^ byte) & _BYTE]
    return register


def modbus_swapped(segment: bytes) -> int:
    """CRC-16/MODBUS with its bytes the other way round."""
    high, low = divmod(modbus(segment), 256)
    return low << 8 | high


VARIANTS: dict[str, Callable[[bytes], int]] = {
    "hj212": hj212,
    "modbus": modbus,
    "modbus-swapped": modbus_swapped,
}

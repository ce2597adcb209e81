"""What happens to frames on a bad line (线路故障): damage, noise, pieces, repeats, cuts.

Only the first sending of a telegram suffers; what the station sends again arrives.
"""

from __future__ import annotations

import random
from collections.abc import Iterable
from dataclasses import dataclass

from tongjian.monitoring.simulator._faults import LINE, Fault, Injected, Truth
from tongjian.monitoring.simulator._telegrams import Outgoing

_LONGEST_NOISE = 24
_NOISE = bytes(byte for byte in range(256) if byte not in b"#\r\n*")
_OVER = 7  # bytes that a wrong length says too many


@dataclass(frozen=True, slots=True)
class Pieces:
    """What goes over the line: pieces with a pause between them; `cut` closes the line after."""

    parts: tuple[bytes, ...]
    cut: bool = False


class Wire:
    """The line of one station."""

    def __init__(self, faults: Iterable[Fault], mn: str, seed: int, truth: Truth) -> None:
        shares = {one.kind: one.number for one in faults if one.kind in LINE}
        self._shares = [(kind, shares[kind]) for kind in LINE if kind in shares]
        self._dice = random.Random(f"{seed}/{mn}/line")
        self._mn = mn
        self._truth = truth

    def pieces(self, one: Outgoing) -> Pieces:
        """`one` as it goes over the line."""
        kind = self._strikes() if one.sent == 0 and self._shares else None
        if kind is None:
            return Pieces((one.frame,))
        sent, detail = self._struck(kind, one.frame)
        note = Injected(self._mn, kind, cn=one.cn, qn=one.qn, detail=detail)
        self._truth.note(note)
        return sent

    def _strikes(self) -> str | None:
        for kind, share in self._shares:
            if self._dice.random() < share:
                return kind
        return None

    def _struck(self, kind: str, frame: bytes) -> tuple[Pieces, str]:
        at = self._dice.randrange(6, len(frame) - 6)
        if kind == "crc":
            # A digit becomes another one: what is wrong is the value, not the form.
            while not 0x30 <= frame[at] <= 0x39 and frame.isascii():
                at = self._dice.randrange(6, len(frame) - 6)
            damaged = frame[:at] + bytes([frame[at] ^ 1]) + frame[at + 1 :]
            return Pieces((damaged,)), f"byte {at}"
        if kind == "length":
            wrong = int(frame[2:6]) + self._dice.choice((-_OVER, _OVER))
            return Pieces((b"##%04d" % wrong + frame[6:],)), f"{frame[2:6].decode()} -> {wrong:04d}"
        if kind == "garbage":
            count = self._dice.randint(1, _LONGEST_NOISE)
            noise = bytes(self._dice.choices(_NOISE, k=count))
            return Pieces((noise + frame,)), f"{count} bytes"
        if kind == "duplicate":
            return Pieces((frame + frame,)), ""
        if kind == "cut":
            return Pieces((frame[:at],), cut=True), f"after {at} bytes"
        return Pieces((frame[:at], frame[at:])), f"after {at} bytes"

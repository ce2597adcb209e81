"""Frames in a stream of bytes (数据包的拆分): by declared length, never by their end marks.

A frame is ``##``, four digits (the number of bytes of the data segment), the data segment, four
hexadecimal digits of its check sum, CR LF (HJ/T 212-2005 and HJ 212-2017, 6.3.1). The cipher text
of HJ 212-2025 may hold any byte, so ``##``, ``&&`` and CR LF inside a segment mean nothing.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

from tongjian.monitoring.hj212._crc import VARIANTS, Variant
from tongjian.monitoring.hj212._deviation import Deviation
from tongjian.monitoring.hj212._sm4 import deciphered

LONGEST_SEGMENT = 1024  # bytes; longer data are to be split (6.3.1, table 2)
_MARK = b"##"
_CRC_DIGITS = frozenset(b"0123456789ABCDEFabcdef")
_SHOWN = 24

Keys = Callable[[bytes], Sequence[bytes]]
Sums = Callable[[bytes], str]


@dataclass(frozen=True, slots=True)
class Frame:
    """One frame whose check sum fits (校验通过的数据包).

    `segment` is the data segment in plain text; `raw` is what came over the line. `crc` says which
    check sum fitted. `deviations` are departures of the frame itself, not of its fields.
    """

    segment: bytes
    raw: bytes
    crc: str = "hj212"
    encrypted: bool = False
    deviations: tuple[Deviation, ...] = ()


@dataclass(frozen=True, slots=True)
class Refused:
    """Bytes in which no frame could be found (拒收的字节), kept with the reason."""

    raw: bytes
    deviation: Deviation


class Deframer:
    """Takes bytes as they come and gives frames (流式拆包器); keeps at most one frame waiting.

    Parameters
    ----------
    crc
        The check sum that the station sends, or what gives it by the station's MN (empty where a
        frame names none). ``"auto"`` accepts the other known ones as well and says so with the
        deviation ``crc_variant``.
    keys
        Gives the SM4 keys of a station (16 bytes each, newest first) by its MN, for HJ 212-2025.
    """

    def __init__(self, crc: Variant | str | Sums = "auto", keys: Keys | None = None) -> None:
        self._by_mn = crc if callable(crc) else None
        self._mn: bytes | None = None  # whose check sum is expected now
        self._expect("auto" if callable(crc) else crc)
        self._keys = keys
        self._buffer = b""
        self._after_frame = False  # the end marks of the last frame may still come

    def _expect(self, crc: str) -> None:
        self._first = "hj212" if crc == "auto" else crc
        self._sum = VARIANTS[self._first]
        others = [name for name in VARIANTS if name != self._first] if crc == "auto" else []
        self._others = tuple(others)

    @property
    def waiting(self) -> int:
        """How many bytes wait for the rest of their frame (等待中的字节数)."""
        return len(self._buffer)

    def feed(self, data: bytes) -> list[Frame | Refused]:
        """The frames that `data` completes, and what had to be refused, in their order."""
        buffer = self._buffer + data if self._buffer else data
        found: list[Frame | Refused] = []
        at = self._scan(buffer, 0, found, final=False)
        self._buffer = buffer[at:]
        return found

    def finish(self) -> list[Frame | Refused]:
        """What is left when no more bytes will come: the connection closed or timed out."""
        found: list[Frame | Refused] = []
        self._scan(self._buffer, 0, found, final=True)
        self._buffer = b""
        self._after_frame = False
        return found

    def _scan(self, buffer: bytes, at: int, found: list[Frame | Refused], final: bool) -> int:
        size = len(buffer)
        while at < size:
            if self._after_frame:
                at = _past_end_marks(buffer, at)
                self._after_frame = at == size and not final
                if at == size:
                    break
            start = buffer.find(_MARK, at)
            if start != at:
                stop = start if start >= 0 else _before_half_mark(buffer, at, final)
                if stop > at:
                    _refuse(found, buffer[at:stop], "noise", expected="##")
                at = stop
                if start < 0:
                    break
            digits, length = _declared(buffer, start + 2)
            end = start + 2 + digits + length
            if digits < 2:
                if start + 2 + digits == size and not final:
                    break  # the digits may still come
                shown = _text(buffer[start + 2 : start + 6])
                wrong = Deviation("length_form", shown, "0000-9999", start)
                at = self._drop(buffer, start + 2, found, wrong)
                continue
            if end + 4 > size:
                if not final:
                    break
                wrong = Deviation("incomplete", str(size - start), str(end + 4 - start), start)
                at = self._drop(buffer, size, found, wrong)
                continue
            frame = self._frame(buffer, start, digits, end)
            if isinstance(frame, Deviation):
                at = self._drop(buffer, end + 4, found, frame)
                continue
            found.append(frame)
            at = start + len(frame.raw)
            self._after_frame = at == size
        return at

    def _frame(self, buffer: bytes, start: int, digits: int, end: int) -> Frame | Deviation:
        segment = buffer[start + 2 + digits : end]
        if self._by_mn is not None:
            at = segment.find(b";MN=")
            mn = segment[at + 4 : segment.find(b";", at + 4)] if at >= 0 else b""
            if mn != self._mn:  # hardly ever: a line is of one station
                self._mn = mn
                self._expect(self._by_mn(mn))
        printed = buffer[end : end + 4]
        if not _CRC_DIGITS.issuperset(printed):
            return self._without_sum(buffer, start, digits, end)
        declared = int(printed, 16)
        crc, encrypted = self._first, False
        if self._sum(segment) != declared:
            plain = self._plain(segment, declared) if self._keys else None
            if plain is not None:
                segment, encrypted = plain, True
            else:
                other = self._other(segment, declared)
                if other is None:
                    return self._without_sum(buffer, start, digits, end)
                crc = other
        stop = end + 4
        deviations: tuple[Deviation, ...] = ()
        plain_end = buffer[stop : stop + 2] == b"\r\n"
        if plain_end:
            stop += 2
        regular = plain_end and digits == 4 and crc == "hj212" and len(segment) <= LONGEST_SEGMENT
        if not regular or printed != printed.upper():
            past = _past_end_marks(buffer, stop)
            deviations = tuple(
                _departures(buffer[end:past], digits, len(segment), crc, past == len(buffer))
            )
            stop = past
        return Frame(segment, buffer[start:stop], crc, encrypted, deviations)

    def _other(self, segment: bytes, declared: int) -> str | None:
        # They are slow: whoever sends garbage shall not have them tried at each of its bytes.
        if not segment.endswith(b"&&"):
            return None
        for name in self._others:
            if VARIANTS[name](segment) == declared:
                return name
        return None

    def _plain(self, segment: bytes, declared: int) -> bytes | None:
        """The segment deciphered, where a key of the station makes the check sum fit."""
        assert self._keys is not None
        station = segment.partition(b";MN=")[2].partition(b";")[0]
        for key in self._keys(station):
            plain = deciphered(segment, key)
            # A check sum of 256 values fits by chance: what is plain text has to look like it.
            if plain is not None and self._sum(plain) == declared and _looks_plain(plain):
                return plain
        return None

    def _without_sum(self, buffer: bytes, start: int, digits: int, end: int) -> Deviation:
        """Why no check sum fits: a wrong length if the one before the line's end does fit."""
        printed = buffer[end : end + 4]
        line = buffer.find(b"\r\n", start)
        stop = (line if line >= 0 else len(buffer)) - 4
        segment, sum_there = buffer[start + 2 + digits : stop], buffer[stop : stop + 4]
        whole = stop > start and _CRC_DIGITS.issuperset(sum_there) and segment.endswith(b"&&")
        if whole and self._sum(segment) == int(sum_there, 16):
            declared = _text(buffer[start + 2 : start + 2 + digits])
            return Deviation("length_wrong", declared, f"{len(segment):04d}", start)
        if not _CRC_DIGITS.issuperset(printed):
            return Deviation("crc_form", _text(printed), "0-9A-F", start)
        segment = buffer[start + 2 + digits : end]
        station, _, area = segment.partition(b";MN=")[2].partition(b";")
        if not _readable(area):
            return Deviation("key_unknown", _text(station), "SM4", start)
        return Deviation("crc_wrong", _text(printed), f"{self._sum(segment):04X}", start)

    @staticmethod
    def _drop(buffer: bytes, stop: int, found: list[Frame | Refused], wrong: Deviation) -> int:
        """Refuse from where it is wrong to the next place where a frame may begin; give that."""
        following = buffer.find(_MARK, wrong.at + 2, stop + 1)
        cut = following if following >= 0 else _past_end_marks(buffer, stop)
        found.append(Refused(buffer[wrong.at : cut], wrong))
        return cut


def segment_of(raw: bytes) -> bytes:
    """The data segment of one frame that begins `raw`, as its declared length says."""
    digits, length = _declared(raw, 2)
    return raw[2 + digits : 2 + digits + length]


def _declared(buffer: bytes, at: int) -> tuple[int, int]:
    """How many digits stand at `at` (at most four), and the length they say."""
    digits = buffer[at : at + 4]
    if not digits.isdigit():
        count = 0
        while count < len(digits) and 0x30 <= digits[count] <= 0x39:
            count += 1
        digits = digits[:count]
    return len(digits), int(digits or b"0")


def _before_half_mark(buffer: bytes, at: int, final: bool) -> int:
    """The end of the buffer, or before a last ``#`` that may be half of a mark."""
    half = buffer.endswith(b"#") and not final
    return max(at, len(buffer) - 1) if half else len(buffer)


def _past_end_marks(buffer: bytes, at: int) -> int:
    """After the CR, LF and asterisks (a vendor's mark of control telegrams) from `at` on."""
    while at < len(buffer) and buffer[at] in b"\r\n*":
        at += 1
    return at


def _departures(
    tail: bytes, digits: int, length: int, crc: str, at_end: bool
) -> Iterator[Deviation]:
    printed, marks = tail[:4], tail[4:]
    if digits != 4:
        yield Deviation("length_digits", str(digits), "4", 2)
    if length > LONGEST_SEGMENT:
        yield Deviation("segment_long", str(length), str(LONGEST_SEGMENT))
    if crc != "hj212":
        yield Deviation("crc_variant", crc, "hj212")
    if printed != printed.upper():
        yield Deviation("crc_case", _text(printed), _text(printed.upper()))
    if b"*" in marks:
        yield Deviation("end_mark", _text(marks.rstrip()), "CR LF")
    elif not marks.startswith(b"\r\n") and not (at_end and not marks.strip()):
        yield Deviation("end_missing", _text(marks), "CR LF")


def _looks_plain(segment: bytes) -> bool:
    area = segment.partition(b"CP=&&")[2]
    return area.endswith(b"&&") and b"=" in area and _readable(area)


def _readable(raw: bytes) -> bool:
    try:
        return raw.decode("utf-8").isprintable()
    except UnicodeDecodeError:
        return False


def _refuse(found: list[Frame | Refused], raw: bytes, code: str, expected: str) -> None:
    found.append(Refused(raw, Deviation(code, _text(raw[:_SHOWN]), expected)))


def _text(raw: bytes) -> str:
    return raw.decode("utf-8", "backslashreplace")

"""The data segment of a frame and its fields (数据段): HJ/T 212-2005, HJ 212-2017 and -2025."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import NamedTuple

from tongjian.monitoring.hj212._deviation import Deviation, TelegramError
from tongjian.monitoring.hj212._lenient import read_fields, read_groups
from tongjian.monitoring.hj212._tables import EDITIONS

Pair = tuple[str, str]
Group = tuple[Pair, ...]

_HEADER = re.compile(
    r"(?:QN=(\d{17});)?ST=([0-9A-Z]{2});CN=(\d{4});PW=([^;,= ]+);MN=([^;,= ]+);"
    r"(?:Flag=(\d{1,3});)?(?:PNUM=(\d{1,4});PNO=(\d{1,4});)?(?:RF=(\d);)?CP=&&"
)
_DIGITS = re.compile(r"[0-9]{1,9}")
_NO_MARKS = bytes(byte for byte in range(256) if byte not in b"=,;")


class Telegram(NamedTuple):
    """One data segment (一条报文的数据段).

    Field values are the text that was sent, None where a field was not. `groups` is the data area
    (CP): groups separated by ``;``, each the pairs separated by ``,``, in their order, because
    names repeat (``PolId=..;PolId=..``). The password is never shown by `repr`.
    """

    st: str | None
    cn: str
    mn: str | None
    qn: str | None = None
    pw: str | None = None
    flag: int | None = None
    pnum: int | None = None
    pno: int | None = None
    rf: int | None = None
    groups: tuple[Group, ...] = ()
    deviations: tuple[Deviation, ...] = ()

    def __repr__(self) -> str:
        shown = zip(self._fields, self, strict=True)
        return (
            f"Telegram({', '.join(f'{name}={value!r}' for name, value in shown if name != 'pw')})"
        )

    @property
    def version(self) -> str:
        """The edition its Flag names (标准版本): "2005", "2017", "2025", or "?"."""
        number = (self.flag or 0) >> 2
        return EDITIONS[number] if number < len(EDITIONS) else "?"

    @property
    def needs_answer(self) -> bool:
        """Whether the sender waits for an answer (应答标志), bit 0 of Flag."""
        return bool((self.flag or 0) & 1)

    @property
    def is_part(self) -> bool:
        """Whether it is one of several packets (拆分包)."""
        return self.pnum is not None and self.pnum > 1

    def value(self, name: str) -> str | None:
        """The first value called `name` in the data area."""
        for group in self.groups:
            for key, value in group:
                if key == name:
                    return value
        return None

    def pairs(self) -> Iterator[Pair]:
        """Every pair of the data area, in order."""
        for group in self.groups:
            yield from group


def parse(segment: bytes, strict: bool = False) -> Telegram:
    """Read a data segment (解析数据段).

    Tolerant reading takes what can be understood and names each departure in `deviations`.

    Raises
    ------
    TelegramError
        Nothing can be made of it (no command, no data area); with `strict`, any deviation.
    """
    try:
        text = segment.decode("utf-8")
        telegram = _usual(text)
    except UnicodeDecodeError as error:
        shown = segment[error.start : error.start + 8].hex(" ")
        text = segment.decode("utf-8", "surrogateescape")
        telegram = _unusual(text, [Deviation("text_encoding", shown, "UTF-8", error.start)])
    if telegram is None:
        telegram = _unusual(text, [])
    if strict and telegram.deviations:
        raise TelegramError(telegram.deviations)
    return telegram


def _usual(text: str) -> Telegram | None:
    """A segment with its fields in the standard's order and nothing odd in its data area."""
    header = _HEADER.match(text)
    if header is None or not text.endswith("&&"):
        return None
    area = text[header.end() : -2]
    if "//" in area or "&" in area or " " in area:
        return None
    qn, st, cn, pw, mn, flag, pnum, pno, rf = header.groups()
    groups = _regular_groups(area) if area else ()
    if groups is None:
        return None
    return Telegram(
        *(st, cn, mn, qn, pw),
        None if flag is None else int(flag),
        None if pnum is None else int(pnum),
        None if pno is None else int(pno),
        None if rf is None else int(rf),
        groups,
    )


def _regular_groups(area: str) -> tuple[Group, ...] | None:
    """The groups of an area in which names and values alternate throughout; None otherwise.

    Cut at every mark at once and grouped by their pattern: half the time of cutting in steps.
    """
    marks = area.encode("utf-8", "surrogateescape").translate(None, _NO_MARKS)
    if marks[::2].strip(b"=") or b"=" in marks[1::2] or len(marks) % 2 == 0:
        return None
    parts = area.replace(";", ",").replace("=", ",").split(",")
    names = parts[::2]
    if "" in names:
        return None
    pairs = tuple(zip(names, parts[1::2], strict=True))
    groups = []
    at = 0
    for group in marks.split(b";"):
        stop = at + (len(group) + 1) // 2
        groups.append(pairs[at:stop])
        at = stop
    return tuple(groups)


def _unusual(text: str, deviations: list[Deviation]) -> Telegram:
    fields, area = read_fields(text, deviations)
    groups = read_groups(area, deviations)
    if any(one.fatal for one in deviations):
        raise TelegramError(deviations)
    number = {
        name: int(fields[name]) if _DIGITS.fullmatch(fields.get(name, "")) else None
        for name in ("Flag", "PNUM", "PNO", "RF")
    }
    return Telegram(
        st=fields.get("ST"),
        cn=fields["CN"],
        mn=fields.get("MN"),
        qn=fields.get("QN"),
        pw=fields.get("PW"),
        flag=number["Flag"],
        pnum=number["PNUM"],
        pno=number["PNO"],
        rf=number["RF"],
        groups=groups,
        deviations=tuple(deviations),
    )

"""Faults on demand (按需注入的故障), each written down when it happens.

A fault is ``kind=what``; several are separated by commas. Of the line, with a probability for each
telegram: ``crc``, ``length``, ``garbage``, ``split``, ``duplicate``, ``cut``. Of what is sent when:
``late``, ``gap``, ``clock``. Of the values: ``stuck``, ``replay``, ``clip``, ``blank-when-high``,
``scale``, ``cou``. Times are ``2025-02-01T00``, lengths ``102h``, ``3d`` or ``30m``.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import asdict, dataclass, field
from datetime import date, datetime, timedelta
from typing import Any

from tongjian.problems import Problem, RecordError

LINE = ("crc", "length", "garbage", "split", "duplicate", "cut")
_LENGTH = re.compile(r"(\d+)([mhd])")
_UNITS = {"m": "minutes", "h": "hours", "d": "days"}
_FOREVER = datetime.max
FORMS = {
    **dict.fromkeys(LINE, "0.05"),
    "late": "2025-02-01T00/24h+12h",
    "gap": "2025-02-01T00/24h",
    "clock": "+3600[@2025-02-01T00]",
    "stuck": "nox@2025-02-01T00/102h",
    "replay": "2025-03-05[<2025-03-01]",
    "clip": "nox:50[@2025-02-01T00/30d]",
    "blank-when-high": "nox:45[@2025-02-01T00/30d]",
    "scale": "nox:0.9@2025-06-01T00[/30d]",
    "cou": "nox:1.2@2025-06-01T00[/30d]",
}


@dataclass(frozen=True, slots=True)
class Fault:
    """One fault that was asked for.

    `quantity` is that of a channel or its code; `number` the probability, threshold, factor or
    seconds; `source` the day that is replayed; `until` when what came late is sent.
    """

    kind: str
    number: float = 0.0
    quantity: str = ""
    first: datetime = datetime.min
    last: datetime = _FOREVER
    until: datetime | None = None
    source: date | None = None


@dataclass(frozen=True, slots=True)
class Held:
    """Intervals that begin in [first, last) are sent at `until`, or (None) only when asked for."""

    first: datetime
    last: datetime
    until: datetime | None


@dataclass(frozen=True, slots=True)
class Injected:
    """One thing that was done (注入记录), and to what."""

    mn: str
    kind: str
    quantity: str = ""
    code: str = ""
    first: datetime | None = None
    last: datetime | None = None
    cn: str = ""
    qn: str = ""
    detail: str = ""
    minutes: int = 0
    """How many minutes of the series were changed."""


@dataclass(slots=True)
class Truth:
    """Everything that was injected (真值清单)."""

    injected: list[Injected] = field(default_factory=list)

    def note(self, one: Injected) -> None:
        """Write one down; minutes of the same fault of a series add up."""
        self.injected.append(one)

    def rows(self) -> list[dict[str, Any]]:
        """For JSON: changes of values day by day joined into one entry each."""
        joined: dict[tuple[object, ...], dict[str, Any]] = {}
        rows: list[dict[str, Any]] = []
        for one in self.injected:
            row = {key: value for key, value in asdict(one).items() if value not in ("", None, 0)}
            if one.minutes:
                key = (one.mn, one.kind, one.code, one.detail)
                known = joined.get(key)
                if known is not None:
                    known["first"] = min(known["first"], one.first)
                    known["last"] = max(known["last"], one.last)
                    known["minutes"] += one.minutes
                    known["days"] += 1
                    continue
                joined[key] = row
                row["days"] = 1
            rows.append(row)
        return rows


def read_faults(texts: Iterable[str]) -> list[Fault]:
    """The faults that `texts` ask for.

    Raises
    ------
    RecordError
        With everything that is no fault.
    """
    found: list[Fault] = []
    wrong: list[Problem] = []
    for text in (part.strip() for one in texts for part in one.split(",") if part.strip()):
        kind, _, rest = text.partition("=")
        try:
            found.append(_fault(kind, rest))
        except (KeyError, ValueError):
            forms = ", ".join(f"{name}={form}" for name, form in FORMS.items())
            expected = f"{kind}={FORMS[kind]}" if kind in FORMS else forms
            values = {"found": text, "expected": expected}
            wrong.append(Problem("monitoring.fault_form", values=values))
    if wrong:
        raise RecordError(wrong)
    return found


def _fault(kind: str, text: str) -> Fault:
    if kind in LINE:
        share = float(text)
        if not 0 <= share <= 1:
            raise ValueError(text)
        return Fault(kind, share)
    if kind == "clock":
        seconds, _, since = text.partition("@")
        return Fault(kind, float(seconds), first=_moment(since) if since else datetime.min)
    if kind == "replay":
        into, _, source = text.partition("<")
        day = date.fromisoformat(into)
        taken = date.fromisoformat(source) if source else day - timedelta(days=1)
        begin = datetime(day.year, day.month, day.day)
        return Fault(kind, first=begin, last=begin + timedelta(days=1), source=taken)
    if kind in ("late", "gap"):
        window, _, delay = text.partition("+")
        first, last = _window(window)
        if (kind == "late") != bool(delay) or last == _FOREVER:
            raise ValueError(text)
        return Fault(kind, first=first, last=last, until=last + _length(delay) if delay else None)
    if kind not in FORMS:
        raise KeyError(kind)
    what, _, window = text.partition("@")
    first, last = _window(window) if window else (datetime.min, _FOREVER)
    quantity, _, number = what.partition(":")
    if not quantity or (kind == "stuck") != (not number) or (kind == "stuck" and not window):
        raise ValueError(text)
    return Fault(kind, float(number or 0), quantity, first, last)


def _window(text: str) -> tuple[datetime, datetime]:
    begin, slash, length = text.partition("/")
    first = _moment(begin)
    return first, first + _length(length) if slash else _FOREVER


def _moment(text: str) -> datetime:
    found = datetime.fromisoformat(text)
    if found.tzinfo is not None:
        raise ValueError(text)  # times of telegrams have no zone
    return found


def _length(text: str) -> timedelta:
    found = _LENGTH.fullmatch(text)
    if found is None:
        raise ValueError(text)
    return timedelta(**{_UNITS[found[2]]: int(found[1])})

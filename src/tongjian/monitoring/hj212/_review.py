"""What a telegram says against what the standard allows (合规检查), beyond its syntax.

The check sum of HJ 212 takes 256 values only, so that damage goes unseen once in 256 times: times,
numbers and packet marks have to make sense as well.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import datetime, timedelta, timezone

from tongjian.monitoring.hj212._deviation import Deviation
from tongjian.monitoring.hj212._tables import EDITIONS, command, systems
from tongjian.monitoring.hj212._telegram import Telegram

CHINA = timezone(timedelta(hours=8))
"""The zone of every clock of a station (北京时间)."""

TIMES = frozenset(
    {"DataTime", "SystemTime", "BeginTime", "EndTime", "RestartTime", "AlarmTime", "SKCreateTime"}
)
_MN_2017 = re.compile(r"[0-9A-F]{24}")
_LONGEST_PW = {"2005": 6}
_PW = 9
_VALUES = frozenset(
    {"Rtd", "Min", "Avg", "Max", "ZsRtd", "ZsMin", "ZsAvg", "ZsMax", "Cou", "RawAvg", "RT"}
)
_NUMBER = re.compile(r"[+-]?(\d+\.?\d*|\.\d+)")


def review(telegram: Telegram, edition: str | None = None) -> tuple[Deviation, ...]:
    """Departures of the contents of `telegram` from `edition` (default: the one its Flag names)."""
    edition = edition or telegram.version
    found = [*_header(telegram, edition), *_packets(telegram, edition), *_times(telegram)]
    found.extend(_numbers(telegram))
    return tuple(found)


def _header(telegram: Telegram, edition: str) -> Iterator[Deviation]:
    if edition not in EDITIONS:
        yield Deviation("flag_edition", str(telegram.flag), "2005: 0, 2017: 1, 2025: 2")
        return
    if telegram.qn is None and edition != "2005":
        yield Deviation("field_missing", "QN", edition)
    if telegram.qn and not moment(telegram.qn):  # an empty one was told when it was read
        yield Deviation("time_wrong", f"QN={telegram.qn}", "YYYYMMDDhhmmsszzz")
    for name, value in (("ST", telegram.st), ("PW", telegram.pw), ("MN", telegram.mn)):
        # HJ/T 212-2005, Annex C: the answer to data names neither password nor station.
        if value is None and not (edition == "2005" and telegram.cn == "9014" and name != "ST"):
            yield Deviation("field_missing", name, edition)
    if telegram.flag is None and edition != "2005":
        yield Deviation("field_missing", "Flag", edition)
    if telegram.st is not None and telegram.st not in systems():
        yield Deviation("st_unknown", telegram.st, " ".join(systems()))
    if command(telegram.cn, edition) is None:
        yield Deviation("cn_unknown", telegram.cn, edition)
    if telegram.mn and edition != "2005" and not _MN_2017.fullmatch(telegram.mn):
        yield Deviation("mn_form", telegram.mn, "24 x 0-9A-F")
    if telegram.pw is not None and len(telegram.pw) > _LONGEST_PW.get(edition, _PW):
        # How long it is says nothing about the password; what it is stays out of messages.
        yield Deviation("pw_long", str(len(telegram.pw)), str(_LONGEST_PW.get(edition, _PW)))


def _packets(telegram: Telegram, edition: str) -> Iterator[Deviation]:
    numbered = bool((telegram.flag or 0) & 2)
    given = telegram.pnum is not None or telegram.pno is not None
    # The examples of HJ/T 212-2005 themselves set the bit (Flag=3) and give no numbers.
    if numbered and not given and edition != "2005":
        yield Deviation("packet_missing", f"Flag={telegram.flag}", "PNUM, PNO")
    elif given and telegram.flag is not None and not numbered:
        yield Deviation("packet_unmarked", f"Flag={telegram.flag}", f"Flag={telegram.flag | 2}")
    pnum, pno = telegram.pnum, telegram.pno
    if given and (pnum is None or pno is None or not 1 <= pno <= pnum):
        yield Deviation("packet_number", f"PNUM={pnum} PNO={pno}", "1 <= PNO <= PNUM")


def _times(telegram: Telegram) -> Iterator[Deviation]:
    for name, value in telegram.pairs():
        if name in TIMES or name.endswith("-SampleTime"):
            if not moment(value):
                yield Deviation("time_wrong", f"{name}={value}", "YYYYMMDDhhmmss")
            elif len(value) != 14:
                yield Deviation("time_form", f"{name}={value}", "YYYYMMDDhhmmss")


def _numbers(telegram: Telegram) -> Iterator[Deviation]:
    for name, value in telegram.pairs():
        _, dash, suffix = name.rpartition("-")
        if dash and suffix in _VALUES and not _NUMBER.fullmatch(value):
            yield Deviation("value_form", f"{name}={value}", "0-9 .")


def moment(text: str) -> datetime | None:
    """A time of 14 digits, or of 17 with milliseconds, without a zone; None where it is none."""
    if not (text.isascii() and text.isdecimal() and len(text) in (14, 17)):
        return None
    try:
        return datetime(
            *(int(text[:4]), int(text[4:6]), int(text[6:8])),
            *(int(text[8:10]), int(text[10:12]), int(text[12:14])),
            int(text[14:] or 0) * 1000,
        )
    except ValueError:
        return None

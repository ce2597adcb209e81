"""What the gateway has to know of a telegram before it is kept (报头), found without parsing it."""

from __future__ import annotations

import re
from typing import NamedTuple

from tongjian.monitoring.hj212 import Telegram, TelegramError, parse

_USUAL = re.compile(
    rb"(?:QN=(\d{17});)?ST=([0-9A-Z]{2});CN=(\d{4});PW=([^;,= ]+);MN=([^;,= ]+);"
    rb"(?:Flag=(\d{1,3});)?(?:PNUM=\d{1,4};PNO=(\d{1,4});)?(?:RF=\d;)?"
    rb"CP=&&(?:DataTime=(\d{14,17}))?"
)


class Header(NamedTuple):
    """The fields before the data area and the DataTime, as sent; empty where not sent."""

    qn: bytes
    st: bytes
    cn: bytes
    pw: bytes
    mn: bytes
    flag: int
    pno: bytes
    time: bytes


def read_header(segment: bytes) -> Header | None:
    """The header of a data segment; None where none can be made out."""
    usual = _USUAL.match(segment)
    if usual is not None:
        qn, st, cn, pw, mn, flag, pno, time = usual.groups(b"")
        return Header(qn, st, cn, pw, mn, int(flag or b"0"), pno, time)
    try:
        return _of(parse(segment))
    except TelegramError:
        return None


def _of(telegram: Telegram) -> Header:
    def sent(value: object) -> bytes:
        return b"" if value is None else str(value).encode("utf-8", "surrogateescape")

    return Header(
        qn=sent(telegram.qn),
        st=sent(telegram.st),
        cn=sent(telegram.cn),
        pw=sent(telegram.pw),
        mn=sent(telegram.mn),
        flag=telegram.flag or 0,
        pno=sent(telegram.pno),
        time=sent(telegram.value("DataTime")),
    )

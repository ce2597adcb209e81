"""What a host answers (应答): 9014 to data, 9013 to notices, in the manner of each edition."""

from __future__ import annotations

from tongjian.monitoring.gateway._header import Header
from tongjian.monitoring.hj212 import VARIANTS

DATA_ANSWER = b"9014"
NOTICE_ANSWER = b"9013"
_NEEDS_ANSWER = 1
_EDITION_BITS = ~3


def needs_answer(header: Header) -> bool:
    """Whether the station waits for an answer: bit 0 of Flag."""
    return bool(header.flag & _NEEDS_ANSWER)


def answer(header: Header, cn: bytes = DATA_ANSWER, crc: str = "hj212") -> bytes:
    """The frame that answers the telegram of `header`, with the check sum that it came with.

    From 2017 on an answer has the telegram's QN in its header (HJ 212-2017, Annex C); in 2005 it
    stands in the data area, and the answer to data names neither password nor station.
    """
    if header.flag & _EDITION_BITS:
        segment = b"QN=%s;ST=91;CN=%s;PW=%s;MN=%s;Flag=%d;CP=&&&&" % (
            *(header.qn, cn, header.pw, header.mn),
            header.flag & _EDITION_BITS,
        )
    elif cn == DATA_ANSWER:
        segment = b"ST=91;CN=9014;CP=&&QN=%s;CN=%s&&" % (header.qn, header.cn)
    else:
        segment = b"ST=91;CN=%s;PW=%s;MN=%s;Flag=0;CP=&&QN=%s&&" % (
            *(cn, header.pw, header.mn, header.qn),
        )
    return b"##%04d%s%04X\r\n" % (len(segment), segment, VARIANTS[crc](segment))

"""One connection of a station (现场机连接): bytes in, records and answers out."""

from __future__ import annotations

import asyncio
import time
from typing import TYPE_CHECKING, cast

from tongjian.monitoring.gateway._answers import DATA_ANSWER, NOTICE_ANSWER, answer, needs_answer
from tongjian.monitoring.gateway._header import Header, read_header
from tongjian.monitoring.gateway._heard import Heard
from tongjian.monitoring.gateway._history import HOUR_DATA
from tongjian.monitoring.gateway._records import ENCIPHERED, FRAME, REFUSED, packed
from tongjian.monitoring.hj212 import Deframer, Frame, Refused

if TYPE_CHECKING:
    from tongjian.monitoring.gateway._gateway import Gateway

REPLIES = frozenset({b"9011", b"9012", b"9013", b"9014"})
_HEARTBEAT = b"9015"
_CLOCK_REQUEST = b"1013"
_KEPT_OF_REFUSED = 4096
_INTERACTION = b"91"  # ST of what is no data


class StationLine(asyncio.Protocol):
    """The gateway's end of one connection; belongs to one station from its first telegram on."""

    def __init__(self, gateway: Gateway, number: int) -> None:
        self.number = number
        self.mn = b""
        self.edition_bits = 0
        self.crc = "hj212"
        """The check sum of its last telegram: what is sent to it has the same."""
        self.told = Heard()
        self._gateway = gateway
        self._admitted: tuple[bytes, bytes] | None = None
        self._deframer = Deframer(self._sum_of, gateway.stations.keys)
        self._transport: asyncio.Transport | None = None
        self._heard = time.monotonic()
        self._tokens = gateway.settings.burst
        self._refilled = self._heard
        self._faults = 0
        self._holds = 0

    # ---- asyncio -------------------------------------------------------------------------------

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = cast("asyncio.Transport", transport)
        self._gateway.joined(self)

    def connection_lost(self, exc: Exception | None) -> None:
        self._transport = None
        for found in self._deframer.finish():
            self._take(found)
        self._gateway.left(self)

    def data_received(self, data: bytes) -> None:
        self._heard = time.monotonic()
        self._gateway.metrics.add("bytes_total", by=len(data))
        found = self._deframer.feed(data)
        for one in found:
            self._take(one)
        if found:
            self._spend(len(found))

    def _sum_of(self, mn: bytes) -> str:
        """The check sum that a frame has to have: on a line of a station, that station's."""
        return self._gateway.stations.crc(self.mn or mn)

    @property
    def heard(self) -> float:
        """When something last came (monotonic)."""
        return self._heard

    # ---- the committer's side ------------------------------------------------------------------

    def send(self, data: bytes) -> None:
        """Send `data`, unless the line is closed; one that does not read is given up."""
        if self._transport is None:
            return
        self._transport.write(data)
        if self._transport.get_write_buffer_size() > self._gateway.settings.unread_bytes:
            self.close("unread")

    def hold(self) -> None:
        """Take no more from the line until as many `release` follow."""
        self._holds += 1
        if self._transport is not None and self._holds == 1:
            self._transport.pause_reading()

    def release(self) -> None:
        """Take from the line again."""
        self._holds -= 1
        if self._transport is not None and self._holds == 0:
            self._transport.resume_reading()

    def close(self, reason: str) -> None:
        """Close at once, without waiting for what is not yet sent."""
        if self._transport is not None:
            self._gateway.metrics.add("closed_total", reason)
            self._transport.abort()
            self._transport = None

    def finish(self) -> None:
        """Close after what is not yet sent."""
        if self._transport is not None:
            self._transport.close()

    def look(self, now: float) -> None:
        """Give up what does not go on: called once a second."""
        settings = self._gateway.settings
        if now - self._heard > settings.idle_s:
            self.close("idle")
        elif self._deframer.waiting and now - self._heard > settings.frame_s:
            for found in self._deframer.finish():
                self._take(found)

    # ---- telegrams -----------------------------------------------------------------------------

    def _take(self, found: Frame | Refused) -> None:
        if isinstance(found, Refused):
            self._refuse(found.deviation.code, found.raw)
            return
        for deviation in found.deviations:
            self._gateway.metrics.add("deviations_total", deviation.code)
        header = read_header(found.segment)
        if header is None:
            self._refuse("header", found.raw)
        elif self._is_admitted(header):
            self._accept(found, header)

    def _is_admitted(self, header: Header) -> bool:
        if (header.mn, header.pw) == self._admitted:
            return True
        if self.mn and header.cn in REPLIES and not header.mn:
            return True  # the answers of 2005 that name no station belong to their line
        if self.mn and header.mn != self.mn:
            self._gateway.metrics.add("denied_total", "mn_changed")
            self.close("mn_changed")
            return False
        if not self._gateway.stations.admits(header.mn, header.pw):
            self._gateway.metrics.add("denied_total", "password")
            self._fault()
            return False
        self._admitted = (header.mn, header.pw)
        self.mn = header.mn
        self.edition_bits = header.flag & ~3
        self._gateway.known(self)
        return True

    def _accept(self, frame: Frame, header: Header) -> None:
        gateway = self._gateway
        self.crc = frame.crc
        if header.cn == _HEARTBEAT:
            reply = answer(header, crc=frame.crc) if needs_answer(header) else None
            gateway.committer.add(self, None, reply)
            return
        if header.cn in REPLIES:
            gateway.replied(self, header, frame.segment)
        reply = None
        if header.cn not in REPLIES and needs_answer(header):
            cn = NOTICE_ANSWER if header.cn == _CLOCK_REQUEST else DATA_ANSWER
            reply = answer(header, cn, frame.crc)
        key = (header.mn, header.qn, header.cn, header.time, header.pno)
        if (header.qn or header.time) and key in gateway.seen:
            gateway.metrics.add("duplicates_total")
            gateway.committer.add(self, None, reply)
            return
        gateway.seen.add(key)
        kind = ENCIPHERED if frame.encrypted else FRAME
        segment = frame.segment if frame.encrypted else b""
        now = time.time_ns() // 1000
        content = packed(kind, now, self.number, frame.raw, segment)
        told = self.told
        told.last_us, told.last_cn = now, header.cn
        told.counts[header.cn] += 1
        if header.st != _INTERACTION:
            told.system = header.st
        gateway.metrics.add("telegrams_total")
        gateway.committer.add(self, content, reply)
        if header.cn == HOUR_DATA:
            gateway.history.came(header.mn, header.time)
        if header.cn == _CLOCK_REQUEST:
            gateway.clock_asked(self)

    def _refuse(self, reason: str, raw: bytes) -> None:
        self._gateway.metrics.add("refused_total", reason)
        kept = raw[:_KEPT_OF_REFUSED]
        content = packed(REFUSED, time.time_ns() // 1000, self.number, kept, reason.encode())
        self._gateway.committer.add(self, content, None)
        self._fault()

    def _fault(self) -> None:
        self._faults += 1
        if self._faults > self._gateway.settings.faults:
            self.close("faults")

    def _spend(self, telegrams: int) -> None:
        """Hold a line that sends faster than it may; what it has sent is taken all the same."""
        settings = self._gateway.settings
        now = time.monotonic()
        earned = (now - self._refilled) * settings.rate
        self._tokens = min(settings.burst, self._tokens + earned) - telegrams
        self._refilled = now
        if self._tokens < 0:
            self.hold()
            asyncio.get_running_loop().call_later(-self._tokens / settings.rate, self.release)

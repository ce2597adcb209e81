"""A station on the line (仿真现场机): sends, waits for its answers, sends again, obeys."""

from __future__ import annotations

import asyncio
import re
import time
from collections import deque
from collections.abc import Iterator
from contextlib import suppress
from datetime import datetime

from tongjian.monitoring.hj212 import EDITIONS, Deframer, Frame, TelegramError, parse
from tongjian.monitoring.simulator._feed import Feed
from tongjian.monitoring.simulator._habits import Habits, Sent
from tongjian.monitoring.simulator._orders import Manners, Orders
from tongjian.monitoring.simulator._telegrams import (
    Identity,
    Outgoing,
    other,
    sent_again,
    stamp,
)
from tongjian.monitoring.simulator._wire import Wire
from tongjian.problems import Problem, TongjianError

_QN = re.compile(rb"QN=(\d{17})")
_DATA_ANSWER = b";CN=9014;"
_NOTICE_ANSWER = b";CN=9013;"
_PAUSE_S = 0.005  # between the pieces of a frame
_FAREWELL_S = 1.0
_WAIT_S = 0.05  # before the line is tried again; doubled each time
_LONGEST_WAIT_S = 5.0


class Station:
    """One station; `run` sends everything of its feed to a host."""

    def __init__(
        self, who: Identity, feed: Feed, wire: Wire, manners: Manners, habits: Habits
    ) -> None:
        self.who = who
        self.feed = feed
        self.sent = Sent()
        self._wire = wire
        self._manners = manners
        self._habits = habits
        self._orders = Orders(who, feed, manners)
        self.sent.commands = self._orders.done
        self._open: dict[str, Outgoing] = {}
        self._ready: deque[Outgoing] = deque()
        self._waiters: list[asyncio.Future[None]] = []
        self._writer: asyncio.StreamWriter | None = None
        self._tasks: set[asyncio.Task[None]] = set()
        self._following: tuple[datetime, list[Outgoing]] | None = None
        self._paced: tuple[float, datetime] | None = None

    async def run(self, host: str, port: int) -> Sent:
        """Send all there is; lines that break are opened again.

        Raises
        ------
        TongjianError
            Nobody has answered for `patience_s`.
        """
        pending = self.feed.telegrams()
        failing: float | None = None
        done = False
        wait = _WAIT_S
        while not done:
            before = self.sent.answered
            try:
                reader, self._writer = await asyncio.open_connection(host, port)
                done = await self._on_line(reader, self._writer, pending)
            except OSError:
                pass  # not there, or gone: tried again
            finally:
                await self._hang_up()
            if done:
                break
            if self.sent.answered > before:
                failing, wait = None, _WAIT_S
            elif failing is None:
                failing = time.monotonic()
            elif time.monotonic() - failing > self._habits.patience_s:
                waiting = len(self._open) + len(self._ready)
                values = {"mn": self.who.mn, "host": host, "port": port, "waiting": waiting}
                raise TongjianError(Problem("monitoring.no_answer", values=values))
            await asyncio.sleep(wait)
            wait = min(2 * wait, _LONGEST_WAIT_S)
        return self.sent

    # ---- what commands use ---------------------------------------------------------------------

    def say(self, data: bytes) -> None:
        """Send an answer, which nobody answers."""
        if self._writer is not None:
            self._writer.write(data)

    async def deliver(self, telegrams: list[Outgoing]) -> None:
        """Send data and wait until they were answered."""
        self._ready.extend(telegrams)
        self._changed()
        names = [one.qn for one in telegrams]
        while any(name in self._open for name in names) or any(
            one.qn in names for one in self._ready
        ):
            await self._change()

    # ---- one connection ------------------------------------------------------------------------

    async def _on_line(
        self,
        reader: asyncio.StreamReader,
        writer: asyncio.StreamWriter,
        pending: Iterator[tuple[datetime, list[Outgoing]]],
    ) -> bool:
        self.sent.lines += 1
        hearing = asyncio.create_task(self._hear(reader))
        watching = asyncio.create_task(self._watch())
        try:
            self._greet()
            for one in list(self._open.values()):
                again = self._open[one.qn] = sent_again(self.who, one)
                await self._put(writer, again)
            sending = asyncio.create_task(self._pump(writer, pending))
            await asyncio.wait((hearing, sending), return_when=asyncio.FIRST_COMPLETED)
            if sending.done():
                return sending.result()
            sending.cancel()
            await asyncio.gather(sending, return_exceptions=True)
            return False
        finally:
            for task in (hearing, watching):
                task.cancel()
            await asyncio.gather(hearing, watching, return_exceptions=True)

    def _greet(self) -> None:
        """What a station says first: that it started (2081), whether it wants the time (1013)."""
        if self.who.edition == EDITIONS[0] or self.sent.lines > 1:
            return
        started = f"RestartTime={stamp(self.feed.now())}"
        self._ready.append(self._telegram("2081", f"DataTime={stamp(self.feed.now())};{started}"))
        if self._habits.asks_clock:
            self._ready.append(self._telegram("1013", ""))

    def _telegram(self, cn: str, area: str, answered: bool = True) -> Outgoing:
        return other(self.who, self.feed.qn(), cn, area, answered)

    async def _pump(
        self, writer: asyncio.StreamWriter, pending: Iterator[tuple[datetime, list[Outgoing]]]
    ) -> bool:
        """Send as the window allows; True once everything was answered."""
        ended = False
        while True:
            batch: list[bytes] = []
            while len(self._open) < self._habits.window:
                if not self._ready:
                    # Kept where a line that breaks meanwhile does not lose it.
                    self._following = self._following or next(pending, None)
                    if self._following is None:
                        ended = True
                        break
                    due, telegrams = self._following
                    if self._habits.speed is not None and self._left(due) > 0:
                        break
                    self._following = None
                    self._ready.extend(telegrams)
                    continue
                one = self._ready.popleft()
                self._open[one.qn] = one
                pieces = self._wire.pieces(one)
                self._count(one)
                if len(pieces.parts) == 1 and not pieces.cut:
                    batch.append(pieces.parts[0])
                    continue
                for part in pieces.parts:
                    writer.write(b"".join((*batch, part)))
                    batch.clear()
                    await writer.drain()
                    await asyncio.sleep(_PAUSE_S)
                if pieces.cut:
                    return False
            if batch:
                writer.write(b"".join(batch))
                await writer.drain()
            if ended and not self._open and not self._ready:
                if not await self._stays():
                    return True
                ended = False
                continue
            if not ended and self._following is not None:
                self._wake(self._left(self._following[0]))
                await self._change()
            elif len(self._open) >= max(1, self._habits.window // 2) or (ended and not self._ready):
                await self._change()

    def _left(self, due: datetime) -> float:
        """Seconds until `due` at the speed asked for, counted from the first telegram on."""
        assert self._habits.speed is not None
        now = time.monotonic()
        if self._paced is None:
            self._paced = now, self.feed.schedule.first
        began, first = self._paced
        return (due - first).total_seconds() / self._habits.speed - (now - began)

    def _wake(self, seconds: float) -> None:
        asyncio.get_running_loop().call_later(max(0.0, seconds), self._changed)

    async def _stays(self) -> bool:
        """Listen for `stay_s` more; True if a command has brought something to send."""
        end = time.monotonic() + self._habits.stay_s
        while not self._ready:
            left = end - time.monotonic()
            if left <= 0 and not self._tasks:
                break
            self._wake(left if left > 0 else self._manners.over_time_s)
            await self._change()
        return bool(self._ready)

    async def _put(self, writer: asyncio.StreamWriter, one: Outgoing) -> None:
        self._count(one)
        writer.write(one.frame)
        await writer.drain()

    def _count(self, one: Outgoing) -> None:
        self.sent.telegrams += one.sent == 0
        self.sent.resent += one.sent > 0
        one.sent += 1
        one.at = time.monotonic()

    # ---- what the host says --------------------------------------------------------------------

    async def _hear(self, reader: asyncio.StreamReader) -> None:
        deframer = Deframer(self.who.crc)
        while data := await reader.read(1 << 16):
            for found in deframer.feed(data):
                if isinstance(found, Frame):
                    self._take(found.segment)
            self._changed()

    def _take(self, segment: bytes) -> None:
        if _DATA_ANSWER in segment or _NOTICE_ANSWER in segment:
            name = _QN.search(segment)
            if name is not None and self._open.pop(name[1].decode(), None) is not None:
                self.sent.answered += 1
            return
        try:
            asked = parse(segment)
        except TelegramError:
            return
        task = asyncio.create_task(self._orders.obey(asked, self))
        self._tasks.add(task)
        task.add_done_callback(self._obeyed)

    def _obeyed(self, task: asyncio.Task[None]) -> None:
        self._tasks.discard(task)
        self._changed()

    async def _watch(self) -> None:
        """Send again what is not answered in time, with its QN; a line that is dead is given up."""
        beat = time.monotonic()
        while True:
            await asyncio.sleep(max(0.02, self._manners.over_time_s / 5))
            now = time.monotonic()
            writer = self._writer
            if writer is None:
                return
            for one in list(self._open.values()):
                if now - one.at < self._manners.over_time_s:
                    continue
                if one.sent > self._manners.resends:
                    one.sent = 1
                    writer.transport.abort()
                    return
                await self._put(writer, one)
            if self.who.edition == EDITIONS[-1] and now - beat > self._habits.heartbeat_s:
                beat = now
                self.say(self._telegram("9015", "", answered=False).frame)

    async def _hang_up(self) -> None:
        if self._writer is not None:
            writer, self._writer = self._writer, None
            writer.close()
            with suppress(OSError, TimeoutError):
                await asyncio.wait_for(writer.wait_closed(), _FAREWELL_S)

    # ---- waiting -------------------------------------------------------------------------------

    def _changed(self) -> None:
        waiters, self._waiters = self._waiters, []
        for one in waiters:
            if not one.done():
                one.set_result(None)

    async def _change(self) -> None:
        waiter: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._waiters.append(waiter)
        await waiter

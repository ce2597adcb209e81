"""Runs sources into a sink (采集): reconnecting, bounded, stopped cleanly, nothing twice."""

from __future__ import annotations

import asyncio
import random
from collections.abc import Sequence
from contextlib import aclosing, suppress
from dataclasses import dataclass

from tongjian.monitoring.sources._minutes import MinuteMaker
from tongjian.monitoring.sources._once import Once
from tongjian.monitoring.sources._source import Batch, Source, SourceError, Tell
from tongjian.monitoring.sources._value import Sink, Value
from tongjian.problems import Problem, TongjianError


@dataclass(frozen=True, slots=True)
class CollectorSettings:
    """How a collector goes about it (采集设置).

    `first_wait_s` and `longest_wait_s` bound the wait before a source is tried again, which
    doubles each time (less a random part, so that a plant's sources do not return all at once).
    At most `batches` batches wait for the sink; a source then waits too. `batch_values` is the most
    that the sink gets at once, `gather_s` how long a batch may wait for company. `late_s` is how
    long a minute stays open for values that are under way.
    """

    first_wait_s: float = 1.0
    longest_wait_s: float = 60.0
    batches: int = 256
    batch_values: int = 5000
    gather_s: float = 0.5
    late_s: float = 15.0
    samples: bool = True
    minutes: bool = True


@dataclass(slots=True)
class Counts:
    """What a collector has seen (采集计数)."""

    received: int = 0
    repeated: int = 0
    kept: int = 0
    minutes: int = 0
    sessions: int = 0
    broken: int = 0
    lost: int = 0


class Collector:
    """Collects from `sources` into `sink` until it is stopped.

    Values go to the sink in the order of each source; what a source repeats after a new connection
    goes there once. While the sink fails, values wait and sources are held back; nothing is
    dropped but what is still waiting when it is stopped, and that is told.
    """

    def __init__(
        self,
        sources: Sequence[Source],
        sink: Sink,
        tell: Tell,
        settings: CollectorSettings | None = None,
    ) -> None:
        self._sources = sources
        self._sink = sink
        self._tell = tell
        self._settings = settings or CollectorSettings()
        self._queue: asyncio.Queue[Batch] = asyncio.Queue(self._settings.batches)
        self._stopping = asyncio.Event()
        self._once = Once()
        held = [key for source in sources if source.holds for key in source.keys]
        self._minutes = MinuteMaker(held, self._settings.late_s)
        self.counts = Counts()

    def stop(self) -> None:
        """Ends sessions and keeps what has come; `run` returns then."""
        self._stopping.set()

    async def run(self) -> None:
        """Collects until `stop`."""
        readers = [asyncio.create_task(self._read(source)) for source in self._sources]
        for reader in readers:
            reader.add_done_callback(lambda _: self.stop())  # only a fault ends one before
        try:
            # Sessions stand until what has come is kept, so that it can be acknowledged.
            whole = await self._write()
        finally:
            for reader in readers:
                reader.cancel()
            results = await asyncio.gather(*readers, return_exceptions=True)
        if whole:
            await self._write()  # what a reader was handing over at the end
            made = list(self._minutes.finish()) if self._settings.minutes else []
            self.counts.minutes += len(made)
            await self._put(made)
        for result in results:  # a fault of the program, not of a line
            if isinstance(result, Exception):
                raise result

    async def _read(self, source: Source) -> None:
        """One source, session after session."""
        settings = self._settings
        wait, told = settings.first_wait_s, ""
        while not self._stopping.is_set():
            self.counts.sessions += 1
            try:
                async with aclosing(source.batches(self._tell)) as batches:  # type: ignore[type-var]
                    async for batch in batches:
                        if self._stopping.is_set():
                            return
                        wait, told = settings.first_wait_s, ""
                        await self._queue.put(batch)
            except SourceError as error:
                self.counts.broken += 1
                # The same cause again and again is told once, until the line stood in between.
                if str(error) != told:
                    told = str(error)
                    for problem in error.problems:
                        self._tell(problem)
            await self._queue.put(Batch((), lost=source.keys))
            with suppress(TimeoutError):
                pause = wait * random.uniform(0.5, 1.0)
                await asyncio.wait_for(self._stopping.wait(), pause)
            wait = min(wait * 2, settings.longest_wait_s)

    async def _write(self) -> bool:
        """Everything that came, into the sink; False when it was stopped while the sink failed."""
        while not (self._stopping.is_set() and self._queue.empty()):
            batches = await self._gathered()
            rows = self._rows(batches)
            if not await self._put(rows):
                return False
            for batch in batches:
                if batch.kept is not None:
                    batch.kept()
        return True

    async def _gathered(self) -> list[Batch]:
        """What came within `gather_s`, or as much as the sink may get at once."""
        settings = self._settings
        loop = asyncio.get_running_loop()
        end = loop.time() + settings.gather_s
        found: list[Batch] = []
        count = 0
        with suppress(TimeoutError):
            while count < settings.batch_values:
                if self._queue.empty() and self._stopping.is_set():
                    break
                wait = max(end - loop.time(), 0.001)
                found.append(await asyncio.wait_for(self._queue.get(), wait))
                count += len(found[-1].values)
        return found

    def _rows(self, batches: Sequence[Batch]) -> list[Value]:
        rows: list[Value] = []
        for batch in batches:
            self.counts.received += len(batch.values)
            for value in batch.values:
                if self._once.seen(value):
                    self.counts.repeated += 1
                    continue
                if self._settings.samples or value.interval_s:
                    rows.append(value)
                if not value.interval_s:
                    self._minutes.take(value)
            for key in batch.lost:
                self._minutes.lose(key)
        if self._settings.minutes:
            made = list(self._minutes.closed())
            self.counts.minutes += len(made)
            rows += made
        return rows

    async def _put(self, rows: list[Value]) -> bool:
        """Keeps `rows`, trying again for as long as the sink fails; False when it was stopped."""
        wait, told = self._settings.first_wait_s, ""
        while rows:
            try:
                await asyncio.to_thread(self._sink.put, rows)
            except (OSError, TongjianError) as error:
                if self._stopping.is_set():
                    self.counts.lost += len(rows) + self._waiting()
                    values = {"count": self.counts.lost, "detail": error}
                    self._tell(Problem("monitoring.sink_lost", values=values))
                    return False
                if str(error) != told:
                    told = str(error)
                    self._tell(Problem("monitoring.sink_failed", values={"detail": error}))
                with suppress(TimeoutError):
                    await asyncio.wait_for(self._stopping.wait(), wait)
                wait = min(wait * 2, self._settings.longest_wait_s)
            else:
                self.counts.kept += len(rows)
                return True
        return True

    def _waiting(self) -> int:
        count = 0
        while not self._queue.empty():
            count += len(self._queue.get_nowait().values)
        return count

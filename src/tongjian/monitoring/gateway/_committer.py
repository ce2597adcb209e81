"""Group commit (成组落盘): what waits is written at once, and answered when the disk has it."""

from __future__ import annotations

import asyncio
import sys
from collections import defaultdict
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Protocol

from tongjian.monitoring.journal import Journal

SWITCH_S = 0.0005


def share_time() -> None:
    """Have a process that is a gateway change threads more often (线程切换间隔).

    The thread that has written waits for the interpreter before it can say so, by default up to
    5 ms: at 20,000 telegrams a second half of the time to an answer. For the whole process, so
    that it is left to whoever owns that.
    """
    sys.setswitchinterval(SWITCH_S)


class Line(Protocol):
    """Who waits for an answer."""

    def send(self, data: bytes) -> None:
        """Send `data`, if the line is still open."""

    def hold(self) -> None:
        """Take no more from the line."""

    def release(self) -> None:
        """Take from the line again."""


class Committer:
    """Batches of records for a journal, each with the answers that wait for it.

    One thread writes, so that the event loop goes on collecting the next batch meanwhile: the
    slower the disk, the larger the batches. `failed` is called once if the disk refuses; nothing
    is answered after that.
    """

    def __init__(
        self, journal: Journal, group_s: float, limit: int, failed: Callable[[OSError], None]
    ) -> None:
        self.commits = 0
        self._journal = journal
        self._group_s = group_s
        self._limit = limit
        self._failed = failed
        self._contents: list[bytes] = []
        self._answers: list[tuple[Line, bytes]] = []
        self._bytes = 0
        self._held: dict[int, Line] = {}
        self._woken = asyncio.Event()
        self._closing = False
        self._thread = ThreadPoolExecutor(1, "journal")
        self._task = asyncio.create_task(self._run())

    @property
    def pending_bytes(self) -> int:
        """How much waits for the disk."""
        return self._bytes

    def add(self, line: Line, content: bytes | None, answer: bytes | None) -> None:
        """Keep `content`, then send `answer`; without content, answer after what waits now."""
        if content is not None:
            self._contents.append(content)
            self._bytes += len(content)
        if answer is not None:
            self._answers.append((line, answer))
        if self._bytes > self._limit and id(line) not in self._held:
            self._held[id(line)] = line
            line.hold()
        self._woken.set()

    async def close(self) -> None:
        """Write and answer what waits, then stop."""
        self._closing = True
        self._woken.set()
        await self._task
        self._thread.shutdown()

    async def _run(self) -> None:
        loop = asyncio.get_running_loop()
        while True:
            await self._woken.wait()
            self._woken.clear()
            if not self._closing and self._group_s:
                await asyncio.sleep(self._group_s)
            contents, self._contents = self._contents, []
            answers, self._answers = self._answers, []
            if contents:
                try:
                    await loop.run_in_executor(self._thread, self._journal.append, contents)
                except OSError as error:
                    self._failed(error)
                    return
                self.commits += 1
                self._bytes -= sum(map(len, contents))
            together: defaultdict[int, list[bytes]] = defaultdict(list)
            lines = {}
            for line, answer in answers:
                together[id(line)].append(answer)
                lines[id(line)] = line
            for key, parts in together.items():
                lines[key].send(b"".join(parts))
            if self._bytes <= self._limit and self._held:
                held, self._held = self._held, {}
                for line in held.values():
                    line.release()
            if self._closing and not self._contents and not self._answers:
                return

"""What tests of sources share: a sink that keeps rows, and a collector that runs meanwhile."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager

from tongjian.monitoring.sources import Collector, CollectorSettings, Source, Value
from tongjian.problems import Problem

QUICK = CollectorSettings(first_wait_s=0.02, longest_wait_s=0.1, gather_s=0.02, late_s=0)


class Kept:
    """Rows in the order in which they were put."""

    def __init__(self) -> None:
        self.rows: list[Value] = []

    def put(self, rows: Sequence[Value], /) -> None:
        self.rows += rows

    def samples(self, key: str) -> list[Value]:
        return [row for row in self.rows if row.key == key and row.interval_s == 0]


async def until(true: Callable[[], bool], seconds: float = 10.0) -> None:
    """Waits until something is so."""
    async with asyncio.timeout(seconds):
        while not true():
            await asyncio.sleep(0.01)


@asynccontextmanager
async def collecting(
    *sources: Source, settings: CollectorSettings = QUICK
) -> AsyncIterator[tuple[Kept, list[Problem], Collector]]:
    kept, told = Kept(), []
    collector = Collector(sources, kept, told.append, settings)
    running = asyncio.create_task(collector.run())
    try:
        yield kept, told, collector
    finally:
        collector.stop()
        async with asyncio.timeout(10):
            await running

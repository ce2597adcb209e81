"""The log over a store: appending, and finding what was tampered with."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Protocol

from tongjian.evidence._entry import START, Act, Entry
from tongjian.problems import Place, Problem, TongjianError

# A clock that was set back by less is taken for the jitter of its correction.
_JITTER_S = 5.0


class LogStore(Protocol):
    """Where entries lie (存储): it keeps what it is given and decides nothing."""

    @property
    def place(self) -> str:
        """Which file or table, for messages."""

    def read(self, after: int = 0) -> Iterator[Entry]:
        """Entries with a number above `after`, in order, as they are stored.

        Raises `TongjianError` for one that cannot be read or that was acknowledged and is gone.
        """

    def last(self) -> Entry | None:
        """The newest entry."""

    def locked(self) -> AbstractContextManager[None]:
        """Keep other writers out, also those of other processes."""

    def write(self, entries: Sequence[Entry]) -> None:
        """Add entries behind the last, all or none; durable when it returns. The lock is held."""


def _now() -> datetime:
    return datetime.now(UTC)


@dataclass(frozen=True, slots=True)
class EvidenceLog:
    """An evidence log (存证日志) over a store; `clock` gives the time in UTC."""

    store: LogStore
    clock: Callable[[], datetime] = _now

    def append(self, acts: Iterable[Act]) -> list[Entry]:
        """Enter `acts`, all or none, and return them as entries; durable when it returns."""
        with self.store.locked():
            return self.append_locked(acts)

    def locked(self) -> AbstractContextManager[None]:
        """From reading what stands to `append_locked`, nobody else may write."""
        return self.store.locked()

    def append_locked(self, acts: Iterable[Act]) -> list[Entry]:
        """Like `append`, where the lock is held already.

        Raises `TongjianError` when the clock stands before the last entry.
        """
        last = self.store.last()
        time = self._time(last)
        made: list[Entry] = []
        for act in acts:
            before = made[-1] if made else last
            number, previous = (before.number + 1, before.hash) if before else (1, START)
            made.append(Entry.after(act, number, time, previous))
        if made:
            self.store.write(made)
        return made

    def entries(self, *acts: str, subject: str | None = None) -> list[Entry]:
        """Entries of these kinds of `acts` (all if none is named) and `subject`, oldest first.

        The whole chain is checked on the way; raises `TongjianError` with every place where it is
        broken.
        """
        found: list[Entry] = []
        problems = list(self._check(found))
        if problems:
            raise TongjianError(problems)
        return [
            entry
            for entry in found
            if (not acts or entry.act in acts) and subject in (None, entry.subject)
        ]

    def problems(self) -> list[Problem]:
        """Every place where the chain is broken; none for a log that nobody touched."""
        return list(self._check([]))

    def _check(self, found: list[Entry]) -> Iterator[Problem]:
        """Tell what is wrong, collecting the entries in `found`."""
        number, previous, time = 0, START, ""
        try:
            for entry in self.store.read():
                number += 1
                yield from self._wrong(entry, number, previous, time)
                # Go on from what stands there: one change is told once.
                number, previous, time = entry.number, entry.hash, entry.time
                found.append(entry)
        except TongjianError as error:
            yield from error.problems

    def _wrong(self, entry: Entry, number: int, previous: str, time: str) -> Iterator[Problem]:
        place = Place(file=self.store.place, line=number)
        values = {"number": entry.number, "expected": number, "time": entry.time, "before": time}
        if entry.number != number:
            yield Problem("evidence.number", place, values)
        if not entry.is_whole():
            yield Problem("evidence.changed", place, values)
        if entry.previous != previous:
            yield Problem("evidence.chain", place, values)
        if entry.time < time:
            yield Problem("evidence.backdated", place, values)

    def _time(self, last: Entry | None) -> str:
        now = self.clock().astimezone(UTC)
        if last is not None:
            before = datetime.fromisoformat(last.time)
            behind = (before - now).total_seconds()
            if behind > _JITTER_S:
                values = {"now": now.isoformat(timespec="seconds"), "last": last.time}
                raise TongjianError(Problem("evidence.clock", Place(file=self.store.place), values))
            now = max(now, before)
        return now.isoformat(timespec="milliseconds")


__all__ = ["EvidenceLog", "LogStore"]

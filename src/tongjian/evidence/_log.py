"""The log over a store: appending, and finding what was tampered with."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterable, Iterator
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from datetime import UTC, datetime

from tongjian.evidence._entry import START, Act, Entry
from tongjian.evidence._merkle import MerkleTree
from tongjian.evidence._store import Head, Lines, LogStore
from tongjian.problems import Place, Problem, TongjianError

# A clock that was set back by less is taken for the jitter of its correction.
_JITTER_S = 5.0

# What a changed line brings with it.
_FOLLOWS = {"evidence.head", "evidence.shorter", "evidence.unacknowledged"}


def _now() -> datetime:
    return datetime.now(UTC)


class _Known:
    """The entries that were checked, and the SHA-256 of their lines: unchanged lines are known."""

    def __init__(self) -> None:
        self.entries: tuple[Entry, ...] = ()
        self.digest = hashlib.sha256()


@dataclass(frozen=True, slots=True)
class EvidenceLog:
    """An evidence log (存证日志) over a store; `clock` gives the time in UTC."""

    store: LogStore
    clock: Callable[[], datetime] = _now
    _known: list[_Known] = field(
        default_factory=lambda: [_Known()], init=False, repr=False, compare=False
    )

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
        line = self.store.last()
        last = None if line is None else Entry.from_line(line)
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

        The whole chain is checked on the way, lines that have not changed since the last time by
        their bytes alone; raises `TongjianError` with every place where it is broken.
        """
        found = self._read()
        return [
            entry
            for entry in found
            if (not acts or entry.act in acts) and subject in (None, entry.subject)
        ]

    def tree(self) -> MerkleTree:
        """The Merkle tree over the hashes of all entries (默克尔树)."""
        return MerkleTree(bytes.fromhex(entry.hash) for entry in self._read())

    def problems(self) -> list[Problem]:
        """Every place where the log is broken; none for a log that nobody touched.

        Lines left by a writer that was killed are a warning.
        """
        try:
            head = self.store.head() or Head()
            found = list(_Check(self.store, [], hashlib.sha256()).run(head, self.store.lines()))
        except TongjianError as error:
            found = list(error.problems)
        try:
            more = self.store.problems()
        except TongjianError as error:
            more = list(error.problems)
        if found:
            # A line that was made longer or shorter moves the end: that is told by the line.
            more = [one for one in more if one.code not in _FOLLOWS]
        return found + [one for one in more if one not in found]

    def _read(self) -> tuple[Entry, ...]:
        known = self._known[0]
        # Before the lines: what is written meanwhile is more than it says, never less.
        head = self.store.head() or Head()
        lines = self.store.lines()
        passed, digest = 0, hashlib.sha256()
        while passed < len(known.entries):
            number, line = next(lines, (0, b""))
            passed += 1
            if number not in (None, passed):
                break
            digest.update(line)
        else:
            if digest.digest() == known.digest.digest():
                return self._check(head, lines, known.entries, digest)
        return self._check(head, self.store.lines(), (), hashlib.sha256())

    def _check(
        self,
        head: Head,
        lines: Lines,
        known: tuple[Entry, ...],
        digest: hashlib._Hash,
    ) -> tuple[Entry, ...]:
        found = list(known)
        problems = list(_Check(self.store, found, digest).run(head, lines))
        if problems:
            raise TongjianError(problems)
        if len(found) > len(known):
            fresh = _Known()
            fresh.entries, fresh.digest = tuple(found), digest
            self._known[0] = fresh
        return tuple(found) if len(found) > len(known) else known

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


@dataclass(slots=True)
class _Check:
    """One pass over the lines of a store; `found` are the entries so far, and grow."""

    store: LogStore
    found: list[Entry]
    digest: hashlib._Hash

    def run(self, head: Head, lines: Lines) -> Iterator[Problem]:
        """Tell what is wrong, every place once; `head` was read before the lines."""
        number, previous, time = 0, START, ""
        if self.found:
            last = self.found[-1]
            number, previous, time = last.number, last.hash, last.time
        read, whole = len(self.found), True
        # Asked once: a table has to ask its database.
        file = self.store.place
        try:
            for stored, line in lines:
                read += 1
                number += 1
                place = Place(file=file, line=read)
                self.digest.update(line)
                try:
                    entry = Entry.from_line(line)
                except ValueError as error:
                    whole = False
                    yield Problem("evidence.unreadable", place, {"detail": str(error)})
                    # The next has to follow from something: from what it says itself.
                    previous = ""
                    continue
                for problem in _wrong(entry, stored, number, previous, time, place):
                    whole = False
                    yield problem
                # Go on from what stands there: one change is told once.
                number, previous, time = entry.number, entry.hash, entry.time
                self.found.append(entry)
            # Lines behind the head: acknowledged since, or put there.
            later = self.store.head() or Head() if read > head.number else head
        except TongjianError as error:
            yield from error.problems
            return
        if read < head.number:
            values = {"found": read, "expected": head.number}
            yield Problem("evidence.removed", Place(file=file, line=read + 1), values)
        elif whole:
            wrong = next((one for one in (head, later) if not self._fits(one)), None)
            if wrong is None and read > later.number:
                wrong = later
            if wrong is not None:
                place = Place(file=file, line=wrong.number)
                yield Problem("evidence.head", place, {"number": wrong.number})

    def _fits(self, head: Head) -> bool:
        """Whether the head says what the entries say, as far as they were read."""
        if head.number > len(self.found):
            return True
        return (self.found[head.number - 1].hash if head.number else START) == head.hash


def _wrong(
    entry: Entry, stored: int | None, number: int, previous: str, time: str, place: Place
) -> Iterator[Problem]:
    values = {"number": entry.number, "expected": number, "time": entry.time, "before": time}
    if stored not in (None, entry.number):
        yield Problem("evidence.stored_number", place, {"stored": stored, "number": entry.number})
    if entry.number != number:
        yield Problem("evidence.number", place, values)
    if not entry.is_whole():
        yield Problem("evidence.changed", place, values)
    if previous and entry.previous != previous:
        yield Problem("evidence.chain", place, values)
    if entry.time < time:
        yield Problem("evidence.backdated", place, values)


__all__ = ["EvidenceLog"]

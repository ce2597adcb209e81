"""The log as a file of JSON lines, beside it the head: what was acknowledged."""

from __future__ import annotations

import os
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import IO

from tongjian.evidence._disk import replace_file, sync_folder
from tongjian.evidence._entry import Entry
from tongjian.evidence._store import Head
from tongjian.problems import Place, Problem, TongjianError
from tongjian.records import exclusive

_PATIENCE_S = 30.0
_BLOCK = 1 << 16


@dataclass(frozen=True, slots=True)
class FileStore:
    """Entries in the file `path`, which need not be there yet.

    Appended lines are forced to the disk first, then ``<name>.head`` is replaced, which says how
    many entries count and where they end. Whoever is killed in between leaves lines that nobody was
    told of: they do not count, and the next writer moves them to ``<name>.unacknowledged``, so
    that several entries stand together or not at all. What the head counts and the file lacks was
    removed.
    """

    path: Path

    @property
    def place(self) -> str:
        return str(self.path)

    def head(self) -> Head | None:
        try:
            data = self._head.read_bytes()
        except FileNotFoundError:
            if not self._size():
                return None
            raise TongjianError(
                Problem("evidence.head_missing", Place(file=str(self._head)))
            ) from None
        try:
            return Head.from_line(data)
        except ValueError as error:
            place = Place(file=str(self._head))
            raise TongjianError(
                Problem("evidence.unreadable", place, {"detail": str(error)})
            ) from error

    def lines(self) -> Iterator[tuple[None, bytes]]:
        head = self.head()
        left = head.size if head else 0
        if not left or not self.path.is_file():
            return
        with self.path.open("rb") as stream:
            for line in stream:
                yield None, line
                left -= len(line)
                if left <= 0:
                    return

    def last(self) -> bytes | None:
        head = self.head()
        if not head or not head.number:
            return None
        line = b""
        if self._size() >= head.size:
            with self.path.open("rb") as stream:
                line = _line_before(stream, head.size)
        try:
            entry = Entry.from_line(line)
            right = (entry.number, entry.hash) == (head.number, head.hash) and entry.is_whole()
        except ValueError:
            right = False
        if not right:
            place = Place(file=self.place, line=head.number)
            raise TongjianError(Problem("evidence.head", place, {"number": head.number}))
        return line

    @contextmanager
    def locked(self) -> Iterator[None]:
        self.path.parent.mkdir(parents=True, exist_ok=True)
        with exclusive(self._lock, _PATIENCE_S):
            yield

    def write(self, entries: Sequence[Entry]) -> None:
        before = self.head()
        if before is None:
            # From here on a log without a head is one whose head was taken away.
            before = Head()
            replace_file(self._head, before.line())
        data = b"".join(one.line() for one in entries)
        with self.path.open("ab") as stream:
            end = stream.tell()
            if end < before.size:
                place = Place(file=self.place)
                values = {"found": end, "expected": before.size}
                raise TongjianError(Problem("evidence.shorter", place, values))
            if end > before.size:
                self._set_aside(before.size)
                stream.truncate(before.size)
            stream.write(data)
            stream.flush()
            os.fsync(stream.fileno())
        if not before.size:
            sync_folder(self.path.parent)
        last = entries[-1]
        replace_file(self._head, Head(last.number, last.hash, before.size + len(data)).line())

    def problems(self) -> list[Problem]:
        self.last()
        head = self.head()
        end = head.size if head else 0
        more = self._size() - end
        if more > 0 and self._is_idle() and self.head() == head:
            place = Place(file=self.place, line=(head.number if head else 0) + 1)
            return [Problem("evidence.unacknowledged", place, {"bytes": more}, "warning")]
        if more < 0:
            place = Place(file=self.place)
            values = {"found": self._size(), "expected": end}
            return [Problem("evidence.shorter", place, values)]
        return []

    def _set_aside(self, after: int) -> None:
        """Keep what nobody was told of, before it is cut off."""
        aside = self.path.with_suffix(".unacknowledged")
        with self.path.open("rb") as source, aside.open("ab") as target:
            source.seek(after)
            while block := source.read(_BLOCK):
                target.write(block)
            target.write(b"\n")
            target.flush()
            os.fsync(target.fileno())

    def _is_idle(self) -> bool:
        """Whether nobody is writing just now."""
        try:
            with exclusive(self._lock, 0.0):
                return True
        except TongjianError:
            return False
        except OSError:
            return True  # a place where nobody can write

    def _size(self) -> int:
        return self.path.stat().st_size if self.path.is_file() else 0

    @property
    def _head(self) -> Path:
        return self.path.with_suffix(".head")

    @property
    def _lock(self) -> Path:
        return self.path.with_suffix(".lock")


def _line_before(stream: IO[bytes], end: int) -> bytes:
    """The line that ends at the byte `end`."""
    data, start = b"", end
    while start > 0:
        step = min(_BLOCK, start)
        start -= step
        stream.seek(start)
        data = stream.read(step) + data
        cut = data.rfind(b"\n", 0, len(data) - 1)
        if cut >= 0:
            return data[cut + 1 :]
    return data


__all__ = ["FileStore"]

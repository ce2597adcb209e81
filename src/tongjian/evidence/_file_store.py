"""The log as a file of JSON lines, beside it the head: what was acknowledged."""

from __future__ import annotations

import json
import os
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from tongjian.evidence._entry import Entry
from tongjian.problems import Place, Problem, TongjianError
from tongjian.records import exclusive

_PATIENCE_S = 30.0


@dataclass(frozen=True, slots=True)
class FileStore:
    """Entries in the file `path`, which need not be there yet.

    Appended lines are forced to the disk first, then ``<name>.head`` is replaced, which says how
    many entries count. Whoever is killed in between leaves entries that nobody was told of: whole
    ones stay, half a line at the end is dropped. What the head counts and the file lacks was
    removed.
    """

    path: Path

    @property
    def place(self) -> str:
        return str(self.path)

    def read(self, after: int = 0) -> Iterator[Entry]:
        acknowledged = self._acknowledged()
        number = 0
        for number, line in enumerate(self._whole_lines(), start=1):
            if number > after:
                yield self._entry(line, number)
        if number < acknowledged:
            values = {"found": number, "expected": acknowledged}
            place = Place(file=self.place, line=number + 1)
            raise TongjianError(Problem("evidence.removed", place, values))

    def last(self) -> Entry | None:
        entry = None
        for entry in self.read():  # noqa: B007 - the last one is wanted
            pass
        return entry

    @contextmanager
    def locked(self) -> Iterator[None]:
        self.path.parent.mkdir(parents=True, exist_ok=True)
        with exclusive(self.path.with_suffix(".lock"), _PATIENCE_S):
            yield

    def write(self, entries: Sequence[Entry]) -> None:
        lines = [json.dumps(one.as_dict(), ensure_ascii=False, sort_keys=True) for one in entries]
        data = "".join(f"{line}\n" for line in lines).encode()
        with self.path.open("ab") as stream:
            whole = self._whole_size()
            if stream.tell() != whole:
                stream.truncate(whole)
            stream.write(data)
            stream.flush()
            os.fsync(stream.fileno())
        self._acknowledge(entries[-1])

    def _whole_lines(self) -> Iterator[bytes]:
        if not self.path.is_file():
            return
        with self.path.open("rb") as stream:
            for line in stream:
                if line.endswith(b"\n"):
                    yield line

    def _whole_size(self) -> int:
        """Bytes up to the last end of a line."""
        return sum(map(len, self._whole_lines()))

    def _entry(self, line: bytes, number: int) -> Entry:
        try:
            return Entry.from_dict(json.loads(line))
        except (ValueError, KeyError, TypeError) as error:
            place = Place(file=self.place, line=number)
            values = {"detail": f"{type(error).__name__}: {error}"}
            raise TongjianError(Problem("evidence.unreadable", place, values)) from error

    def _acknowledged(self) -> int:
        head = self._head
        if not head.is_file():
            return 0
        try:
            return int(json.loads(head.read_text(encoding="utf-8"))["number"])
        except (ValueError, KeyError, TypeError) as error:
            values = {"detail": f"{type(error).__name__}: {error}"}
            problem = Problem("evidence.unreadable", Place(file=str(head)), values)
            raise TongjianError(problem) from error

    def _acknowledge(self, entry: Entry) -> None:
        temporary = self._head.with_suffix(".tmp")
        with temporary.open("w", encoding="utf-8", newline="\n") as stream:
            json.dump({"number": entry.number, "hash": entry.hash}, stream)
            stream.flush()
            os.fsync(stream.fileno())
        temporary.replace(self._head)

    @property
    def _head(self) -> Path:
        return self.path.with_suffix(".head")


__all__ = ["FileStore"]

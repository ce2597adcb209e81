"""What came, kept before it is answered (日志): an append-only log in files of bounded size.

`append` writes a batch of records and returns once the disk has it (fdatasync), so that many
records share the price of one. A batch is a mark, its length and its CRC-32, then each record with
its length. Only the batch that was being written can be incomplete after a crash or a power cut,
whatever part of it the disk has: `open` cuts it off. A batch that does not fit and has a whole one
after it is damage, and said so.
"""

from __future__ import annotations

import os
import struct
import zlib
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Self

from tongjian.problems import Place, Problem, RecordError

_BATCH = struct.Struct(">4sII")  # mark, bytes that follow, their CRC-32
_MARK = b"\xb1TJ\x01"
_RECORD = struct.Struct(">I")
_SUFFIX = ".journal"
FILE_BYTES = 64 << 20


class Journal:
    """A folder of numbered files; the one with the highest number grows. One process writes."""

    def __init__(self, folder: Path, file_bytes: int = FILE_BYTES) -> None:
        self.folder = folder
        self.file_bytes = file_bytes
        self._file = -1
        self._size = 0
        self._number = 0

    @classmethod
    def open(cls, folder: Path, file_bytes: int = FILE_BYTES) -> Self:
        """The journal in `folder`, made if it is not there; a record cut short is cut off.

        Raises
        ------
        RecordError
            A record does not fit its check sum and is not the last one (文件损坏).
        """
        folder.mkdir(parents=True, exist_ok=True)
        journal = cls(folder, file_bytes)
        paths = journal.paths()
        if paths:
            journal._continue(paths[-1])
        else:
            journal._begin(1)
        return journal

    def paths(self) -> list[Path]:
        """Its files, oldest first."""
        return sorted(self.folder.glob(f"*{_SUFFIX}"))

    def append(self, contents: Sequence[bytes]) -> None:
        """Keep `contents` in their order; on return they are on the disk (已落盘)."""
        if self._size >= self.file_bytes:
            self._begin(self._number + 1)
        parts: list[bytes] = []
        for content in contents:
            parts += (_RECORD.pack(len(content)), content)
        body = b"".join(parts)
        batch = _BATCH.pack(_MARK, len(body), zlib.crc32(body)) + body
        done = os.write(self._file, batch)
        while done < len(batch):  # a signal, or a full disk, which then raises
            done += os.write(self._file, batch[done:])
        os.fdatasync(self._file)
        self._size += len(batch)

    def read(self) -> Iterator[bytes]:
        """Every record, oldest first."""
        for path in self.paths():
            yield from read_file(path)

    @property
    def number(self) -> int:
        """The number of the file that grows."""
        return self._number

    def stands_at(self, path: Path) -> bool:
        """Whether `path` is the file that grows, and nobody else has written to it."""
        return number_of(path) == self._number and path.stat().st_size == self._size

    def begin_file(self) -> int:
        """Begin a new file and give its number; what came before is in files of lower numbers."""
        self._begin(self._number + 1)
        return self._number

    def drop_before(self, number: int) -> None:
        """Remove the files below `number`, whose records are kept elsewhere by now."""
        for path in self.paths():
            if number_of(path) < number:
                path.unlink()

    def close(self) -> None:
        """Close the growing file; what was appended is on the disk already."""
        if self._file >= 0:
            os.close(self._file)
            self._file = -1

    def _begin(self, number: int) -> None:
        self.close()
        path = self.folder / f"{number:012d}{_SUFFIX}"
        flags = os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_APPEND
        self._file = os.open(path, flags, 0o640)
        self._size, self._number = 0, number
        folder = os.open(self.folder, os.O_RDONLY)
        try:
            os.fsync(folder)  # otherwise the file itself may be gone after a power cut
        finally:
            os.close(folder)

    def _continue(self, path: Path) -> None:
        self._number = number_of(path)
        self._file = os.open(path, os.O_WRONLY | os.O_APPEND)
        data = path.read_bytes()
        whole = max((stop for _, stop in _batches(data, path)), default=0)
        if whole < len(data):
            os.truncate(self._file, whole)
            os.fsync(self._file)
        self._size = whole


def number_of(path: Path) -> int:
    """The number of a journal's file."""
    return int(path.name.removesuffix(_SUFFIX))


def read_file(path: Path) -> Iterator[bytes]:
    """The records of one file; a last batch that is not whole is left out."""
    for _, records in read_batches(path):
        yield from records


def read_batches(path: Path, at: int = 0) -> Iterator[tuple[int, list[bytes]]]:
    """Each whole batch of a file from byte `at` on: where it stops, and its records.

    `at` is 0 or where a batch stopped. What was read up to a stop need not be read again.
    """
    with path.open("rb") as file:
        file.seek(at)
        data = file.read()
    for start, stop in _batches(data, path, at):
        records = []
        here = start
        while here < stop:
            (length,) = _RECORD.unpack_from(data, here)
            here += _RECORD.size + length
            records.append(data[here - length : here])
        yield at + stop, records


def _batches(data: bytes, path: Path, offset: int = 0) -> Iterator[tuple[int, int]]:
    """Where the body of each whole batch starts and stops in `data`, `offset` bytes into a file."""
    at = 0
    while (stop := _whole(data, at)) is not None:
        yield at + _BATCH.size, stop
        at = stop
    following = data.find(_MARK, at + 1)
    while following >= 0:
        if _whole(data, following) is not None:
            values = {"at": offset + at, "next": offset + following}
            raise RecordError(Problem("monitoring.journal_damaged", Place(file=str(path)), values))
        following = data.find(_MARK, following + 1)


def _whole(data: bytes, at: int) -> int | None:
    """Where the batch at `at` stops, if there is one that fits its check sum."""
    if at + _BATCH.size > len(data):
        return None
    mark, length, declared = _BATCH.unpack_from(data, at)
    stop = at + _BATCH.size + length
    if mark != _MARK or stop > len(data):
        return None
    return stop if zlib.crc32(data[at + _BATCH.size : stop]) == declared else None

"""What a store of the log is, whether a file or a table."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from typing import Any, Protocol

from tongjian.evidence._canonical import canonical, parse
from tongjian.evidence._entry import START, Entry
from tongjian.problems import Problem

Lines = Iterator[tuple[int | None, bytes]]
"""Lines as stored, each with the number under which a table has it."""


@dataclass(frozen=True, slots=True)
class Head:
    """What was acknowledged (已确认): how many entries, and the hash of the last of them.

    `size` is where they end in a file, in bytes; 0 in a table.
    """

    number: int = 0
    hash: str = START
    size: int = 0

    def line(self) -> bytes:
        """The head as it is stored: one line of canonical JSON."""
        data = {"hash": self.hash, "number": self.number, "size": self.size}
        return canonical(data) + b"\n"

    @classmethod
    def from_line(cls, line: bytes) -> Head:
        """The head that `line` was made from; raises ValueError for anything else."""
        data: Any = parse(line[:-1]) if line.endswith(b"\n") else None
        if not isinstance(data, dict) or data.keys() != set(cls.__slots__):
            raise ValueError("not the fields of a head")
        kinds = {"number": int, "size": int, "hash": str}
        if any(type(data[name]) is not kind for name, kind in kinds.items()):
            raise ValueError("not the kinds of a head")
        return cls(**data)


class LogStore(Protocol):
    """Where entries lie (存储): it keeps the lines it is given and decides nothing."""

    @property
    def place(self) -> str:
        """Which file or table, for messages."""

    def head(self) -> Head | None:
        """What was acknowledged; None where there is no log yet.

        Raises `TongjianError` when it cannot be read.
        """

    def lines(self) -> Lines:
        """Everything acknowledged, in order: the number under which a table has it, and the line.

        Lines that lie where none belongs (a table can hold such) come as well. Raises
        `TongjianError` for what cannot be read.
        """

    def last(self) -> bytes | None:
        """The line of the newest entry; the head is right about it or `TongjianError` is raised."""

    def locked(self) -> AbstractContextManager[None]:
        """Keep other writers out, also those of other processes."""

    def write(self, entries: Sequence[Entry]) -> None:
        """Add entries behind the last, all or none; durable when it returns. The lock is held."""

    def problems(self) -> list[Problem]:
        """What is wrong with the store beyond its lines, for a thorough check."""


__all__ = ["Head", "Lines", "LogStore"]

"""A log that only grows (只增日志): JSON lines, each with the hash of the line before."""

from __future__ import annotations

import hashlib
import json
import os
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tongjian.problems import Place, Problem, TongjianError
from tongjian.records import exclusive

_PATIENCE_S = 30.0
_START = "0" * 64


@dataclass(frozen=True, slots=True)
class ChainedLog:
    """The file at `path`; it need not be there yet."""

    path: Path

    def entries(self) -> list[dict[str, Any]]:
        """Every entry, oldest first; raises `TongjianError` where the chain is broken."""
        if not self.path.is_file():
            return []
        found: list[dict[str, Any]] = []
        previous = _START
        for number, line in enumerate(self.path.read_text(encoding="utf-8").splitlines(), start=1):
            try:
                entry = json.loads(line)
                whole = entry["number"] == number and entry["previous"] == previous
            except (ValueError, KeyError, TypeError):
                whole = False
            if not whole:
                place = Place(file=str(self.path), line=number)
                raise TongjianError(Problem("statutory.log_broken", place))
            found.append(entry)
            previous = _hash(line)
        return found

    @contextmanager
    def locked(self) -> Iterator[None]:
        """Keep other writers out from reading what stands to appending."""
        self.path.parent.mkdir(parents=True, exist_ok=True)
        with exclusive(self.path.with_suffix(".lock"), _PATIENCE_S):
            yield

    def append(self, entries: list[Mapping[str, Any]]) -> None:
        """Add entries at the end, all in one write. The lock must be held."""
        known = self.entries()
        previous = _START
        if known:
            previous = _hash(self.path.read_text(encoding="utf-8").splitlines()[-1])
        lines = []
        for number, entry in enumerate(entries, start=len(known) + 1):
            chained = {"number": number, **entry, "previous": previous}
            line = json.dumps(chained, ensure_ascii=False, sort_keys=True)
            previous = _hash(line)
            lines.append(line)
        with self.path.open("a", encoding="utf-8", newline="\n") as stream:
            stream.write("".join(f"{line}\n" for line in lines))
            stream.flush()
            os.fsync(stream.fileno())


def _hash(line: str) -> str:
    return hashlib.sha256(line.encode()).hexdigest()


__all__ = ["ChainedLog"]

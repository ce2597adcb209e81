"""Which files the store consists of (清单): one small file, replaced at once or not at all."""

from __future__ import annotations

import hashlib
import json
import os
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass, field, replace
from pathlib import Path
from typing import Any, Self

from tongjian.problems import Place, Problem, RecordError

_NAME = "manifest.json"
_FORMAT = 1
_BLOCK = 1 << 20


@dataclass(frozen=True, slots=True)
class StoredFile:
    """One Parquet file, never changed once it is named here.

    `kind` is "parsed", "hours" (rolled up), "validated" or "used"; `interval` of its values in s.
    `first` and `last` are the earliest and latest time in µs, `low` and `high` the first and last
    series in it, `seq` the greatest number of a change. `of` are the files that it was made from.
    """

    path: str
    kind: str
    interval: int
    sha256: str
    bytes: int
    rows: int
    first: int
    last: int
    low: str
    high: str
    seq: int
    of: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Manifest:
    """The store at one moment.

    `wal` is the first file of the write-ahead log that is not yet in `files`; `positions` how far
    gateways' journals are taken in; `retired` files with the time from which nothing needs them.
    """

    generation: int = 0
    seq: int = 0
    wal: int = 0
    positions: Mapping[str, Any] = field(default_factory=dict)
    files: tuple[StoredFile, ...] = ()
    retired: Mapping[str, float] = field(default_factory=dict)

    @classmethod
    def read(cls, folder: Path) -> Self:
        """The manifest of a store; an empty one where there is none yet."""
        path = folder / _NAME
        try:
            text = path.read_text(encoding="utf-8")
        except FileNotFoundError:
            return cls()
        try:
            found = json.loads(text)
            if found.pop("format") != _FORMAT:
                raise ValueError("format")
            files = tuple(
                StoredFile(**{**row, "of": tuple(row["of"])}) for row in found.pop("files")
            )
            return cls(**found, files=files)
        except (ValueError, KeyError, TypeError) as error:
            values = {"detail": error}
            raise RecordError(
                Problem("monitoring.store_manifest", Place(file=str(path)), values)
            ) from error

    def write(self, folder: Path) -> None:
        """Put it in the place of the former one; on return the disk has it."""
        found = {"format": _FORMAT, **asdict(self)}
        path = folder / f"{_NAME}.new"
        with path.open("w", encoding="utf-8") as file:
            file.write(json.dumps(found, ensure_ascii=False, separators=(",", ":")))
            file.flush()
            os.fsync(file.fileno())
        path.replace(folder / _NAME)
        sync_folder(folder)

    def with_files(self, added: Sequence[StoredFile], dropped: Mapping[str, float]) -> Self:
        """The next generation: some files more, some retired."""
        return replace(
            self,
            generation=self.generation + 1,
            files=(*(one for one in self.files if one.path not in dropped), *added),
            retired={**self.retired, **dropped},
        )


def stamp(folder: Path) -> tuple[int, int, int]:
    """What changes when the manifest is replaced."""
    try:
        found = (folder / _NAME).stat()
    except FileNotFoundError:
        return (0, 0, 0)
    return (found.st_ino, found.st_mtime_ns, found.st_size)


def keep_file(folder: Path, name: str, write: Callable[[Path], None]) -> tuple[str, str, int]:
    """Have `write` make a file and put it into the store, whole and on the disk.

    Gives its path in the store, SHA-256 and length. Nobody sees it before a manifest names it.
    """
    draft = folder / "draft" / name.replace("/", "-")
    draft.parent.mkdir(parents=True, exist_ok=True)
    write(draft)
    digest = hashlib.sha256()
    with draft.open("rb") as file:
        while block := file.read(_BLOCK):
            digest.update(block)
        os.fsync(file.fileno())
        size = file.tell()
    path = f"{name}-{digest.hexdigest()[:12]}.parquet"
    target = folder / path
    target.parent.mkdir(parents=True, exist_ok=True)
    draft.replace(target)
    sync_folder(target.parent)
    return path, digest.hexdigest(), size


def sync_folder(folder: Path) -> None:
    """Have the disk know the names in `folder`."""
    number = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(number)
    finally:
        os.close(number)

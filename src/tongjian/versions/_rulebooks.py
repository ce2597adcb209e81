"""Rulebooks as they were (规则库存档): all documents of one digest in one compressed file.

A ZIP is what an auditor can still open in many years. A rulebook is known by its own digest, which
is taken over the documents and not over the archive.
"""

from __future__ import annotations

import io
import tempfile
import zipfile
from collections.abc import Sequence
from functools import lru_cache
from pathlib import Path, PurePosixPath

from tongjian.evidence import Attachments
from tongjian.problems import Place, Problem, TongjianError
from tongjian.rules import (
    Rulebook,
    files_digest,
    folder_digest,
    load_rulebook,
    rule_files,
    rulebook_folder,
)

_Documents = list[tuple[str, bytes]]
# The oldest time that a ZIP can have: the archive does not depend on when or where it was made.
_NO_TIME, _UNIX = (1980, 1, 1, 0, 0, 0), 3


def archive(book: Rulebook) -> bytes:
    """The documents of `book` as a ZIP.

    Raises `TongjianError` when they are no longer those that `book` was read from.
    """
    folder = Path(book.folder)
    documents = list(rule_files(folder)) if folder.is_dir() else []
    if files_digest(documents) != book.digest:
        values = {"folder": book.folder, "digest": book.digest[:16]}
        raise TongjianError(Problem("versions.rulebook_moved", values=values))
    return _zipped(documents)


def kept_rulebook(files: Attachments, name: str, digest: str) -> Rulebook:
    """The rulebook of a digest, from the attachment `name`, compiled by the present program.

    Raises `TongjianError`.
    """
    if digest == folder_digest(rulebook_folder()):
        return load_rulebook()
    documents, problems = _read(files, name, digest)
    if problems:
        raise TongjianError(problems)
    return _compiled(_Packed(str(files.path(name)), digest, tuple(documents)))


def rulebook_problems(files: Attachments, name: str, digest: str) -> list[Problem]:
    """What is wrong with the archive of a rulebook."""
    return _read(files, name, digest)[1]


def _read(files: Attachments, name: str, digest: str) -> tuple[_Documents, list[Problem]]:
    documents: _Documents = []
    try:
        documents = _documents(files.read(name))
        found = files_digest(documents)
        detail = "" if found == digest else f"digest {found[:16]}"
    except TongjianError as error:
        return [], list(error.problems)
    except (zipfile.BadZipFile, ValueError, KeyError) as error:
        detail = f"{type(error).__name__}: {error}"
    place, values = Place(file=str(files.path(name))), {"name": "rulebook.zip", "detail": detail}
    return documents, [Problem("versions.part_damaged", place, values)] if detail else []


class _Packed:
    """Documents under their digest, so that they are compiled once."""

    def __init__(self, place: str, digest: str, documents: tuple[tuple[str, bytes], ...]) -> None:
        self.place, self.digest, self.documents = place, digest, documents

    def __hash__(self) -> int:
        return hash(self.digest)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, _Packed) and self.digest == other.digest


@lru_cache(maxsize=4)
def _compiled(packed: _Packed) -> Rulebook:
    with tempfile.TemporaryDirectory(prefix="tongjian-rulebook-") as name:
        for path, content in packed.documents:
            target = Path(name) / path
            target.parent.mkdir(parents=True, exist_ok=True)
            target.write_bytes(content)
        book = load_rulebook(Path(name))
    book.folder = packed.place
    return book


def _zipped(documents: Sequence[tuple[str, bytes]]) -> bytes:
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w", zipfile.ZIP_DEFLATED) as packed:
        for name, content in documents:
            entry = zipfile.ZipInfo(name, _NO_TIME)
            entry.compress_type, entry.create_system = zipfile.ZIP_DEFLATED, _UNIX
            packed.writestr(entry, content)
    return made.getvalue()


def _documents(data: bytes) -> _Documents:
    with zipfile.ZipFile(io.BytesIO(data)) as packed:
        names = packed.namelist()
        for name in names:
            # A name that leads out of the folder was not put there by this program.
            if ".." in PurePosixPath(name).parts or name.startswith("/") or ":" in name:
                raise ValueError(name)
        return [(name, packed.read(name)) for name in names]


__all__ = ["archive", "kept_rulebook", "rulebook_problems"]

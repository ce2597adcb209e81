"""Rulebooks as they were (规则库存档): all documents of one digest in one compressed file.

A ZIP is what an auditor can still open in many years. It is named by the digest of the rulebook,
which is taken over the documents and not over the archive, so that the same rulebook is kept once.
"""

from __future__ import annotations

import io
import tempfile
import zipfile
from collections.abc import Sequence
from functools import lru_cache
from pathlib import Path

from tongjian.problems import Place, Problem, TongjianError
from tongjian.rules import (
    Rulebook,
    files_digest,
    folder_digest,
    load_rulebook,
    rule_files,
    rulebook_folder,
)
from tongjian.versions._files import write_once

_Documents = list[tuple[str, bytes]]
# The oldest time that a ZIP can have: the archive does not depend on when it was made.
_NO_TIME = (1980, 1, 1, 0, 0, 0)


def keep_rulebook(folder: Path, book: Rulebook) -> Path:
    """Keep the documents of `book` in `folder`, unless they are there; returns the archive.

    Raises `TongjianError` when the documents are no longer those that `book` was read from.
    """
    archive = folder / f"{book.digest}.zip"
    if archive.is_file():
        return archive
    documents = list(rule_files(Path(book.folder))) if Path(book.folder).is_dir() else []
    if files_digest(documents) != book.digest:
        values = {"folder": book.folder, "digest": book.digest[:16]}
        raise TongjianError(Problem("versions.rulebook_moved", values=values))
    write_once(archive, _archive(documents))
    return archive


def kept_rulebook(folder: Path, digest: str) -> Rulebook:
    """The rulebook of a digest, compiled by the present program; raises `TongjianError`."""
    if digest == folder_digest(rulebook_folder()):
        return load_rulebook()
    return _compiled(folder / f"{digest}.zip", digest)


def rulebook_problems(folder: Path, digest: str) -> list[Problem]:
    """What is wrong with the archive of a rulebook."""
    archive = folder / f"{digest}.zip"
    try:
        found = files_digest(_documents(archive))
        detail = "" if found == digest else f"digest {found[:16]}"
    except (OSError, zipfile.BadZipFile, ValueError, KeyError) as error:
        detail = f"{type(error).__name__}: {error}"
    values = {"name": archive.name, "detail": detail}
    return [Problem("versions.part_damaged", Place(file=str(archive)), values)] if detail else []


@lru_cache(maxsize=4)
def _compiled(archive: Path, digest: str) -> Rulebook:
    problems = rulebook_problems(archive.parent, digest)
    if problems:
        raise TongjianError(problems)
    with tempfile.TemporaryDirectory(prefix="tongjian-rulebook-") as name:
        for path, content in _documents(archive):
            target = Path(name) / path
            target.parent.mkdir(parents=True, exist_ok=True)
            target.write_bytes(content)
        book = load_rulebook(Path(name))
    book.folder = str(archive)
    return book


def _archive(documents: Sequence[tuple[str, bytes]]) -> bytes:
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w", zipfile.ZIP_DEFLATED) as packed:
        for name, content in documents:
            entry = zipfile.ZipInfo(name, _NO_TIME)
            entry.compress_type = zipfile.ZIP_DEFLATED
            packed.writestr(entry, content)
    return made.getvalue()


def _documents(archive: Path) -> _Documents:
    with zipfile.ZipFile(archive) as packed:
        names = packed.namelist()
        for name in names:
            # A name that leads out of the folder was not put there by this program.
            if Path(name).is_absolute() or ".." in Path(name).parts:
                raise ValueError(name)
        return [(name, packed.read(name)) for name in names]


__all__ = ["keep_rulebook", "kept_rulebook", "rulebook_problems"]

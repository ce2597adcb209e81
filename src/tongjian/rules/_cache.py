"""Loads a rulebook, from a compiled copy when nothing has changed.

The copy is a pickle in the user's own cache folder, named by the digest of every rule file, of
the unit registry and of the compiler itself; an unreadable copy is simply made anew.
"""

from __future__ import annotations

import contextlib
import gc
import hashlib
import os
import pickle
import sys
import tempfile
from collections.abc import Iterable, Iterator
from functools import lru_cache
from importlib.resources import files
from pathlib import Path

from tongjian.rules._rulebook import Rulebook, build_rulebook


def rulebook_folder() -> Path:
    """The folder of the rulebook that comes with the package."""
    return Path(str(files("tongjian"))) / "rulebook"


def load_rulebook(folder: Path | str | None = None, *, cache: bool = True) -> Rulebook:
    """Load and check the rulebook (装载规则库); `folder` defaults to the package's own.

    Raises `RuleError` with every problem found in any document.
    """
    chosen = Path(folder) if folder is not None else rulebook_folder()
    digest = folder_digest(chosen)
    with _collecting_later():
        return _cached(chosen, digest) if cache else build_rulebook(chosen, digest)


@contextlib.contextmanager
def _collecting_later() -> Iterator[None]:
    """No garbage collection: a rulebook is hundreds of thousands of objects, none of them garbage.

    Looking through them again and again would take as long as making them.
    """
    was_on = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_on:
            gc.enable()


@lru_cache(maxsize=8)
def _cached(folder: Path, digest: str) -> Rulebook:
    path = _cache_folder() / f"{_compiler_digest()[:16]}-{digest[:32]}.rulebook"
    with contextlib.suppress(Exception):
        book = pickle.loads(path.read_bytes())
        if isinstance(book, Rulebook) and book.digest == digest:
            book.folder = str(folder)
            return book
    book = build_rulebook(folder, digest)
    _store(path, book)
    return book


def folder_digest(folder: Path) -> str:
    """SHA-256 over names and contents of all rule files (规则库摘要), the same on every machine."""
    return files_digest(rule_files(folder))


def rule_files(folder: Path) -> Iterator[tuple[str, bytes]]:
    """Name and content of every rule file below a folder, in the order of the digest.

    Names are relative with "/", ends of lines are those of Unix.
    """
    for path in sorted(folder.rglob("*")):
        if path.suffix in (".yaml", ".csv"):
            content = path.read_bytes().replace(b"\r\n", b"\n")
            yield path.relative_to(folder).as_posix(), content


def files_digest(files: Iterable[tuple[str, bytes]]) -> str:
    """The digest of a rulebook of these files, given in the order of `rule_files`."""
    digest = hashlib.sha256()
    for path, content in files:
        name = path.encode()
        digest.update(len(name).to_bytes(4, "big") + name)
        digest.update(len(content).to_bytes(8, "big") + content)
    return digest.hexdigest()


@lru_cache(maxsize=1)
def _compiler_digest() -> str:
    """Changes with the code that compiles, so that an upgrade never reads an old copy."""
    digest = hashlib.sha256(sys.version.encode())
    package = Path(str(files("tongjian")))
    for folder in ("rules", "units"):
        for path in sorted((package / folder).rglob("*")):
            if path.is_file() and path.suffix in (".py", ".txt", ".json"):
                digest.update(path.read_bytes())
    return digest.hexdigest()


def _cache_folder() -> Path:
    chosen = os.environ.get("TONGJIAN_CACHE") or os.environ.get("XDG_CACHE_HOME")
    base = Path(chosen) if chosen else Path.home() / ".cache"
    return base / "tongjian"


def _store(path: Path, book: Rulebook) -> None:
    # A read-only home must not stop the work: the copy only saves time.
    with contextlib.suppress(OSError):
        path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        # A folder of its own takes a half-written copy with it when something goes wrong.
        with tempfile.TemporaryDirectory(dir=path.parent) as folder:
            copy = Path(folder) / path.name
            copy.write_bytes(pickle.dumps(book, protocol=5))
            copy.replace(path)

"""Builds the static files once for each combination of versions, and finds them again (生成)."""

from __future__ import annotations

import base64
import gzip
import hashlib
import json
import os
import shutil
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any

from tongjian.charts import PALETTES, VEGA_LITE
from tongjian.problems import TongjianError
from tongjian.site.assets import _slices, _sources
from tongjian.site.assets._sources import OWN, Made, versions

MANIFEST = "manifest.json"
_PACKED = frozenset({".js", ".css"})
# A file may be kept by a browser for ever, so its name has enough of the digest to be unique.
_DIGITS = 12


@dataclass(frozen=True, slots=True)
class Assets:
    """The static files: the folder they lie in, and the name of each with its digest."""

    folder: Path
    files: dict[str, dict[str, Any]]

    def name(self, asked: str) -> str:
        """The file name, with digest, of "charts.js", "htmx.js", "fonts.css" …"""
        return str(self.files[asked]["file"])

    def path(self, asked: str) -> Path:
        """Where the file lies; packed copies stand beside it (.br, .gz)."""
        return self.folder / self.name(asked)

    def digest(self, asked: str) -> str:
        """The SHA-256 of the content, as the attribute `integrity` wants it."""
        return str(self.files[asked]["integrity"])


def cache_folder() -> Path:
    """Where static files are kept: as the compiled rulebook, in the user's own cache folder."""
    chosen = os.environ.get("TONGJIAN_CACHE") or os.environ.get("XDG_CACHE_HOME")
    base = Path(chosen) if chosen else Path.home() / ".cache"
    return base / "tongjian" / "assets"


def build(folder: Path | None = None) -> Assets:
    """The static files, made when they are not there yet (some seconds), else only found.

    Raises `TongjianError` naming the packages that are missing. Several processes may build at
    once: each builds apart, and the first to finish is kept.
    """
    home = folder or cache_folder()
    target = home / _key()[:32]
    there = _found(target)
    if there is not None:
        return there
    home.mkdir(parents=True, exist_ok=True)
    draft = Path(tempfile.mkdtemp(prefix=".draft-", dir=home))
    try:
        _write(draft)
        # mkdtemp makes it for its maker alone; a web server may be another user.
        draft.chmod(0o755)
        if target.exists() and _found(target) is None:
            shutil.rmtree(target)
        try:
            draft.rename(target)
        except OSError:
            if _found(target) is None:
                raise
    finally:
        shutil.rmtree(draft, ignore_errors=True)
    made = _found(target)
    assert made is not None
    return made


def found(folder: Path | None = None) -> Assets | None:
    """The static files if they were built already; nothing is made."""
    try:
        return _found((folder or cache_folder()) / _key()[:32])
    except TongjianError:
        return None


@lru_cache(maxsize=1)
def _own_digest() -> bytes:
    state = hashlib.sha256(json.dumps([PALETTES, VEGA_LITE]).encode())
    for one in sorted(OWN.iterdir(), key=lambda entry: entry.name):
        if one.is_file():
            state.update(one.name.encode() + b"\0" + one.read_bytes())
    return state.digest()


def _key() -> str:
    """What the files depend on: versions of packages, and the project's own sources."""
    state = hashlib.sha256(_own_digest())
    state.update(json.dumps(versions(), sort_keys=True).encode())
    return state.hexdigest()


def _found(target: Path) -> Assets | None:
    """The files of an earlier build, if all of them are there in full."""
    try:
        listed = json.loads((target / MANIFEST).read_text(encoding="utf-8"))["files"]
        whole = all((target / one["file"]).stat().st_size == one["size"] for one in listed.values())
    except (OSError, ValueError, KeyError):
        return None
    return Assets(target, listed) if whole else None


def _write(draft: Path) -> None:
    installed = versions()
    listed: dict[str, dict[str, Any]] = {}
    for made in _all(listed):
        stem, _, ending = made.name.rpartition(".")
        digest = hashlib.sha256(made.content)
        file = f"{stem}.{digest.hexdigest()[:_DIGITS]}.{ending}"
        (draft / file).write_bytes(made.content)
        if f".{ending}" in _PACKED:
            _pack(draft / file, made.content)
        listed[made.name] = {"file": file, "size": len(made.content), "integrity": _sri(digest)}
        if made.source is not None:
            listed[made.name] |= {
                "package": made.source.name, "version": installed[made.source.name],
                "licence": made.source.licence,
            }  # fmt: skip
    text = json.dumps({"files": listed}, indent=1, sort_keys=True, ensure_ascii=False)
    (draft / MANIFEST).write_text(text + "\n", encoding="utf-8")


def _all(listed: dict[str, dict[str, Any]]) -> Iterator[Made]:
    yield from _sources.from_packages()
    yield _sources.charts_script()
    yield from _sources.style_sheets()
    ranges = []
    for made, stated in _sources.font_files():
        yield made
        # Written by now, under a name that its content gives.
        ranges.append((stated, listed[made.name]["file"]))
    yield Made("fonts.css", _slices.style_sheet(ranges).encode())


def _pack(path: Path, content: bytes) -> None:
    """Packed copies for servers that hand them on; the same bytes every time."""
    import brotli

    path.with_name(path.name + ".br").write_bytes(brotli.compress(content, quality=9))
    path.with_name(path.name + ".gz").write_bytes(gzip.compress(content, 9, mtime=0))


def _sri(digest: Any) -> str:
    return "sha256-" + base64.b64encode(digest.digest()).decode()


__all__ = ["MANIFEST", "Assets", "build", "cache_folder", "found"]

"""Files as evidence (附件): kept by the hash of their content, entered, and kept for their time."""

from __future__ import annotations

import hashlib
import os
import secrets
import unicodedata
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import IO

from tongjian.evidence._china import china_day
from tongjian.evidence._disk import sync_folder
from tongjian.evidence._entry import SHA256, Act, Entry
from tongjian.evidence._log import EvidenceLog
from tongjian.evidence._retention import Retention
from tongjian.evidence._scan import Scanner
from tongjian.evidence._settings import FileType, Settings, settings
from tongjian.evidence._sniff import sniff
from tongjian.evidence._verify import file_digest
from tongjian.problems import Place, Problem, TongjianError

STORE, DELETE = "attachment.store", "attachment.delete"
_BLOCK = 1 << 20
_LONGEST_NAME = 200


@dataclass(frozen=True, slots=True)
class Attachments:
    """The attachments of a log, in `folder` as ``ab/<sha256>`` (附件库).

    Paths are made of digests only; the name that a file came with is shown and never used.
    """

    folder: Path
    log: EvidenceLog
    scanner: Scanner | None = None
    settings: Settings = field(default_factory=settings)

    def store(
        self,
        source: Path | IO[bytes],
        by: str,
        subject: str,
        keep: Retention,
        name: str | None = None,
    ) -> Entry:
        """Take in a file and enter it; returns the entry, whose `files` is its digest.

        The type is told by the content and has to be one that may be attached, and the one that
        the name says. The same content is kept once, whatever its names; a damaged file is put
        right by storing it again. Raises `TongjianError`.
        """
        shown = shown_name(name or (source.name if isinstance(source, Path) else "-"))
        with self._incoming() as path:
            digest, size = self._copy(source, path, shown)
            kind, warnings = self._kind(path, shown)
            if self.scanner is not None:
                self.scanner.scan(path, shown)
            with self.log.locked():
                mended = self._settle(path, digest)
                until = keep.until(self._today())
                content = {
                    "name": shown,
                    "type": kind.id,
                    "size": size,
                    "sha256": digest,
                    "keep_until": until.isoformat(),
                    "retention": keep.as_dict(),
                    "scanned_by": self.scanner.name if self.scanner else None,
                    "mended": mended,
                    "warnings": warnings,
                }
                act = Act(STORE, by, subject, content, (digest,))
                return self.log.append_locked([act])[0]

    def put(self, data: bytes) -> str:
        """Keep what the program itself has made; returns its digest.

        It is not entered: the entry that names it in its `files` is to follow.
        """
        digest = hashlib.sha256(data).hexdigest()
        with self._incoming() as path, path.open("wb") as stream:
            stream.write(data)
            stream.flush()
            os.fsync(stream.fileno())
            self._settle(path, digest)
        return digest

    def path(self, digest: str) -> Path:
        """Where the file of this digest lies; raises `TongjianError` for anything but a digest."""
        if not SHA256.fullmatch(digest):
            raise TongjianError(Problem("evidence.file_digest", values={"value": digest}))
        return self.folder / digest[:2] / digest

    def read(self, digest: str) -> bytes:
        """The content of a file, held against its digest; raises `TongjianError`."""
        path = self.path(digest)
        try:
            data = path.read_bytes()
        except OSError as error:
            values = {"digest": digest, "name": "-", "number": "-"}
            raise TongjianError(Problem("evidence.file_missing", _at(path), values)) from error
        if hashlib.sha256(data).hexdigest() != digest:
            raise TongjianError(Problem("evidence.file_changed", _at(path), {"name": digest[:12]}))
        return data

    def keep_until(self, digest: str) -> date | None:
        """The last day on which the file has to be there, by all its entries; None if unknown."""
        days = [
            date.fromisoformat(one.content["keep_until"])
            for one in self.log.entries(STORE)
            if digest in one.files
        ]
        return max(days, default=None)

    def delete(self, digest: str, by: str, reason: str) -> Entry:
        """Remove a file whose time of keeping is over, and enter that (到期销毁).

        The entries about it stay, and can be proven. Raises `TongjianError` before that day.
        """
        path = self.path(digest)
        if not reason.strip():
            raise TongjianError(Problem("evidence.no_reason"))
        with self.log.locked():
            until = self.keep_until(digest)
            if until is None or digest in self.deleted():
                values = {"digest": digest}
                raise TongjianError(Problem("evidence.file_unknown", values=values))
            if self._today() <= until:
                values = {"digest": digest, "until": until.isoformat()}
                raise TongjianError(Problem("evidence.file_kept", _at(path), values))
            content = {"sha256": digest, "reason": reason.strip(), "kept_until": until.isoformat()}
            # First the entry: a file that is gone without one would look like a loss.
            act = Act(DELETE, by, f"attachment:{digest}", content, (digest,))
            made = self.log.append_locked([act])[0]
            path.unlink(missing_ok=True)
            return made

    def problems(self) -> list[Problem]:
        """Files of any entry that are missing, changed or runnable, and files of no entry."""
        named = {
            digest: (one.number, one.content.get("name", one.act))
            for one in self.log.entries()
            for digest in one.files
            if SHA256.fullmatch(digest)
        }
        deleted = self.deleted()
        found: list[Problem] = []
        for digest, (number, name) in named.items():
            if digest not in deleted:
                found += self._wrong(digest, name, number)
        for path in sorted(self.folder.glob("*/*")):
            if path.parent.name.startswith("."):
                continue
            if path.name in deleted:
                found.append(Problem("evidence.file_left", _at(path), severity="warning"))
            elif path.name not in named or path != self.path(path.name):
                found.append(Problem("evidence.file_foreign", _at(path), severity="warning"))
        return found

    def _wrong(self, digest: str, name: str, number: int) -> Iterator[Problem]:
        path = self.path(digest)
        if not path.is_file() or path.is_symlink():
            values = {"digest": digest, "name": name, "number": number}
            yield Problem("evidence.file_missing", _at(path), values)
        elif file_digest(path) != digest:
            yield Problem("evidence.file_changed", _at(path), {"name": name, "number": number})
        elif os.name == "posix" and path.stat().st_mode & 0o111:
            yield Problem("evidence.file_runnable", _at(path), {"name": name, "number": number})

    def stored(self) -> list[Entry]:
        """The entries by which files were taken in, oldest first."""
        return self.log.entries(STORE)

    def deleted(self) -> set[str]:
        """Digests whose last entry is that of a deletion."""
        found: set[str] = set()
        for one in self.log.entries(STORE, DELETE):
            (found.update if one.act == DELETE else found.difference_update)(one.files)
        return found

    def _copy(self, source: Path | IO[bytes], target: Path, shown: str) -> tuple[str, int]:
        """Copy a file to the disk for good; returns its digest and size."""
        if isinstance(source, Path):
            try:
                with source.open("rb") as stream:
                    return self._copy(stream, target, shown)
            except OSError as error:
                values = {"detail": str(error)}
                raise TongjianError(Problem("evidence.file_unread", _at(source), values)) from error
        digest, size = hashlib.sha256(), 0
        with target.open("wb") as stream:
            while block := source.read(_BLOCK):
                size += len(block)
                if size > self.settings.max_bytes:
                    limit = {"limit": self.settings.max_bytes >> 20}
                    raise TongjianError(Problem("evidence.file_large", Place(file=shown), limit))
                digest.update(block)
                stream.write(block)
            stream.flush()
            os.fsync(stream.fileno())
        return digest.hexdigest(), size

    def _kind(self, path: Path, shown: str) -> tuple[FileType, list[str]]:
        """The type of a file; raises `TongjianError` for one that may not be attached."""
        place, types = Place(file=shown), self.settings.types
        found = sniff(path, types)
        known = ", ".join(sorted({name for one in types for name in one.extensions}))
        if isinstance(found, str):
            values = {"found": found, "known": known}
            raise TongjianError(Problem("evidence.file_type", place, values))
        extension = Path(shown).suffix.lstrip(".").lower()
        if extension in found.extensions:
            return found, []
        listed = any(extension in one.extensions for one in types)
        if listed or found.text or Path(shown).suffix:
            # A name that says something else, or a text that says nothing of what it is.
            values = {"extension": extension or "-", "zh": found.zh, "en": found.en}
            values["known"] = ", ".join(found.extensions)
            raise TongjianError(Problem("evidence.file_extension", place, values))
        return found, ["no extension"]

    def _settle(self, path: Path, digest: str) -> bool:
        """Put a file in its place; returns whether a damaged one was there."""
        target = self.path(digest)
        target.parent.mkdir(parents=True, exist_ok=True)
        there = target.is_file()
        if there and not target.is_symlink() and file_digest(target) == digest:
            return False
        path.chmod(0o440)
        path.replace(target)
        sync_folder(target.parent)
        sync_folder(self.folder)
        return there

    @contextmanager
    def _incoming(self) -> Iterator[Path]:
        """A place for a file that is not settled; nothing is left of one that is refused."""
        folder = self.folder / ".incoming"
        folder.mkdir(parents=True, exist_ok=True)
        path = folder / secrets.token_hex(16)
        try:
            yield path
        finally:
            path.unlink(missing_ok=True)

    def _today(self) -> date:
        return china_day(self.log.clock())


def shown_name(name: str) -> str:
    """A name fit to be shown: the last part, without controls, direction marks and surrogates."""
    last = name.replace("\\", "/").rpartition("/")[2]
    kept = "".join(one for one in last if unicodedata.category(one)[0] != "C")
    return unicodedata.normalize("NFC", kept).strip()[:_LONGEST_NAME] or "-"


def _at(path: Path) -> Place:
    return Place(file=str(path))


__all__ = ["DELETE", "STORE", "Attachments", "shown_name"]

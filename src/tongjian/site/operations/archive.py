"""Backup and restoring (备份与恢复): database, records, files and key in one archive.

The database is copied first, as of one moment, and the files after it: whatever a log names was on
the disk before the log named it. An archive is a tar with ``manifest.json``, which has the SHA-256
of everything else in it; what does not agree is not restored.
"""

from __future__ import annotations

import hashlib
import io
import json
import os
import shutil
import sqlite3
import tarfile
import tempfile
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path, PurePosixPath
from typing import IO, Any

from tongjian.problems import Place, Problem, TongjianError
from tongjian.site.config import SQLITE, Database

ENDING = ".tongjian-backup.tar"
MANIFEST = "manifest.json"
_FORMAT = 1
_BLOCK = 1 << 20
# Made again, made from the rest, or no part of the site's state.
_LEFT_OUT = {"static", "backups", "documents"}
_PASSING = (".lock", ".locks", ".tmp", ".sqlite3", ".sqlite3-wal", ".sqlite3-shm")
Progress = Callable[[int, int], None]


# ---- making one --------------------------------------------------------------------------------


def make_backup(target: Path, progress: Progress = lambda done, total: None) -> dict[str, Any]:
    """Write a backup of the site that is set up to `target`; returns its manifest in short.

    Raises `TongjianError` where `target` is there already. Nothing needs to be stopped meanwhile.
    """
    from django.conf import settings

    from tongjian import __version__

    if target.exists():
        raise TongjianError(Problem("site.backup_there", Place(file=str(target))))
    site = Path(settings.SITE_FOLDER)
    draft = target.with_name(f".{target.name}.draft")
    listed: dict[str, dict[str, Any]] = {}
    try:
        with (
            os.fdopen(os.open(draft, os.O_RDWR | os.O_CREAT | os.O_TRUNC, 0o600), "wb") as stream,
            tarfile.open(fileobj=stream, mode="w") as tar,
            tempfile.TemporaryDirectory(dir=target.parent, prefix=".database-") as folder,
        ):
            about = _dump_database(Path(folder))
            for path in sorted(Path(folder).iterdir()):
                _put(tar, f"database/{path.name}", path, listed)
            first = [path for path in _files(site) if path.name == "imports.jsonl"]
            for path in first:
                _put(tar, _name(site, path), path, listed)
            rest = [path for path in _files(site) if path not in set(first)]
            for done, path in enumerate(rest, 1):
                _put(tar, _name(site, path), path, listed)
                progress(done, len(rest))
            manifest = {"format": _FORMAT, "version": __version__, **about, "files": listed}
            _write(tar, json.dumps(manifest, indent=1, sort_keys=True).encode())
            stream.flush()
            os.fsync(stream.fileno())
        draft.replace(target)
    finally:
        draft.unlink(missing_ok=True)
    return {"files": len(listed), "bytes": sum(one["size"] for one in listed.values())}


def _files(site: Path) -> Iterator[Path]:
    for root, folders, names in os.walk(site):
        if Path(root) == site:
            folders[:] = [one for one in folders if one not in _LEFT_OUT]
        folders[:] = sorted(one for one in folders if not one.startswith("."))
        for name in sorted(names):
            if not name.endswith(_PASSING) and not name.startswith("."):
                yield Path(root) / name


def _name(site: Path, path: Path) -> str:
    return f"site/{path.relative_to(site).as_posix()}"


def _put(tar: tarfile.TarFile, name: str, path: Path, listed: dict[str, dict[str, Any]]) -> None:
    try:
        stream = path.open("rb")
    except FileNotFoundError:  # a file of a job that was over meanwhile
        return
    with stream:
        info = tarfile.TarInfo(name)
        info.size, info.mode = os.fstat(stream.fileno()).st_size, 0o600
        digest = hashlib.sha256()
        tar.addfile(info, _Hashed(stream, digest))
    listed[name] = {"size": info.size, "sha256": digest.hexdigest()}


def _write(tar: tarfile.TarFile, content: bytes) -> None:
    info = tarfile.TarInfo(MANIFEST)
    info.size, info.mode = len(content), 0o600
    tar.addfile(info, io.BytesIO(content))


class _Hashed:
    """A stream that is hashed while it is read."""

    def __init__(self, stream: IO[bytes], digest: Any) -> None:
        self.stream, self.digest = stream, digest

    def read(self, size: int = -1) -> bytes:
        block = self.stream.read(size)
        self.digest.update(block)
        return block


def _dump_database(folder: Path) -> dict[str, Any]:
    from django.db import connection
    from django.db.migrations.recorder import MigrationRecorder

    applied = sorted(".".join(one) for one in MigrationRecorder(connection).applied_migrations())
    about: dict[str, Any] = {"database": connection.vendor, "migrations": applied}
    if connection.vendor == SQLITE:
        name = str(connection.settings_dict["NAME"])
        with closing(sqlite3.connect(name, timeout=30)) as raw:
            raw.execute("VACUUM INTO ?", [str(folder / "site.sqlite3")])
        return about
    from tongjian.site.operations.archive_postgres import dump

    return {**about, "tables": dump(folder)}


# ---- putting one back --------------------------------------------------------------------------


def read_manifest(source: Path) -> dict[str, Any]:
    """What a backup says that it has; raises `TongjianError` for what is no backup."""
    try:
        with tarfile.open(source) as tar:
            if MANIFEST not in tar.getnames():  # it is written last
                raise TongjianError(Problem("site.backup_cut_off", Place(file=str(source))))
            member = tar.extractfile(MANIFEST)
            assert member is not None
            found = json.loads(member.read())
        if found["format"] != _FORMAT:
            raise ValueError(f"format {found['format']}")
        return dict(found)
    except tarfile.ReadError as error:
        if str(error) != "unexpected end of data":
            raise _unreadable(source, error) from error
        raise TongjianError(Problem("site.backup_cut_off", Place(file=str(source)))) from error
    except (OSError, tarfile.TarError, KeyError, ValueError, AssertionError) as error:
        raise _unreadable(source, error) from error


def _unreadable(source: Path, error: Exception) -> TongjianError:
    values = {"detail": f"{type(error).__name__}: {error}"}
    return TongjianError(Problem("site.backup_unreadable", Place(file=str(source)), values))


def unpack(source: Path, folder: Path, database: Database) -> dict[str, Any]:
    """Put the files of a backup into `folder`, which must be empty; returns the manifest.

    Every content is held against the manifest before the folder is there under its name, so a
    backup that was changed, cut off or added to leaves nothing behind. Raises `TongjianError`.
    """
    manifest = read_manifest(source)
    if folder.exists() and any(folder.iterdir()):
        raise TongjianError(Problem("site.restore_not_empty", Place(file=str(folder))))
    if manifest["database"] != database.kind:
        values = {"has": manifest["database"], "wanted": database.kind}
        raise TongjianError(Problem("site.restore_database", Place(file=str(source)), values))
    if database.kind == SQLITE and Path(database.name).exists():
        raise TongjianError(Problem("site.restore_not_empty", Place(file=database.name)))
    folder.parent.mkdir(parents=True, exist_ok=True)
    draft = Path(tempfile.mkdtemp(dir=folder.parent, prefix=f".{folder.name}-"))
    try:
        problems = list(_extract(source, draft, manifest["files"]))
        if problems:
            raise TongjianError(problems)
        if database.kind == SQLITE:
            Path(database.name).parent.mkdir(parents=True, exist_ok=True)
        if folder.exists():
            folder.rmdir()
        (draft / "site").mkdir(exist_ok=True)
        (draft / "site").rename(folder)
        if database.kind == SQLITE:
            shutil.move(draft / "database" / "site.sqlite3", database.name)
        else:
            (draft / "database").rename(folder / ".database")
    finally:
        shutil.rmtree(draft, ignore_errors=True)
    return manifest


def _extract(source: Path, draft: Path, files: dict[str, dict[str, Any]]) -> Iterator[Problem]:
    left = dict(files)
    with tarfile.open(source) as tar:
        for info in tar:
            if info.name == MANIFEST:
                continue
            said = left.pop(info.name, None)
            place = Place(file=info.name)
            if said is None or not info.isreg() or not _is_inside(info.name):
                yield Problem("site.backup_stranger", place)
                continue
            path = draft / info.name
            path.parent.mkdir(parents=True, exist_ok=True)
            member = tar.extractfile(info)
            assert member is not None
            digest = hashlib.sha256()
            with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT, 0o600), "wb") as stream:
                while block := member.read(_BLOCK):
                    digest.update(block)
                    stream.write(block)
            if (info.size, digest.hexdigest()) != (said["size"], said["sha256"]):
                yield Problem("site.backup_changed", place)
    for name in left:
        yield Problem("site.backup_lacks", Place(file=name))


def _is_inside(name: str) -> bool:
    parts = PurePosixPath(name).parts
    return parts[0] in ("site", "database") and ".." not in parts and len(parts) > 1


__all__ = ["ENDING", "Progress", "make_backup", "read_manifest", "unpack"]

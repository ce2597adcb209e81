"""What the store is made of: files, the log of what came since, and who may write (存储内核)."""

from __future__ import annotations

import fcntl
import json
import os
import threading
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

import duckdb

from tongjian.monitoring.journal import Journal, read_batches
from tongjian.monitoring.series._manifest import Manifest, StoredFile, stamp
from tongjian.monitoring.series._tables import TABLES, connect, insert
from tongjian.problems import Place, Problem, RecordError

GRACE_S = 3600.0
"""How long a file stays after another took its place, for those who still read it."""
_PATIENCE_S = 30.0

Entry = Mapping[str, Any]
"""One record of the log: `table`, `count`, `columns`; or `positions`."""


class Core:
    """A store's folder as this process knows it.

    Reading needs no lock: files never change, and the manifest is replaced at once. One process
    writes at a time, for as long as one operation takes. What is appended to the log is on the
    disk on return; what the log holds is in tables in memory beside the files, until a flush.
    """

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.connection: duckdb.DuckDBPyConnection = connect()
        self.manifest = Manifest()
        self.seq = 0
        self.positions: dict[str, Any] = {}
        self.waiting = 0  # rows that are in the log only
        self.guard = threading.RLock()
        self._stamp: tuple[int, int, int] | None = None
        self._read: dict[Path, int] = {}
        self._journal: Journal | None = None
        self._depth = 0
        self.refresh()

    def refresh(self) -> None:
        """See what others have written meanwhile."""
        with self.guard:
            while True:
                now = stamp(self.folder)
                try:
                    if now != self._stamp:
                        self._reload()
                    self._catch_up()
                except FileNotFoundError:
                    self._stamp = None  # a flush went on meanwhile: its manifest says what it took
                    continue
                if stamp(self.folder) == now:
                    self._stamp = now
                    return
                self._stamp = None

    @contextmanager
    def writing(self) -> Iterator[None]:
        """Hold the store for writing, knowing all that is in it.

        Raises
        ------
        RecordError
            Another process holds it for longer than half a minute.
        """
        with self.guard:
            if self._depth:
                self._depth += 1
                try:
                    yield
                finally:
                    self._depth -= 1
                return
            self.folder.mkdir(parents=True, exist_ok=True)
            lock = os.open(self.folder / "lock", os.O_RDWR | os.O_CREAT, 0o640)
            try:
                self._wait(lock)
                self._depth = 1
                self.refresh()
                yield
            finally:
                self._depth = 0
                os.close(lock)

    def append(self, entries: Sequence[Entry]) -> None:
        """Keep `entries` together: all of them are on the disk on return, or none is there."""
        assert self._depth
        contents = [json.dumps(one, separators=(",", ":")).encode() for one in entries]
        journal = self._opened()
        try:
            # Into memory first: what cannot be read back must not get into the log.
            for one in entries:
                self._take(one)
            journal.append(contents)
        except BaseException:
            # Half a batch may stand in the log, as on a full disk: opening it anew cuts it off.
            journal.close()
            self._journal = self._stamp = None
            raise
        path = journal.paths()[-1]
        self._read[path] = path.stat().st_size

    def flushed(self, added: Sequence[StoredFile]) -> None:
        """What waited is in `added` now: say so, and forget the log of it."""
        number = self._opened().begin_file()
        self.commit(replace(self.manifest, wal=number).with_files(added, {}))
        self._opened().drop_before(number)
        self._clear()

    def commit(self, manifest: Manifest) -> None:
        """Put `manifest` in place, and remove files that nothing has needed for a while."""
        assert self._depth
        now = time.time()
        gone = [path for path, when in manifest.retired.items() if when + GRACE_S < now]
        kept = {path: when for path, when in manifest.retired.items() if path not in gone}
        manifest = replace(manifest, retired=kept, seq=self.seq, positions=self.positions)
        manifest.write(self.folder)
        self.manifest, self._stamp = manifest, stamp(self.folder)
        for path in gone:
            (self.folder / path).unlink(missing_ok=True)

    def sweep(self) -> None:
        """Remove what a write that was cut short has left: no manifest ever named it."""
        assert self._depth
        known = {one.path for one in self.manifest.files} | self.manifest.retired.keys()
        old = time.time() - GRACE_S  # a younger one may just be written by another process
        for path in (*self.folder.rglob("*.parquet"), *(self.folder / "draft").glob("*")):
            unnamed = path.relative_to(self.folder).as_posix() not in known
            if unnamed and path.stat().st_mtime < old:
                path.unlink()

    def reading(self, work: Callable[[], Any]) -> Any:
        """What `work` gives, knowing what is there; again if a file went while it was read."""
        with self.guard:
            for _ in range(3):
                self.refresh()
                try:
                    return work()
                except duckdb.IOException:
                    before = self._stamp
                    if stamp(self.folder) == before:
                        raise
            self.refresh()
            return work()

    def close(self) -> None:
        """Let go; nothing is lost by not doing so."""
        with self.guard:
            if self._journal is not None:
                self._journal.close()
                self._journal = None
            self.connection.close()

    # ---- itself --------------------------------------------------------------------------------

    @property
    def _log(self) -> Path:
        return self.folder / "log"

    def _reload(self) -> None:
        self.manifest = Manifest.read(self.folder)
        self._clear()

    def _clear(self) -> None:
        for name in TABLES:
            self.connection.execute(f"DELETE FROM {name}")
        self.seq = self.manifest.seq
        self.positions = dict(self.manifest.positions)
        self._read = {}
        self.waiting = 0

    def _catch_up(self) -> None:
        for path in Journal(self._log).paths():
            if int(path.stem) < self.manifest.wal:
                continue
            done = self._read.get(path, 0)
            if path.stat().st_size <= done:
                continue
            for stop, contents in read_batches(path, done):
                for content in contents:
                    self._take(json.loads(content))
                self._read[path] = stop

    def _take(self, entry: Entry) -> None:
        """A record of the log, into memory."""
        self.positions.update(entry.get("positions", {}))
        if "table" in entry:
            insert(self.connection, entry["table"], entry["columns"])
            self.waiting += entry["count"]
            self.seq = max(self.seq, entry["columns"]["seq"])

    def _opened(self) -> Journal:
        """The log, ready to grow: opened anew where another process has written to it."""
        journal = self._journal
        if journal is not None:
            paths = journal.paths()
            if not paths or not journal.stands_at(paths[-1]):
                journal.close()
                journal = None
        if journal is None:
            journal = self._journal = Journal.open(self._log)
            # The first file of a new log must not have a number that the manifest has done with.
            while journal.number < self.manifest.wal:
                journal.begin_file()
        return journal

    def _wait(self, lock: int) -> None:
        until = time.monotonic() + _PATIENCE_S
        while True:
            try:
                fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
                return
            except BlockingIOError:
                if time.monotonic() > until:
                    place = Place(file=str(self.folder))
                    raise RecordError(Problem("monitoring.store_busy", place)) from None
                time.sleep(0.02)

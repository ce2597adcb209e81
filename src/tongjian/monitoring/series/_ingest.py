"""From gateways' journals into the store (报文入库): each record once, whatever happens."""

from __future__ import annotations

import hashlib
import os
from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

from tongjian.monitoring.gateway import REFUSED, unpacked
from tongjian.monitoring.hj212 import (
    INTERVALS,
    Assembler,
    Telegram,
    TelegramError,
    flags,
    parse,
    readings,
)
from tongjian.monitoring.journal import read_batches, read_file
from tongjian.monitoring.profile import Profile
from tongjian.monitoring.series._value import Rows, microseconds

if TYPE_CHECKING:
    from tongjian.monitoring.series._store import SeriesStore

_ROWS = 50_000
_MINUTES = "2051"
_SUFFIX = "*.journal"


@dataclass(slots=True)
class Ingested:
    """What was taken in (入库结果): records read, telegrams with data, values kept.

    `refused` telegrams were kept by the gateway and cannot be read, `undated` ones have no time,
    `open` ones still lack a packet. `unknown` counts telegrams of stations that the profile does
    not have: their values are kept, and are channels once it has them. `flags` counts, by station,
    flags that its vocabulary does not have: values with them are not relied on.
    """

    records: int = 0
    telegrams: int = 0
    values: int = 0
    refused: int = 0
    undated: int = 0
    open: int = 0
    unknown: Counter[str] = field(default_factory=Counter)
    flags: Counter[tuple[str, str]] = field(default_factory=Counter)


def ingest(store: SeriesStore, folder: Path, profile: Profile) -> Ingested:
    """Take in what the journals in `folder` have more than the last time.

    `folder` is the journal of one gateway, or holds a folder for each of several. How far a
    journal was read is kept together with its values, so that none is lost or taken twice; a
    telegram in several packets waits for the rest, also over the end of this process.

    Raises
    ------
    RecordError
        A journal is damaged; what comes before is taken in.
    """
    done = Ingested()
    for journal in journals_of(folder):
        _Reader(store, journal, profile, done).run()
    return done


def journals_of(folder: Path) -> list[Path]:
    """The journals in a folder: itself, and each folder in it that holds one."""
    candidates = [folder, *sorted(one for one in folder.glob("*") if one.is_dir())]
    return [one for one in candidates if next(one.glob(_SUFFIX), None) is not None]


class _Reader:
    """One journal, from where it was left."""

    def __init__(self, store: SeriesStore, journal: Path, profile: Profile, done: Ingested) -> None:
        self.store = store
        self.journal = journal
        self.profile = profile
        self.done = done
        self.known = flags()
        self.assembler = Assembler()
        self.parts: dict[tuple[object, ...], dict[int, tuple[str, int]]] = {}
        self.rows: dict[int, Rows] = {}

    def run(self) -> None:
        name = name_of(self.journal)
        if name is None:
            return
        left: dict[str, Any] = self.store.positions.get(name, {})
        self._resume(left.get("parts", []))
        at_file, at, number = left.get("file", ""), left.get("at", 0), left.get("record", 0)
        for path in sorted(self.journal.glob(_SUFFIX)):
            if path.name < at_file:
                continue
            if path.name != at_file:
                at, number = 0, 0
            _settle(path)
            for stop, contents in read_batches(path, at):
                for content in contents:
                    self._record(content, f"{name}/{path.name}", number)
                    number += 1
                at_file, at = path.name, stop
                if sum(map(len, self.rows.values())) >= _ROWS:
                    self._keep(name, at_file, at, number)
            if at_file == path.name:
                self._keep(name, at_file, at, number)
        self.done.open += self.assembler.unfinished

    def _keep(self, name: str, file: str, at: int, record: int) -> None:
        parts = [list(ref) for refs in self.parts.values() for ref in refs.values()]
        position = {"file": file, "at": at, "record": record, "parts": parts}
        if self.store.positions.get(name) != position:
            self.store.put_rows(self.rows.values(), {name: position})
        self.rows = {}

    def _resume(self, refs: list[tuple[str, int]]) -> None:
        """Take up the packets again that wait for others."""
        wanted: dict[str, set[int]] = {}
        for file, number in refs:
            wanted.setdefault(file, set()).add(number)
        for file, numbers in wanted.items():
            path = self.journal / Path(file).name
            if not path.exists():
                continue  # put away meanwhile: the telegram will not become whole
            for number, content in enumerate(read_file(path)):
                if number in numbers:
                    self._assembled(parse(unpacked(content).segment), file, number)

    def _record(self, content: bytes, file: str, number: int) -> None:
        self.done.records += 1
        kept = unpacked(content)
        if kept.kind == REFUSED:
            self.done.refused += 1
            return
        try:
            telegram = parse(kept.segment)
        except TelegramError:
            self.done.refused += 1
            return
        if telegram.cn not in INTERVALS:
            return
        whole = self._assembled(telegram, file, number)
        if whole is not None:
            self._values(whole, kept.received_us, file, number)

    def _assembled(self, telegram: Telegram, file: str, number: int) -> Telegram | None:
        whole = self.assembler.add(telegram)
        if telegram.is_part and telegram.pno is not None and telegram.pnum is not None:
            key = (telegram.mn, telegram.st, telegram.cn, telegram.value("DataTime"))
            if whole is not None:
                self.parts.pop(key, None)
            else:
                self.parts.setdefault(key, {})[telegram.pno] = (file, number)
                while len(self.parts) > self.assembler.limit:
                    self.parts.pop(next(iter(self.parts)))
        return whole

    def _values(self, telegram: Telegram, received_us: int, file: str, number: int) -> None:
        mn = telegram.mn or ""
        station = self.profile.stations.get(mn.encode("utf-8", "surrogateescape"))
        if station is None:
            self.done.unknown[mn] += 1
        self.done.telegrams += 1
        span = INTERVALS[telegram.cn]
        if span is None:  # minute data: by the setting; else the distance of the values tells
            span = 60 * (1 if station is None else station.min_interval or 1)
        rows = self.rows.setdefault(span, Rows(span))
        time_us, known = 0, None
        for one in readings(telegram):
            if one.time is None:
                self.done.undated += 1
                return
            if one.time is not known:  # all of a telegram have the same
                known, time_us = one.time, microseconds(one.time)
            if not one.values and one.flag is None:
                continue
            if station and one.flag and (station.flags, one.flag) not in self.known:
                self.done.flags[mn, one.flag] += 1
            rows.add(f"{mn}/{one.code}", time_us, one.values, one.flag, received_us, file, number)
            self.done.values += 1


def name_of(journal: Path) -> str | None:
    """What a journal is called in the store: its folder and a mark of its first record.

    So that the folder may be moved, and another one of the same name is another journal.
    """
    for path in sorted(journal.glob(_SUFFIX)):
        for content in read_file(path):
            return f"{journal.name}-{hashlib.sha256(content).hexdigest()[:8]}"
    return None


def _settle(path: Path) -> None:
    """Have the disk know what is about to be read: the gateway may just be writing it."""
    file = os.open(path, os.O_RDONLY)
    try:
        os.fdatasync(file)
    finally:
        os.close(file)


def raw_telegram(folder: Path, origin: str, record: int) -> bytes | None:
    """The raw form of a value (原始报文): the frame it came in, from the journals in `folder`.

    `origin` and `record` are those of a parsed value; None where the journal is not there.
    """
    name, _, file = origin.partition("/")
    for journal in journals_of(folder):
        path = journal / file
        if name_of(journal) == name and path.exists():
            for number, content in enumerate(read_file(path)):
                if number == record:
                    return unpacked(content).raw
    return None

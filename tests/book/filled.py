"""A log with everything in it, for tests that damage it."""

from __future__ import annotations

import hashlib
import io
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from tests.book.stores import Clock, Maker, log_over
from tongjian.evidence import (
    Act,
    Attachments,
    Entry,
    EvidenceLog,
    PrivateKey,
    PublicKey,
    Retention,
    Roots,
    check,
    root_file,
)
from tongjian.evidence._signatures import SCHEMES
from tongjian.problems import Problem

FIVE_YEARS = Retention(5, "国务院令第775号", "", "recalled")
INVOICE = "日期,数量\n2026-01-03,1200.5\n".encode()


@dataclass(frozen=True)
class Filled:
    """A log with a key, entries, an attachment, two signed months and two entries under no root."""

    log: EvidenceLog
    files: Attachments
    key: PrivateKey
    roots: Path
    make: Maker

    def again(self) -> EvidenceLog:
        """The log as somebody else opens it."""
        return EvidenceLog(self.make(), self.log.clock)

    def check(self, *kept: Path) -> list[Problem]:
        log = self.again()
        return check(log, Attachments(self.files.folder, log), self.roots, kept)

    def errors(self, *kept: Path) -> list[Problem]:
        return [one for one in self.check(*kept) if one.severity == "error"]


def fixed_key(number: int) -> PrivateKey:
    """A key that is the same in every run."""
    secret = hashlib.sha256(bytes([number])).digest()
    return PrivateKey(PublicKey("ed25519", SCHEMES["ed25519"].public(secret)), secret)


def fill(make: Maker, folder: Path) -> Filled:
    log = log_over(make)
    clock = log.clock
    assert isinstance(clock, Clock)
    key, roots = fixed_key(1), folder / "roots"
    files = Attachments(folder / "files", log)
    Roots(log).introduce(key.public, "张三")
    log.append([Act("note.make", "张三", "meter:厂/1", {"数": [1, -0.5, 1e21], "引": '"\\\n'})])
    files.store(io.BytesIO(INVOICE), "李四", "meter:厂/1", FIVE_YEARS, "发票.csv")
    log.append([Act("note.make", "王五", "meter:厂/2", {"n": n}) for n in range(2)])
    clock.now = datetime(2026, 2, 3, 8, tzinfo=UTC)
    Roots(log).sign(key, "2026-01", "张三", "厂")
    log.append([Act("note.make", "王五", "meter:厂/3")])
    clock.now = datetime(2026, 3, 2, 8, tzinfo=UTC)
    Roots(log).sign(key, "2026-02", "张三")
    log.append([Act("note.make", "王五", f"meter:厂/{n}") for n in (4, 5)])
    roots.mkdir()
    for month in ("2026-01", "2026-02"):
        (roots / f"{month}.json").write_bytes(root_file(log, month))
    made = Filled(log, files, key, roots, make)
    assert made.errors() == []
    return made


def rechained(entries: list[Entry], start: int = 0) -> list[Entry]:
    """Entries from the place `start` hashed anew, as somebody who forges would do."""
    made = entries[:start]
    for one in entries[start:]:
        act = Act(one.act, one.by, one.subject, one.content, one.files)
        before = made[-1] if made else None
        number, previous = (before.number + 1, before.hash) if before else (1, "0" * 64)
        made.append(Entry.after(act, number, one.time, previous))
    return made


def flips(byte: int, place: int) -> Iterator[int]:
    """Other values of a byte: one bit, then another class of character."""
    yield byte ^ (1 << place % 8)
    yield ord("0") if byte != ord("0") else ord("1")

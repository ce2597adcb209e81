"""The three stores, for tests that run over each of them."""

from __future__ import annotations

import itertools
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

import pytest

from tongjian.book import PostgresConnections, PostgresStore, SqliteConnections, SqliteStore
from tongjian.evidence import EvidenceLog, FileStore, LogStore

LOG = "企业/91320000134755999X"
NAMES = ("file", "sqlite", "postgres")
_NUMBERS = itertools.count(1)
Maker = Callable[[], LogStore]


def maker(name: str, folder: Path, request: pytest.FixtureRequest) -> Maker:
    """Makes store objects of one kind that all lie in the same new place."""
    if name == "file":
        return lambda: FileStore(folder / "log.jsonl")
    if name == "sqlite":
        return lambda: SqliteStore(SqliteConnections(folder / "log.sqlite3"), LOG)
    connections = PostgresConnections(request.getfixturevalue("postgres"))
    request.addfinalizer(connections.close)
    table = f"log_{next(_NUMBERS)}"
    return lambda: PostgresStore(connections, LOG, table)


class Clock:
    """A clock that the test sets."""

    def __init__(self) -> None:
        self.now = datetime(2026, 1, 5, 8, tzinfo=UTC)

    def __call__(self) -> datetime:
        return self.now


def log_over(make: Maker) -> EvidenceLog:
    return EvidenceLog(make(), Clock())

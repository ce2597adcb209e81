"""What an enterprise works on (工作区): its records, its evidence log, its files, its runs.

The same parts as a workspace on a laptop: records in a folder of its own, files by the hash of
their content, and the log, which here is kept in the site's database. Acts are entered in the log
first; rows of the database that say the same are made from it afterwards (`mrv.projection`), so
nothing may be entered while a transaction of the database is open.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cached_property, lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

from django.conf import settings
from django.db import connection

from tongjian.book import PostgresStore, SqliteStore
from tongjian.evidence import Attachments, EvidenceLog, Scanner
from tongjian.records import Catalogue, Store
from tongjian.rules import Rulebook, load_rulebook
from tongjian.site.config import POSTGRESQL, SQLITE
from tongjian.verification import report_guards
from tongjian.versions import RunStore
from tongjian.workflow import report_flow

if TYPE_CHECKING:
    from tongjian.site.registry.models import Enterprise

SITE_LOG = "site"
"""The log of what concerns no enterprise: accounts, rights, the rulebook's confirmations."""


@lru_cache(maxsize=1)
def rulebook() -> Rulebook:
    """The rulebook of the package, loaded once in each process."""
    return load_rulebook()


@lru_cache(maxsize=1)
def catalogue() -> Catalogue:
    """What may be recorded, loaded once in each process."""
    return Catalogue.load()


def log_named(name: str) -> EvidenceLog:
    """A log of the site's database (存证日志) by its name.

    The last ones that a process has read are kept: what was checked is not checked again.
    """
    # By the connection and not by the configuration: tests have a database of their own.
    return _log(connection.vendor, str(connection.settings_dict["NAME"]), name)


def warm() -> None:
    """Load what every process needs sooner or later, before the first page asks for it."""
    rulebook()
    catalogue()
    report_flow()
    report_guards()


def site_log() -> EvidenceLog:
    """The log of the site itself."""
    return log_named(SITE_LOG)


def files_of(log: EvidenceLog) -> Attachments:
    """The files that a log names; all logs share one folder, in which content is kept once."""
    return Attachments(settings.SITE_FOLDER / "files", log, Scanner.from_environment())


@dataclass(frozen=True)
class Workspace:
    """The records, log, files and runs of one enterprise (企业工作区)."""

    enterprise: Enterprise

    @property
    def folder(self) -> Path:
        """Where its records lie."""
        key = self.enterprise.key
        return Path(settings.SITE_FOLDER) / "enterprises" / key[:2] / key

    @cached_property
    def store(self) -> Store:
        """Its records, empty at first."""
        return Store.create(self.folder)

    @cached_property
    def log(self) -> EvidenceLog:
        """Its evidence log."""
        return log_named(self.enterprise.key)

    @cached_property
    def files(self) -> Attachments:
        """Its attachments."""
        return files_of(self.log)

    @cached_property
    def runs(self) -> RunStore:
        """Its kept runs."""
        return RunStore(self.files, self.store)


@lru_cache(maxsize=64)
def _log(vendor: str, database: str, name: str) -> EvidenceLog:
    """A log, kept with the lines that it has checked already: reading it again is quick."""
    if vendor == SQLITE:
        return EvidenceLog(SqliteStore(connections, log=name))
    assert vendor == POSTGRESQL, vendor
    return EvidenceLog(PostgresStore(connections, log=name))


@contextmanager
def connections() -> Iterator[Any]:
    """The driver's connection of this thread, which Django keeps; it commits by itself."""
    connection.ensure_connection()
    yield connection.connection


__all__ = [
    "SITE_LOG",
    "Workspace",
    "catalogue",
    "connections",
    "files_of",
    "log_named",
    "rulebook",
    "site_log",
    "warm",
]

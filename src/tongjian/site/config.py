"""How a site is set up (站点配置): from the environment, with defaults for a laptop."""

from __future__ import annotations

import os
import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import unquote, urlsplit

from tongjian.problems import Problem, TongjianError

SQLITE, POSTGRESQL = "sqlite", "postgresql"


@dataclass(frozen=True, slots=True)
class Database:
    """Where the book of record is (账簿数据库): an SQLite file, or a PostgreSQL database."""

    kind: str
    name: str
    user: str = ""
    password: str = ""
    host: str = ""
    port: str = ""

    @classmethod
    def parse(cls, text: str) -> Database:
        """From ``sqlite:////path/file`` or ``postgresql://user:password@host:port/name``.

        A host that begins with a slash (percent-encoded) is the folder of a Unix socket. Raises
        `TongjianError`.
        """
        parts = urlsplit(text)
        if parts.scheme == SQLITE and parts.path:
            return cls(SQLITE, parts.path.removeprefix("/"))
        name = parts.path.removeprefix("/")
        if parts.scheme in (POSTGRESQL, "postgres") and name:
            try:
                port = str(parts.port or "")
            except ValueError as error:
                raise _wrong("TONGJIAN_DATABASE", text) from error
            given = (parts.username or "", parts.password or "", parts.hostname or "")
            # Of a host, urlsplit gives the lower case; a folder may have capitals.
            host = parts.netloc.rpartition("@")[2].rpartition(":")[0] or given[2]
            user, password = map(unquote, given[:2])
            return cls(POSTGRESQL, unquote(name), user, password, unquote(host), port)
        raise _wrong("TONGJIAN_DATABASE", text)

    @property
    def conninfo(self) -> str:
        """For psycopg; only of PostgreSQL."""
        from psycopg.conninfo import make_conninfo

        given = {
            "dbname": self.name,
            "user": self.user,
            "password": self.password,
            "host": self.host,
            "port": self.port,
        }
        return make_conninfo(**{key: value for key, value in given.items() if value})


@dataclass(frozen=True, slots=True)
class Config:
    """What the environment says (环境变量).

    ``TONGJIAN_SITE``      the folder of the site (default ``tongjian-site``)
    ``TONGJIAN_DATABASE``  the database (default: SQLite in that folder)
    ``TONGJIAN_SECRET``    the secret key (default: made once, kept in that folder for its owner)
    ``TONGJIAN_HOSTS``     host names under which it is served, by commas (default: loopback only)
    ``TONGJIAN_HTTPS``     ``1`` where it is served by HTTPS (cookies and redirects follow)
    ``TONGJIAN_PROXIES``   how many proxies before it may be believed (default 0)
    ``TONGJIAN_WEBHOOK_HOSTS``  hosts of one's own network that webhooks may go to, by commas
    ``TONGJIAN_API_RATE``  requests a minute that a key, user or address has (default 600; 0: any)
    ``TONGJIAN_MAIL``      ``smtp://user:password@host:port`` for reminders (default: none is sent)
    ``TONGJIAN_MAIL_FROM`` the sender of mails
    ``TONGJIAN_MFA``       ``1`` where authorities and administrators need a second factor to sign
                           in, ``0`` where not (default: as ``TONGJIAN_HTTPS``)
    ``TONGJIAN_OIDC``      ``https://issuer/`` of an OpenID Connect provider (default: none)
    ``TONGJIAN_OIDC_ID``, ``TONGJIAN_OIDC_SECRET``  this site's client there
    """

    folder: Path
    database: Database
    secret: str
    hosts: tuple[str, ...]
    https: bool
    proxies: int
    mail: str
    mail_from: str
    second_factor: bool
    oidc: str
    oidc_id: str
    oidc_secret: str
    api_rate: int

    @classmethod
    def of(cls, environment: Mapping[str, str]) -> Config:
        """From environment variables; makes the folder. Raises `TongjianError`."""
        folder = Path(environment.get("TONGJIAN_SITE") or "tongjian-site").resolve()
        (folder / "static").mkdir(parents=True, exist_ok=True)
        url = environment.get("TONGJIAN_DATABASE") or f"sqlite:///{folder / 'site.sqlite3'}"
        proxies = environment.get("TONGJIAN_PROXIES") or "0"
        if not proxies.isdecimal():
            raise _wrong("TONGJIAN_PROXIES", proxies)
        rate = environment.get("TONGJIAN_API_RATE") or "600"
        if not rate.isdecimal():
            raise _wrong("TONGJIAN_API_RATE", rate)
        https = environment.get("TONGJIAN_HTTPS") == "1"
        oidc = environment.get("TONGJIAN_OIDC", "").rstrip("/")
        if oidc and not _is_safe(oidc):
            raise _wrong("TONGJIAN_OIDC", oidc)
        hosts = environment.get("TONGJIAN_HOSTS") or "localhost,127.0.0.1,[::1]"
        return cls(
            folder=folder,
            database=Database.parse(url),
            secret=environment.get("TONGJIAN_SECRET") or _kept_secret(folder / "secret"),
            hosts=tuple(one.strip() for one in hosts.split(",") if one.strip()),
            https=https,
            proxies=int(proxies),
            mail=environment.get("TONGJIAN_MAIL", ""),
            mail_from=environment.get("TONGJIAN_MAIL_FROM", "tongjian@localhost"),
            second_factor=environment.get("TONGJIAN_MFA", "1" if https else "0") == "1",
            oidc=oidc,
            oidc_id=environment.get("TONGJIAN_OIDC_ID", ""),
            oidc_secret=environment.get("TONGJIAN_OIDC_SECRET", ""),
            api_rate=int(rate),
        )


def _is_safe(url: str) -> bool:
    """Whether nobody on the way can read and change: by TLS, or on this machine."""
    parts = urlsplit(url)
    here = parts.hostname in ("localhost", "127.0.0.1", "::1")
    return parts.scheme == "https" or (parts.scheme == "http" and here)


def _kept_secret(path: Path) -> str:
    """The secret of a site that was given none: made at the first start, readable by its owner."""
    try:
        descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except FileExistsError:
        return path.read_text("ascii")
    with os.fdopen(descriptor, "w", encoding="ascii") as stream:
        made = secrets.token_urlsafe(50)
        stream.write(made)
    return made


def _wrong(name: str, value: str) -> TongjianError:
    # A database address holds a password: it is not repeated.
    shown = (
        value if "@" not in value else value.partition(":")[0] + "://…@" + value.rpartition("@")[2]
    )
    return TongjianError(Problem("site.setting", values={"name": name, "value": shown}))


__all__ = ["POSTGRESQL", "SQLITE", "Config", "Database"]

"""A site on PostgreSQL in this process: Django's default database is another one for a while."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import quote

import psycopg
from django.conf import settings
from django.db import connections
from psycopg import sql
from psycopg.conninfo import conninfo_to_dict

from tongjian.site import settings as of_site
from tongjian.site.config import Database

USER = "tongjian_site"
"""The site's own user: it owns its database and is no superuser."""


def make_database(conninfo: str, name: str) -> str:
    """An empty database of the site's own user; returns its address as the site is told."""
    with psycopg.connect(conninfo, autocommit=True) as raw:
        if not raw.execute("SELECT 1 FROM pg_roles WHERE rolname = %s", [USER]).fetchone():
            raw.execute(sql.SQL("CREATE ROLE {} LOGIN").format(sql.Identifier(USER)))
        made = sql.SQL("CREATE DATABASE {} OWNER {}")
        raw.execute(made.format(sql.Identifier(name), sql.Identifier(USER)))
    host = str(conninfo_to_dict(conninfo)["host"])
    return f"postgresql://{USER}@{quote(host, safe='')}/{name}"


@contextmanager
def used(address: str, folder: Path) -> Iterator[None]:
    """The site in `folder` whose database is at `address`, until the block ends."""
    was, site = connections.settings["default"], settings.SITE_FOLDER
    told = {"default": of_site.database(Database.parse(address))}
    _change(connections.configure_settings(told)["default"])
    settings.SITE_FOLDER = folder
    try:
        yield
    finally:
        settings.SITE_FOLDER = site
        _change(was)


def _change(told: dict[str, object]) -> None:
    connections["default"].close()
    connections.settings["default"] = told
    # It is made anew by whoever asks for it next.
    del connections["default"]

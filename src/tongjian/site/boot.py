"""Setting Django up from a command (启动): for what is not called by a web server."""

from __future__ import annotations

import os
from importlib.util import find_spec
from pathlib import Path

from tongjian.problems import Problem, TongjianError

SETTINGS = "tongjian.site.settings"


def boot(folder: Path | None = None) -> None:
    """Set the site in `folder` up, by default that of the environment; raises `TongjianError`."""
    absent = [name for name in ("django", "granian", "allauth") if find_spec(name) is None]
    if absent:
        values = {"packages": ", ".join(absent)}
        raise TongjianError(Problem("site.not_installed", values=values))
    if folder is not None:
        os.environ["TONGJIAN_SITE"] = str(folder.resolve())
    os.environ["DJANGO_SETTINGS_MODULE"] = SETTINGS
    import django

    django.setup()


def migrate() -> list[str]:
    """Bring the database to where the program is; returns the migrations that were applied."""
    from django.core.management import call_command
    from django.db import connection
    from django.db.migrations.executor import MigrationExecutor

    executor = MigrationExecutor(connection)
    plan = executor.migration_plan(executor.loader.graph.leaf_nodes())
    if plan:
        call_command("migrate", interactive=False, verbosity=0)
    return [f"{one.app_label}.{one.name}" for one, _ in plan]


__all__ = ["boot", "migrate"]

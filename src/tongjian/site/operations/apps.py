"""Django's name for this package."""

from django.apps import AppConfig

from tongjian.site.kept import follow_migrations


class OperationsConfig(AppConfig):
    name = "tongjian.site.operations"
    label = "operations"

    def ready(self) -> None:
        # What registers itself: kinds of jobs, and what is done once a day.
        from tongjian.site.operations import (  # noqa: F401
            backups,
            daily,
            heads,
            roots,
            statistics,
        )

        follow_migrations(self)

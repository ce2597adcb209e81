"""Django's name for this package."""

from django.apps import AppConfig


class EntryConfig(AppConfig):
    name = "tongjian.site.entry"
    label = "entry"

    def ready(self) -> None:
        """Register jobs and what the first page shows."""
        from tongjian.site.entry import todos, uploads  # noqa: F401

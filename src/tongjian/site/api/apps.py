"""Django's name for this package."""

from django.apps import AppConfig


class ApiConfig(AppConfig):
    name = "tongjian.site.api"
    label = "api"

    def ready(self) -> None:
        from tongjian.site.api import extracts, pushing  # noqa: F401  (their jobs, and what starts them)

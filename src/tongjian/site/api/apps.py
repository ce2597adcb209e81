"""Django's name for this package."""

from django.apps import AppConfig


class ApiConfig(AppConfig):
    name = "tongjian.site.api"
    label = "api"

    def ready(self) -> None:
        from tongjian.site.api import pushing  # noqa: F401  (its job, and what starts it)

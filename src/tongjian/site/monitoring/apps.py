"""Django's name for this package."""

from django.apps import AppConfig


class MonitoringConfig(AppConfig):
    name = "tongjian.site.monitoring"
    label = "monitoring"

    def ready(self) -> None:
        from tongjian.site.monitoring import measuring  # noqa: F401  (its job registers itself)

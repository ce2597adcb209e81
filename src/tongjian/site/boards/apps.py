"""Django's name for this package."""

from django.apps import AppConfig


class BoardsConfig(AppConfig):
    name = "tongjian.site.boards"
    label = "boards"

    def ready(self) -> None:
        from tongjian.site.boards import standings  # noqa: F401  (registers itself)

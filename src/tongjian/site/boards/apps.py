"""Django's name for this package."""

from django.apps import AppConfig


class BoardsConfig(AppConfig):
    name = "tongjian.site.boards"
    label = "boards"

    def ready(self) -> None:
        from tongjian.site.boards import (  # noqa: F401  (they register themselves)
            judging,
            standings,
            summed,
        )
        from tongjian.site.kept import More, also

        also(More(summed.TABLES, summed.triggers, summed.rebuild))

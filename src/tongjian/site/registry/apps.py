"""Django's name for this package."""

from typing import Any

from django.apps import AppConfig
from django.db.models.signals import post_save


class RegistryConfig(AppConfig):
    name = "tongjian.site.registry"
    label = "registry"

    def ready(self) -> None:
        """Have enterprises and plants found from when they are made, whoever makes them."""
        from tongjian.site.registry import bulk
        from tongjian.site.registry.models import Enterprise, Plant

        assert bulk.KIND  # a worker knows the kinds of jobs of modules that were imported
        for model in (Enterprise, Plant):
            post_save.connect(_index, sender=model, dispatch_uid=f"registry.{model.__name__}")


def _index(instance: Any, created: bool, raw: bool = False, **_: Any) -> None:
    from tongjian.site.registry.models import Plant
    from tongjian.site.registry.search import index

    if created and not raw:
        index(instance.enterprise if isinstance(instance, Plant) else instance)

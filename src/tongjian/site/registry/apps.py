"""Django's name for this package."""

from django.apps import AppConfig


class RegistryConfig(AppConfig):
    name = "tongjian.site.registry"
    label = "registry"

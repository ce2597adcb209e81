"""Django's name for this package."""

from django.apps import AppConfig


class AccessConfig(AppConfig):
    name = "tongjian.site.access"
    label = "access"

"""Django's name for this package."""

from django.apps import AppConfig


class OperationsConfig(AppConfig):
    name = "tongjian.site.operations"
    label = "operations"

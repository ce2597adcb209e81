"""Django's name for this package."""

from django.apps import AppConfig


class EntryConfig(AppConfig):
    name = "tongjian.site.entry"
    label = "entry"

"""Django's name for this package."""

from django.apps import AppConfig


class UiConfig(AppConfig):
    name = "tongjian.site.ui"
    label = "ui"

"""Django's name for this package."""

from django.apps import AppConfig


class MrvConfig(AppConfig):
    name = "tongjian.site.mrv"
    label = "mrv"

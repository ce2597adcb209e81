"""Django's name for this package."""

from django.apps import AppConfig


class BoardsConfig(AppConfig):
    name = "tongjian.site.boards"
    label = "boards"

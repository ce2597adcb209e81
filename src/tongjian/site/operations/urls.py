"""Addresses of `operations`."""

from django.urls import URLPattern, path

from tongjian.site.operations import views_health as health

app_name = "operations"
urlpatterns: list[URLPattern] = [
    path("alive", health.alive, name="alive"),
]

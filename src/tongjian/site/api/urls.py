"""Addresses of `api`: version 1 of the operations, and their description."""

from django.urls import URLPattern, URLResolver, include, path

from tongjian.site.api.interface import API
from tongjian.site.api.views import docs, schema

app_name = "api"
urlpatterns: list[URLPattern | URLResolver] = [
    path("", docs, name="docs"),
    path("v1/openapi.json", schema, name="schema"),
    path("v1/", include((API.addresses(), "v1"))),
]

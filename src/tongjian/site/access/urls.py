"""Addresses of accounts: those of django-allauth, and ours."""

from django.urls import URLPattern, URLResolver, include, path

urlpatterns: list[URLPattern | URLResolver] = [
    path("", include("allauth.urls")),
]

"""Addresses of the rulebook."""

from django.urls import path

from tongjian.site.rulebooks import views, views_confirm

app_name = "rulebooks"
urlpatterns = [
    path("", views.index, name="index"),
    path("confirm", views_confirm.waiting, name="confirm"),
    path("confirm/given", views_confirm.confirm, name="confirm-given"),
    path("confirm/withdrawn", views_confirm.withdraw, name="confirm-withdrawn"),
    path("document/<str:name>", views.document, name="document"),
    path("document/<str:name>/text", views.source, name="source"),
    path("document/<str:name>/difference", views.difference, name="difference"),
]

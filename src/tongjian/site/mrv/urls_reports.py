"""Addresses of the list of reports, and of the page of one report with the enterprise's steps."""

from django.urls import URLPattern, path

from tongjian.site.mrv import views_reports as views

ENTERPRISE_STEPS = ("open", "submit", "withdraw", "correct", "revise")

urlpatterns: list[URLPattern] = [
    path("", views.reports, name="reports"),
    path("begin", views.begin, name="begin"),
    path("<str:code>/<int:year>", views.report, name="report"),
    *(
        path(f"<str:code>/<int:year>/act/{name}", views.transition_view(name), name=f"act_{name}")
        for name in ENTERPRISE_STEPS
    ),
]

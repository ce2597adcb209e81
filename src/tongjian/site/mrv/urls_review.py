"""Addresses of the authority's desk, its steps, and of reminders."""

from django.urls import URLPattern, path

from tongjian.site.mrv import views_notices as notices
from tongjian.site.mrv import views_review as views
from tongjian.site.mrv.views_reports import transition_view

urlpatterns: list[URLPattern] = [
    path("queue", views.queue, name="queue"),
    path("notices", notices.notices, name="notices"),
    path("notices/read", notices.read, name="notices_read"),
    path("notices/<slug:key>", notices.notice, name="notice"),
    *(
        path(f"<str:code>/<int:year>/act/{name}", transition_view(name), name=f"act_{name}")
        for name in views.STEPS
    ),
]

"""Addresses of `mrv`, a list for each topic."""

from django.urls import URLPattern

from tongjian.site.mrv import (
    urls_plan,
    urls_reports,
    urls_review,
    urls_verification,
    urls_versions,
)

app_name = "mrv"
urlpatterns: list[URLPattern] = [
    *urls_plan.urlpatterns,
    *urls_review.urlpatterns,
    *urls_versions.urlpatterns,
    *urls_reports.urlpatterns,
    *urls_verification.urlpatterns,
]

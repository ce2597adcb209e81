"""Addresses of runs, versions, traces and documents."""

from django.urls import URLPattern, path

from tongjian.site.mrv import views_runs as runs
from tongjian.site.mrv import views_versions as views

_REPORT = "<str:code>/<int:year>"
_RUN, _VERSION = f"{_REPORT}/runs/<str:mark>", f"{_REPORT}/versions/<int:number>"

urlpatterns: list[URLPattern] = [
    path("files/<str:key>", views.file, name="file"),
    path(f"{_REPORT}/compute", runs.compute, name="compute"),
    path(f"{_REPORT}/jobs", runs.jobs, name="jobs"),
    path(f"{_REPORT}/differences", views.differences, name="differences"),
    path(f"{_REPORT}/evidence/<str:digest>", views.evidence, name="evidence"),
    path(f"{_RUN}", runs.run, name="run"),
    path(f"{_RUN}/lineage", runs.run_lineage, name="run_lineage"),
    path(f"{_RUN}/lineage/drivers", runs.run_drivers, name="run_drivers"),
    path(f"{_REPORT}/make-version", runs.make_version, name="make_version"),
    path(f"{_VERSION}", views.version, name="version"),
    path(f"{_VERSION}/data", views.data, name="data"),
    path(f"{_VERSION}/changes", views.changes, name="changes"),
    path(f"{_VERSION}/lineage", views.lineage, name="lineage"),
    path(f"{_VERSION}/lineage/drivers", views.drivers, name="drivers"),
    path(f"{_VERSION}/document", views.document, name="document"),
    path(f"{_VERSION}/reproduce", views.reproduce, name="reproduce"),
]

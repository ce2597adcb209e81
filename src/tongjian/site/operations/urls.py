"""Addresses of `operations`."""

from django.urls import URLPattern, path

from tongjian.site.operations import views_audit as audit
from tongjian.site.operations import views_health as health
from tongjian.site.operations import views_jobs as jobs

app_name = "operations"
urlpatterns: list[URLPattern] = [
    path("jobs/", jobs.jobs, name="jobs"),
    path("jobs/<str:key>/", jobs.job, name="job"),
    path("jobs/<str:key>/stop", jobs.job_stop, name="job_stop"),
    path("audit/", audit.audit, name="audit"),
    path("audit/<str:log>/<int:number>/", audit.audit_entry, name="audit_entry"),
    path("audit/<str:log>/<int:number>/proof", audit.audit_proof, name="audit_proof"),
    path("health/", health.health, name="health"),
    path("backups/", health.backup_list, name="backups"),
    path("backups/make", health.backup, name="backup"),
    path("alive", health.alive, name="alive"),
]

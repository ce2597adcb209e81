"""Health (运行状况): what a machine may ask, and what an administrator looks at."""

from __future__ import annotations

from django.http import HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_GET, require_POST

from tongjian.site.access.middleware import ActorRequest
from tongjian.site.access.permissions import endpoint
from tongjian.site.operations.backups import KIND, backups
from tongjian.site.operations.health import Health, database_answers
from tongjian.site.operations.jobs import start


@require_GET
@endpoint("operations.alive")
def alive(request: ActorRequest) -> HttpResponse:
    """For load balancers: whether pages and database answer, and nothing else."""
    up = database_answers()
    response = JsonResponse({"ok": up}, status=200 if up else 503)
    response["Cache-Control"] = "no-store"
    return response


@require_GET
@endpoint("operations.health")
def health(request: ActorRequest) -> HttpResponse:
    """How the site is."""
    return render(request, "operations/health.html", {"health": Health.now()})


@require_GET
@endpoint("operations.backups")
def backup_list(request: ActorRequest) -> HttpResponse:
    """The backups there are, and how one is made and put back."""
    return render(request, "operations/backups.html", {"backups": backups()})


@require_POST
@endpoint("operations.backup")
def backup(request: ActorRequest) -> HttpResponse:
    """Have a backup made by a worker, into the site's own folder."""
    return redirect("operations:job", start(KIND, request.actor).key)


__all__ = ["alive", "backup", "backup_list", "health"]

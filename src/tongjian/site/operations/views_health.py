"""Health (运行状况): what a machine may ask, and what an administrator looks at."""

from __future__ import annotations

from django.http import HttpResponse, JsonResponse
from django.views.decorators.http import require_GET

from tongjian.site.access.middleware import ActorRequest
from tongjian.site.access.permissions import endpoint
from tongjian.site.operations.health import database_answers


@require_GET
@endpoint("operations.alive")
def alive(request: ActorRequest) -> HttpResponse:
    """For load balancers: whether pages and database answer, and nothing else."""
    up = database_answers()
    response = JsonResponse({"ok": up}, status=200 if up else 503)
    response["Cache-Control"] = "no-store"
    return response


__all__ = ["alive"]

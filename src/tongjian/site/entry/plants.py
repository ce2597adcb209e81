"""The plant that a page is about (所办设施)."""

from __future__ import annotations

from django.shortcuts import get_object_or_404

from tongjian.site.access.actor import Actor
from tongjian.site.registry.models import Enterprise, Plant
from tongjian.site.workspaces import Workspace

FIRST_YEAR, LAST_YEAR = 1990, 2100


def plant_of(actor: Actor, code: str, year: int) -> Plant:
    """A plant of the actor's own enterprise; 404 for any other, and for a year that is none."""
    if not FIRST_YEAR <= year <= LAST_YEAR:
        code = ""
    found = Plant.objects.seen_by(actor).select_related("enterprise")
    return get_object_or_404(found, code=code)


def enterprise_of(actor: Actor) -> Enterprise:
    """The enterprise that somebody acts for; 404 for whoever acts for none."""
    return get_object_or_404(Enterprise.objects.seen_by(actor), pk=actor.enterprise_id)


def workspace_of(plant: Plant) -> Workspace:
    """Its records and log, for reading."""
    return Workspace(plant.enterprise)


__all__ = ["enterprise_of", "plant_of", "workspace_of"]

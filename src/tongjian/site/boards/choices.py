"""What a board can be asked for by lists (可选项)."""

from __future__ import annotations

from django.utils import timezone

from tongjian.site.access.actor import Actor
from tongjian.site.boards.asked import home
from tongjian.site.registry.divisions import level
from tongjian.site.registry.lists import division_choices as registered
from tongjian.site.registry.models import Division
from tongjian.site.registry.stored import above

_BACK = 10


def division_choices(actor: Actor, chosen: str) -> list[Division]:
    """The divisions of an authority; an enterprise has none to choose from."""
    return registered(actor, chosen) if actor.role.within == "division" else []


def trail(actor: Actor, code: str) -> list[Division]:
    """The divisions above one, as far as the actor's own."""
    least = level(home(actor))
    codes = [one for one in above(code) if one != code and least <= level(one) < level(code)]
    return list(Division.objects.filter(code__in=codes).order_by("code")) if code else []


def year_choices(chosen: int) -> list[int]:
    """The years that can be asked for, the one that is asked for among them."""
    this = timezone.localdate().year
    return sorted({*range(this - _BACK, this + 1), chosen}, reverse=True)


__all__ = ["division_choices", "trail", "year_choices"]

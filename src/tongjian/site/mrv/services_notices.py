"""What a person was reminded of (提醒), to be shown and marked as read."""

from __future__ import annotations

from django.db.models import QuerySet
from django.urls import reverse
from django.utils import timezone

from tongjian.site.access.actor import Actor
from tongjian.site.mrv.models import Notice
from tongjian.site.mrv.services_list import reports_for
from tongjian.site.ui.desks import Badge, adds_badge
from tongjian.site.ui.texts import lang, text, texts


def notices_of(actor: Actor) -> QuerySet[Notice]:
    """The notices of whoever acts, newest first."""
    if actor.user is None:
        return Notice.objects.seen_by(actor).none()
    found = Notice.objects.seen_by(actor)
    if actor.role.within == "assignment":
        # One of a year that was given to somebody else since is no longer theirs.
        found = found.filter(year__in=reports_for(actor).values("year"))
    return found


def unread(actor: Actor) -> int:
    """How many they have not read."""
    return notices_of(actor).filter(read=None).count()


@adds_badge
def badge(actor: Actor) -> Badge | None:
    """The way to them, with how many are unread, at the top of every page."""
    if not actor.may("mrv.notices"):
        return None
    return Badge(text("mrv.notices_nav"), reverse("mrv:notices"), unread(actor))


def mark(rows: QuerySet[Notice]) -> int:
    """Mark notices as read; returns how many were not."""
    return rows.filter(read=None).update(read=timezone.now())


def words_of(one: Notice) -> str:
    """What a notice says, in the language of the page."""
    name = one.plant.name_en if lang() == "en" and one.plant.name_en else one.plant.name_zh
    key = f"mrv.notice_{one.rule}"
    # A rule of the site's own file has no phrase of its own.
    key = key if key in texts() else "mrv.notice_other"
    return text(key, plant=name, year=one.year, day=one.day.isoformat())


__all__ = ["mark", "notices_of", "unread", "words_of"]

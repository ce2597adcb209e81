"""Jobs as people look at them (任务查看): their own, and those of their enterprise."""

from __future__ import annotations

from django.db.models import Q, QuerySet

from tongjian.site.access.actor import Actor
from tongjian.site.operations.jobs import may_be_stopped
from tongjian.site.operations.models import Job

ADMIN = "admin"


def jobs_for(actor: Actor) -> QuerySet[Job]:
    """The jobs that `actor` may know of; an administrator knows of all, not what came of them."""
    if actor.user is None:
        return Job.every.none()
    if actor.role.id == ADMIN:
        return Job.every.all()
    own = Q(user=actor.user) & (Q(enterprise=None) | Q(enterprise=actor.enterprise_id))
    if actor.role.within == "enterprise":
        return Job.every.filter(own | Job.visible_to(actor))
    if actor.role.within == "assignment":
        return Job.every.filter(user=actor.user).filter(
            Q(enterprise=None) | Q(enterprise__in=actor.assigned())
        )
    return Job.every.filter(user=actor.user).filter(
        Q(enterprise=None) | Q(enterprise__division__startswith=actor.division)
    )


def may_read(actor: Actor, one: Job) -> bool:
    """Whether what a job was asked and what came of it is for `actor`."""
    return actor.role.id != ADMIN or one.enterprise_id is None


def may_stop(actor: Actor, one: Job) -> bool:
    """Whether `actor` may stop a job: their own, and an administrator those of the site."""
    own = actor.user is not None and one.user_id == actor.user.pk
    of_site = actor.role.id == ADMIN and one.enterprise_id is None
    return (own or of_site) and may_be_stopped(one)


__all__ = ["jobs_for", "may_read", "may_stop"]

"""Who verifies what, and reminders to oneself."""

from __future__ import annotations

from datetime import date, datetime
from typing import Annotated

from django.http import Http404
from django.shortcuts import get_object_or_404
from ninja import Path, Query, Router, Schema, Status
from pydantic import Field

from tongjian.site.access import people
from tongjian.site.access.middleware import ActorRequest
from tongjian.site.access.models import Assignment
from tongjian.site.access.permissions import endpoint
from tongjian.site.api.paging import Cursor, Limit, Page, part
from tongjian.site.api.shapes import Given, Key, Year
from tongjian.site.mrv.models import Notice
from tongjian.site.mrv.services_notices import mark, notices_of
from tongjian.site.registry.models import Enterprise

router = Router()
Username = Annotated[str, Path(max_length=60, pattern=r"^[\w.@+-]+$")]


class AssignmentLine(Schema):
    """A verification that somebody was given."""

    enterprise: str
    year: int
    username: str
    name: str
    by: str
    since: datetime
    ended: datetime | None

    @classmethod
    def of(cls, one: Assignment) -> AssignmentLine:
        """From a row."""
        return cls(
            enterprise=one.enterprise.key,
            year=one.year,
            username=one.user.username,
            name=one.user.name,
            by=one.by,
            since=one.since,
            ended=one.ended,
        )


class AssignmentGiven(Given):
    """A verification to be given."""

    enterprise: Annotated[str, Field(max_length=40)]
    year: Annotated[int, Field(ge=1990, le=2100)]
    username: Annotated[str, Field(max_length=60)]


class NoticeLine(Schema):
    """A reminder: of what, of which report, how many days before (negative) or after a day."""

    key: str
    plant: str
    year: int
    rule: str
    day: date
    days: int
    made: datetime
    read: datetime | None


@router.get("/assignments", response=Page[AssignmentLine])
@endpoint("access.assignments")
def list_assignments(
    request: ActorRequest,
    year: Annotated[int | None, Query(ge=1990, le=2100)] = None,
    limit: Limit = 50,
    cursor: Cursor = "",
) -> Page[AssignmentLine]:
    """Those for enterprises that the actor may see, newest first."""
    rows = people.assignments_seen_by(request.actor)
    if year is not None:
        rows = rows.filter(year=year)
    order = ("-since", "enterprise__key", "-year", "user__username")
    found, after = part(request, rows, order, limit, cursor)
    return Page[AssignmentLine](items=[AssignmentLine.of(one) for one in found], next=after)


@router.post("/assignments", response={201: AssignmentLine})
@endpoint("access.assignments")
def post_assignment(request: ActorRequest, given: AssignmentGiven) -> Status[AssignmentLine]:
    """Give a verification."""
    seen = Enterprise.objects.seen_by(request.actor)
    enterprise = get_object_or_404(seen, key=given.enterprise)
    user = get_object_or_404(people.verifiers(), username=given.username)
    made = people.assign(request.actor, user, enterprise, given.year)
    return Status(201, AssignmentLine.of(made))


@router.delete("/assignments/{key}/{year}/{username}", response=AssignmentLine)
@endpoint("access.assignments")
def end_assignment(
    request: ActorRequest, key: Key, year: Year, username: Username
) -> AssignmentLine:
    """Take it away again."""
    rows = people.assignments_seen_by(request.actor)
    found = rows.filter(enterprise__key=key, year=year, user__username=username, ended=None).first()
    if found is None:
        raise Http404
    people.end_assignment(request.actor, found)
    found.refresh_from_db()
    return AssignmentLine.of(found)


@router.get("/notices", response=Page[NoticeLine])
@endpoint("mrv.notices")
def list_notices(
    request: ActorRequest, unread: bool = False, limit: Limit = 50, cursor: Cursor = ""
) -> Page[NoticeLine]:
    """Reminders to oneself in the present role, newest first."""
    rows = notices_of(request.actor).select_related("plant")
    if unread:
        rows = rows.filter(read=None)
    found, after = part(request, rows, ("-made", "-key"), limit, cursor)
    items = [_notice(one) for one in found]
    return Page[NoticeLine](items=items, next=after)


@router.post("/notices/read", response=int)
@endpoint("mrv.notices_read")
def read_notices(request: ActorRequest) -> int:
    """Mark all as read; how many were not."""
    return mark(notices_of(request.actor))


@router.post("/notices/{key}/read", response=NoticeLine)
@endpoint("mrv.notice")
def read_notice(request: ActorRequest, key: Key) -> NoticeLine:
    """Mark one as read."""
    mine = notices_of(request.actor).select_related("plant")
    mark(mine.filter(pk=get_object_or_404(mine, key=key).pk))
    return _notice(get_object_or_404(mine, key=key))


def _notice(one: Notice) -> NoticeLine:
    names = [name for name in NoticeLine.model_fields if name != "plant"]
    return NoticeLine(plant=one.plant.code, **{name: getattr(one, name) for name in names})


__all__ = ["router"]

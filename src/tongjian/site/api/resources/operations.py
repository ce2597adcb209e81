"""The audit trail, and how the site is."""

from __future__ import annotations

from datetime import date, datetime
from typing import Annotated, Any

from django.http import Http404, HttpResponseBase
from django.shortcuts import get_object_or_404
from ninja import Path, Query, Router, Schema, Status

from tongjian.site.access.middleware import ActorRequest
from tongjian.site.access.permissions import endpoint
from tongjian.site.api.paging import Cursor, Limit, Page, part
from tongjian.site.api.shapes import FILE, JobShape, Key, Told
from tongjian.site.operations import views_audit
from tongjian.site.operations.backups import KIND, backups
from tongjian.site.operations.health import Health
from tongjian.site.operations.jobs import start
from tongjian.site.operations.models import AuditEntry
from tongjian.site.operations.services_audit import AuditFilter, entries_for, entry_of, may_read

router = Router()
Short = Annotated[str, Query(max_length=120)]
EntryNumber = Annotated[int, Path(ge=1, le=2**53)]


class AuditLine(Schema):
    """An entry of a log: who did what upon what."""

    log: str
    number: int
    enterprise: str | None
    time: datetime
    by: str
    act: str
    subject: str


class AuditShape(AuditLine):
    """An entry with its hashes, and what it says where that is for the one who asks."""

    hash: str
    before: str
    files: list[str]
    content: dict[str, Any] | None


class HealthShape(Schema):
    """How the site is; sizes are in bytes."""

    version: str
    python: str
    database: str
    database_size: int
    disk_free: int
    disk_little: bool
    workers_alive: bool
    waiting: int
    running: int
    failed: int
    entries: int
    logs: int
    heads: datetime | None
    guards: list[Told]


def _line(one: AuditEntry) -> dict[str, Any]:
    names = ("log", "number", "time", "by", "act", "subject")
    said = {name: getattr(one, name) for name in names}
    return {**said, "enterprise": one.enterprise.key if one.enterprise else None}


@router.get("/audit", response=Page[AuditLine])
@endpoint("operations.audit")
def list_audit(
    request: ActorRequest,
    by: Short = "",
    act: Short = "",
    subject: Short = "",
    enterprise: Short = "",
    since: date | None = None,
    until: date | None = None,
    limit: Limit = 50,
    cursor: Cursor = "",
) -> Page[AuditLine]:
    """The entries that the actor may know of, newest first."""
    said = {"by": by, "act": act, "subject": subject, "enterprise": enterprise}
    days = {"since": since, "until": until}
    asked = {**said, **{name: day.isoformat() if day else "" for name, day in days.items()}}
    rows = AuditFilter.of(asked).rows(request.actor)
    found, after = part(request, rows, ("-time", "-number", "log"), limit, cursor)
    return Page[AuditLine](items=[AuditLine(**_line(one)) for one in found], next=after)


@router.get("/audit/{key}/{number}", response=AuditShape)
@endpoint("operations.audit_entry")
def get_audit_entry(request: ActorRequest, key: Key, number: EntryNumber) -> AuditShape:
    """One of them."""
    seen = entries_for(request.actor).select_related("enterprise")
    row = get_object_or_404(seen, log=key, number=number)
    entry = entry_of(row)
    if entry is None:
        raise Http404
    return AuditShape(
        **_line(row),
        hash=entry.hash,
        before=entry.previous,
        files=list(entry.files),
        content=dict(entry.content) if may_read(request.actor, row) else None,
    )


@router.get("/health", response=HealthShape)
@endpoint("operations.health")
def get_health(request: ActorRequest) -> HealthShape:
    """Database, disk, workers, jobs and guards."""
    now = Health.now()
    plain = [name for name in HealthShape.model_fields if name not in ("workers_alive", "guards")]
    return HealthShape(
        **{name: getattr(now, name) for name in plain},
        workers_alive=now.alive,
        guards=[Told(**one.as_dict()) for one in now.guards],
    )


class BackupLine(Schema):
    """A backup in the site's folder; `size` in bytes."""

    name: str
    size: int
    made: datetime


@router.get("/audit/{key}/{number}/proof", openapi_extra=FILE)
@endpoint("operations.audit_proof")
def get_audit_proof(request: ActorRequest, key: Key, number: EntryNumber) -> HttpResponseBase:
    """The proof that an entry is in its log, for whoever has the program and no site (JSON)."""
    return views_audit.audit_proof(request, key, number)


@router.get("/backups", response=list[BackupLine])
@endpoint("operations.backups")
def list_backups(request: ActorRequest) -> list[BackupLine]:
    """The backups there are, newest first."""
    names = list(BackupLine.model_fields)
    return [BackupLine(**{name: getattr(one, name) for name in names}) for one in backups()]


@router.post("/backups", response={202: JobShape})
@endpoint("operations.backup")
def start_backup(request: ActorRequest) -> Status[JobShape]:
    """Have a backup made into the site's own folder (a job)."""
    return Status(202, JobShape.of(start(KIND, request.actor), True))


__all__ = ["router"]

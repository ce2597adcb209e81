"""The audit trail (审计查询): who did what upon what, as far as it is for the one who asks.

Rows are made from the logs and name people and things by text, so they are readable when accounts
are closed. What an entry says is read from the log itself.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any
from urllib.parse import urlencode
from zoneinfo import ZoneInfo

from django.core.paginator import Paginator
from django.db.models import Exists, OuterRef, Q, QuerySet
from django.utils.functional import cached_property

from tongjian.evidence import Entry
from tongjian.site.access.actor import Actor
from tongjian.site.operations.models import AuditEntry
from tongjian.site.registry.models import Enterprise
from tongjian.site.workspaces import SITE_LOG, log_named

ADMIN = "admin"
CHINA = ZoneInfo("Asia/Shanghai")
_NAMES = ("by", "act", "subject", "enterprise", "since", "until")
# Of what an enterprise does, authorities see the steps of reports and what came of verification:
# versions and runs that were not handed in are the enterprise's own.
_SEEN_BY_AUTHORITIES = (
    Q(act__startswith="report.", subject__startswith="report:")
    | Q(act="opinion.give")
    | Q(act__startswith="finding.")
)


def entries_for(actor: Actor) -> QuerySet[AuditEntry]:
    """The entries whose being there `actor` may know of."""
    if actor.user is None:
        return AuditEntry.every.none()
    if actor.role.id == ADMIN:
        return AuditEntry.every.all()
    if actor.role.within == "enterprise":
        return AuditEntry.objects.seen_by(actor)
    if actor.role.within == "division":
        # Asked of each entry, newest first: a database that begins with the enterprises would have
        # to sort the entries of all of them for one page.
        inside = Enterprise.objects.seen_by(actor).filter(pk=OuterRef("enterprise_id"))
        return AuditEntry.every.filter(_SEEN_BY_AUTHORITIES, Exists(inside))
    if actor.role.within == "assignment":
        return AuditEntry.every.filter(by=actor.signature, enterprise__in=actor.assigned())
    return AuditEntry.every.none()


def may_read(actor: Actor, row: AuditEntry) -> bool:
    """Whether what an entry says is for `actor`, besides that it is there.

    An administrator does not see what enterprises do, only that they do.
    """
    return actor.role.id != ADMIN or row.log == SITE_LOG


def entry_of(row: AuditEntry) -> Entry | None:
    """The entry itself, from the log; None where the log is shorter than it was."""
    entries = log_named(row.log).entries()
    return entries[row.number - 1] if row.number <= len(entries) else None


@dataclass(frozen=True, slots=True)
class AuditFilter:
    """What is searched for (查询条件); empty is all."""

    by: str = ""
    act: str = ""
    subject: str = ""
    enterprise: str = ""
    since: str = ""
    until: str = ""

    @classmethod
    def of(cls, given: Mapping[str, Any]) -> AuditFilter:
        """From the query of an address; what makes no sense is left out."""
        said = {name: str(given.get(name, "")).strip()[:120] for name in _NAMES}
        for name in ("since", "until"):
            if _day(said[name]) is None:
                said[name] = ""
        return cls(**said)

    @property
    def query(self) -> str:
        """It as the query of an address."""
        said = {name: getattr(self, name) for name in _NAMES}
        return urlencode({name: value for name, value in said.items() if value})

    def rows(self, actor: Actor) -> QuerySet[AuditEntry]:
        """The entries that `actor` may know of and asks for, newest first."""
        found = entries_for(actor).select_related("enterprise")
        if self.by:
            found = found.filter(by__icontains=self.by)
        if self.act:
            found = found.filter(act=self.act)
        if self.subject:
            found = found.filter(subject__icontains=self.subject)
        if self.enterprise:
            said = self.enterprise
            found = found.filter(
                Q(enterprise__name_zh__icontains=said)
                | Q(enterprise__name_en__icontains=said)
                | Q(enterprise__uscc__iexact=said)
                | Q(enterprise__key=said)
            )
        since, until = _day(self.since), _day(self.until)
        if since is not None:
            found = found.filter(time__gte=_midnight(since))
        if until is not None:
            found = found.filter(time__lt=_midnight(until + timedelta(days=1)))
        return found.order_by("-time", "-number")


class CappedPaginator(Paginator[AuditEntry]):
    """Pages that are counted only so far: nobody turns more, and counting all takes long."""

    MOST = 1000

    @cached_property
    def count(self) -> int:
        """How many there are, `MOST` where there are as many or more."""
        found: QuerySet[AuditEntry] = self.object_list.order_by()  # type: ignore[attr-defined]
        return found[: self.MOST].count()

    @property
    def capped(self) -> bool:
        """Whether there may be more than are counted."""
        return self.count >= self.MOST


def _day(text: str) -> date | None:
    try:
        found = date.fromisoformat(text)
    except ValueError:
        return None
    return found if 2000 <= found.year < 2200 else None


def _midnight(day: date) -> datetime:
    return datetime(day.year, day.month, day.day, tzinfo=CHINA)


__all__ = ["AuditFilter", "CappedPaginator", "entries_for", "entry_of", "may_read"]

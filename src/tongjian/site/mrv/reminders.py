"""Reminders (提醒): who is told of what, by rules that are data, in the site and by mail.

`remind` is run once a day (again does no harm): it makes the notices that are due and sends each
person one mail a day that says how many there are and where to read them, and nothing of theirs.
"""

from __future__ import annotations

import logging
import tomllib
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path
from smtplib import SMTPException
from typing import Any

from django.conf import settings
from django.core.mail import get_connection, send_mail
from django.db.models import Exists, OuterRef, Q
from django.utils import timezone
from django.utils.translation import override

from tongjian.evidence import china_day
from tongjian.problems import Place, Problem, TongjianError
from tongjian.site.access.models import Assignment, Membership, User
from tongjian.site.access.roles import roles
from tongjian.site.mrv.models import Notice, Report
from tongjian.site.operations.daily import daily
from tongjian.site.registry.models import Plant
from tongjian.site.ui.texts import text
from tongjian.workflow import report_flow

EVENTS = ("annual", "deadline", "state")
_FILE = "reminders.toml"
_BATCH = 1000
_log = logging.getLogger(__name__)
# The enterprise has not done yet what it was to do.
_NOT_HANDED_IN = ("unopened", "draft", "returned")
_NOT_ANSWERED = (*_NOT_HANDED_IN, "findings_open")


@dataclass(frozen=True, slots=True)
class Rule:
    """Of what, whom and when (提醒规则)."""

    id: str
    event: str
    roles: tuple[str, ...]
    days: tuple[int, ...]
    states: tuple[str, ...] = ()
    month_day: str = ""
    opinion: bool = False

    def offset(self, at: date, today: date) -> int | None:
        """The last of its days that has come; None before the first."""
        come = [one for one in self.days if at + timedelta(days=one) <= today]
        return max(come, default=None)


@dataclass(frozen=True, slots=True)
class Event:
    """Something at a day that people are to be told of (事项)."""

    plant: Plant
    year: int
    day: date


def read_rules(path: Path | None = None) -> list[Rule]:
    """The rules of the site, or those of the package.

    Raises `TongjianError` with everything that is wrong with the file.
    """
    own = Path(settings.SITE_FOLDER) / _FILE
    chosen = path or (own if own.is_file() else Path(__file__).with_name(_FILE))
    place = Place(file=str(chosen))
    try:
        data = tomllib.loads(chosen.read_text("utf-8"))
    except (OSError, ValueError) as error:
        values = {"rule": "-", "field": "-", "value": str(error)}
        raise TongjianError(Problem("site.reminder_rule", place, values)) from error
    problems = [
        Problem("site.reminder_rule", place, {"rule": name, "field": field, "value": value})
        for name, one in data.items()
        for field, value in _wrong(one)
    ]
    if problems:
        raise TongjianError(problems)
    return [
        Rule(
            name,
            one["event"],
            tuple(one["roles"]),
            tuple(sorted(one["days"])),
            tuple(one.get("states", ())),
            one.get("month_day", ""),
            bool(one.get("opinion", False)),
        )
        for name, one in data.items()
    ]


def _wrong(one: Mapping[str, Any]) -> Iterator[tuple[str, Any]]:
    if one.get("event") not in EVENTS:
        yield "event", one.get("event")
    listed: list[tuple[str, Callable[[Any], bool]]] = [
        ("roles", lambda said: said in roles()),
        ("days", lambda said: isinstance(said, int)),
    ]
    if one.get("event") == "state":
        listed.append(("states", lambda said: said in report_flow().states))
    for field, fits in listed:
        said = one.get(field)
        if not isinstance(said, list) or not said or not all(map(fits, said)):
            yield field, said
    if one.get("event") == "annual" and _of_year(str(one.get("month_day")), 2000) is None:
        yield "month_day", one.get("month_day")


def _of_year(month_day: str, year: int) -> date | None:
    try:
        return date.fromisoformat(f"{year}-{month_day}")
    except ValueError:
        return None


def events_of(rule: Rule, today: date) -> Iterable[Event]:
    """What a rule tells of, as things stand."""
    # On behalf of nobody: who is told of what is decided below, person by person.
    reports = Report.every.select_related("plant", "plant__enterprise")
    if rule.event == "deadline":
        for one in reports.filter(due__isnull=False, state__in=_NOT_ANSWERED).iterator(_BATCH):
            assert one.due is not None
            yield Event(one.plant, one.year, one.due)
    elif rule.event == "state":
        waiting = reports.filter(state__in=rule.states, since__isnull=False)
        if rule.opinion:
            waiting = waiting.exclude(opinion="")
        for one in waiting.iterator(_BATCH):
            assert one.since is not None
            yield Event(one.plant, one.year, china_day(one.since))
    else:
        yield from _annual(rule, today)


def _annual(rule: Rule, today: date) -> Iterator[Event]:
    """A report of last year, or the year before in its first days, that was not handed in."""
    day = _of_year(rule.month_day, today.year)
    if day is None or rule.offset(day, today) is None:
        return
    handed_in = Report.every.filter(plant=OuterRef("pk"), year=today.year - 1).exclude(
        state__in=_NOT_HANDED_IN
    )
    plants = Plant.every.filter(closed=None).select_related("enterprise")
    for plant in plants.filter(~Exists(handed_in)).iterator(_BATCH):
        yield Event(plant, today.year - 1, day)


class _People:
    """Everybody with a role, read once: who is told of an event."""

    def __init__(self) -> None:
        held = Membership.objects.filter(ended=None, user__is_active=True)
        self.within: dict[str, dict[Any, list[int]]] = {}
        for one in held.values_list("role", "enterprise", "division", "user"):
            role, enterprise, division, user = one
            key = enterprise if roles()[role].within == "enterprise" else division
            self.within.setdefault(role, {}).setdefault(key, []).append(user)
        self.given: dict[tuple[int, int], list[int]] = {}
        for user, enterprise, year in Assignment.objects.filter(ended=None).values_list(
            "user", "enterprise", "year"
        ):
            self.given.setdefault((enterprise, year), []).append(user)

    def of(self, role: str, event: Event) -> set[int]:
        """Those who act in `role` for the plant of an event."""
        held, plant = self.within.get(role, {}), event.plant
        kind = roles()[role].within
        if kind == "enterprise":
            return set(held.get(plant.enterprise_id, ()))
        if kind == "assignment":
            able = {user for users in held.values() for user in users}
            return able & set(self.given.get((plant.enterprise_id, event.year), ()))
        if kind == "division":
            code = plant.enterprise.division
            return {
                user for begin, users in held.items() if code.startswith(begin) for user in users
            }
        return set()


def make_notices(today: date, rules: Iterable[Rule] | None = None) -> int:
    """Make the notices that are due and not there yet; returns how many."""
    people, made = _People(), 0
    for rule in read_rules() if rules is None else rules:
        fresh: list[Notice] = []
        for event in events_of(rule, today):
            offset = rule.offset(event.day, today)
            if offset is None:
                continue
            told = {user for role in rule.roles for user in people.of(role, event)}
            fresh += [
                Notice(
                    user_id=user,
                    enterprise_id=event.plant.enterprise_id,
                    plant=event.plant,
                    year=event.year,
                    rule=rule.id,
                    day=event.day,
                    days=offset,
                )
                for user in sorted(told)
            ]
        made += _enter(fresh)
    return made


def _enter(fresh: list[Notice]) -> int:
    before = Notice.every.count()
    Notice.every.bulk_create(fresh, batch_size=_BATCH, ignore_conflicts=True)
    return Notice.every.count() - before


def send_digests(today: date) -> int:
    """One mail to each person who has unread notices that no mail has told of; returns how many.

    A mail tells a number and a link. One that cannot be sent is tried again the next day.
    """
    if not settings.SENDS_MAIL:
        return 0
    waiting = Notice.every.filter(mailed=None, read=None)
    had_one = Notice.every.filter(user=OuterRef("pk"), mailed=today)
    people = User.objects.filter(
        ~Q(email=""), ~Exists(had_one), is_active=True, pk__in=waiting.values("user")
    )
    sent = 0
    for user in people:
        mine = list(waiting.filter(user=user).values_list("pk", flat=True))
        if _send(user, len(mine)):
            Notice.every.filter(pk__in=mine).update(mailed=today)
            sent += 1
    return sent


def _send(user: User, count: int) -> bool:
    with override(user.language):
        subject = text("mrv.mail_subject", count=count)
        body = text("mrv.mail_body", name=user.name, count=count, address=_address())
    try:
        send_mail(subject, body, None, [user.email], connection=get_connection())
    except (OSError, SMTPException):
        _log.exception("a reminder could not be sent")
        return False
    return True


def _address() -> str:
    """Where notices are read: under the first host name by which the site is known."""
    from django.urls import reverse

    scheme = "https" if settings.CONFIG.https else "http"
    return f"{scheme}://{settings.CONFIG.hosts[0]}{reverse('mrv:notices')}"


def remind(today: date | None = None) -> dict[str, int]:
    """Make what is due and send the mails (每日提醒); returns how many of each."""
    day = today or china_day(timezone.now())
    return {"notices": make_notices(day), "mails": send_digests(day)}


@daily("mrv.reminders")
def remind_all() -> None:
    """The reminders of the day, for the workers."""
    remind()


__all__ = ["Rule", "make_notices", "read_rules", "remind", "send_digests"]

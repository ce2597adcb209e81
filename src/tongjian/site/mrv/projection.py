"""Rows of the database made from the logs (投影): lists and boards read these and never decide.

A log is the truth, and is written first. `catch_up` brings the rows of one enterprise to where its
log is; called again it changes nothing. What a crash left out is made up for at the next call.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import date, datetime
from typing import Any

from django.db import transaction

from tongjian.evidence import Entry
from tongjian.site.mrv.models import Report
from tongjian.site.mrv.submitted import HANDED_IN, write_submitted
from tongjian.site.operations.models import AuditEntry
from tongjian.site.registry.models import Enterprise, Plant
from tongjian.site.workspaces import SITE_LOG, Workspace, site_log
from tongjian.verification import findings_of, opinion_of
from tongjian.versions import versions_in
from tongjian.workflow import History, report_flow

_PREFIX = "report:"
Follower = Callable[[Report, History, Sequence[Entry]], None]
_followers: list[Follower] = []


def follows(function: Follower) -> Follower:
    """Register what makes further rows from the log of a report, in the same transaction."""
    _followers.append(function)
    return function


def catch_up(workspace: Workspace, *, again: bool = False) -> int:
    """Make the rows that are missing or out of date; returns how many entries were new to them.

    With `again` those of every report are looked at, also where nothing was entered since. Must
    not be called within a transaction: the log is read first.
    """
    enterprise = workspace.enterprise
    entries = workspace.log.entries()
    with transaction.atomic():
        # Two who come at once would make the same rows: they queue at the enterprise.
        Enterprise.every.select_for_update().get(pk=enterprise.pk)
        fresh = _unseen(enterprise.key, entries)
        if not fresh and not again:
            return 0
        _index(enterprise.key, enterprise, fresh)
        of_reports = map(_report_of, entries if again else fresh)
        for subject in dict.fromkeys(filter(None, of_reports)):
            _settle(workspace, subject, entries)
    return len(fresh)


def catch_up_site() -> int:
    """Index the entries of the site's own log that are new."""
    entries = site_log().entries()
    with transaction.atomic():
        fresh = _unseen(SITE_LOG, entries)
        _index(SITE_LOG, None, fresh)
    return len(fresh)


def _unseen(log: str, entries: Sequence[Entry]) -> list[Entry]:
    known = AuditEntry.every.filter(log=log).order_by("-number").values_list("number", flat=True)
    last = known.first() or 0
    return [one for one in entries if one.number > last]


def _index(log: str, enterprise: Enterprise | None, entries: Sequence[Entry]) -> None:
    AuditEntry.every.bulk_create(
        [
            AuditEntry(
                log=log,
                number=one.number,
                enterprise=enterprise,
                time=datetime.fromisoformat(one.time),
                by=one.by,
                act=one.act,
                subject=one.subject[:200],
            )
            for one in entries
        ],
        ignore_conflicts=True,
    )


def _report_of(entry: Entry) -> str | None:
    """The report that an entry belongs to, by its subject or by the field of its content."""
    named = entry.subject
    if not named.startswith(_PREFIX):
        named = str(entry.content.get("report", ""))
    if not named.startswith(_PREFIX):
        return None
    facility, _, year = named.removeprefix(_PREFIX).partition("/")
    year = year.partition("/")[0]
    return f"{_PREFIX}{facility}/{year}" if year.isdecimal() else None


def _settle(workspace: Workspace, subject: str, entries: Sequence[Entry]) -> None:
    """Bring the row of one report, and what was submitted of it, to where the log is."""
    facility, _, year = subject.removeprefix(_PREFIX).partition("/")
    plant = Plant.every.filter(enterprise=workspace.enterprise, code=facility).first()
    if plant is None:  # a plant that the log names and nobody registered
        return
    told = History.of(report_flow(), subject, entries)
    report, _ = Report.every.get_or_create(
        plant=plant, year=int(year), defaults={"enterprise": workspace.enterprise}
    )
    _fill(report, told, entries)
    write_submitted(workspace, report, told, entries)
    report.save()
    for follow in _followers:
        follow(report, told, entries)


def _fill(report: Report, told: History, entries: Sequence[Entry]) -> None:
    last = told.steps[-1] if told.steps else None
    report.state = told.state
    report.since = datetime.fromisoformat(last.entry.time) if last else None
    report.by = last.entry.by if last else ""
    report.version = len(versions_in(entries, told.subject))
    report.due = _deadline(told)
    report.findings_open = sum(one.state != "closed" for one in findings_of(entries, told.subject))
    opinion = opinion_of(entries, told.subject)
    report.opinion = opinion.opinion if opinion else ""
    report.entry = entries[-1].number


def _deadline(told: History) -> date | None:
    """The deadline of the last demand, while nothing was handed in since."""
    demand, answer = told.last("demand"), told.last(*HANDED_IN)
    if demand is None or (answer is not None and answer.entry.number > demand.entry.number):
        return None
    said: dict[str, Any] = demand.entry.content.get("content", {})
    try:
        return date.fromisoformat(str(said.get("deadline", "")))
    except ValueError:
        return None


__all__ = ["Follower", "catch_up", "catch_up_site", "follows"]

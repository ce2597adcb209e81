"""The rulebook: what the numbers rest on, for anyone to read."""

from __future__ import annotations

from datetime import date
from typing import Annotated, Literal

from ninja import Path, Query, Router, Schema
from pydantic import Field

from tongjian.site.access.middleware import ActorRequest
from tongjian.site.access.permissions import endpoint
from tongjian.site.api.paging import Cursor, Limit, Page, slice_of
from tongjian.site.api.shapes import Given, Text
from tongjian.site.rulebooks import waiting as services
from tongjian.site.rulebooks.catalogue import Listed, search
from tongjian.site.rulebooks.differences import days_of, differences
from tongjian.site.rulebooks.shown import entry_named, files_of

router = Router()
Name = Annotated[str, Path(max_length=120, pattern=r"^[^\x00-\x1f/]+$")]
Kinds = Literal[
    "", "rulesets", "methods", "tables", "substitutions", "targets", "tasks", "conflicts"
]
Statuses = Literal["", "confirmed", "seen-twice", "seen", "derived", "recalled", "not-found"]


class EntryLine(Schema):
    """An entry of the rulebook; `statuses` counts how well its parts are known."""

    kind: str
    id: str
    title: Text
    document: str
    in_force: list[str]
    statuses: dict[str, int]


class SourceFile(Schema):
    """A file in which an entry stands, as it is executed."""

    name: str
    text: str


class EntryShape(EntryLine):
    """An entry with the days on which something of it begins to be in force, and its files."""

    days: list[date]
    files: list[SourceFile]


class ChangedLine(Schema):
    """A part that differs between two days."""

    part: str
    before: str
    after: str


def _entry(one: Listed) -> dict[str, object]:
    return {
        "kind": one.kind,
        "id": one.id,
        "title": Text.of(one.title),
        "document": one.document,
        "in_force": [str(span) for span in one.in_force],
        "statuses": dict(one.statuses),
    }


@router.get("/rulebook", response=Page[EntryLine])
@endpoint("rulebooks.read")
def list_rulebook(
    request: ActorRequest,
    kind: Kinds = "",
    status: Statuses = "",
    text: Annotated[str, Query(max_length=80)] = "",
    limit: Limit = 50,
    cursor: Cursor = "",
) -> Page[EntryLine]:
    """Its entries, by kind, words and status."""
    found, after = slice_of(request, search(kind, text, status), limit, cursor)
    return Page[EntryLine](items=[EntryLine.model_validate(_entry(o)) for o in found], next=after)


@router.get("/rulebook/{name}", response=EntryShape)
@endpoint("rulebooks.read")
def get_rulebook_entry(request: ActorRequest, name: Name) -> EntryShape:
    """One of them, with its text."""
    one = entry_named(name)
    files = [SourceFile(name=path.name, text=path.read_text("utf-8")) for path in files_of(one)]
    return EntryShape.model_validate({**_entry(one), "days": days_of(one), "files": files})


@router.get("/rulebook/{name}/differences", response=list[ChangedLine])
@endpoint("rulebooks.read")
def list_differences(
    request: ActorRequest, name: Name, first: date, second: date
) -> list[ChangedLine]:
    """What of it differs between two days."""
    found = differences(entry_named(name), first, second)
    return [ChangedLine(part=one.part, before=one.before, after=one.after) for one in found]


class WaitingLine(Schema):
    """A value, method or rule set that is only recalled, and its confirmation on this site."""

    id: str
    kind: str
    title: Text
    document: str
    content: str
    """What is to be held against the printed text: the value, or the formulas."""
    confirmed_by: str | None
    reference: str | None


class ConfirmGiven(Given):
    """Values that were held against the printed text, and where they were looked up."""

    values: Annotated[
        list[Annotated[str, Field(max_length=300)]], Field(min_length=1, max_length=500)
    ]
    reference: Annotated[str, Field(max_length=300)]


class WithdrawGiven(Given):
    """Confirmations to be taken back, and why."""

    values: Annotated[
        list[Annotated[str, Field(max_length=300)]], Field(min_length=1, max_length=500)
    ]
    reason: Annotated[str, Field(max_length=300)]


@router.get("/rulebook-values", response=Page[WaitingLine])
@endpoint("rulebooks.waiting")
def list_waiting_values(
    request: ActorRequest,
    text: Annotated[str, Query(max_length=80)] = "",
    state: Literal["open", "done", "all"] = "open",
    limit: Limit = 50,
    cursor: Cursor = "",
) -> Page[WaitingLine]:
    """Recalled values and whether somebody has held them against the printed text."""
    every = services.waiting(text)
    rows = [one for one in every if state == "all" or bool(one.confirmed) is (state == "done")]
    found, after = slice_of(request, rows, limit, cursor)
    return Page[WaitingLine](items=[_waiting(one) for one in found], next=after)


def _waiting(one: services.Waiting) -> WaitingLine:
    done = one.confirmed
    return WaitingLine(
        id=one.doubt.id,
        title=Text.of(one.doubt.title),
        document=one.doubt.document,
        content=one.doubt.content,
        kind=one.doubt.kind,
        confirmed_by=done.by if done else None,
        reference=done.reference if done else None,
    )


@router.post("/rulebook-values/confirm", response=int)
@endpoint("rulebooks.confirm")
def confirm_values(request: ActorRequest, given: ConfirmGiven) -> int:
    """Confirm values; how many."""
    return services.confirm(request.actor, given.values, given.reference)


@router.post("/rulebook-values/withdraw", response=int)
@endpoint("rulebooks.confirm")
def withdraw_values(request: ActorRequest, given: WithdrawGiven) -> int:
    """Take confirmations back; how many."""
    return services.withdraw(request.actor, given.values, given.reason)


__all__ = ["router"]

"""Lists in parts (分页): a cursor goes on after the last row that was given, however far that is.

A cursor holds what the last row was ordered by, all of which its reader has seen. It is signed for
its reader, its address and its filters, so that it is good for nothing else.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime
from typing import Annotated, Any, Generic, TypeVar

from django.core import signing
from django.db.models import Model, Q, QuerySet
from ninja import Query, Schema
from pydantic import Field

from tongjian.problems import Problem
from tongjian.site.access.middleware import ActorRequest
from tongjian.site.api.errors import Refused

Item = TypeVar("Item")
Row = TypeVar("Row", bound=Model)
_SALT = "tongjian.api.cursor"

Limit = Annotated[int, Query(ge=1, le=500, description="@limit")]
Cursor = Annotated[str, Query(max_length=1000, description="@cursor")]


class Page(Schema, Generic[Item]):
    """A part of a list, and the cursor of the next one; null where this is the last."""

    items: list[Item]
    next: Annotated[str | None, Field(description="@next")]


def part(
    request: ActorRequest, rows: QuerySet[Row], order: Sequence[str], limit: int, cursor: str
) -> tuple[list[Row], str | None]:
    """The next `limit` rows in an order that leaves none equal, and the cursor of what follows."""
    rows = rows.order_by(*order)
    if cursor:
        said = _said(request, cursor, len(order))
        rows = rows.filter(_after(order, said))
    found = list(rows[: limit + 1])
    if len(found) <= limit:
        return found, None
    last = found[limit - 1]
    return found[:limit], _signed(request, [_value(last, name.lstrip("-")) for name in order])


def slice_of(
    request: ActorRequest, rows: Sequence[Item], limit: int, cursor: str
) -> tuple[Sequence[Item], str | None]:
    """The next rows of what does not change, such as a sealed version or the rulebook."""
    start = int(_said(request, cursor, 1)[0]) if cursor else 0
    found = list(rows[start : start + limit + 1])
    if len(found) <= limit:
        return found, None
    return found[:limit], _signed(request, [start + limit])


def _after(order: Sequence[str], said: Sequence[Any]) -> Q:
    wanted, same = Q(pk__in=()), Q()
    for name, value in zip(order, said, strict=True):
        field = name.lstrip("-")
        side = "lt" if name.startswith("-") else "gt"
        wanted |= same & Q(**{f"{field}__{side}": value})
        same &= Q(**{field: value})
    return wanted


def _value(row: Any, path: str) -> Any:
    for name in path.split("__"):
        row = getattr(row, name)
    return row.isoformat() if isinstance(row, date | datetime) else row


def _salt(request: ActorRequest) -> str:
    query = request.GET.copy()
    for name in ("cursor", "limit"):
        query.pop(name, None)
    who = request.actor.membership.pk if request.actor.membership else 0
    return f"{_SALT}:{who}:{request.path}?{query.urlencode()}"


def _signed(request: ActorRequest, values: list[Any]) -> str:
    return signing.dumps(values, salt=_salt(request), compress=True)


def _said(request: ActorRequest, cursor: str, count: int) -> list[Any]:
    try:
        said = signing.loads(cursor, salt=_salt(request))
    except signing.BadSignature as error:
        raise Refused(422, Problem("site.api_cursor")) from error
    if not isinstance(said, list) or len(said) != count:
        raise Refused(422, Problem("site.api_cursor"))
    return said


__all__ = ["Cursor", "Limit", "Page", "part", "slice_of"]

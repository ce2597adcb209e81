"""What there is to do for verifiers and authorities (核查与审核待办), from rows of reports."""

from __future__ import annotations

from django.urls import reverse
from django.utils import timezone

from tongjian.evidence import china_day
from tongjian.site.access.actor import Actor
from tongjian.site.mrv.models import Report
from tongjian.site.mrv.services_list import reports_for
from tongjian.site.mrv.services_review import WAITS, overdue, unopened, waiting
from tongjian.site.ui.desks import Todo, adds_todos
from tongjian.site.ui.texts import lang, text

_MOST = 10


@adds_todos
def todos(actor: Actor) -> list[Todo]:
    """Reports that wait for the actor, then what is late or was not begun in their division."""
    role = actor.role
    if role.within not in ("assignment", "division") or not actor.may("mrv.queue"):
        return []
    today, rows = china_day(timezone.now()), reports_for(actor)
    found = []
    if role.id in WAITS:
        mine = list(
            waiting(actor, rows).select_related("plant").order_by("since", "pk")[: _MOST + 1]
        )
        found += [_todo(actor, one) for one in mine[:_MOST]]
        if len(mine) > _MOST:
            found.append(Todo(text("mrv.todo_more"), reverse("mrv:queue"), "due"))
    if role.within == "division":
        late = overdue(rows, today).count()
        if late:
            address = reverse("mrv:queue") + "?part=overdue"
            found.append(Todo(text("mrv.todo_overdue", count=late), address, "wrong"))
        if role.id in ("city", "province"):
            year = today.year - 1
            left = unopened(actor, year).count()
            if left:
                address = reverse("mrv:queue") + f"?part=unopened&year={year}"
                said = text("mrv.todo_unopened", count=left, year=year)
                found.append(Todo(said, address, "missing"))
    return found


def _todo(actor: Actor, one: Report) -> Todo:
    name = one.plant.name_en if lang() == "en" and one.plant.name_en else one.plant.name_zh
    verifies = actor.role.within == "assignment"
    address = reverse(
        "mrv:verification" if verifies else "mrv:report", args=[one.plant.code, one.year]
    )
    key = f"mrv.todo_{actor.role.id}_{one.state}" if verifies else f"mrv.todo_{actor.role.id}"
    if actor.role.id == "reviewer":
        key = "mrv.todo_reviewer"
    due = one.due.isoformat() if one.due else ""
    return Todo(text(key, plant=name, year=one.year), address, "due", due)


__all__ = ["todos"]

"""What an enterprise has to do about its reports (企业待办), from their rows."""

from __future__ import annotations

from django.urls import reverse

from tongjian.site.access.actor import Actor
from tongjian.site.mrv.models import Report
from tongjian.site.ui.desks import Todo, adds_todos
from tongjian.site.ui.texts import lang, text

_MOST = 20
# By role and state: the phrase, and how pressing it is.
_WAITING = {
    ("preparer", "draft"): ("mrv.todo_prepare", "missing"),
    ("preparer", "returned"): ("mrv.todo_revise", "wrong"),
    ("preparer", "findings_open"): ("mrv.todo_answer", "wrong"),
    ("approver", "draft"): ("mrv.todo_approve", "due"),
    ("approver", "findings_open"): ("mrv.todo_correct", "due"),
}


@adds_todos
def todos(actor: Actor) -> list[Todo]:
    """Reports that wait for the actor."""
    role = actor.role.id
    states = [state for name, state in _WAITING if name == role]
    if not states:
        return []
    rows = Report.objects.seen_by(actor).filter(state__in=states).select_related("plant")[:_MOST]
    found = []
    for one in rows:
        ready = one.version > one.submitted
        if one.state == "draft" and ready == (role == "preparer"):
            continue  # a draft waits for a version first, then for whoever approves it
        phrase, kind = _WAITING[role, one.state]
        name = one.plant.name_en if lang() == "en" and one.plant.name_en else one.plant.name_zh
        address = reverse("mrv:report", args=[one.plant.code, one.year])
        due = one.due.isoformat() if one.due else ""
        found.append(Todo(text(phrase, plant=name, year=one.year), address, kind, due))
    return found


__all__ = ["todos"]

"""What the first page tells of data entry (首页待办), from the task lists that were worked out."""

from __future__ import annotations

from django.urls import reverse

from tongjian.site.access.actor import Actor
from tongjian.site.entry.models import TaskList
from tongjian.site.ui.desks import Todo, adds_todos
from tongjian.site.ui.texts import lang, text

_LISTS = 20


@adds_todos
def todos(actor: Actor) -> list[Todo]:
    """Months to freeze one by one; what is missing or wrong is counted."""
    if not actor.may("entry.enter"):
        return []
    lists = TaskList.objects.seen_by(actor).select_related("plant").order_by("-year", "plant__code")
    found: list[Todo] = []
    for one in lists[:_LISTS]:
        name = (one.plant.name_en if lang() == "en" else "") or one.plant.name_zh
        address = f"{reverse('entry:home')}?plant={one.plant.code}&year={one.year}"
        for task in one.of_kind("due"):
            found.append(Todo(f"{name} {one.year}：{task[lang()]}", address, "due", task["due"]))
        for kind in ("missing", "wrong"):
            if count := len(one.of_kind(kind)):
                said = text(f"entry.todo_{kind}", plant=name, year=one.year, count=count)
                found.append(Todo(said, address, kind))
    return found or _begin(actor)


def _begin(actor: Actor) -> list[Todo]:
    return [Todo(text("entry.todo_begin"), reverse("entry:home"), "note")]


__all__ = ["todos"]

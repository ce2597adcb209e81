"""Entering a row of the registry (登记录入), by page or by the API: within one's division, and
only as long as the row is still what its editor saw."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, cast

from django import forms
from django.db import models

from tongjian.problems import Place, Problem, TongjianError
from tongjian.site.access.actor import Actor
from tongjian.site.registry.changes import Kind, facts_of
from tongjian.site.registry.forms import RowForm, fingerprint, form_class
from tongjian.site.registry.models import Division, Enterprise, Plant
from tongjian.site.registry.services import change, problem_of, register_plant

_BY = {"process_unit": "code", "outlet": "code", "park": "name_zh"}
"""Other rows are named so, instead of by what only the database knows."""


def enter_row(actor: Actor, row: models.Model, was: str = "", seen: str = "") -> None:
    """Enter a row that was filled in; raises `TongjianError` with everything against it.

    `was` is the fingerprint of the row before, and `seen` that of the row its editor saw.
    """
    _within(actor, row)
    if was and seen != was:
        raise TongjianError(Problem("site.registry_changed", values={"id": str(row)}))
    if isinstance(row, Plant):
        register_plant(actor, row)
    else:
        change(actor, row)


def enter_facts(actor: Actor, kind: Kind, row: models.Model, given: Mapping[str, Any]) -> None:
    """Enter a row from plain data, through the form of the page; what is not given stays.

    Raises `TongjianError` with everything that is wrong, field by field.
    """
    editing = row.pk is not None
    was = fingerprint(row) if editing else ""
    form = form_class(kind, editing)(_filled(row, given, editing), instance=row)
    for name, known_by in _BY.items():
        if name in form.fields:
            cast("forms.ModelChoiceField[Any]", form.fields[name]).to_field_name = known_by
    if kind.model is Plant and not editing:
        form.fields["code"].required = False
    if not form.is_valid():
        raise TongjianError(_problems(row, form))
    enter_row(actor, row, was, was)


def _filled(row: models.Model, given: Mapping[str, Any], editing: bool) -> dict[str, Any]:
    facts = facts_of(row) if editing else {}
    if facts.get("park"):
        facts["park"] = str(facts["park"]).partition("/")[2]
    if not editing and isinstance(row, Plant):
        facts["division"] = row.division
    said = {name: value for name, value in {**facts, **given}.items() if value not in (None, False)}
    return {name: str(value) for name, value in said.items()}


def _problems(row: models.Model, form: RowForm) -> list[Problem]:
    return [
        problem_of(row, name, one, Place(field="" if name == "__all__" else name))
        for name, errors in form.errors.as_data().items()
        for one in errors
    ]


def _within(actor: Actor, row: models.Model) -> None:
    """An authority registers within its own division only; the division has to exist."""
    if not isinstance(row, (Enterprise, Plant)):
        return
    if not Division.objects.filter(code=row.division).exists():
        raise TongjianError(Problem("site.registry_division", values={"value": row.division}))
    if not row.division.startswith(actor.division):
        values = {"value": row.division, "within": f"{actor.division}*"}
        raise TongjianError(Problem("site.registry_outside", values=values))


__all__ = ["enter_facts", "enter_row"]

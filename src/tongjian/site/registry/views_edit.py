"""Pages to register and to change (登记与变更)."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.db import models
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_POST

from tongjian.problems import TongjianError
from tongjian.site.access.actor import Actor
from tongjian.site.access.middleware import ActorRequest
from tongjian.site.access.permissions import endpoint
from tongjian.site.registry.changes import KINDS, Kind
from tongjian.site.registry.entering import enter_row
from tongjian.site.registry.forms import SEEN, RowForm, fingerprint, form_class
from tongjian.site.registry.models import Contact, Enterprise, Plant
from tongjian.site.registry.planned import take_over
from tongjian.site.registry.services import remove
from tongjian.site.registry.validators import invalid
from tongjian.site.registry.views_look import plant_or_404
from tongjian.site.ui.texts import text

BOTH = ["GET", "POST"]


@require_http_methods(BOTH)
@endpoint("registry.register")
def register(request: ActorRequest) -> HttpResponse:
    """Register an enterprise."""
    done = _answer(request, KINDS["enterprise"], Enterprise())
    if isinstance(done, HttpResponse):
        return done
    messages.success(request, text("registry.registered", name=done.name_zh))
    if Enterprise.objects.seen_by(request.actor).filter(pk=done.pk).exists():
        return redirect("registry:enterprise", key=done.key)
    return redirect("registry:register")


@require_http_methods(BOTH)
@endpoint("registry.edit_enterprise")
def edit_enterprise(request: ActorRequest, key: str) -> HttpResponse:
    """Change what is registered of an enterprise."""
    return _edited(request, KINDS["enterprise"], _enterprise(request, key))


@require_http_methods(BOTH)
@endpoint("registry.register_plant")
def new_plant(request: ActorRequest, key: str) -> HttpResponse:
    """Register a plant of an enterprise."""
    enterprise = _enterprise(request, key)
    row = Plant(enterprise=enterprise, division=enterprise.division)
    return _edited(request, KINDS["plant"], row)


@require_http_methods(BOTH)
@endpoint("registry.edit_plant")
def edit_plant(request: ActorRequest, code: str) -> HttpResponse:
    """Change what is registered of a plant."""
    return _edited(request, KINDS["plant"], plant_or_404(request, code))


@require_http_methods(BOTH)
@endpoint("registry.edit")
def new_row(request: ActorRequest, code: str, kind: str) -> HttpResponse:
    """Enter a process unit, product, outlet, meter or station."""
    of = _kind(kind)
    row: Any = of.model(**{"plant": plant_or_404(request, code)})
    return _edited(request, of, row)


@require_http_methods(BOTH)
@endpoint("registry.edit")
def edit_row(request: ActorRequest, code: str, kind: str, known: str) -> HttpResponse:
    """Change one."""
    return _edited(request, _kind(kind), _row(request, code, kind, known))


@require_POST
@endpoint("registry.edit")
def remove_row(request: ActorRequest, code: str, kind: str, known: str) -> HttpResponse:
    """Take out one that was entered by mistake."""
    remove(request.actor, _row(request, code, kind, known))
    messages.success(request, text("registry.removed", name=known))
    return redirect("registry:plant", code=code)


@require_POST
@endpoint("registry.edit")
def take_over_meters(request: ActorRequest, code: str) -> HttpResponse:
    """Register the meters of the control plan that are not registered yet."""
    count = take_over(request.actor, plant_or_404(request, code))
    messages.success(request, text("registry.taken_over", count=count))
    return redirect("registry:plant", code=code)


@require_http_methods(BOTH)
@endpoint("registry.edit")
def new_contact(request: ActorRequest, key: str) -> HttpResponse:
    """Enter somebody to ask."""
    return _edited(request, KINDS["contact"], Contact(enterprise=_enterprise(request, key)))


@require_http_methods(BOTH)
@endpoint("registry.edit")
def edit_contact(request: ActorRequest, key: str, known: str) -> HttpResponse:
    """Change how to reach them."""
    return _edited(request, KINDS["contact"], _contact(request, key, known))


@require_POST
@endpoint("registry.edit")
def remove_contact(request: ActorRequest, key: str, known: str) -> HttpResponse:
    """Take somebody out."""
    remove(request.actor, _contact(request, key, known))
    messages.success(request, text("registry.removed", name=known))
    return redirect("registry:enterprise", key=key)


def _edited(request: ActorRequest, kind: Kind, row: models.Model) -> HttpResponse:
    done = _answer(request, kind, row)
    if isinstance(done, HttpResponse):
        return done
    messages.success(request, text("registry.saved", name=str(done)))
    if isinstance(done, Enterprise):
        return redirect("registry:enterprise", key=done.key)
    if isinstance(done, Contact):
        return redirect("registry:enterprise", key=done.enterprise.key)
    plant = done if isinstance(done, Plant) else done.plant
    return redirect("registry:plant", code=plant.code)


def _answer(request: ActorRequest, kind: Kind, row: Any) -> Any:
    """The page with the form, or the row once it has been entered."""
    editing = row.pk is not None
    was = fingerprint(row) if editing else ""
    form = form_class(kind, editing)(request.POST or None, instance=row)
    if kind.model is Plant and not editing:
        form.fields["code"].required = False
        form.fields["code"].help_text = text("registry.code_given")
    if request.method == "POST" and form.is_valid() and _entered(request.actor, form, was):
        return form.instance
    enterprise = row if isinstance(row, Enterprise) else getattr(row, "enterprise", None)
    shown = {
        "form": form,
        "kind": f"registry.kind_{kind.name}",
        "editing": editing,
        "row": row,
        "plant": row if isinstance(row, Plant) and editing else _plant(kind, row),
        "enterprise": enterprise,
        "removes": _removes(kind, row) if editing else "",
    }
    status = 422 if form.errors else 200
    return render(request, "registry/form.html", shown, status=status)


def _removes(kind: Kind, row: Any) -> str:
    if isinstance(row, Contact):
        return reverse("registry:remove-contact", args=(row.enterprise.key, row.name))
    if not kind.in_plant:
        return ""
    known = getattr(row, kind.identity)
    return reverse("registry:remove-row", args=(row.plant.code, kind.name, known))


def _plant(kind: Kind, row: Any) -> Plant | None:
    return row.plant if kind.in_plant else None


def _entered(actor: Actor, form: RowForm, was: str) -> bool:
    """Enter what a form says; what stands against it goes to the form."""
    try:
        enter_row(actor, form.instance, was, form.cleaned_data[SEEN])
    except TongjianError as error:
        for problem in error.problems:
            form.add_error(None, invalid(problem))
        return False
    return True


def _enterprise(request: ActorRequest, key: str) -> Enterprise:
    return get_object_or_404(Enterprise.objects.seen_by(request.actor), key=key)


def _contact(request: ActorRequest, key: str, known: str) -> Contact:
    seen = Contact.objects.seen_by(request.actor).select_related("enterprise")
    return get_object_or_404(seen, enterprise__key=key, name=known)


def _row(request: ActorRequest, code: str, kind: str, known: str) -> models.Model:
    of, plant = _kind(kind), plant_or_404(request, code)
    model: Any = of.model
    found = model.objects.seen_by(request.actor).filter(plant=plant, **{of.identity: known})
    row: models.Model | None = found.select_related("plant__enterprise").first()
    if row is None:
        raise Http404
    return row


def _kind(name: str) -> Kind:
    kind = KINDS.get(name)
    if kind is None or not kind.in_plant:
        raise Http404
    return kind


__all__ = [
    "edit_contact",
    "edit_enterprise",
    "edit_plant",
    "edit_row",
    "new_contact",
    "new_plant",
    "new_row",
    "register",
    "remove_contact",
    "remove_row",
    "take_over_meters",
]

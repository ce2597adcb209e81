"""What the views of this package share: finding what was asked for, and answering an act."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, resolve_url
from django.template import TemplateDoesNotExist
from django.template.loader import get_template
from django.urls import NoReverseMatch, reverse

from tongjian.problems import TongjianError
from tongjian.site.access.middleware import ActorRequest
from tongjian.site.mrv.services_reports import ReportDesk, is_theirs
from tongjian.site.mrv.services_versions import VersionPage
from tongjian.site.registry.models import Plant
from tongjian.workflow import Option


def plant_or_404(request: ActorRequest, code: str) -> Plant:
    """The plant of that code, if the actor may see it; else it is as if it did not exist."""
    seen = Plant.objects.seen_by(request.actor).select_related("enterprise")
    return get_object_or_404(seen, code=code)


@dataclass(frozen=True, slots=True)
class ActForm:
    """A transition as the page offers it (办理表单): where it is sent, and what it asks for.

    `address` is empty where it is not open to the actor, or has no address. A template
    ``mrv/acts/<transition>.html`` takes the place of the plain fields for what the flow needs.
    """

    option: Option
    address: str
    template: str

    @property
    def needs(self) -> list[tuple[str, str]]:
        """Names of the fields, and the keys of their labels."""
        return [(name, f"mrv.need_{name}") for name in self.option.transition.needs]

    @property
    def asks(self) -> bool:
        """Whether there is something to fill in before it is done: then the form is folded."""
        return bool(self.needs or self.option.transition.reason)


def act_forms(desk: ReportDesk) -> list[ActForm]:
    """Every transition from where the report stands, for the actor's page."""
    found = []
    for option in desk.options:
        name = option.transition.name
        address = ""
        if option.allowed and desk.actor.may(f"mrv.act_{name}"):
            try:
                address = reverse(f"mrv:act_{name}", args=[desk.plant.code, desk.year])
            except NoReverseMatch:
                address = ""
        found.append(ActForm(option, address, _template(f"mrv/acts/{name}.html")))
    return found


def _template(name: str) -> str:
    try:
        get_template(name)
    except TemplateDoesNotExist:
        return ""
    return name


def desk_or_404(request: ActorRequest, code: str, year: int) -> ReportDesk:
    """The report of a plant's year, if it is for the actor; else it is as if it did not exist."""
    plant = plant_or_404(request, code)
    if not is_theirs(request.actor, plant, year):
        raise Http404
    return ReportDesk(request.actor, plant, year)


def version_or_404(request: ActorRequest, code: str, year: int, number: int) -> VersionPage:
    """A version that the actor may know of; else it is as if it did not exist."""
    desk = desk_or_404(request, code, year)
    try:
        return VersionPage(desk, desk.version(number))
    except TongjianError as error:
        raise Http404 from error


def done(request: ActorRequest, said: str, to: str, *args: Any) -> HttpResponse:
    """Say that something was done, and go on to a page (the whole page, also from htmx)."""
    messages.success(request, said)
    return go(request, to, *args)


def go(request: ActorRequest, to: str, *args: Any) -> HttpResponse:
    """Go on to a page (the whole page, also from htmx)."""
    if request.htmx:
        answer = HttpResponse(status=204)
        answer["HX-Redirect"] = resolve_url(to, *args)
        return answer
    return redirect(to, *args)


__all__ = [
    "ActForm",
    "act_forms",
    "desk_or_404",
    "done",
    "go",
    "plant_or_404",
    "version_or_404",
]

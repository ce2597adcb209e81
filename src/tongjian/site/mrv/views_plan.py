"""The pages of a plant's control plan."""

from __future__ import annotations

from typing import Any, cast

from django.http import Http404, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_GET, require_POST

from tongjian.control_plan import Outcome
from tongjian.evidence import china_day
from tongjian.site.access.middleware import ActorRequest
from tongjian.site.access.permissions import endpoint
from tongjian.site.mrv.forms_plan import CalibrationForm, FreezeForm, MeterForm, UploadForm
from tongjian.site.mrv.pages import done, plant_or_404
from tongjian.site.mrv.services_plan import (
    PlanDesk,
    enter_calibration,
    freeze_month,
    revise_by_workbook,
    revise_meter,
)
from tongjian.site.ui.downloads import XLSX, saved_as
from tongjian.site.ui.texts import text

_WRONG = 422


@require_GET
@endpoint("mrv.plan")
def plan(request: ActorRequest, code: str) -> HttpResponse:
    """The plan: its revisions, meters, parameters, frozen months, and what is found about it."""
    return _page(request, _desk(request, code))


@require_GET
@endpoint("mrv.plan")
def revision(request: ActorRequest, code: str, number: int) -> HttpResponse:
    """A revision, and what it changed against the one before."""
    desk = _desk(request, code)
    found = desk.history.revision(number)
    if found is None:
        raise Http404
    shown = {"desk": desk, "revision": found, "changes": desk.changed_by(number)}
    return render(request, "mrv/revision.html", shown)


@require_GET
@endpoint("mrv.plan_workbook")
def workbook(request: ActorRequest, code: str) -> HttpResponse:
    """The workbook to fill in: the newest revision, or a draft from the records."""
    desk = _desk(request, code)
    number = desk.newest.plan.revision + 1 if desk.newest else 1
    return saved_as(HttpResponse(desk.workbook(), content_type=XLSX), f"plan-{number}.xlsx")


@require_POST
@endpoint("mrv.plan_revise")
def upload(request: ActorRequest, code: str) -> HttpResponse:
    """Enter an uploaded workbook as the next revision."""
    desk = _desk(request, code)
    form = UploadForm(request.POST, request.FILES)
    if not form.is_valid():
        return _page(request, desk, upload=form)
    given = form.cleaned_data["file"]
    made = revise_by_workbook(request.actor, desk.plant, given, given.name)
    said = text("mrv.plan_entered", number=made.plan.revision, day=made.effective.isoformat())
    return done(request, said, "mrv:plan", code)


@require_POST
@endpoint("mrv.plan_revise")
def meter(request: ActorRequest, code: str) -> HttpResponse:
    """Enter the plan with a meter added or changed."""
    desk = _desk(request, code)
    form = MeterForm(request.POST)
    if not form.is_valid():
        return _page(request, desk, meter=form)
    said = form.cleaned_data
    made = revise_meter(request.actor, desk.plant, form.meter(), said["in_force"], said["reason"])
    told = text("mrv.plan_entered", number=made.plan.revision, day=made.effective.isoformat())
    return done(request, told, "mrv:plan", code)


@require_POST
@endpoint("mrv.plan_calibrate")
def calibration(request: ActorRequest, code: str) -> HttpResponse:
    """Enter a calibration."""
    desk = _desk(request, code)
    form = CalibrationForm(request.POST, request.FILES, meters=_meters(desk))
    if not form.is_valid():
        return _page(request, desk, calibration=form)
    said = form.cleaned_data
    file = said["file"]
    enter_calibration(
        request.actor,
        desk.plant,
        said["meter"],
        day=said["day"],
        result=cast("Outcome", said["result"]),
        next_due=said["next_due"],
        certificate=said["certificate"],
        institution=said["institution"],
        file=file,
        name=file.name if file else "",
    )
    return done(request, text("mrv.calibration_entered", meter=said["meter"]), "mrv:plan", code)


@require_POST
@endpoint("mrv.plan_freeze")
def freeze(request: ActorRequest, code: str) -> HttpResponse:
    """Freeze a month."""
    desk = _desk(request, code)
    form = FreezeForm(request.POST)
    if not form.is_valid():
        return _page(request, desk, freeze=form)
    said = form.cleaned_data
    freeze_month(request.actor, desk.plant, said["month"], said["reason"])
    return done(request, text("mrv.month_frozen", month=said["month"]), "mrv:plan", code)


def _desk(request: ActorRequest, code: str) -> PlanDesk:
    asked = request.GET.get("year", "")
    this = china_day(timezone.now()).year
    year = int(asked) if asked.isdecimal() and len(asked) == 4 else this
    return PlanDesk(plant_or_404(request, code), year)


def _meters(desk: PlanDesk) -> list[tuple[str, str]]:
    return [(one.id, f"{one.id} {one.name}") for one in desk.history.meters.values()]


def _page(request: ActorRequest, desk: PlanDesk, **filled: Any) -> HttpResponse:
    this = china_day(timezone.now()).year
    shown = {
        "desk": desk,
        "years": range(this, this - 6, -1),
        "upload": filled.get("upload") or UploadForm(),
        "meter": filled.get("meter") or MeterForm(),
        "calibration": filled.get("calibration") or CalibrationForm(meters=_meters(desk)),
        "freeze": filled.get("freeze") or FreezeForm(),
    }
    return render(request, "mrv/plan.html", shown, status=_WRONG if filled else 200)


__all__ = ["calibration", "freeze", "meter", "plan", "revision", "upload", "workbook"]

"""Monthly evidence and meter readings."""

from __future__ import annotations

import re
from typing import IO, cast

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from tongjian.problems import Problem, TongjianError
from tongjian.reports import Words as ReportWords
from tongjian.site.access.middleware import ActorRequest
from tongjian.site.access.permissions import endpoint
from tongjian.site.entry.grid import make_grid
from tongjian.site.entry.meters import Reading, read_meter
from tongjian.site.entry.models import MeterReading
from tongjian.site.entry.months import bring_file, freeze_month, months_of, plan_of
from tongjian.site.entry.plants import plant_of, workspace_of
from tongjian.site.registry.models import Plant
from tongjian.site.ui.texts import lang, text, texts

_READINGS = 50
MOST_EVIDENCE = 20


@require_GET
@endpoint("entry.months")
def months(request: ActorRequest, code: str, year: int) -> HttpResponse:
    """Each month of the year: its state, its deadline, its files, what is missing or changed."""
    plant = plant_of(request.actor, code, year)
    workspace = workspace_of(plant)
    context = {
        "plant": plant,
        "year": year,
        "months": months_of(workspace, plant, year),
        "plan": plan_of(workspace, plant),
    }
    return render(request, "entry/months.html", context)


@require_POST
@endpoint("entry.freeze")
def bring(request: ActorRequest, code: str, year: int, month: str) -> HttpResponse:
    """Keep files as evidence of a month."""
    plant = plant_of(request.actor, code, year)
    _check_month(month, year)
    files = request.FILES.getlist("files")
    if not files or len(files) > MOST_EVIDENCE:
        raise TongjianError(Problem("site.upload_count", values={"most": MOST_EVIDENCE}))
    parameter = request.POST.get("parameter", "")
    problems: list[Problem] = []
    for one in files:
        try:
            bring_file(
                request.actor, plant, month, parameter, cast("IO[bytes]", one.file), str(one.name)
            )
        except TongjianError as error:
            problems += error.problems
    if problems:
        raise TongjianError(problems)
    messages.success(request, text("entry.brought", count=len(files), month=month))
    return redirect("entry:months", code=code, year=year)


@require_POST
@endpoint("entry.freeze")
def freeze(request: ActorRequest, code: str, year: int, month: str) -> HttpResponse:
    """Freeze a month."""
    plant = plant_of(request.actor, code, year)
    _check_month(month, year)
    made = freeze_month(request.actor, plant, month, request.POST.get("reason", "")[:300].strip())
    said = text("entry.frozen", month=month, count=len(made.values), entry=made.entry)
    (messages.warning if made.late or made.missing else messages.success)(request, said)
    return redirect("entry:months", code=code, year=year)


def _check_month(month: str, year: int) -> None:
    if not re.fullmatch(r"\d{4}-(0[1-9]|1[0-2])", month) or int(month[:4]) != year:
        values = {"value": month, "year": year}
        raise TongjianError(Problem("site.month_name", values=values))


@require_http_methods(["GET", "POST"])
@endpoint("entry.freeze")
def meters(request: ActorRequest, code: str, year: int) -> HttpResponse:
    """Readings of meters, and the form for the next one."""
    plant = plant_of(request.actor, code, year)
    if request.method == "POST":
        made = read_meter(request.actor, plant, _reading(request, plant, year))
        said = text("entry.read", meter=made.meter, quantity=made.quantity, unit=made.unit)
        messages.success(request, said)
        return redirect("entry:meters", code=code, year=year)
    workspace = workspace_of(plant)
    plan = plan_of(workspace, plant)
    found = MeterReading.objects.seen_by(request.actor).filter(
        plant=plant, period__startswith=str(year)
    )
    words = ReportWords.of(lang())
    lines = [
        (f"{line.key[0]}@{line.key[1]}@{line.key[2]}", _line_words(words, line.key))
        for line in make_grid(workspace, plant, year, "month").lines
        if line.item.kind == "activity"
    ]
    context = {
        "plant": plant,
        "year": year,
        "readings": found[:_READINGS],
        "meters": list(plan.meters.values()) if plan else [],
        "lines": lines,
        "months": [f"{year}-{month:02d}" for month in range(1, 13)],
    }
    return render(request, "entry/meters.html", context)


def _line_words(words: ReportWords, key: tuple[str, ...]) -> str:
    parts = (key[0], words.key("stream", key[1]), words.item(key[1], key[2]))
    return " · ".join(filter(None, parts))


def _reading(request: ActorRequest, plant: Plant, year: int) -> Reading:
    """The form as a reading; raises `TongjianError` for fields that are empty."""
    needed = ("meter", "month", "line", "before", "after", "unit")
    given = {
        name: request.POST.get(name, "").strip()[:200] for name in (*needed, "multiplier", "digits")
    }
    problems = []
    for name in needed:
        if not given.get(name):
            words = texts()[f"entry.reading_{name}"]
            values = {"field_zh": words.zh, "field_en": words.en}
            problems.append(Problem("site.reading_empty", values=values))
    if problems:
        raise TongjianError(problems)
    _check_month(given["month"], year)
    unit, stream, item = [*given["line"].split("@"), "", ""][:3]
    digits = given["digits"]
    return Reading(
        given["meter"][:60],
        given["month"],
        unit,
        stream,
        item,
        given["before"],
        given["after"],
        given["multiplier"] or "1",
        int(digits) if digits.isdecimal() else 0,
        given["unit"],
    )


__all__ = ["bring", "freeze", "meters", "months"]

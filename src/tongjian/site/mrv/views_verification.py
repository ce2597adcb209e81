"""The verifier's workspace (核查工作台): where verification stands, sample, check list, forms."""

from __future__ import annotations

from django.http import HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_GET

from tongjian.site.access.middleware import ActorRequest
from tongjian.site.access.permissions import endpoint
from tongjian.site.mrv.pages import act_forms
from tongjian.site.mrv.services_evidence import files_by_name
from tongjian.site.mrv.services_findings import datum_words, named_files
from tongjian.site.mrv.services_inspection import pages_of
from tongjian.site.mrv.services_jobs import jobs_of
from tongjian.site.mrv.services_recompute import newest_recomputation
from tongjian.site.mrv.services_verification import progress
from tongjian.site.mrv.verifying import frame, verification_or_404
from tongjian.site.ui.texts import text
from tongjian.verification import ANSWERS, OUTCOMES, default_settings


@require_GET
@endpoint("mrv.verification")
def verification(request: ActorRequest, code: str, year: int) -> HttpResponse:
    """Where verification stands: terms, how far it is, and what each opinion still needs."""
    made = verification_or_404(request, code, year)
    found, settings = made.assessment, default_settings()
    verifying = made.is_verifying and request.actor.may("mrv.draw")
    jobs = jobs_of(request.actor, made.desk.plant, year)
    page = frame(request, made.desk, "verification") | {
        "made": made,
        "acts": [one for one in act_forms(made.desk) if one.option.transition.name in STEPS],
        "found": found,
        "progress": None if found is None else progress(found),
        "opinions": []
        if found is None
        else [
            {"rule": rule, "against": found.against(name), "possible": name in found.possible}
            for name, rule in settings.opinions.items()
        ],
        "settings": settings,
        "verifying": verifying,
        "recomputed": newest_recomputation(made),
        "plant": made.desk.plant,
        "year": year,
        "jobs": jobs,
        "waiting": any(not one.over for one in jobs),
    }
    return render(request, "mrv/verification.html", page)


STEPS = ("start", "notify", "reopen", "verify")
"""The transitions that belong to the body that verifies."""


@require_GET
@endpoint("mrv.sample")
def sample(request: ActorRequest, code: str, year: int) -> HttpResponse:
    """The data that have to be looked at: why, at which risk, what was found of each."""
    made = verification_or_404(request, code, year)
    drawn, only = made.sample, request.GET.get("left") == "1"
    stored = files_by_name(made.desk)
    rows = []
    if drawn is not None:
        for number, one in enumerate(drawn.entry.content["sampled"]):
            checked = drawn.checked.get(str(one["id"]))
            if only and checked is not None:
                continue
            entry = None if checked is None else made.desk.entries[checked["number"] - 1]
            row = {
                **one,
                "number": number,
                "words": datum_words(str(one["id"])),
                "checked": checked,
                "files": named_files(made.desk.entries, entry.files if entry else ()),
                "stored": stored.get(str(one["evidence"]), ()),
                "wanted": {"zh": one["wanted_zh"], "en": one["wanted_en"]},
            }
            rows.append(row)
    page = frame(request, made.desk, "sample") | {
        "made": made,
        "rows": rows,
        "only_left": only,
        "covered": "" if drawn is None else f"{drawn.entry.content['covered']:.1%}",
        "seed": "" if drawn is None else str(drawn.entry.content["seed"])[:16],
        "outcomes": [(one, text(f"mrv.outcome_{one}")) for one in OUTCOMES],
        "verifying": made.is_verifying and request.actor.may("mrv.check"),
    }
    return render(request, "mrv/sample.html", page)


@require_GET
@endpoint("mrv.checklist")
def checklist(request: ActorRequest, code: str, year: int) -> HttpResponse:
    """The check list: every question with its basis and its answer, what is left first."""
    made = verification_or_404(request, code, year)
    found, only = made.assessment, request.GET.get("left") == "1"
    groups: dict[str, list[dict[str, object]]] = {}
    state = None if found is None else found.checklist
    for one in made.items:
        answered = None if state is None else state.answers.get(one.id)
        if not (only and answered is not None):
            groups.setdefault(one.group, []).append({"item": one, "answered": answered})
    page = frame(request, made.desk, "checklist") | {
        "made": made,
        "groups": [(text(f"mrv.group_{name}"), rows) for name, rows in groups.items()],
        "state": state,
        "only_left": only,
        "answers": [(one, text(f"mrv.answer_{one}")) for one in ANSWERS],
        "verifying": made.is_verifying and request.actor.may("mrv.answer"),
    }
    return render(request, "mrv/checklist.html", page)


@require_GET
@endpoint("mrv.inspection")
def inspection(request: ActorRequest, code: str, year: int) -> HttpResponse:
    """The form of a joint inspection, a part to each outlet or process unit, for printing."""
    made = verification_or_404(request, code, year)
    page = frame(request, made.desk, "inspection") | {"made": made, "pages": pages_of(made)}
    return render(request, "mrv/inspection.html", page)


__all__ = ["STEPS", "checklist", "inspection", "sample", "verification"]

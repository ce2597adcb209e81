"""The verifier's workspace (核查工作台): where verification stands, sample, check list, forms."""

from __future__ import annotations

from django.http import HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_GET

from tongjian.site.access.middleware import ActorRequest
from tongjian.site.access.permissions import endpoint
from tongjian.site.mrv.pages import act_forms
from tongjian.site.mrv.services_findings import datum_words, named_files
from tongjian.site.mrv.services_inspection import pages_of
from tongjian.site.mrv.services_recompute import newest_job, newest_recomputation
from tongjian.site.mrv.services_statement import statements
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
        "job": newest_job(made.desk),
        "recomputed": newest_recomputation(made),
        "statements": statements(made.desk),
    }
    return render(request, "mrv/verification.html", page)


STEPS = ("start", "notify", "reopen", "verify")
"""The transitions that belong to the body that verifies."""


@require_GET
@endpoint("mrv.recomputed")
def recomputed(request: ActorRequest, code: str, year: int) -> HttpResponse:
    """The part of the page that tells of computing again, asked for while the job runs."""
    made = verification_or_404(request, code, year)
    page = {
        "desk": made.desk,
        "made": made,
        "verifying": made.is_verifying and request.actor.may("mrv.draw"),
        "job": newest_job(made.desk),
        "recomputed": newest_recomputation(made),
    }
    return render(request, "mrv/parts/recomputed.html", page)


@require_GET
@endpoint("mrv.sample")
def sample(request: ActorRequest, code: str, year: int) -> HttpResponse:
    """The data that have to be looked at: why, at which risk, what was found of each."""
    made = verification_or_404(request, code, year)
    drawn, only = made.sample, request.GET.get("left") == "1"
    rows = []
    if drawn is not None:
        for number, one in enumerate(drawn.entry.content["sampled"]):
            checked = drawn.checked.get(str(one["id"]))
            if only and checked is not None:
                continue
            row = {
                "number": number,
                "words": datum_words(str(one["id"])),
                "checked": checked,
                "files": named_files(made.desk.entries, _files_of(made.desk.entries, checked)),
                "evidence": _stored_as(made.desk.entries, str(one["evidence"])),
                "wanted": {"zh": one["wanted_zh"], "en": one["wanted_en"]},
                **one,
            }
            rows.append(row)
    page = frame(request, made.desk, "sample") | {
        "made": made,
        "rows": rows,
        "only_left": only,
        "outcomes": [(one, text(f"mrv.outcome_{one}")) for one in OUTCOMES],
        "verifying": made.is_verifying and request.actor.may("mrv.check"),
    }
    return render(request, "mrv/sample.html", page)


def _files_of(entries, checked):  # type: ignore[no-untyped-def]
    if checked is None:
        return ()
    return next(one.files for one in entries if one.number == checked["number"])


def _stored_as(entries, name):  # type: ignore[no-untyped-def]
    """The newest file that was taken in under the name by which a record cites its evidence."""
    return next(
        (
            {"digest": one.files[0], "name": one.content["name"]}
            for one in reversed(entries)
            if name and one.act == "attachment.store" and one.content["name"] == name
        ),
        None,
    )


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


__all__ = ["STEPS", "checklist", "inspection", "recomputed", "sample", "verification"]

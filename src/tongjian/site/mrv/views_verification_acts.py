"""What a verifier and an enterprise do to a verification (核查办理): each act by POST."""

from __future__ import annotations

from django.contrib import messages
from django.core.exceptions import SuspiciousOperation
from django.http import HttpResponse
from django.views.decorators.http import require_POST

from tongjian.evidence import Entry, EvidenceLog
from tongjian.reports.documents import FORMATS
from tongjian.site.access.middleware import ActorRequest
from tongjian.site.access.permissions import endpoint
from tongjian.site.acting import acting
from tongjian.site.mrv.pages import desk_or_404, done, go
from tongjian.site.mrv.services_jobs import start_job
from tongjian.site.mrv.services_recompute import ask
from tongjian.site.mrv.services_verification import Terms, Verification
from tongjian.site.mrv.verifying import (
    engagement_for,
    verification_or_404,
    with_files,
)
from tongjian.site.ui.texts import lang, text
from tongjian.verification import (
    answer,
    check_datum,
    draw_sample,
    give_opinion,
    plan_view,
)


@require_POST
@endpoint("mrv.draw")
def draw(request: ActorRequest, code: str, year: int) -> HttpResponse:
    """Agree the terms and draw the sample."""
    made = Verification(desk_or_404(request, code, year), fresh=True)
    if not made.runs:
        raise SuspiciousOperation("no version")
    said = request.POST
    terms = Terms(
        said.get("ruleset", ""),
        said.get("assurance", ""),
        said.get("percent", ""),
        said.get("source", ""),
    )
    engagement = made.on(terms)
    with acting(request.actor, made.desk.plant.enterprise) as workspace:
        links = plan_view(workspace.log, engagement).links.links
        plan, _ = draw_sample(workspace.log, engagement, request.actor.signature, links=links)
    return done(request, text("mrv.drawn", count=len(plan.sampled)), "mrv:sample", code, year)


@require_POST
@endpoint("mrv.check")
def check(request: ActorRequest, code: str, year: int) -> HttpResponse:
    """Enter what was found of one or many data of the sample."""
    made, by = verification_or_404(request, code, year), request.actor.signature
    data, outcome = request.POST.getlist("datum"), request.POST.get("outcome", "")
    note, known = request.POST.get("note", ""), made.sample.ids if made.sample else ()
    if not data or not set(data) <= set(known):
        return _nothing_chosen(request, "mrv:sample", code, year)

    def enter(log: EvidenceLog, files: list[str]) -> Entry:
        found = [check_datum(log, made.subject, one, outcome, by, note, files) for one in data]
        return found[-1]

    with_files(request, made.desk, made.subject, enter)
    return done(request, text("mrv.checked_n", count=len(data)), "mrv:sample", code, year)


@require_POST
@endpoint("mrv.answer")
def answer_items(request: ActorRequest, code: str, year: int) -> HttpResponse:
    """Answer one or many questions of the check list."""
    made, by = verification_or_404(request, code, year), request.actor.signature
    names, said = request.POST.getlist("item"), request.POST.get("answer", "")
    if not names:
        return _nothing_chosen(request, "mrv:checklist", code, year)

    def enter(log: EvidenceLog, files: list[str]) -> Entry:
        note = request.POST.get("note", "")
        return answer(log, made.subject, made.items, names, said, by, note, files)

    with_files(request, made.desk, made.subject, enter)
    return done(request, text("mrv.answered_n", count=len(names)), "mrv:checklist", code, year)


def _nothing_chosen(request: ActorRequest, to: str, code: str, year: int) -> HttpResponse:
    messages.warning(request, text("mrv.nothing_chosen"))
    return go(request, to, code, year)


@require_POST
@endpoint("mrv.recompute")
def recompute(request: ActorRequest, code: str, year: int) -> HttpResponse:
    """Have the result computed again on the other engines."""
    made = verification_or_404(request, code, year)
    if made.engagement is None:
        raise SuspiciousOperation("no sample")
    ask(made.desk)
    return done(request, text("mrv.recompute_asked"), "mrv:verification", code, year)


@require_POST
@endpoint("mrv.opinion")
def opinion(request: ActorRequest, code: str, year: int) -> HttpResponse:
    """Give the opinion."""
    made, engagement = engagement_for(request, code, year)
    said, by = request.POST, request.actor.signature

    def enter(log: EvidenceLog, files: list[str]) -> Entry:
        return give_opinion(
            log,
            engagement,
            made.items,
            said.get("opinion", ""),
            by,
            reasons=said.get("reasons", ""),
            limitation=said.get("limitation", ""),
            files=files,
        )

    with_files(request, made.desk, made.subject, enter)
    return done(request, text("mrv.opinion_given"), "mrv:verification", code, year)


@require_POST
@endpoint("mrv.statement")
def statement(request: ActorRequest, code: str, year: int) -> HttpResponse:
    """Have the verification statement of the version that the opinion is on made as a document."""
    made = verification_or_404(request, code, year)
    form = request.POST.get("form", "")
    if made.opinion is None or form not in FORMATS:
        raise SuspiciousOperation(form)
    number = int(made.opinion.version.rpartition("/")[2])
    start_job(
        "mrv.document", request.actor, made.desk.plant, year,
        version=number, paper="verification", form=form, lang=lang(),
    )  # fmt: skip
    return done(request, text("mrv.statement_asked"), "mrv:verification", code, year)


__all__ = ["answer_items", "check", "draw", "opinion", "recompute", "statement"]

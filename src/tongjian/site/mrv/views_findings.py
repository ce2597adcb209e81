"""Findings (核查发现): the list, each as a conversation, and what can be said in it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.http import Http404, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_GET, require_POST

from tongjian.problems import Problem, TongjianError
from tongjian.site.access.middleware import ActorRequest
from tongjian.site.access.permissions import endpoint
from tongjian.site.mrv.pages import desk_or_404, done
from tongjian.site.mrv.services_findings import (
    conversation,
    finding_of,
    finding_rows,
    wanted_evidence,
)
from tongjian.site.mrv.verifying import frame, with_files
from tongjian.site.ui.texts import text
from tongjian.verification import (
    ABOUT,
    Finding,
    close_finding,
    default_settings,
    opinion_of,
    raise_finding,
    reopen_finding,
    respond,
    sample_of,
)


@require_GET
@endpoint("mrv.findings")
def findings(request: ActorRequest, code: str, year: int) -> HttpResponse:
    """The findings of a report, and to the enterprise what originals are asked for."""
    desk = desk_or_404(request, code, year)
    drawn = sample_of(desk.entries, desk.subject)
    settings = default_settings()
    verifying = desk.state.id in settings.verifying
    page = frame(request, desk, "findings") | {
        "rows": finding_rows(desk),
        "opinion": opinion_of(desk.entries, desk.subject),
        "wanted": wanted_evidence(desk, drawn.checked, drawn.entry)
        if drawn and desk.is_ours
        else [],
        "kinds": settings.findings.values(),
        "abouts": [(one, text(f"mrv.about_{one}")) for one in ABOUT],
        "can_raise": verifying and request.actor.may("mrv.raise"),
        "about_kind": request.GET.get("about", "").partition(":")[0],
        "about_what": request.GET.get("about", "").partition(":")[2],
        "rests_on": request.GET.getlist("rests_on"),
    }
    return render(request, "mrv/findings.html", page)


@require_POST
@endpoint("mrv.raise")
def raise_(request: ActorRequest, code: str, year: int) -> HttpResponse:
    """Raise a finding."""
    desk, said = desk_or_404(request, code, year), request.POST
    kind, what = said.get("about_kind", ""), said.get("about_what", "").strip()
    about = f"{kind}:{what or (code if kind in ('boundary', 'report') else '')}"
    effect = _amount(said.get("effect", ""))

    def enter(log: Any, files: list[str]) -> Any:
        return raise_finding(
            log,
            desk.subject,
            said.get("kind", ""),
            about,
            said.get("text", ""),
            request.actor.signature,
            effect=effect,
            rests_on=said.getlist("rests_on"),
            files=files,
        )

    entry = with_files(request, desk, desk.subject, enter)
    number = int(entry.subject.rpartition("/")[2])
    return done(request, text("mrv.raised", number=number), "mrv:finding", code, year, number)


@require_GET
@endpoint("mrv.finding")
def finding(request: ActorRequest, code: str, year: int, number: int) -> HttpResponse:
    """A finding as a conversation, with what can be said next."""
    desk = desk_or_404(request, code, year)
    found, settings = _finding(desk, number), default_settings()
    verifying = desk.state.id in settings.verifying

    def may(action: str, *states: str) -> bool:
        return verifying and found.state in states and request.actor.may(action)

    row = next(one for one in finding_rows(desk) if one["number"] == number)
    page = frame(request, desk, "findings") | {
        "row": row,
        "finding": found,
        "said": conversation(desk, found),
        "outcomes": settings.outcomes.items(),
        "can_respond": may("mrv.respond", "open", "answered"),
        "can_close": may("mrv.close", "open", "answered"),
        "can_reopen": may("mrv.reopen_finding", "answered", "closed"),
    }
    return render(request, "mrv/finding.html", page)


def _finding(desk: Any, number: int) -> Finding:
    found = finding_of(desk, number)
    if found is None:
        raise Http404
    return found


def _act(
    action: str, said_by: Callable[[Any, Finding, Any, str, list[str]], Any], told: str
) -> Callable[..., HttpResponse]:
    @require_POST
    @endpoint(action)
    def view(request: ActorRequest, code: str, year: int, number: int) -> HttpResponse:
        desk = desk_or_404(request, code, year)
        found = _finding(desk, number)

        def enter(log: Any, files: list[str]) -> Any:
            return said_by(log, found, request.POST, request.actor.signature, files)

        with_files(request, desk, found.id, enter)
        return done(request, text(told, number=number), "mrv:finding", code, year, number)

    return view


def _respond(log: Any, found: Finding, said: Any, by: str, files: list[str]) -> Any:
    return respond(log, found.id, said.get("text", ""), by, files)


def _close(log: Any, found: Finding, said: Any, by: str, files: list[str]) -> Any:
    remaining = _amount(said.get("remaining", "")) or 0.0
    note, outcome = said.get("note", ""), said.get("outcome", "")
    return close_finding(log, found.id, outcome, by, note=note, remaining=remaining, files=files)


def _reopen(log: Any, found: Finding, said: Any, by: str, files: list[str]) -> Any:
    return reopen_finding(log, found.id, said.get("text", ""), by)


respond_ = _act("mrv.respond", _respond, "mrv.responded")
close = _act("mrv.close", _close, "mrv.closed_n")
reopen = _act("mrv.reopen_finding", _reopen, "mrv.reopened_n")


def _amount(said: str) -> float | None:
    """An amount as it was typed, thousands set apart or not; None where nothing was."""
    plain = said.replace(",", "").replace("，", "").strip()
    if not plain:
        return None
    try:
        return float(plain)
    except ValueError as error:
        problem = Problem("verification.finding_effect", values={"value": said[:40]})
        raise TongjianError(problem) from error


__all__ = ["close", "finding", "findings", "raise_", "reopen", "respond_"]

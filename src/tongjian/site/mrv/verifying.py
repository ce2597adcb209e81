"""What the views of verification share: the report that was asked for, as far as it is for them."""

from __future__ import annotations

from typing import Any

from django.core.exceptions import SuspiciousOperation

from tongjian.evidence import Entry
from tongjian.site.access.middleware import ActorRequest
from tongjian.site.acting import acting
from tongjian.site.mrv.pages import desk_or_404
from tongjian.site.mrv.services_next import next_step
from tongjian.site.mrv.services_reports import ReportDesk
from tongjian.site.mrv.services_verification import Verification
from tongjian.site.mrv.uploads import take_in
from tongjian.verification import Engagement

# The parts of the workspace, in the order of the work: address and the action that opens it.
TABS = ("verification", "sample", "checklist", "findings", "inspection")


def verification_or_404(request: ActorRequest, code: str, year: int) -> Verification:
    """Its verification; raises `Http404`."""
    return Verification(desk_or_404(request, code, year))


def engagement_for(request: ActorRequest, code: str, year: int) -> tuple[Verification, Engagement]:
    """The verification with its result computed anew, for an act that is entered in the log."""
    made = Verification(desk_or_404(request, code, year), fresh=True)
    if made.engagement is None:
        # The pages offer no such act before a sample was drawn.
        raise SuspiciousOperation("no sample")
    return made, made.engagement


def frame(request: ActorRequest, desk: ReportDesk, here: str) -> dict[str, Any]:
    """What all pages of the workspace show: the report, and the way to the other parts."""
    tabs = [
        {"name": f"mrv.tab_{one}", "url": f"mrv:{one}", "here": one == here}
        for one in TABS
        if request.actor.may(f"mrv.{one}")
    ]
    return {"desk": desk, "tabs": tabs, "next": next_step(desk)}


def with_files(request: ActorRequest, desk: ReportDesk, subject: str, enter: Any) -> Entry:
    """Take in the files of a form and enter the act that names them: ``enter(log, files)``."""
    with acting(request.actor, desk.plant.enterprise) as workspace:
        given = request.FILES.getlist("files")
        files = take_in(workspace, given, request.actor.signature, subject)
        made: Entry = enter(workspace.log, files)
        return made


__all__ = [
    "TABS",
    "engagement_for",
    "frame",
    "verification_or_404",
    "with_files",
]

"""Who has to do what next about a report (下一步), told to whoever looks at it."""

from __future__ import annotations

from tongjian.site.mrv.services_reports import ReportDesk
from tongjian.verification import opinion_of

_VERIFIED_IN = ("under_verification", "corrected")


def next_step(desk: ReportDesk) -> str:
    """The key of the phrase for where the report stands."""
    state = desk.state.id
    if state == "draft" and desk.versions and desk.versions[0].number not in desk.handed_in:
        return "mrv.next_draft_made"
    if state in _VERIFIED_IN:
        opinion = opinion_of(desk.entries, desk.subject)
        newest = max(desk.handed_in, default=0)
        if opinion is not None and opinion.version == f"{desk.subject}/{newest}":
            return "mrv.next_opinion_given"
    return f"mrv.next_{state}"


__all__ = ["next_step"]

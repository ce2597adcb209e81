"""Which files of an enterprise's evidence may be read by whom (附件可见范围)."""

from __future__ import annotations

from pathlib import Path

from tongjian.site.mrv.services_reports import ReportDesk

_STORE = "attachment.store"
_FINDING = "finding."
# What a verifier works with besides the report's own files: the evidence of the records.
_OPEN_TO_VERIFIERS = ("enterprise", "verifier")


def readable(desk: ReportDesk, digest: str) -> tuple[Path, str] | None:
    """A file and the name it came with, if the actor may read it; None otherwise.

    Enterprise and verifier read every original of the enterprise; an authority reads what was
    brought forward in this report, its findings, checks and steps.
    """
    stored = [one for one in desk.entries if one.act == _STORE and digest in one.files]
    if not stored or digest in desk.workspace.files.deleted():
        return None
    if desk.actor.role.party not in _OPEN_TO_VERIFIERS and not _brought_forward(desk, digest):
        return None
    path = desk.workspace.files.path(digest)
    return (path, str(stored[-1].content["name"])) if path.is_file() else None


def _brought_forward(desk: ReportDesk, digest: str) -> bool:
    return any(
        digest in one.files
        and one.act != _STORE
        and (
            one.subject == desk.subject
            or (one.act.startswith(_FINDING) and one.content.get("report") == desk.subject)
        )
        for one in desk.entries
    )


__all__ = ["readable"]

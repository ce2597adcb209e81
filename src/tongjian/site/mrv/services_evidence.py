"""Files that prove records (凭证): found by what a record calls its evidence.

A record names its evidence by the name of an attached file, with or without its ending, or by the
beginning of its SHA-256.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from tongjian.problems import Problem, TongjianError
from tongjian.site.mrv.lineage import Files
from tongjian.site.mrv.models import SubmittedRow
from tongjian.site.mrv.services_reports import ReportDesk

STORE = "attachment.store"
_LEAST = 12
_ACTS = ("report.", "sampling.", "checklist.", "finding.", "opinion.")


@dataclass(frozen=True, slots=True)
class Attached:
    """An attached file (附件): its digest, the name and type that it came with."""

    digest: str
    name: str
    kind: str


def attached(desk: ReportDesk) -> dict[str, Attached]:
    """The files of the enterprise's log by their digest."""
    return {
        one.files[0]: Attached(one.files[0], str(one.content["name"]), str(one.content["type"]))
        for one in desk.entries
        if one.act == STORE and one.files
    }


def files_by_name(desk: ReportDesk) -> Files:
    """Files by everything that a record may call them."""
    found: dict[str, list[tuple[str, str]]] = {}
    for one in attached(desk).values():
        for name in _names(one):
            listed = found.setdefault(name, [])
            if (one.digest, one.name) not in listed:
                listed.append((one.digest, one.name))
    return found


def file_for(desk: ReportDesk, digest: str) -> Attached | None:
    """A file that the actor may open: any of their own enterprise's, else what was handed in.

    To others it is open where a record of a version that was handed in names it, or where it came
    with a step, a check, a finding or an opinion of the report.
    """
    found = attached(desk).get(digest)
    if found is None or desk.is_ours or _came_with(desk, digest):
        return found
    rows = SubmittedRow.objects.seen_by(desk.actor).filter(
        version__plant_code=desk.plant.code,
        version__year=desk.year,
        evidence__in=list(_names(found)),
    )
    return found if rows.exists() else None


def brought_by(desk: ReportDesk, digests: Sequence[str]) -> list[str]:
    """Files that an act may name: those that the actor themselves brought for this report.

    Raises `TongjianError` with each that they did not; whether others have it is not told.
    """
    mine = {
        one.files[0]
        for one in desk.entries
        if one.act == STORE
        and one.files
        and one.by == desk.actor.signature
        and one.subject == desk.subject
    }
    wrong = [
        Problem("site.api_not_brought", values={"digest": o}) for o in digests if o not in mine
    ]
    if wrong:
        raise TongjianError(wrong)
    return list(dict.fromkeys(digests))


def _came_with(desk: ReportDesk, digest: str) -> bool:
    """Whether an act upon the report brought a file along."""
    return any(
        digest in one.files
        and one.act.startswith(_ACTS)
        and desk.subject in (one.subject, one.content.get("report"))
        for one in desk.entries
    )


def _names(one: Attached) -> Iterator[str]:
    yield one.name
    stem = one.name.rpartition(".")[0]
    if stem:
        yield stem
    yield one.digest
    yield one.digest[:_LEAST]


__all__ = ["Attached", "attached", "brought_by", "file_for", "files_by_name"]

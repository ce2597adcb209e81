"""Findings as a conversation (发现往来): what each said, with files, and what can be said next."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from tongjian.evidence import Entry
from tongjian.reports import Words
from tongjian.site.mrv.services_reports import ReportDesk
from tongjian.site.ui.texts import lang, text
from tongjian.verification import Finding, default_settings, findings_of
from tongjian.versions import MAKE

_STORE = "attachment.store"


@dataclass(frozen=True, slots=True)
class Message:
    """Something that was said or done about a finding (往来记录)."""

    act: str
    title: str
    by: str
    time: str
    number: int
    role: str
    party: str
    text: str
    content: Mapping[str, Any]
    files: tuple[Mapping[str, Any], ...]


def named_files(entries: Sequence[Entry], digests: Sequence[str]) -> tuple[dict[str, Any], ...]:
    """Files by their digests, with the name that each came with last."""
    names = {
        digest: one.content["name"] for one in entries if one.act == _STORE for digest in one.files
    }
    return tuple({"digest": one, "name": names.get(one, one[:12])} for one in digests)


def finding_of(desk: ReportDesk, number: int) -> Finding | None:
    """A finding of a report by its number; None where there is none."""
    name = f"finding:{desk.subject.removeprefix('report:')}/{number}"
    return next((one for one in findings_of(desk.entries, desk.subject) if one.id == name), None)


def conversation(desk: ReportDesk, finding: Finding) -> list[Message]:
    """What was said about a finding, and the versions that were handed in meanwhile."""
    flow, since = desk.flow, finding.entries[0]
    found = []
    for one in desk.entries:
        if one.number in finding.entries:
            role = str(one.content.get("role", ""))
            said = str(one.content.get("text") or one.content.get("note") or "")
        elif one.number > since and one.act == MAKE and one.subject == desk.subject:
            if int(one.content["version"]) not in desk.handed_in and not desk.is_ours:
                continue
            role, said = "preparer", str(one.content["reason"])
        else:
            continue
        party = flow.roles[role].party if role in flow.roles else ""
        found.append(
            Message(
                one.act.replace(".", "_"),
                f"mrv.said_{one.act.replace('.', '_')}",
                one.by,
                one.time,
                one.number,
                role,
                party,
                said,
                one.content,
                named_files(desk.entries, one.files) if one.act != MAKE else (),
            )
        )
    return found


def finding_rows(desk: ReportDesk) -> list[dict[str, Any]]:
    """The findings of a report for a list."""
    settings = default_settings()
    return [
        {
            "finding": one,
            "number": int(one.id.rpartition("/")[2]),
            "kind": settings.findings[one.kind].title
            if one.kind in settings.findings
            else one.kind,
            "blocks": one.kind not in settings.findings or settings.findings[one.kind].blocks,
            "about": about_words(one.about),
            "rests_on": [datum_words(each) for each in one.rests_on],
            "outcome": settings.outcomes.get(one.outcome),
        }
        for one in findings_of(desk.entries, desk.subject)
    ]


def about_words(about: str) -> str:
    """What a finding is about, in words: a record by period, process unit, stream and item."""
    kind, _, what = about.partition(":")
    title = text(f"mrv.about_{kind}")
    colon = "：" if lang() == "zh" else ": "
    return f"{title}{colon}{datum_words(what) if kind == 'record' else what}"


def datum_words(name: str) -> str:
    """A datum by its id, ``plant/period/process unit/stream/item/unit``, in words."""
    parts = name.split("/")
    if len(parts) != 6:
        return name
    words = Words.of(lang())
    _, period, unit, stream, item, _ = parts
    named = [period, unit, words.key("stream", stream), words.item(stream, item)]
    return " · ".join(one for one in named if one)


def wanted_evidence(
    desk: ReportDesk, checked: Mapping[str, Any], entry: Entry
) -> list[dict[str, Any]]:
    """For which data of the sample the enterprise is to hold originals ready (要看的原件)."""
    return [
        {
            "words": datum_words(str(one["id"])),
            "entered": one["entered"],
            "evidence": one["evidence"],
            "wanted": {"zh": one["wanted_zh"], "en": one["wanted_en"]},
            "outcome": str(checked[one["id"]]["outcome"]) if one["id"] in checked else "",
            "note": str(checked[one["id"]].get("note", "")) if one["id"] in checked else "",
        }
        for one in entry.content["sampled"]
    ]


__all__ = [
    "Message",
    "about_words",
    "conversation",
    "datum_words",
    "finding_of",
    "finding_rows",
    "named_files",
    "wanted_evidence",
]

"""The opinion of a verifier (核查意见): given if the log allows it, and looked at again later."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from tongjian.evidence import Act, Entry, EvidenceLog
from tongjian.problems import Problem, TongjianError
from tongjian.rules import Words
from tongjian.units import parse_unit
from tongjian.verification._assess import Assessment, Ground, assess
from tongjian.verification._checklist import CheckItem
from tongjian.verification._engagement import Engagement
from tongjian.verification._enter import enter
from tongjian.verification._findings import VERSION
from tongjian.verification._settings import Settings, default_settings
from tongjian.workflow import History

GIVE = "opinion.give"
_CO2E = parse_unit("tCO2e")


@dataclass(frozen=True, slots=True)
class Opinion:
    """An opinion (核查意见), as its entry in the log has it.

    `version` is the version of the report that it is on, such as ``report:F1/2024/1``, empty where
    none was made.
    """

    entry: Entry
    report: str
    opinion: str
    title: Words
    text: Words
    assurance: str
    favourable: bool
    version: str
    reasons: str
    limitation: str
    ground: Ground

    @classmethod
    def of(cls, entry: Entry) -> Opinion:
        """The opinion that an entry says."""
        said = entry.content
        return cls(
            entry=entry,
            report=entry.subject,
            opinion=str(said["opinion"]),
            title=Words(said["title"]["zh"], said["title"]["en"]),
            text=Words(said["text"]["zh"], said["text"]["en"]),
            assurance=str(said["assurance"]),
            favourable=bool(said["favourable"]),
            version=str(said["version"]),
            reasons=str(said["reasons"]),
            limitation=str(said["limitation"]),
            ground=Ground.of_content(said),
        )

    def as_dict(self) -> dict[str, Any]:
        """The opinion as plain data, for JSON and the statement."""
        return {
            "number": self.entry.number,
            "time": self.entry.time,
            "by": self.entry.by,
            "report": self.report,
            **self.entry.content,
        }


def ground_of(engagement: Engagement, items: Iterable[CheckItem]) -> Ground:
    """What an opinion on an engagement is given on; raises `TongjianError` for another total."""
    if not parse_unit(engagement.unit).same_dimension(_CO2E):
        values = {"ruleset": engagement.ruleset, "unit": engagement.unit}
        raise TongjianError(Problem("verification.opinion_unit", values=values))
    return Ground(
        ruleset=engagement.ruleset,
        result=engagement.result,
        records=engagement.records,
        total=engagement.total,
        unit=engagement.unit,
        share=float(engagement.materiality.share),
        threshold=engagement.threshold,
        assurance=engagement.assurance,
        items=tuple(one.id for one in items),
        pinned=(str(engagement.run.manifest["records"]), str(engagement.run.manifest["rulebook"])),
    )


def give_opinion(
    log: EvidenceLog,
    engagement: Engagement,
    items: Sequence[CheckItem],
    opinion: str,
    by: str,
    *,
    reasons: str = "",
    limitation: str = "",
    files: Sequence[str] = (),
    settings: Settings | None = None,
) -> Entry:
    """Give an opinion on an engagement (出具核查意见); `items` is its check list.

    Raises `TongjianError` with everything that stands against it: open findings, misstatements that
    are or are not material, data of the sample and questions that nobody looked at, a result that
    was not computed again.
    """
    chosen = settings or default_settings()
    ground = ground_of(engagement, items)

    def build(entries: Sequence[Entry], history: History, role: str) -> Act:
        problems = []
        if opinion not in chosen.opinions:
            values = {"opinion": opinion, "known": ", ".join(chosen.opinions)}
            problems.append(Problem("verification.opinion_kind", values=values))
        if engagement.assurance not in chosen.assurance:
            values = {"assurance": engagement.assurance, "known": ", ".join(chosen.assurance)}
            problems.append(Problem("verification.assurance_kind", values=values))
        if problems:
            raise TongjianError(problems)
        found = assess(entries, engagement.subject, ground, limitation, reasons, chosen)
        if against := found.against(opinion):
            raise TongjianError(against)
        content = _content(found, engagement, opinion, entries)
        content |= {"reasons": reasons.strip(), "limitation": limitation.strip(), "role": role}
        return Act(GIVE, by, engagement.subject, content, tuple(files))

    return enter(log, chosen, GIVE, by, engagement.subject, build)


def opinion_of(entries: Iterable[Entry], report: str) -> Opinion | None:
    """The newest opinion on a report; None where none was given."""
    given = [entry for entry in entries if entry.act == GIVE and entry.subject == report]
    return Opinion.of(given[-1]) if given else None


def look_again(
    entries: Sequence[Entry], opinion: Opinion, settings: Settings | None = None
) -> list[Problem]:
    """What in the log no longer agrees with an opinion (意见复查), or never did.

    It is decided again from what the log says now; only total, threshold and check list are taken
    from the opinion. A version that was made since is told by `version_since`.
    """
    chosen = settings or default_settings()
    if opinion.opinion not in chosen.opinions:
        values = {"opinion": opinion.opinion, "known": ", ".join(chosen.opinions)}
        return [Problem("verification.opinion_kind", values=values)]
    found = assess(
        entries, opinion.report, opinion.ground, opinion.limitation, opinion.reasons, chosen
    )
    against = found.against(opinion.opinion)
    if not against:
        return []
    values = {"number": str(opinion.entry.number)}
    return [Problem("verification.opinion_off", values=values), *against]


def newest_version(entries: Iterable[Entry], report: str) -> str:
    """The newest version of a report in the log, such as ``report:F1/2024/2``; empty if none."""
    made = [entry for entry in entries if entry.act == VERSION and entry.subject == report]
    return f"{report}/{made[-1].content['version']}" if made else ""


def _content(
    found: Assessment, engagement: Engagement, opinion: str, entries: Sequence[Entry]
) -> dict[str, Any]:
    rule, level = found.settings.opinions[opinion], engagement.materiality
    text, title = rule.texts[engagement.assurance], rule.title
    return {
        **found.ground.as_dict(),
        "opinion": opinion,
        "title": {"zh": title.zh, "en": title.en},
        "text": {"zh": text.zh, "en": text.en},
        "favourable": rule.favourable,
        "version": newest_version(entries, engagement.subject),
        "materiality": {
            "percent": str(float(level.share * 100)),
            "source": level.source,
            "status": level.status,
        },
        "misstatements": found.misstatements.as_dict(),
        "findings": {one.id: one.state for one in found.findings},
        "sample": None if found.sample is None else found.sample.entry.number,
        "recomputed": None if found.recomputed is None else found.recomputed.number,
    }


__all__ = [
    "GIVE",
    "Opinion",
    "give_opinion",
    "ground_of",
    "look_again",
    "newest_version",
    "opinion_of",
]

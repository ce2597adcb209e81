"""What a verification report is made of (核查素材): the log's verification of one result."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from tongjian.evidence import Entry, EvidenceLog
from tongjian.problems import Problem, TongjianError
from tongjian.verification import (
    Assessment,
    CheckItem,
    Engagement,
    Opinion,
    Settings,
    assess,
    checklist,
    default_settings,
    ground_of,
    look_again,
    opinion_of,
    plan_view,
)

_BEGUN = ("sampling.draw", "checklist.answer", "recompute.make", "finding.raise", "opinion.give")


@dataclass(frozen=True, slots=True)
class Verified:
    """A result and its verification as the log has it (核查情况).

    `opinion` is None while none was given; `later` are problems of the opinion found when it was
    held against the log again.
    """

    engagement: Engagement
    items: tuple[CheckItem, ...]
    assessment: Assessment
    opinion: Opinion | None
    later: tuple[Problem, ...]
    settings: Settings

    @classmethod
    def of(
        cls,
        log: EvidenceLog,
        engagement: Engagement,
        settings: Settings | None = None,
        today: date | None = None,
    ) -> Verified:
        """The verification of an engagement; the control plan is looked at as on `today`.

        Raises `TongjianError` where the log has none, or the opinion is on another result than the
        run at hand.
        """
        chosen, entries = settings or default_settings(), log.entries()
        report = engagement.subject
        if not any(_of(report, one) for one in entries):
            raise TongjianError(Problem("reports.not_verified", values={"report": report}))
        opinion = opinion_of(entries, report)
        if opinion is not None and opinion.ground.result != engagement.result:
            values: dict[str, object] = {"report": report, "number": opinion.entry.number}
            values |= {"was": opinion.ground.result[:16], "now": engagement.result[:16]}
            raise TongjianError(Problem("reports.opinion_on_other", values=values))
        items = tuple(checklist(engagement, plan_view(log, engagement, today)))
        ground = ground_of(engagement, items) if opinion is None else opinion.ground
        found = assess(
            entries,
            report,
            ground,
            "" if opinion is None else opinion.limitation,
            "" if opinion is None else opinion.reasons,
            chosen,
        )
        later: Sequence[Problem] = ()
        if opinion is not None:
            later = look_again(entries, opinion, chosen)
        return cls(engagement, items, found, opinion, tuple(later), chosen)


def _of(report: str, entry: Entry) -> bool:
    return entry.act in _BEGUN and report in (entry.subject, entry.content.get("report"))


__all__ = ["Verified"]

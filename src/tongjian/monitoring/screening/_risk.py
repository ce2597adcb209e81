"""The risk score of a series and month (风险评分): what to look at first, with the reasons.

100 x (1 - product over kinds of (1 - points / 100)): each kind of finding counts once with its
highest points, so that another finding never lowers the score, and many small ones of one kind
never make a large one. The points are data of the rulebook. A score says where to begin.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from tongjian.monitoring.screening._conventions import Conventions
from tongjian.monitoring.screening._finding import Finding


@dataclass(frozen=True, slots=True)
class Reason:
    """One kind of finding in a score, with the points that it alone gives."""

    test: str
    points: float
    finding: Finding


@dataclass(frozen=True, slots=True)
class Score:
    """The score, 0 to 100, of a series in a period, and its reasons, the heaviest first."""

    channel: str
    period: str
    score: float
    reasons: Sequence[Reason]

    def as_dict(self) -> dict[str, Any]:
        """The score as plain data."""
        reasons = [
            {"test": one.test, "points": one.points, "first_row": one.finding.first + 1}
            for one in self.reasons
        ]
        return {
            "channel": self.channel,
            "period": self.period,
            "score": round(self.score, 1),
            "reasons": reasons,
        }


def risk(findings: Iterable[Finding], known: Conventions) -> list[Score]:
    """Scores of all series and periods with findings, the highest first."""
    heaviest: dict[tuple[str, str], dict[str, Reason]] = defaultdict(dict)
    for finding in findings:
        points = known.points.get((finding.test, finding.severity), 0.0)
        for channel in finding.channels:
            for period in finding.periods:
                kinds = heaviest[channel, period]
                if finding.test not in kinds or kinds[finding.test].points < points:
                    kinds[finding.test] = Reason(finding.test, points, finding)
    scores = []
    for (channel, period), kinds in heaviest.items():
        left = 1.0
        for reason in kinds.values():
            left *= 1 - reason.points / 100
        reasons = sorted(kinds.values(), key=lambda one: (-one.points, one.test))
        scores.append(Score(channel, period, 100 * (1 - left), tuple(reasons)))
    return sorted(scores, key=lambda one: (-one.score, one.channel, one.period))


__all__ = ["Reason", "Score", "risk"]

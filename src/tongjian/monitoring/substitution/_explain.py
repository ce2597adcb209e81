"""How the value of one hour came about (替代值的由来)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from tongjian.monitoring.hours import Hours, State
from tongjian.monitoring.substitution._gaps import Gap
from tongjian.monitoring.substitution._samples import Lack
from tongjian.monitoring.substitution._substitute import Substituted, Work, together
from tongjian.monitoring.substitution._words import use_words
from tongjian.rules import Band, Statistic, SubstitutionPart


@dataclass(frozen=True, slots=True)
class MadeFrom:
    """A statistic, the hours it was made from (positions and values), and what it gave."""

    statistic: Statistic
    at: tuple[int, ...]
    values: tuple[float, ...]
    value: float
    lack: Lack


@dataclass(frozen=True, slots=True)
class Explanation:
    """One hour: its state, its gap, the band that it falls into and all that made its value.

    `part`, `band` and `gap` are None for an hour that keeps its own value, that the document does
    not speak of, or in which the source stood. `gap` is the first and last position of the gap and
    its length in hours of operation; `availability` the share that chose the band, NaN if the
    document has none. `value` is NaN where nothing is used.
    """

    position: int
    time: np.datetime64
    state: State
    value: float
    rule: str = ""
    part: SubstitutionPart | None = None
    band: Band | None = None
    by_analogy: bool = False
    gap: tuple[int, int, int] | None = None
    availability: float = float("nan")
    history: int = 0
    made_from: tuple[MadeFrom, ...] = ()

    @property
    def window(self) -> tuple[int, int]:
        """First and last position that the value reaches over, -1 if it reaches nowhere."""
        reached = [one.at for one in self.made_from if one.at]
        if not reached:
            return (-1, -1)
        return min(one[0] for one in reached), max(one[-1] for one in reached)

    def text(self, lang: str) -> str:
        """The explanation as one sentence; empty for an hour of which there is nothing to say."""
        if self.part is None or self.band is None or self.gap is None:
            return ""
        zh = lang == "zh"
        share = "" if np.isnan(self.availability) else f"{self.availability:.2%}"
        used = "–" if np.isnan(self.value) else f"{self.value:.6g}"
        count = sum(len(one.at) for one in self.made_from)
        how, basis = use_words(self.part, self.band, lang), self.band.basis
        if zh:
            case = f"缺失 {self.gap[2]} h" + (f"，捕集率 {share}" if share else "")
            source = f"；取自 {count} 个有效小时" if count else ""
            rule = f"{self.rule}，{basis.document} {basis.clause}，{basis.status}"
            return f"{used}：{how}（{case}{source}；{rule}）"
        case = f"gap {self.gap[2]} h" + (f", availability {share}" if share else "")
        source = f"; made from {count} valid hours" if count else ""
        rule = f"{self.rule}, {basis.document} {basis.clause}, {basis.status}"
        return f"{used}: {how} ({case}{source}; {rule})"

    def as_dict(self) -> dict[str, Any]:
        """The explanation as plain data, for JSON."""
        found: dict[str, Any] = {
            "hour": str(self.time),
            "state": self.state.name.lower(),
            "value": None if np.isnan(self.value) else self.value,
        }
        if self.part is None or self.band is None or self.gap is None:
            return found
        return found | {
            "rule": self.rule,
            "clause": self.band.basis.clause,
            "status": self.band.basis.status,
            "by_analogy": self.by_analogy,
            "gap_hours": self.gap[2],
            "availability": None if np.isnan(self.availability) else self.availability,
            "history": self.history,
            "made_from": [
                {
                    "is": one.statistic.kind,
                    "over": one.statistic.over,
                    "hours": len(one.at),
                    "value": None if np.isnan(one.value) else one.value,
                    "lack": one.lack,
                }
                for one in self.made_from
            ],
        }


def explain(used: Substituted, hours: Hours, position: int) -> Explanation:
    """Show how the value of the hour at `position` came about; `hours` are those of `used`.

    Everything is worked out anew from the hours, so that the answer is a check as well.
    """
    work = Work.of(hours, used.document, used.quantity, used.role, used.calibrations, used.highest)
    time, state = hours.times[position], State(int(hours.state[position]))
    for gap in work.gaps():
        if gap.first <= position <= gap.last and position in gap.at:
            return _inside(work, gap, position, time, state)
    own = work.state[position] == State.VALID
    return Explanation(position, time, state, float(hours.value[position]) if own else np.nan)


def _inside(work: Work, gap: Gap, position: int, time: np.datetime64, state: State) -> Explanation:
    piece = next(one for one in work.pieces(gap) if position in one.at)
    results = work.results(piece)
    value, _, _ = together(results)
    values = work.samples.value
    return Explanation(
        position,
        time,
        state,
        value,
        work.document.rule(gap.part, piece.band),
        gap.part,
        piece.band,
        any(one.by_analogy for one in work.chosen.values() if one.part is gap.part),
        (gap.first, gap.last, len(gap)),
        float(work.share[position]),
        work.samples.before(gap.first),
        tuple(
            MadeFrom(
                one,
                tuple(found.at.tolist()),
                tuple(values[found.at].tolist()),
                found.value,
                found.lack,
            )
            for one, found in results
        ),
    )


__all__ = ["Explanation", "MadeFrom", "explain"]

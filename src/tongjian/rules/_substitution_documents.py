"""Documents on the substitution of monitored hours as plain records (监测数据替代规则)."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Literal

from tongjian.problems import Place
from tongjian.rules._documents import Basis, Validity, Words

Lost = Literal["missing", "too_few", "flagged", "out_of_control"]
LOST: tuple[Lost, ...] = ("missing", "too_few", "flagged", "out_of_control")
"""States in which an hour can be substituted; a source that stands still emits nothing."""
StatisticKind = Literal["mean", "maximum", "percentile", "potential"]
Sample = Literal["none", "neighbours", "look_back", "month", "quarter", "year", "same_hour"]
Window = Literal["operating_hours", "month", "quarter", "year"]
Side = Literal["before", "after"]


@dataclass(frozen=True, slots=True)
class Span:
    """A condition on a number (区间): from (inclusive) or above (exclusive), below or to."""

    low: float = -math.inf
    high: float = math.inf
    low_open: bool = False
    """Whether `low` itself lies outside."""
    high_open: bool = False

    def holds(self, number: float) -> bool:
        """Whether a number lies within."""
        over = number > self.low if self.low_open else number >= self.low
        return over and (number < self.high if self.high_open else number <= self.high)

    @property
    def empty(self) -> bool:
        """Whether no number can lie within."""
        return self.low > self.high or (self.low == self.high and (self.low_open or self.high_open))

    @property
    def anything(self) -> bool:
        """Whether every number lies within."""
        return self.low == -math.inf and self.high == math.inf


@dataclass(frozen=True, slots=True)
class Statistic:
    """A value made from valid hours (统计量), or the channel's own highest (最大潜在值).

    `over` says from which: the nearest valid hours before and after the gap, the last `hours`
    valid hours before the anchor, or all valid hours of the calendar month, quarter or year that
    the hour belongs to (`same_hour`: of the month at the same time of day). `deviations` standard
    deviations of the sample are added to a mean. `alone` names the sides of which the hour may
    stand alone where the other has none.
    """

    kind: StatisticKind
    over: Sample = "none"
    hours: int = 0
    percentile: float = 0.0
    deviations: float = 0.0
    alone: tuple[Side, ...] = ()


@dataclass(frozen=True, slots=True)
class Band:
    """One case of a rule (分档): under which conditions which statistic is used.

    `availability` is a share, `gap` the length of the gap and `history` the count of valid hours
    before it, both in hours. Of several statistics in `use` the greatest is taken; with none the
    hours stay missing.
    """

    id: str
    availability: Span
    gap: Span
    history: Span
    use: tuple[Statistic, ...]
    basis: Basis
    note: Words | None
    place: Place


@dataclass(frozen=True, slots=True)
class Notify:
    """What a document asks for when a gap is longer than some hours (告知义务)."""

    above: int
    message: Words
    basis: Basis


@dataclass(frozen=True, slots=True)
class SubstitutionPart:
    """The bands of some quantities in some states (适用部分).

    `of` and `analogy` hold roles (gas, state, mass), quantities (so2), or both (mass.so2);
    `analogy` is what the document does not speak of and its rule is used for all the same.
    A look-back ends at the `anchor`; nothing older than `oldest` hours before the gap is used.
    """

    id: str
    title: Words
    of: tuple[str, ...]
    analogy: tuple[str, ...]
    states: tuple[Lost, ...]
    anchor: Literal["gap", "calibration"]
    oldest: int | None
    notify: tuple[Notify, ...]
    bands: tuple[Band, ...]
    note: Words | None
    place: Place


@dataclass(frozen=True, slots=True)
class Availability:
    """Valid hours by hours in which the source ran (有效数据捕集率), over which window.

    `operating_hours` looks back from each hour over `hours` hours of operation, itself included;
    the others are the calendar period that the hour belongs to.
    """

    window: Window
    hours: int = 0


@dataclass(frozen=True, slots=True)
class Substitution:
    """How missing and invalid hours of monitoring are replaced (监测数据替代规则)."""

    id: str
    title: Words
    basis: Basis
    validity: Validity
    availability: Availability | None
    parts: tuple[SubstitutionPart, ...]
    notes: Words | None
    place: Place

    def rule(self, part: SubstitutionPart, band: Band) -> str:
        """The name under which a band is kept with what it replaced: ``id/part.band``."""
        return f"{self.id}/{part.id}.{band.id}"

    def find(self, rule: str) -> tuple[SubstitutionPart, Band] | None:
        """Part and band of such a name; None if it is not one of this document."""
        return next(
            (
                (part, band)
                for part in self.parts
                for band in part.bands
                if self.rule(part, band) == rule
            ),
            None,
        )


__all__ = [
    "LOST",
    "Availability",
    "Band",
    "Lost",
    "Notify",
    "Sample",
    "Side",
    "Span",
    "Statistic",
    "StatisticKind",
    "Substitution",
    "SubstitutionPart",
    "Window",
]

"""What screening asks about a year (筛查线索): where to look first, and every finding in words.

Read of what the roll-up kept. A channel is named by its quantity and place; no verdict is given.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np

from tongjian.measured import Measured, MeasuredChannel
from tongjian.monitoring.profile import measured_quantities
from tongjian.monitoring.screening import test_titles
from tongjian.problems import Problem
from tongjian.rules import Words
from tongjian.site.monitoring.kept import PlantYear, point_name

_HOUR = np.timedelta64(1, "h")


@dataclass(frozen=True, slots=True)
class ChannelName:
    """A channel in words (通道名称): the quantity, and its point; by its key where not known.

    `at` is the key of the point.
    """

    key: str
    quantity: str
    at: str
    title: Words
    point: Words

    @property
    def source(self) -> str:
        """The MN of its station, or the name of another source."""
        return self.key.partition("/")[0]

    @property
    def code(self) -> str:
        """What the source calls it."""
        return self.key.partition("/")[2]

    @property
    def full(self) -> Words:
        """Both in one."""
        if not self.point.zh:
            return self.title
        return Words(f"{self.point.zh} {self.title.zh}", f"{self.title.en}, {self.point.en}")


@dataclass(frozen=True, slots=True)
class LatestData:
    """A channel, in how many hours data came, and the last of them (最近数据), None if none did."""

    name: ChannelName
    unit: str
    hours: int
    last: np.datetime64 | None


@dataclass(frozen=True, slots=True)
class Finding:
    """A finding in words (筛查线索): a question about some hours, with all that it rests on.

    Times are of China, `last` the end of the last hour. `bound` is as printed, with its `source`
    and `status`; `number` counts from 1 in the order shown.
    """

    number: int
    test: str
    title: Words
    serious: bool
    channels: tuple[ChannelName, ...]
    first: np.datetime64 | None
    last: np.datetime64 | None
    said: Words
    repair: Words
    statistic: float
    bound: str
    source: str
    status: str


@dataclass(frozen=True, slots=True)
class Reason:
    """What a score is made of (评分理由): a kind of finding, its points, the first such finding."""

    test: str
    title: Words
    points: float
    finding: int | None


@dataclass(frozen=True, slots=True)
class Score:
    """Where to look first (筛查评分): 0 to 100, of a channel in a month, with reasons."""

    channel: ChannelName
    month: str
    score: float
    reasons: tuple[Reason, ...]


@dataclass(frozen=True)
class Screening:
    """The screening of a plant's year (设施一年的筛查)."""

    kept: PlantYear

    @property
    def _measured(self) -> Measured:
        return self.kept.measured

    @cached_property
    def names(self) -> Mapping[str, ChannelName]:
        """All channels in words, by their keys."""
        return {one.key: self._name(one) for one in self._measured.channels}

    def name(self, key: str) -> ChannelName:
        """A channel in words."""
        nothing = Words("", "")
        return self.names.get(key) or ChannelName(key, "", "", Words(key, key), nothing)

    @cached_property
    def latest(self) -> list[LatestData]:
        """In which hour data came last of each channel, in the order of the profile."""
        return [
            LatestData(
                self.name(one.key),
                one.unit,
                one.hours,
                np.datetime64(one.last, "h") if one.last else None,
            )
            for one in self._measured.channels
        ]

    @cached_property
    def stations(self) -> Mapping[str, np.datetime64]:
        """The last hour of each station or source that sent anything, by its MN or name."""
        found: dict[str, np.datetime64] = {}
        for one in self.latest:
            source = one.name.source
            if one.last is not None:
                found[source] = max(one.last, found.get(source, one.last))
        return found

    @cached_property
    def findings(self) -> list[Finding]:
        """Every finding, serious ones first."""
        told = sorted(
            self._measured.screening.get("findings", ()),
            key=lambda one: (one["severity"] != "serious", one["begins"] or "", one["test"]),
        )
        return [self._finding(number, one) for number, one in enumerate(told, 1)]

    @cached_property
    def scores(self) -> list[Score]:
        """Channels and months by what to look at first."""
        return [
            Score(
                self.name(one["channel"]),
                one["period"],
                one["score"],
                tuple(
                    Reason(
                        each["test"],
                        _title(each["test"]),
                        each["points"],
                        self._number(each["test"], one["channel"], one["period"]),
                    )
                    for each in one["reasons"]
                ),
            )
            for one in self._measured.screening.get("scores", ())
        ]

    def is_charted(self, finding: Finding) -> bool:
        """Whether there is a chart of where it is."""
        return finding.first is not None and self.kept.point(finding.channels[0].at) is not None

    def place(self, problem: Problem) -> Words | None:
        """Where a problem of the roll-up is, if it is of a channel."""
        named = self.names.get(problem.place.file or "")
        return None if named is None else named.full

    def _name(self, one: MeasuredChannel) -> ChannelName:
        known = measured_quantities().get(one.quantity)
        title = Words(known.zh, known.en) if known else Words(one.quantity, one.quantity)
        own = self.kept.own_names.get((one.process_unit, one.position), "")
        point = point_name(one.process_unit, one.position, own)
        return ChannelName(
            one.key, one.quantity, f"{one.process_unit}.{one.position}", title, point
        )

    def _finding(self, number: int, one: Mapping[str, Any]) -> Finding:
        channels = tuple(self.name(key) for key in one["channels"])
        basis = one["basis"]
        return Finding(
            number=number,
            test=one["test"],
            title=_title(one["test"]),
            serious=one["severity"] == "serious",
            channels=channels,
            first=None if one["begins"] is None else np.datetime64(one["begins"], "h"),
            last=None if one["ends"] is None else np.datetime64(one["ends"], "h") + _HOUR,
            said=self._named(Words(one["zh"], one["en"]), channels),
            repair=self._named(Words(one["repair_zh"], one["repair_en"]), channels),
            statistic=one["statistic"],
            bound=basis.get("value", ""),
            source=basis.get("source", ""),
            status=basis.get("status", ""),
        )

    def _named(self, said: Words, channels: tuple[ChannelName, ...]) -> Words:
        """A sentence with the channels in it by their names: those of the same point by what they
        measure alone."""
        zh, en = said.zh, said.en
        points = {one.point for one in channels}
        # A key may be the beginning of another.
        for key in sorted(self.names, key=len, reverse=True):
            if key in zh or key in en:
                one = self.names[key]
                name = one.title if points == {one.point} else one.full
                zh = zh.replace(f"{key}, ", f"{name.zh}、").replace(key, name.zh)
                en = en.replace(key, name.en)
        return Words(zh, en)

    def _number(self, test: str, channel: str, month: str) -> int | None:
        """The first finding of a kind that touches a channel in a month."""
        for one in self.findings:
            if one.test != test or channel not in {each.key for each in one.channels}:
                continue
            if one.first is None or one.last is None or _in_month(one.first, one.last, month):
                return one.number
        return None


def _in_month(first: np.datetime64, last: np.datetime64, month: str) -> bool:
    begin, end = (str(at.astype("datetime64[M]")) for at in (first, last - _HOUR))
    return begin <= month <= end


def _title(test: str) -> Words:
    zh, en = test_titles().get(test, (test, test))
    return Words(zh, en)


__all__ = ["ChannelName", "Finding", "LatestData", "Reason", "Score", "Screening"]

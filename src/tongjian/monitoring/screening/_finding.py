"""What screening found (发现): a place to look at, with all that is needed to compute it again."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Literal

import numpy as np

from tongjian.monitoring.hours import minute_text
from tongjian.monitoring.screening._conventions import Conventions
from tongjian.monitoring.screening._panel import Panel
from tongjian.problems import Problem

Severity = Literal["notice", "serious"]


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing to look at; a question to the plant, never a verdict.

    `first` and `last` are positions of rows (from 0, both included), `begins` and `ends` the times
    at which these rows begin, None without time stamps; `rows` how many values it rests on.
    `statistic` was held against `bound`, which `basis` traces to its source and status; `inputs`
    has the numbers from which the statistic follows.
    """

    test: str
    severity: Severity
    channels: tuple[str, ...]
    first: int
    last: int
    rows: int
    statistic: float
    bound: float
    inputs: Mapping[str, Any] = field(default_factory=dict)
    words: Problem = field(default_factory=lambda: Problem("monitoring.screen_bounds"))
    basis: Mapping[str, str] = field(default_factory=dict)
    begins: np.datetime64 | None = None
    ends: np.datetime64 | None = None
    periods: tuple[str, ...] = ()

    def where(self, lang: str = "zh") -> str:
        """Series and rows (counted from 1) or times, in words."""
        if self.begins is None:
            span = f"{self.first + 1}–{self.last + 1}"
            span = f"第 {span} 行" if lang == "zh" else f"rows {span}"
        else:
            span = f"{_minute(self.begins)} – {_minute(self.ends)}"
        return f"{', '.join(self.channels)} {span}"

    def text(self, lang: str = "zh") -> str:
        """Where, what, and what to do about it."""
        colon = "：" if lang == "zh" else ": "
        what = f"{self.where(lang)}{colon}{self.words.message(lang)}"
        return f"{what}\n    → {self.words.repair(lang)}"

    def as_dict(self) -> dict[str, Any]:
        """The finding as plain data, for JSON."""
        return {
            "test": self.test,
            "severity": self.severity,
            "channels": list(self.channels),
            "first_row": self.first + 1,
            "last_row": self.last + 1,
            "begins": None if self.begins is None else str(self.begins),
            "ends": None if self.ends is None else str(self.ends),
            "periods": list(self.periods),
            "rows": self.rows,
            "statistic": self.statistic,
            "bound": self.bound,
            "inputs": dict(self.inputs),
            "basis": dict(self.basis),
            "zh": self.words.message("zh"),
            "en": self.words.message("en"),
            "repair_zh": self.words.repair("zh"),
            "repair_en": self.words.repair("en"),
        }


@dataclass(frozen=True, slots=True)
class Scene:
    """What every test is given: the series and the conventions."""

    panel: Panel
    known: Conventions


def screened(
    key: str,
    scene: Scene,
    channels: Sequence[str],
    span: tuple[int, int],
    measure: tuple[float, float, str],
    inputs: Mapping[str, Any],
    *,
    serious: bool = False,
    rows: int | None = None,
    **values: object,
) -> Finding:
    """A finding with the code `key`; `measure` is statistic, bound and the bound's name."""
    first, last = span
    panel, (statistic, bound, convention) = scene.panel, measure
    return Finding(
        test=key.removeprefix("screen_"),
        severity="serious" if serious else "notice",
        channels=tuple(channels),
        first=first,
        last=last,
        rows=last - first + 1 if rows is None else rows,
        statistic=float(statistic),
        bound=float(bound),
        inputs=dict(inputs),
        words=Problem(f"monitoring.{key}", values=values, severity="warning"),
        basis=scene.known.basis(convention),
        begins=panel.time(first),
        ends=panel.time(last),
        periods=tuple(panel.periods(first, last)),
    )


def _minute(time: np.datetime64 | None) -> str:
    return "" if time is None else minute_text(time)


__all__ = ["Finding", "Scene", "Severity", "screened"]

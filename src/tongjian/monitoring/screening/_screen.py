"""All statistical tests over a panel, and the scores that follow (筛查)."""

from __future__ import annotations

import csv
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from functools import lru_cache
from importlib.resources import files
from types import MappingProxyType
from typing import Any

from tongjian.monitoring.screening._absent import calibrated_when_high, missing_when_high
from tongjian.monitoring.screening._conventions import Conventions, read_conventions
from tongjian.monitoring.screening._finding import Finding, Scene
from tongjian.monitoring.screening._lastdigits import coarser, last_digits
from tongjian.monitoring.screening._limit import cut_at_limit, flat_tops
from tongjian.monitoring.screening._outside import outside
from tongjian.monitoring.screening._panel import Panel
from tongjian.monitoring.screening._repeated import copies, replays
from tongjian.monitoring.screening._risk import Score, risk
from tongjian.monitoring.screening._running import load_consistency
from tongjian.monitoring.screening._shift import shifts
from tongjian.monitoring.screening._still import flat_lines, holds, quiet, straight_lines

TESTS: Mapping[str, Callable[[Scene], Iterator[Finding]]] = MappingProxyType(
    {
        "bounds": outside,
        "flat": flat_lines,
        "hold": holds,
        "straight": straight_lines,
        "quiet": quiet,
        "cut": cut_at_limit,
        "top": flat_tops,
        "missing": missing_when_high,
        "calibration": calibrated_when_high,
        "running": load_consistency,
        "replay": replays,
        "copy": copies,
        "shift": shifts,
        "digit": last_digits,
        "coarse": coarser,
    }
)
"""Every test by its name; `running` finds `stopped` and `idle`, `copy` also `alike`."""


@lru_cache(maxsize=1)
def test_titles() -> Mapping[str, tuple[str, str]]:
    """What each kind of finding is called, in Chinese and English (检验名称)."""
    source = files("tongjian.monitoring.screening") / "tests.csv"
    rows = csv.DictReader(source.read_text(encoding="utf-8").splitlines())
    return MappingProxyType({row["test"]: (row["zh"], row["en"]) for row in rows})


@dataclass(frozen=True, slots=True)
class Screened:
    """Findings, serious ones first, and the scores of series and months."""

    findings: tuple[Finding, ...]
    scores: tuple[Score, ...]

    def as_dict(self) -> dict[str, Any]:
        """All of it as plain data."""
        return {
            "findings": [one.as_dict() for one in self.findings],
            "scores": [one.as_dict() for one in self.scores],
        }


def screen_series(panel: Panel, known: Conventions | None = None) -> Screened:
    """What to look at in the hours or quarter hours of `panel`, without its flagged values."""
    scene = Scene(panel, known or read_conventions())
    found = [one for test in TESTS.values() for one in test(scene)]
    ordered = sorted(found, key=lambda one: (one.severity != "serious", one.first, one.test))
    return Screened(tuple(ordered), tuple(risk(ordered, scene.known)))


__all__ = ["TESTS", "Screened", "screen_series", "test_titles"]

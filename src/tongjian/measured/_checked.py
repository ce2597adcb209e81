"""The checks of the monitoring systems (检验记录) that a workspace keeps, and what follows."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from tongjian.monitoring.hours import minute_text
from tongjian.monitoring.profile import Profile
from tongjian.monitoring.quality import Check, Interval, out_of_control, read_checks, read_csv
from tongjian.problems import Place, Problem
from tongjian.rules import Rulebook

CHECKS_FILE = "checks.csv"
_IN_CONTROL = ("passed", "adjust")


@dataclass(frozen=True, slots=True)
class Checked:
    """What checks say of each channel (检验结论的用处).

    `out_of_control` are the times in which what it sent does not count, `calibrations` those of
    checks that found it in control, from which rules of substitution look back.
    """

    out_of_control: dict[str, tuple[Interval, ...]]
    calibrations: dict[str, tuple[np.datetime64, ...]]
    problems: tuple[Problem, ...] = ()


def checked(
    root: Path, profile: Profile, first: np.datetime64, last: np.datetime64, rulebook: Rulebook
) -> Checked:
    """The checks in ``checks.csv`` beside the profile, if there are any.

    Each row names its rules and its channel. Raises `RecordError` with every fault of the file.
    """
    path = root / CHECKS_FILE
    if not path.is_file():
        return Checked({}, {})
    found = read_checks(read_csv(path), str(path), rulebook=rulebook)
    by_channel: dict[str, list[Check]] = {}
    for one in found:
        by_channel.setdefault(one.subject.channel, []).append(one)
    problems = [*_unknown(by_channel, profile, path)]
    times: dict[str, tuple[Interval, ...]] = {}
    passed: dict[str, tuple[np.datetime64, ...]] = {}
    for key, checks in by_channel.items():
        passed[key] = tuple(sorted(_passed(checks)))
        times[key] = out_of_control(checks, first, last, rulebook=rulebook)
        problems += _told(key, checks, times[key])
    return Checked(times, passed, tuple(problems))


def _passed(checks: Iterable[Check]) -> list[np.datetime64]:
    return [one.end for one in checks if one.verdict in _IN_CONTROL and not np.isnat(one.end)]


def _unknown(names: Iterable[str], profile: Profile, path: Path) -> list[Problem]:
    known = "、".join(profile.channels)
    return [
        Problem(
            "measured.check_channel",
            Place(file=str(path)),
            {"channel": name or "—", "known": known},
            severity="warning",
        )
        for name in names
        if name not in profile.channels
    ]


def _told(key: str, checks: Sequence[Check], times: Sequence[Interval]) -> list[Problem]:
    """Each time out of control with the checks that failed in it."""
    found = []
    for begin, end in times:
        failed = [
            one.name or one.kind
            for one in checks
            if one.verdict == "out_of_control" and begin <= one.end <= end
        ]
        values = {
            "begin": minute_text(begin),
            "end": minute_text(end),
            "checks": ", ".join(dict.fromkeys(failed)) or "—",
        }
        place = Place(file=key)
        found.append(Problem("measured.out_of_control", place, values, severity="warning"))
    return found


__all__ = ["CHECKS_FILE", "Checked", "checked"]

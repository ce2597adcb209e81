"""``tongjian monitoring substitute``: what is put in the place of which hours, and why."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from tongjian.cli._output import Output
from tongjian.cli._workspace import open_rulebook
from tongjian.monitoring.hours import Hours, State
from tongjian.monitoring.profile import measured_quantities
from tongjian.monitoring.substitution import (
    STATE_WORDS,
    Explanation,
    Substituted,
    explain,
    read_hours,
    substitute,
    use_words,
)
from tongjian.problems import Place, Problem, TongjianError


@dataclass(frozen=True, slots=True)
class Series:
    """What is known of a series beside its hours."""

    quantity: str
    role: str | None
    calibrations: Sequence[str]
    highest: float | None


def run_substitute(
    out: Output, file: Path, rule: str, about: Series, rulebook: Path | None
) -> None:
    """Substitute the lost hours of a file and print where, what and why."""
    _check(about)
    try:
        hours = read_hours(file)
    except OSError as error:
        values = {"detail": error.strerror or error}
        raise TongjianError(Problem("cli.unreadable", Place(file=str(file)), values)) from error
    day = hours.start.astype("datetime64[D]").item()
    document = open_rulebook(rulebook).substitution(rule, day)
    used = substitute(
        hours,
        document,
        quantity=about.quantity,
        role=about.role,
        calibrations=[_time(one) for one in about.calibrations],
        highest=about.highest,
    )
    out.data(_plain(used, hours))
    title, basis = document.title[out.lang], document.basis
    out.say(
        f"{document.id}  {title}\n依据：{basis.document}  {basis.clause}（{basis.status}）",
        f"{document.id}  {title}\nBasis: {basis.document}  {basis.clause} ({basis.status})",
    )
    _table(out, used, hours)
    valid, put, lost, stopped = _counts(used, hours)
    out.say(
        f"{len(hours)} 小时：有效 {valid}，替代 {put}，仍缺失 {lost}，停运 {stopped}",
        f"{len(hours)} hours: valid {valid}, substituted {put}, still missing {lost}, "
        f"stopped {stopped}",
    )
    out.problems(used.notices)


def _check(about: Series) -> None:
    known = measured_quantities()
    if about.quantity not in known:
        values = {"option": "--quantity", "value": about.quantity, "expected": " | ".join(known)}
        raise TongjianError(Problem("cli.option", values=values))
    roles = ("gas", "state", "mass")
    if about.role is not None and about.role not in roles:
        values = {"option": "--role", "value": about.role, "expected": " | ".join(roles)}
        raise TongjianError(Problem("cli.option", values=values))


def _time(text: str) -> np.datetime64:
    time: np.datetime64 = np.datetime64("NaT", "s")
    with contextlib.suppress(ValueError):
        time = np.datetime64(text.replace(" ", "T"), "s")
    if np.isnat(time):
        values = {"option": "--calibration", "value": text, "expected": "2025-01-01T08:30"}
        raise TongjianError(Problem("cli.option", values=values))
    return time


def _table(out: Output, used: Substituted, hours: Hours) -> None:
    zh = out.lang == "zh"
    rows = [_row(out.lang, used, hours, first, last) for first, last in _stretches(used, hours)]
    if not rows:
        return
    headers = (
        ["自", "至", "小时", "状态", "采用值", "分档", "取法", "所用时段", "条款", "依据状态"]
        if zh
        else ["from", "to", "hours", "state", "used", "band", "how", "made from", "clause", "text"]
    )
    out.table("替代" if zh else "Substituted", headers, rows)


def _row(lang: str, used: Substituted, hours: Hours, first: int, last: int) -> list[object]:
    told = explain(used, hours, first)
    zh = lang == "zh"
    state = STATE_WORDS[told.state][0 if zh else 1]
    head = [_hour(hours, first), _hour(hours, last), last - first + 1, state]
    if told.part is None or told.band is None:
        return [*head, None, "", "该规则未提及" if zh else "not spoken of", "", "", ""]
    value = None if np.isnan(told.value) else f"{told.value:.6g}"
    begin, end = told.window
    window = "" if begin < 0 else f"{_hour(hours, begin)} – {_hour(hours, end)}"
    band = told.rule.partition("/")[2]
    how, basis = use_words(told.part, told.band, lang) + _case(told, zh), told.band.basis
    return [*head, value, band, how, window, basis.clause, basis.status]


def _case(told: Explanation, zh: bool) -> str:
    """The gap and the availability by which the band was chosen."""
    hours = told.gap[2] if told.gap else 0
    parts = [f"缺失 {hours} h" if zh else f"gap {hours} h"]
    if not np.isnan(told.availability):
        share = f"{told.availability:.2%}"
        parts.append(f"捕集率 {share}" if zh else f"availability {share}")
    return f"（{'，'.join(parts)}）" if zh else f" ({', '.join(parts)})"


def _stretches(used: Substituted, hours: Hours) -> Iterator[tuple[int, int]]:
    """Consecutive lost hours of one state for which the same is put by the same band."""
    lost = (hours.state != State.VALID) & (hours.state != State.STOPPED)
    value = np.nan_to_num(used.value, nan=np.inf)
    marks = np.stack([hours.state, used.rule, value])
    changed = np.any(marks[:, 1:] != marks[:, :-1], axis=0)
    first = 0
    for end in [*(np.flatnonzero(changed) + 1).tolist(), len(hours)]:
        if lost[first]:
            yield first, end - 1
        first = end


def _hour(hours: Hours, position: int) -> str:
    return str(hours.times[position]).replace("T", " ") + ":00"


def _counts(used: Substituted, hours: Hours) -> tuple[int, int, int, int]:
    valid = int((hours.state == State.VALID).sum())
    stopped = int((hours.state == State.STOPPED).sum())
    put = int((used.rule >= 0).sum())
    return valid, put, len(hours) - valid - put - stopped, stopped


def _plain(used: Substituted, hours: Hours) -> dict[str, Any]:
    valid, put, lost, stopped = _counts(used, hours)
    told: list[dict[str, Any]] = []
    for first, last in _stretches(used, hours):
        found: Explanation = explain(used, hours, first)
        begin, end = found.window
        window = None if begin < 0 else [_hour(hours, begin), _hour(hours, end)]
        told.append(
            {
                **found.as_dict(),
                "from": _hour(hours, first),
                "to": _hour(hours, last),
                "hours": last - first + 1,
                "window": window,
            }
        )
    return {
        "rule": used.document.id,
        "status": used.document.basis.status,
        "quantity": used.quantity,
        "hours": {"valid": valid, "substituted": put, "missing": lost, "stopped": stopped},
        "used": [None if np.isnan(one) else one for one in used.value.tolist()],
        "substituted": told,
        "notices": [one.as_dict() for one in used.notices],
    }


__all__ = ["Series", "run_substitute"]

"""The outcome of a check of a monitoring system (检验结果), with all that it rests on."""

from __future__ import annotations

import tomllib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from importlib.resources import files
from typing import Any, Literal

import numpy as np

from tongjian.monitoring.profile import measured_quantities
from tongjian.monitoring.quality._limits import CHECK_LIMIT, Limit, limit_of, rows
from tongjian.problems import Problem
from tongjian.rules import Rulebook

Verdict = Literal["passed", "adjust", "out_of_control", "not_judged"]
"""合格、须调节、失控、未判定 (where a limit is not known or the check is no full check)."""
VERDICTS: tuple[Verdict, ...] = ("passed", "adjust", "not_judged", "out_of_control")
_GRAVER: Mapping[Verdict, int] = {one: rank for rank, one in enumerate(VERDICTS)}
# Differences of decimal readings are no exact floats: 33.4 - 33.1 is a little more than 0.3.
_NOISE = 1e-9


@dataclass(frozen=True, slots=True)
class Subject:
    """What is checked and by whose rules (检验对象).

    `ruleset` names the rules, such as ``cn.hj75-2017``; `quantity` is one of
    `measured_quantities()` and `unit` that of the readings, `span` the full scale in this unit
    where it is known. `channel` is the key of the series.
    """

    ruleset: str
    quantity: str = ""
    unit: str = ""
    span: float | None = None
    channel: str = ""


@dataclass(frozen=True, slots=True)
class Figure:
    """A statistic of a check (统计量), and its limits where it is judged by one.

    A share is a plain number with the unit "%" only in print; `level` is that of the gas.
    """

    name: str
    value: float
    unit: str = ""
    level: str = ""
    limit: Limit | None = None
    control: Limit | None = None

    @property
    def within(self) -> bool | None:
        """Whether it keeps its limit; None where it has none or the limit is not known."""
        return _within(self.value, self.limit)

    def title(self, lang: str) -> str:
        """What it is called (统计量名称)."""
        return word(self.name, lang)

    def shown(self, number: float | None = None) -> str:
        """Its value, or another `number` of its kind, as it is printed."""
        number = self.value if number is None else number
        text = f"{number * 100:.4g} %" if self.unit == "share" else f"{number:.6g} {self.unit}"
        return text.strip()

    def as_dict(self) -> dict[str, Any]:
        """As plain data."""
        limits = (("limit", self.limit), ("control", self.control))
        return {
            **{one: getattr(self, one) for one in ("name", "value", "unit", "level", "within")},
            **{name: None if one is None else one.as_dict() for name, one in limits},
        }


@dataclass(frozen=True, slots=True)
class Check:
    """One check of a monitoring system (一次检验), complete enough to be recomputed.

    `begin` and `end` are its first and last moment, NaT where unknown. `figures` hold what was
    computed, `inputs` every number it was computed from; `reasons` say what led to the verdict,
    in both languages.
    """

    kind: str
    subject: Subject
    verdict: Verdict
    figures: tuple[Figure, ...]
    reasons: tuple[Problem, ...] = ()
    inputs: Mapping[str, Any] = field(default_factory=dict)
    begin: np.datetime64 = np.datetime64("NaT", "m")  # noqa: RUF009 - a datetime64 is immutable
    end: np.datetime64 = np.datetime64("NaT", "m")  # noqa: RUF009
    name: str = ""

    def figure(self, name: str, level: str = "") -> Figure | None:
        """The figure of that name, of that level of gas."""
        return next((f for f in self.figures if (f.name, f.level) == (name, level)), None)

    @property
    def status(self) -> str:
        """How well the limits are known that it was judged by, the worst of them."""
        order = ("confirmed", "seen-twice", "seen", "derived", "recalled", "not-found")
        limits = [one for f in self.figures for one in (f.limit, f.control) if one is not None]
        return max((one.status for one in limits), key=order.index, default="not-found")

    def as_dict(self) -> dict[str, Any]:
        """As plain data."""
        subject = {name: getattr(self.subject, name) for name in Subject.__slots__}
        return {
            "name": self.name,
            "kind": self.kind,
            **subject,
            "begin": None if np.isnat(self.begin) else str(self.begin),
            "end": None if np.isnat(self.end) else str(self.end),
            "verdict": self.verdict,
            "status": self.status,
            "figures": [one.as_dict() for one in self.figures],
            "reasons": [one.as_dict() for one in self.reasons],
            "inputs": dict(self.inputs),
        }


@dataclass(frozen=True, slots=True)
class Judged:
    """What one group of alternative statistics comes to: it is enough that one keeps its limit."""

    verdict: Verdict
    figures: tuple[Figure, ...]
    reasons: tuple[Problem, ...]


def judge(
    subject: Subject,
    test: str,
    figures: Iterable[Figure],
    basis: float | None,
    book: Rulebook | None,
) -> Judged:
    """Hold `figures` against the limits of the test in the band in which `basis` lies (判定).

    Passed is what keeps one of the limits; what exceeds them all but keeps a limit of control has
    to be adjusted; else it is out of control. Without any known limit nothing is judged.
    """
    limits = _limits(subject, test, basis, book)
    told = tuple(
        Figure(one.name, one.value, one.unit, one.level, *limits.get(one.name, (None, None)))
        for one in figures
    )
    judged = [one for one in told if one.within is not None]
    if not judged:
        values = {
            "test_zh": word(test, "zh"),
            "test_en": word(test, "en"),
            "quantity": subject.quantity or "-",
            "unit": subject.unit or "-",
            "ruleset": subject.ruleset,
        }
        return Judged(
            "not_judged",
            told,
            (Problem("monitoring.qa_no_limit", values=values, severity="warning"),),
        )
    if any(one.within for one in judged):
        return Judged("passed", told, ())
    kept = [one for one in judged if beyond(one) == "adjust"]
    verdict: Verdict = "adjust" if kept else "out_of_control"
    reasons = tuple(exceeded(one, verdict) for one in kept or judged)
    return Judged(verdict, told, reasons)


def beyond(figure: Figure) -> Verdict:
    """What a figure comes to that exceeds its limit (超限的结论)."""
    return "adjust" if _within(figure.value, figure.control) else "out_of_control"


def graver(verdicts: Iterable[Verdict]) -> Verdict:
    """The gravest of some verdicts; without any, nothing was judged."""
    return max(verdicts, key=_GRAVER.__getitem__, default="not_judged")


def recalled(figures: Iterable[Figure]) -> tuple[Problem, ...]:
    """A note for a verdict that rests on limits known from memory alone."""
    used = [one for f in figures if f.within is not None for one in (f.limit, f.control) if one]
    sources = dict.fromkeys(one.source for one in used if one.status == "recalled")
    return tuple(
        Problem("monitoring.qa_recalled", values={"source": one}, severity="warning")
        for one in sources
    )


def word(name: str, lang: str) -> str:
    """The name of a test, a verdict or a figure in `lang`."""
    return _words()[name][lang]


def _within(value: float, limit: Limit | None) -> bool | None:
    if limit is None or limit.number is None:
        return None
    return abs(value) <= limit.number * (1 + _NOISE)


def exceeded(figure: Figure, verdict: Verdict) -> Problem:
    """The words for a figure that exceeds its limit (超限的说明)."""
    limit, control = figure.limit, figure.control
    values = {
        "name_zh": figure.title("zh"),
        "name_en": figure.title("en"),
        "level_zh": f"（{word(figure.level, 'zh')}）" if figure.level else "",
        "level_en": f" ({word(figure.level, 'en')})" if figure.level else "",
        "value": figure.shown(),
        "limit": limit.text if limit else "",
        "control": control.text if control else "",
    }
    if verdict == "adjust":
        return Problem("monitoring.qa_adjust", values=values, severity="warning")
    return Problem("monitoring.qa_out_of_control", values=values)


def _limits(
    subject: Subject, test: str, basis: float | None, book: Rulebook | None
) -> dict[str, tuple[Limit | None, Limit | None]]:
    """Limit and limit of control of each statistic, of the most special rows that there are."""
    mine = [one for one in rows(CHECK_LIMIT, book) if one.key[:2] == (subject.ruleset, test)]
    for quantity in chain_of(subject.quantity):
        bands: dict[tuple[str, ...], dict[str, Limit]] = {}
        for one in mine:
            if one.key[2] == quantity:
                bands.setdefault(one.key, {})[one.column] = limit_of(one)
        if bands:
            return {
                key[4]: (band.get("limit"), band.get("control"))
                for key, band in bands.items()
                if key[3] in ("any", subject.unit) and _in_band(band, basis)
            }
    return {}


def chain_of(quantity: str) -> tuple[str, ...]:
    """Under which names a table may have a quantity, its own first (查表次序)."""
    known = measured_quantities().get(quantity)
    if known is None:
        return ("any",)
    return (quantity, "gas", "any") if known.role == "gas" else (quantity, "any")


def _in_band(band: Mapping[str, Limit], basis: float | None) -> bool:
    edges = {name: one.number for name, one in band.items() if name not in ("limit", "control")}
    if not edges:
        return True
    if basis is None:
        return False
    tests = {
        "least": lambda edge: basis >= edge,
        "above": lambda edge: basis > edge,
        "below": lambda edge: basis < edge,
        "most": lambda edge: basis <= edge,
    }
    return all(edge is not None and tests[name](edge) for name, edge in edges.items())


@lru_cache(maxsize=1)
def _words() -> dict[str, dict[str, str]]:
    text = (files("tongjian.monitoring.quality") / "words.toml").read_text(encoding="utf-8")
    return tomllib.loads(text)

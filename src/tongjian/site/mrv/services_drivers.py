"""What drives a number (敏感性), and how sure it is (不确定度), from the library as it stands."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from tongjian.engine import Run, sensitivity
from tongjian.papers import half_widths_of_plans, name_of
from tongjian.reports import Words
from tongjian.reports._numbers import significant
from tongjian.site.mrv.services_reports import ReportDesk
from tongjian.site.ui.texts import lang, text
from tongjian.uncertainty import Approach1, Assumptions, Contribution, approach1

_SHOWN = 15


@dataclass(frozen=True, slots=True)
class Driver:
    """A quantity behind a total (驱动量): what one per cent of it moves, and its half width."""

    name: str
    one_percent: str
    half_width: str
    share: float
    source: str
    status: str


@dataclass(frozen=True, slots=True)
class Drivers:
    """A total with its 95 % interval by error propagation, and what it rests on most."""

    unit: str
    value: str
    low: str
    high: str
    percent: str
    driving: tuple[Driver, ...]
    by_effect: tuple[Driver, ...]
    open: int


def drivers(desk: ReportDesk, run: Run, ruleset: str, cell: str | None) -> Drivers:
    """The drivers of a cell of a rule set, its total by default; raises `TongjianError`."""
    plant, year = desk.plant.code, desk.year
    found = sensitivity(run, [plant], year, ruleset, cell)
    stated = half_widths_of_plans(desk.workspace.store, desk.workspace.log, run, [plant], year)
    first = approach1(found, Assumptions.of(run.rulebook, stated=stated))
    words = Words.of(lang())
    by_effect = sorted(first.contributions, key=lambda one: -abs(one.effect))
    return Drivers(
        unit=first.unit,
        value=significant(first.value),
        low=significant(first.value - first.half_width, 8),
        high=significant(first.value + first.half_width, 8),
        percent="–" if first.percent is None else f"{first.percent:.2f}",
        driving=tuple(_listed(first, words)),
        by_effect=tuple(_driver(one, words) for one in by_effect[:_SHOWN] if one.effect),
        open=len(first.unquantified),
    )


def _listed(first: Approach1, words: Words) -> Iterator[Driver]:
    for one in first.contributions[:_SHOWN]:
        if one.assumption is not None and one.share > 0:
            yield _driver(one, words)


def _driver(one: Contribution, words: Words) -> Driver:
    said = one.assumption
    status = ""
    if said is not None:
        own = {"stated": "mrv.width_stated", "plan": "mrv.width_plan"}
        status = text(own[said.status]) if said.status in own else words.term("status", said.status)
    return Driver(
        name=name_of(one.quantity, lang()),
        one_percent=significant(one.effect / 100, 5),
        half_width="–" if said is None else f"±{said.half_width:g}",
        share=round(100 * one.share, 1),
        source="" if said is None else words.clause(said.source),
        status=status,
    )


__all__ = ["Driver", "Drivers", "drivers"]

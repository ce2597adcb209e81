"""How sure each datum is by its meter or test (计划写明的不确定度), wider where it is overdue."""

from __future__ import annotations

from dataclasses import dataclass

from tongjian.control_plan._calibration import MeterState
from tongjian.control_plan._guide import Factor, Guide
from tongjian.control_plan._link import Link, Links
from tongjian.control_plan._plan import Spread

_LARGEST = 1000.0  # as the assumptions of the uncertainty have it


@dataclass(frozen=True, slots=True)
class HalfWidth:
    """Half of the 95 % interval of a recorded series, in per cent (不确定度半宽).

    `pattern` fits the id of the series in an uncertainty analysis, ``record:facility/process unit/
    class/stream/item/tier``. `widened` is the factor by which an overdue calibration has widened
    it, over the share of the year that was overdue; 1 for none.
    """

    pattern: str
    half_width: float
    source: str
    status: str
    parameter: str
    meters: tuple[str, ...]
    widened: float = 1.0


def half_widths(links: Links, guide: Guide) -> tuple[HalfWidth, ...]:
    """What the plan states for every series of a facility's year.

    A series has none if any of its data was not obtained as planned: the plan speaks of another
    way. A meter that failed its calibration, or whose factor is not known, has none either. Where
    several meters measure together the widest counts, as if all of them erred alike; what was
    overdue for a part of the year widens the year's figure by that part.
    """
    series: dict[tuple[str, str, str], list[Link]] = {}
    for one in links.links:
        series.setdefault(one.datum, []).append(one)
    found = []
    for its in series.values():
        stated = [_stated(one, guide) for one in its]
        if all(one is not None for one in stated):
            found.append(_of_series(links, its, [one for one in stated if one]))
    return tuple(found)


@dataclass(frozen=True, slots=True)
class _Stated:
    """The half width of one datum: as stated, the factor upon it, and where they come from."""

    base: float
    factor: float
    basis: str
    widening: str
    status: str
    weight: float


def _of_series(links: Links, its: list[Link], stated: list[_Stated]) -> HalfWidth:
    total = sum(one.weight for one in stated)
    # The meter errs by the same share in every month (docs/uncertainty.md): widths add up by
    # amount and not by their squares.
    shares = [one.weight / total if total else 1 / len(stated) for one in stated]
    base = sum(share * one.base for share, one in zip(shares, stated, strict=True))
    wide = sum(share * one.base * one.factor for share, one in zip(shares, stated, strict=True))
    texts = dict.fromkeys(text for one in stated for text in (one.basis, one.widening) if text)
    statuses = [one.status for one in stated if one.status]
    unit, stream, item = (_literal(part) for part in its[0].datum)
    parameter = its[0].parameter
    meters = dict.fromkeys(one.meter for link in its for one in link.meters)
    return HalfWidth(
        pattern=f"record:{_literal(links.facility)}/{unit}/*/{stream}/{item}/*",
        half_width=min(wide, _LARGEST),
        source="; ".join(texts),
        status=statuses[0] if statuses else "stated",
        parameter="" if parameter is None else parameter.id,
        meters=tuple(meters),
        widened=wide / base if base else 1.0,
    )


def _stated(link: Link, guide: Guide) -> _Stated | None:
    """What the plan says of a datum; None where it says nothing that could be used."""
    if link.parameter is None or link.agreement != "as planned":
        return None
    own = link.parameter.uncertainty
    spreads: list[tuple[Spread, MeterState | None]] = []
    if own is not None:
        # The parameter's own statement covers its meters, and widens with the worst of them.
        spreads.append((own, max(link.meters, key=_badness, default=None)))
    else:
        for state in link.meters:
            if state.uncertainty is None:
                return None
            spreads.append((state.uncertainty, state))
    told = [_widened(spread, state, link, guide) for spread, state in spreads]
    known = [one for one in told if one is not None]
    if not known or len(known) < len(told):
        return None
    return max(known, key=lambda one: one.base * one.factor)


def _widened(spread: Spread, state: MeterState | None, link: Link, guide: Guide) -> _Stated | None:
    """A statement, wider for the part of the period in which the meter was in doubt."""
    weight = abs(float(link.row["quantity"]))
    if state is None or not state.in_doubt:
        return _Stated(spread.half_width, 1.0, spread.basis, "", "", weight)
    by: Factor | None = guide.factors.get(state.state)
    if by is None or by.factor is None:
        return None
    factor = 1 + (by.factor - 1) * state.part_of(link.period)
    widening = f"{state.meter}: {state.state} {_days(state)}, {by.source.text()}"
    return _Stated(spread.half_width, factor, spread.basis, widening, by.source.status, weight)


def _days(state: MeterState) -> str:
    return ", ".join(f"{begin}…{end}" for begin, end in state.spans)


def _badness(state: MeterState) -> int:
    return ("valid", "unknown", "overdue", "failed").index(state.state)


def _literal(text: str) -> str:
    """A text in which no letter is a wildcard."""
    return "".join(f"[{letter}]" if letter in "*?[" else letter for letter in text)


__all__ = ["HalfWidth", "half_widths"]

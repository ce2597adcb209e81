"""What is used for each hour: its own valid value, or what a document puts in its place."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from tongjian.monitoring.hours import Hours, State, Used
from tongjian.monitoring.profile import measured_quantities
from tongjian.monitoring.substitution._calendar import availability
from tongjian.monitoring.substitution._gaps import Chosen, Gap, choose, gaps
from tongjian.monitoring.substitution._notices import Notices
from tongjian.monitoring.substitution._samples import Result, Samples
from tongjian.problems import Problem
from tongjian.rules import Band, Lost, Statistic, Substitution


@dataclass(frozen=True, slots=True)
class Substituted(Used):
    """`Used` with what it was made by and what has to be known of it (采用值与提示).

    `notices` are warnings and notes in the order of their weight: hours for which there is no
    value and why, gaps of which somebody has to be told, rules known from memory only.
    """

    document: Substitution
    quantity: str
    role: str
    calibrations: tuple[np.datetime64, ...]
    highest: float | None
    notices: tuple[Problem, ...]


@dataclass(frozen=True, slots=True)
class Piece:
    """Hours of one gap that have the same band and the same value."""

    gap: Gap
    band: Band
    at: NDArray[np.int64]


@dataclass(slots=True)
class Work:
    """One series under one document: everything that its gaps are judged by."""

    document: Substitution
    state: NDArray[np.uint8]
    share: NDArray[np.float64]
    chosen: dict[Lost, Chosen]
    samples: Samples

    @classmethod
    def of(
        cls,
        hours: Hours,
        document: Substitution,
        quantity: str,
        role: str,
        calibrations: Sequence[np.datetime64],
        highest: float | None,
    ) -> Work:
        # A valid hour without a number cannot be used, and nothing can be made from it.
        lost = (hours.state == State.VALID) & ~np.isfinite(hours.value)
        state = np.where(lost, np.uint8(State.MISSING), hours.state).astype(np.uint8)
        times = hours.times
        passed = np.sort(np.array(calibrations, "datetime64[s]"))
        valid = np.flatnonzero(state == State.VALID)
        samples = Samples(times, hours.value, valid, list(passed), highest)
        share = availability(document.availability, times, state)
        return cls(document, state, share, choose(document, quantity, role), samples)

    def gaps(self) -> Iterator[Gap]:
        return gaps(self.state, self.chosen)

    def pieces(self, gap: Gap) -> Iterator[Piece]:
        """The hours of a gap by band and value, in the order of time."""
        bands = gap.part.bands
        number = self._bands(gap)
        for one in dict.fromkeys(number.tolist()):
            at = gap.at[number == one]
            keys = [self.samples.key(use, at) for use in bands[one].use]
            for part in _alike([key for key in keys if key is not None], at):
                yield Piece(gap, bands[one], part)

    def _bands(self, gap: Gap) -> NDArray[np.int64]:
        """The band of each hour of a gap; reading made sure that there is one."""
        number = np.full(len(gap), -1, np.int64)
        history = self.samples.before(gap.first)
        share = self.share[gap.at]
        for index, band in enumerate(gap.part.bands):
            if not (band.gap.holds(len(gap)) and band.history.holds(history)):
                continue
            fits = number < 0
            if not band.availability.anything:
                fits &= _within(band, share)
            number[fits] = index
        return number

    def results(self, piece: Piece) -> list[tuple[Statistic, Result]]:
        """Every statistic of a piece's band."""
        first = int(piece.at[0])
        return [(one, self.samples.make(one, piece.gap, first)) for one in piece.band.use]


def _alike(keys: list[NDArray[np.int64]], at: NDArray[np.int64]) -> Iterator[NDArray[np.int64]]:
    """Positions with the same keys together."""
    if all((key == key[0]).all() for key in keys):
        yield at
        return
    _, same = np.unique(np.stack(keys), axis=1, return_inverse=True)
    same = same.reshape(-1)
    for part in range(int(same.max()) + 1):
        yield at[same == part]


def _within(band: Band, share: NDArray[np.float64]) -> NDArray[np.bool_]:
    span = band.availability
    over = share > span.low if span.low_open else share >= span.low
    under = share < span.high if span.high_open else share <= span.high
    return over & under


def together(results: Sequence[tuple[Statistic, Result]]) -> tuple[float, int, int]:
    """The greatest of several statistics and all that it reached over; NaN if one is lacking."""
    values = [one.value for _, one in results]
    if not values or any(math.isnan(one) for one in values):
        return math.nan, -1, -1
    reached = [one.reach for _, one in results if len(one.at)]
    if not reached:
        return max(values), -1, -1
    return max(values), min(one[0] for one in reached), max(one[1] for one in reached)


def role_of(quantity: str, role: str | None) -> str:
    """The role of a quantity, where the caller does not give one."""
    if role is not None:
        return role
    known = measured_quantities().get(quantity)
    return "" if known is None else known.role


def substitute(
    hours: Hours,
    document: Substitution,
    *,
    quantity: str,
    role: str | None = None,
    calibrations: Sequence[np.datetime64] = (),
    highest: float | None = None,
) -> Substituted:
    """Put a value in the place of every hour that a document speaks of (监测数据替代).

    `hours` has the channel's values in any unit, which is also that of the result. `quantity` is a
    name of `measured_quantities()`; `role` is its own unless given ("mass" for a mass flow made
    from channels). `calibrations` are the times of passed calibrations, `highest` the channel's
    maximum potential value; rules that need them and do not get them put nothing, and say so.

    Valid hours keep their value; hours in which the source stood are never filled; `hours.state`
    is not changed. An hour for which the document has no value is NaN, and `notices` say why. The
    result depends on the hours at hand: give the hours before the first one of interest that the
    document looks back to, and the first valid hour after the last.
    """
    role = role_of(quantity, role)
    work = Work.of(hours, document, quantity, role, calibrations, highest)
    count = len(hours)
    value = np.where(work.state == State.VALID, hours.value, np.nan)
    rule, rules = np.full(count, -1, np.int16), dict[str, int]()
    reached = np.full((2, count), -1, np.int64)
    notices = Notices(document, quantity, work.samples.times, work.state)
    for gap in work.gaps():
        notices.gap(gap)
        for piece in work.pieces(gap):
            results = work.results(piece)
            number, first, last = together(results)
            if math.isnan(number):
                notices.nothing(piece.band, gap, piece.at, results)
                continue
            name = document.rule(gap.part, piece.band)
            notices.put(name, gap, piece.band, piece.at, results)
            value[piece.at], reached[0, piece.at], reached[1, piece.at] = number, first, last
            rule[piece.at] = rules.setdefault(name, len(rules))
    return Substituted(
        value=value,
        rule=rule,
        reached_from=reached[0],
        reached_to=reached[1],
        rules=tuple(rules),
        document=document,
        quantity=quantity,
        role=role,
        calibrations=tuple(work.samples.calibrations),
        highest=highest,
        notices=notices.told(work.chosen),
    )


__all__ = ["Piece", "Substituted", "Work", "role_of", "substitute", "together"]

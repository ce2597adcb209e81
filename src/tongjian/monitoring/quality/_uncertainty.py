"""Uncertainty of a measured annual mass (年排放量不确定度), after GUM (JCGM 100:2008)."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from tongjian.monitoring.quality._limits import TIER, Limit, limit_of, rows
from tongjian.problems import Problem, TongjianError
from tongjian.rules import Rulebook

_TONNES = 1e-9  # mg in t
_COVERAGE = 2.0


@dataclass(frozen=True, slots=True)
class Spreads:
    """Relative standard uncertainties of hourly values (相对标准不确定度); 0.03 is 3 %.

    `concentration` and `flow` are systematic: the calibration of the analyser and of the flow
    meter err alike in every hour, so that no number of hours averages them out.
    `concentration_random` and `flow_random` are those of one hour on its own. `substituted` is that
    of a concentration put in the place of a missing one, alike in all such hours, since they come
    from the same rule and much the same values.
    """

    concentration: float
    flow: float
    concentration_random: float = 0.0
    flow_random: float = 0.0
    substituted: float = 0.0


@dataclass(frozen=True, slots=True)
class Component:
    """A part of the uncertainty (不确定度分量): `standard` in t, its `share` of the variance."""

    name: str
    standard: float
    share: float


@dataclass(frozen=True, slots=True)
class MassUncertainty:
    """A mass and its uncertainty (质量及其不确定度).

    `mass` and `standard` in t; `components` add up in squares; `hours` were summed, `substituted`
    of them hold a value put in place, `lost` had no value and are not in the mass. `coverage` is
    the factor k of the expanded uncertainty.
    """

    mass: float
    standard: float
    components: tuple[Component, ...]
    hours: int
    substituted: int
    lost: int
    coverage: float = _COVERAGE

    @property
    def expanded(self) -> float:
        """The expanded uncertainty in t (扩展不确定度)."""
        return self.coverage * self.standard

    @property
    def relative(self) -> float:
        """The expanded uncertainty by the mass (相对扩展不确定度), NaN for no mass."""
        return self.expanded / self.mass if self.mass else float("nan")


def mass_uncertainty(
    concentration: NDArray[np.float64],
    flow: NDArray[np.float64],
    spreads: Spreads,
    substituted: NDArray[np.bool_] | None = None,
    coverage: float = _COVERAGE,
) -> MassUncertainty:
    """The mass of hourly C (mg/Nm3) x Q (Nm3/h) in t, with its uncertainty (年排放量不确定度).

    ``m_i = C_i Q_i 1e-9`` (hours of one hour), ``M = sum m_i``. With relative standard
    uncertainties u the variance of M is the sum of

    - ``(u_concentration M)^2`` and ``(u_flow M)^2``: fully correlated over all hours. Hours that
      hold a substituted concentration are in it, because it was made from values of the same
      analyser;
    - ``u_concentration_random^2 sum m_i^2`` over hours that were measured, and ``u_flow_random^2
      sum m_i^2`` over all: independent, falling with the square root of their number;
    - ``(u_substituted S)^2`` with S the mass of the hours `substituted`: correlated among them.

    Hours in which either is NaN are counted as lost and left out; they are no zeros. A first-order
    law: good while u stays below about 20 %. Raises `TongjianError` for an uncertainty below zero.
    """
    wrong = {name: u for name in Spreads.__slots__ if not (u := getattr(spreads, name)) >= 0}
    if wrong:
        raise TongjianError(
            Problem("monitoring.negative_uncertainty", values={"name": name, "value": u})
            for name, u in wrong.items()
        )
    hourly = concentration * flow * _TONNES
    there = np.isfinite(hourly)
    put = np.zeros(len(hourly), dtype=bool) if substituted is None else substituted & there
    kept = np.where(there, hourly, 0.0)
    mass, replaced = float(kept.sum()), float(kept[put].sum())
    measured_squares, squares = float((kept[~put] ** 2).sum()), float((kept**2).sum())
    parts = {
        "u_concentration": spreads.concentration * mass,
        "u_flow": spreads.flow * mass,
        "u_concentration_random": spreads.concentration_random * math.sqrt(measured_squares),
        "u_flow_random": spreads.flow_random * math.sqrt(squares),
        "u_substituted": spreads.substituted * replaced,
    }
    variance = sum(one**2 for one in parts.values())
    components = tuple(
        Component(name, abs(one), one**2 / variance if variance else 0.0)
        for name, one in parts.items()
    )
    counts = int(there.sum()), int(put.sum()), int((~there).sum())
    return MassUncertainty(mass, math.sqrt(variance), components, *counts, coverage)


@dataclass(frozen=True, slots=True)
class Tier:
    """A tier of continuous measurement (层级), and the highest uncertainty that it permits."""

    number: int
    limit: Limit


def tiers(ruleset: str, gas: str, rulebook: Rulebook | None = None) -> tuple[Tier, ...]:
    """The tiers of a gas, the least strict first (层级限值); none where the rules have none."""
    found = [
        Tier(int(one.key[2]), limit_of(one))
        for one in rows(TIER, rulebook)
        if one.key[:2] == (ruleset, gas)
    ]
    return tuple(sorted(found, key=lambda one: one.number))


def tier_reached(relative: float, of: tuple[Tier, ...]) -> Tier | None:
    """The strictest tier that a relative expanded uncertainty keeps (达到的层级), if any."""
    kept = [one for one in of if one.limit.number is not None and relative <= one.limit.number]
    return kept[-1] if kept else None

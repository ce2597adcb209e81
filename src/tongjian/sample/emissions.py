"""How a plant comes by the emissions of its outlets (污染物数据来路): monitor, test, balance."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from tongjian.sample.book import Book
from tongjian.sample.dice import Dice
from tongjian.sample.months import Month


@dataclass(frozen=True, slots=True)
class Emission:
    """One pollutant of one outlet in one month: tonnes of product `made`, kg emitted per tonne."""

    book: Book
    month: Month
    unit: str
    stream: str
    made: float
    rate: float
    dice: Dice

    def put(self, item: str, habit: str, value: float) -> None:
        self.book.put(self.month, self.unit, self.stream, item, habit, value)


Report = Callable[[Emission], None]
"""Enters an emission by one route."""


def monitored(of: Emission) -> None:
    """A monitor in the stack."""
    of.put("monitored", "emission", of.made * of.rate / 1000)


def tested(of: Emission) -> None:
    """A manual test: kg per hour over the hours of the month."""
    hours = of.month.days * 24 * of.dice.between(0.85, 0.97)
    of.put("emission_rate", "kg_per_hour", of.made * of.rate / hours)
    of.put("operating_hours", "hours", hours)


def both_ends(of: Emission) -> None:
    """Monitors before and behind the treatment."""
    monitored(of)
    inlet = of.made * of.rate / of.dice.between(0.04, 0.09) / 1000
    of.put("inlet", "emission", inlet)


def coefficient(of: Emission) -> None:
    """The plant's own coefficient, before a treatment that removes most of it."""
    removal = of.dice.around(0.98, 0.003)
    of.book.mass(of.month, of.unit, of.stream, "activity", of.made)
    of.put("coefficient", "kg_per_tonne", of.rate / (1 - removal))
    of.put("removal", "fraction", removal)
    of.put("running_rate", "fraction", 1.0)


def balance(of: Emission) -> None:
    """A balance of volatile material: what came in less what was recovered."""
    lost = of.made * of.rate / 1000
    of.put("balance_input", "emission", lost * 4)
    of.put("balance_output", "emission", lost * 3)


def sulphur(of: Emission) -> None:
    """A sulphur balance of the anodes that burn away, behind a desulphurisation."""
    of.put("fuel", "emission_t", of.made * of.dice.around(0.42, 0.01))
    of.put("sulphur", "fraction", of.dice.around(0.02, 0.05))
    of.put("sulphur_retention", "fraction", 0.0)
    # Two tonnes of SO2 from a tonne of sulphur; `rate` is what the scrubber leaves.
    of.put("removal", "fraction", 1 - of.rate / (0.42 * 0.02 * 2 * 1000))
    of.put("running_rate", "fraction", of.dice.between(0.97, 1.0))


__all__ = [
    "Emission",
    "Report",
    "balance",
    "both_ends",
    "coefficient",
    "monitored",
    "sulphur",
    "tested",
]

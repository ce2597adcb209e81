"""Numbers as a page shows them: grouped by thousands, in a unit of readable size."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal

from tongjian.reports._rounding import round_reported
from tongjian.rules import Rounding

NOTHING = "—"
_MINUS = "\u2212"
_HUNDREDTH = Decimal("0.01")


@dataclass(frozen=True, slots=True)
class Scale:
    """A unit of display: so many tonnes, with its name."""

    tonnes: int
    name: str

    def number(self, value: float) -> Decimal:
        """A value in tonnes, in this unit, to two decimals."""
        scaled = Decimal(repr(float(value))) / self.tonnes
        return scaled.quantize(_HUNDREDTH, ROUND_HALF_UP)

    def text(self, value: float | None) -> str:
        """The same, grouped by thousands."""
        return NOTHING if value is None else grouped(self.number(value))


_NAMES = {
    ("zh", "co2e"): {10_000: "万吨二氧化碳当量", 1: "吨二氧化碳当量"},
    ("zh", "tce"): {10_000: "万吨标准煤", 1: "吨标准煤"},
    ("zh", "mass"): {10_000: "万吨", 1: "吨"},
    ("en", "mass"): {1_000: "kt", 1: "t"},
    ("en", "co2e"): {1_000_000: "Mt CO₂e", 1_000: "kt CO₂e", 1: "t CO₂e"},
    ("en", "tce"): {
        1_000_000: "Mt of coal equivalent",
        1_000: "kt of coal equivalent",
        1: "t of coal equivalent",
    },
}


def scale_for(
    values: Iterable[float | None], lang: str, measure: str, *, headline: bool = False
) -> Scale:
    """The unit in which the largest of `values` (in tonnes) reads well."""
    largest = max((abs(value) for value in values if value is not None), default=0.0)
    names = _NAMES[lang, measure]
    usable = [tonnes for tonnes in names if tonnes <= largest]
    # Tables keep one unit below a headline's: a small sector must not round to nothing.
    if lang == "en" and not headline:
        usable = [tonnes for tonnes in usable if tonnes <= 1_000]
    tonnes = max(usable, default=1)
    return Scale(tonnes, names[tonnes])


def grouped(value: Decimal | int) -> str:
    """A number with thousands separators and a true minus sign."""
    shown = abs(value) if value == 0 else value
    return f"{shown:,}".replace("-", _MINUS)


def reported(value: float | None, unit: str, rounding: Rounding) -> str:
    """A value in its own unit, rounded as the rule set asks."""
    return NOTHING if value is None else grouped(round_reported(value, unit, rounding))


def change(before: float | None, after: float | None) -> str:
    """The change between two values in per cent; a share of a deduction would mislead."""
    if before is None or after is None or before <= 0 or after < 0:
        return NOTHING
    first, last = Decimal(repr(float(before))), Decimal(repr(float(after)))
    share = ((last - first) / first * 100).quantize(_HUNDREDTH, ROUND_HALF_UP)
    return f"{'+' if share > 0 else ''}{grouped(share)}%"


def significant(value: float, digits: int = 10) -> str:
    """A value of any size to so many significant digits, without an exponent."""
    text = f"{Decimal(f'{value:.{digits}g}'):,f}"
    return text.replace("-", _MINUS)


__all__ = ["NOTHING", "Scale", "change", "grouped", "reported", "scale_for", "significant"]

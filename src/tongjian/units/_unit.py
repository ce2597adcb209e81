"""Unit expressions: parsing, algebra, conversion by exact rational factors."""

from __future__ import annotations

import difflib
import re
from dataclasses import dataclass, field
from fractions import Fraction
from functools import lru_cache

from tongjian.problems import Problem, UnitError
from tongjian.units._registry import dimension, registry

# Digits are limited: a unit is typed by a user, and 10^999999999 would never be computed.
_NUMBER = re.compile(r"([0-9]{1,15}(?:\.[0-9]{1,15})?)(?:\^([0-9]{1,2})(?![0-9]))?")
_EXPONENT = re.compile(r"\^(-?\d)")


@dataclass(frozen=True, slots=True)
class Unit:
    """A unit (计量单位): exponents of dimensions and an exact scale to their base units."""

    dimension: tuple[tuple[str, int], ...]
    scale: Fraction
    text: str = field(compare=False)

    def same_dimension(self, other: Unit) -> bool:
        """Whether values can be converted between the two."""
        return self.dimension == other.dimension

    @property
    def extensive(self) -> bool:
        """Whether values add up over rows (tonnes do, GJ/t does not)."""
        return bool(self.dimension) and all(
            exponent > 0 and dimension(name).sums for name, exponent in self.dimension
        )

    @property
    def resolution(self) -> int:
        """Decimals of the *base* unit that totals of this unit keep."""
        if len(self.dimension) == 1 and self.dimension[0][1] == 1:
            return dimension(self.dimension[0][0]).resolution
        return 6

    def __mul__(self, other: Unit) -> Unit:
        return _combine(self, other, 1)

    def __truediv__(self, other: Unit) -> Unit:
        return _combine(self, other, -1)

    def __pow__(self, exponent: int) -> Unit:
        powers = tuple((name, power * exponent) for name, power in self.dimension)
        return Unit(powers if exponent else (), self.scale**exponent, f"({self.text})^{exponent}")

    def base(self) -> Unit:
        """The unit of the same dimension with scale 1."""
        return Unit(self.dimension, Fraction(1), describe(self.dimension))

    def __str__(self) -> str:
        return self.text


def _combine(left: Unit, right: Unit, sign: int) -> Unit:
    powers = dict(left.dimension)
    for name, exponent in right.dimension:
        powers[name] = powers.get(name, 0) + sign * exponent
    exponents = tuple(sorted((name, power) for name, power in powers.items() if power))
    return Unit(exponents, left.scale * right.scale**sign, describe(exponents))


def describe(exponents: tuple[tuple[str, int], ...]) -> str:
    """A dimension written with base units, such as ``tCO2/GJ``."""
    above = [_power(name, power) for name, power in exponents if power > 0]
    below = [_power(name, -power) for name, power in exponents if power < 0]
    head = "*".join(above) or "1"
    return "/".join([head, *below])


def _power(name: str, power: int) -> str:
    base = _base_units()[name]
    return base if power == 1 else f"{base}^{power}"


@lru_cache(maxsize=1)
def _base_units() -> dict[str, str]:
    names: dict[str, str] = {}
    for spelling, (scale, name) in registry().units.items():
        if scale == 1:
            names.setdefault(name, spelling)
    return names


@lru_cache(maxsize=1)
def _spelling() -> re.Pattern[str]:
    # Longest first, so that "tCO2e" is not read as "tCO2" and "t clinker" not as "t".
    ordered = sorted(registry().units, key=len, reverse=True)
    names = "|".join(re.escape(name).replace(r"\ ", " +") for name in ordered if name != "1")
    return re.compile(rf"({names})(?![\w³²])")


@lru_cache(maxsize=4096)
def parse_unit(text: str) -> Unit:
    """Read a unit such as ``GJ/10^4Nm3``, ``kgN2O/t HNO3`` or ``万吨``.

    Products are written with ``*``, quotients with ``/`` (each ``/`` divides by one factor),
    powers with ``^``. Raises `UnitError` with the nearest known spellings.
    """
    cleaned = " ".join(text.replace("×", "*").split())
    result, sign, position = Unit((), Fraction(1), "1"), 1, 0
    while True:
        factor, position = _factor(cleaned, position, text)
        result = result * factor if sign == 1 else result / factor
        if position == len(cleaned):
            return Unit(result.dimension, result.scale, text.strip())
        separator = re.compile(r" *([*·/]) *").match(cleaned, position)
        if separator is None:
            raise _unknown(text, cleaned[position:])
        sign = -1 if separator[1] == "/" else 1
        position = separator.end()


def _factor(cleaned: str, position: int, text: str) -> tuple[Unit, int]:
    found = _spelling().match(cleaned, position)
    if found:
        scale, name = registry().units[re.sub(" +", " ", found[1])]
        exponents = () if name == "one" else ((name, 1),)
        unit, end = Unit(exponents, scale, found[1]), found.end()
        power = _EXPONENT.match(cleaned, end)
        return (unit ** int(power[1]), power.end()) if power else (unit, end)
    number = _NUMBER.match(cleaned, position)
    if number:
        scale = Fraction(number[1]) ** int(number[2] or 1)
        if scale:
            return Unit((), scale, number[0]), number.end()
    raise _unknown(text, cleaned[position:])


def _unknown(text: str, rest: str) -> UnitError:
    names = list(registry().units)
    folded = {name.casefold(): name for name in names}
    word = re.split(r"[*/·^]", rest)[0].strip()
    near = [folded[word.casefold()]] if word.casefold() in folded else []
    near = near or difflib.get_close_matches(word, names, n=3)
    values = {
        "unit": text,
        "hint_zh": f"是否为：{'、'.join(near)}？" if near else "",
        "hint_en": f"Did you mean {', '.join(near)}? " if near else "",
    }
    return UnitError(Problem("units.unknown", values=values))


def convert(value: float, source: Unit, target: Unit) -> float:
    """`value` in `source` expressed in `target`; exact rational factor, rounded once.

    Raises `UnitError` when the two are not the same kind of quantity.
    """
    if not source.same_dimension(target):
        values = {
            "unit": source.text,
            "dimension": describe(source.dimension),
            "target": target.text,
            "target_dimension": describe(target.dimension),
        }
        raise UnitError(Problem("units.other_dimension", values=values))
    if source.scale == target.scale:
        return value
    return float(Fraction(value) * source.scale / target.scale)


ONE = Unit((), Fraction(1), "1")

"""Reads ``units.txt`` into names, exact scales and dimensions."""

from __future__ import annotations

import re
from dataclasses import dataclass
from fractions import Fraction
from functools import lru_cache
from importlib.resources import files

from tongjian.problems import Place, Problem, UnitError

_DEFAULT_RESOLUTION = 6
_TONNE_PREFIXES = {"t": Fraction(1), "kg": Fraction(1, 10**3), "g": Fraction(1, 10**6)}
_SUBSTANCE_PREFIXES = {**_TONNE_PREFIXES, "mg": Fraction(1, 10**9), "万t": Fraction(10**4)}
_PRODUCT_PREFIXES = {**_TONNE_PREFIXES, "kt": Fraction(10**3), "万t": Fraction(10**4)}
_DECLARATION = re.compile(r"(dimension|substance|product)\s+(\S+)\s*:\s*(.+)")


@dataclass(frozen=True, slots=True)
class Dimension:
    """A kind of quantity (量纲).

    `sums` says that adding it over rows makes sense; `resolution` is the number of decimals of
    its base unit that totals keep, because totals are sums of integers. A `pollutant` is a mass
    that counts in pollution equivalents and has no GWP.
    """

    name: str
    zh: str
    en: str
    sums: bool
    resolution: int
    product: bool = False
    pollutant: bool = False


@dataclass(frozen=True, slots=True)
class Registry:
    """All unit names with their exact scale and dimension."""

    dimensions: dict[str, Dimension]
    units: dict[str, tuple[Fraction, str]]


@lru_cache(maxsize=1)
def registry() -> Registry:
    """The registry of the package, read once."""
    text = (files("tongjian.units") / "units.txt").read_text(encoding="utf-8")
    return read_registry(text, "units.txt")


def read_registry(text: str, file: str) -> Registry:
    """Read a registry text; raises `UnitError` naming the lines that cannot be understood."""
    result = Registry({}, {})
    problems = []
    for number, raw in enumerate(text.splitlines(), start=1):
        line = raw.strip()
        if not line or line.startswith("#"):
            continue
        try:
            _read_line(line, result)
        except (ValueError, KeyError, ZeroDivisionError) as error:
            detail = {"text": f"{line} ({error})"}
            problems.append(Problem("units.registry", Place(file=file, line=number), detail))
    if problems:
        raise UnitError(problems)
    return result


def dimension(name: str) -> Dimension:
    """The declared dimension called `name`."""
    return registry().dimensions[name]


def unit_names() -> list[str]:
    """Every unit name and alias, sorted."""
    return sorted(registry().units)


def _read_line(line: str, result: Registry) -> None:
    declaration = _DECLARATION.fullmatch(line)
    if declaration:
        _declare(declaration[1], declaration[2], declaration[3], result)
        return
    name, separator, right = line.partition(" = ")
    if not separator:
        raise ValueError("no ' = '")
    definition, *aliases = [part.strip() for part in right.split("|")]
    words = definition.split()
    if words[0] == "base":
        entry = (Fraction(1), result.dimensions[words[1]].name)
    else:
        factor = Fraction(words[0])
        scale, dimension_name = result.units[" ".join(words[1:])]
        entry = (factor * scale, dimension_name)
    for spelling in (name.strip(), *aliases):
        _add_unit(spelling, entry, result)


def _declare(kind: str, code: str, description: str, result: Registry) -> None:
    words, *options = [part.strip() for part in description.split(";")]
    zh, en = (part.strip() for part in words.split("|"))
    resolution = _DEFAULT_RESOLUTION
    for option in options:
        if option.startswith("resolution "):
            resolution = int(option.removeprefix("resolution "))
        elif option not in ("sums", "pollutant"):
            raise ValueError(f"unknown option {option!r}")
    is_mass = kind != "dimension"
    name = {"dimension": code, "substance": f"mass_{code}", "product": f"product_{code}"}[kind]
    if name in result.dimensions:
        raise ValueError("declared twice")
    result.dimensions[name] = Dimension(
        name,
        zh,
        en,
        is_mass or "sums" in options,
        resolution,
        product=kind == "product",
        pollutant="pollutant" in options,
    )
    if kind == "substance":
        for prefix, scale in _SUBSTANCE_PREFIXES.items():
            _add_unit(f"{prefix}{code}", (scale, name), result)
    if kind == "product":
        for prefix, scale in _PRODUCT_PREFIXES.items():
            _add_unit(f"{prefix} {code}", (scale, name), result)


def _add_unit(spelling: str, entry: tuple[Fraction, str], result: Registry) -> None:
    if spelling in result.units:
        raise ValueError(f"unit {spelling!r} is declared twice")
    result.units[spelling] = entry

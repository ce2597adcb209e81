"""The registry: every line of units.txt, and what happens to a line that is wrong."""

from __future__ import annotations

from fractions import Fraction
from importlib.resources import files

import pytest

from tests.support import says
from tongjian.problems import UnitError
from tongjian.units import dimension, parse_unit, unit_names
from tongjian.units._registry import read_registry, registry

TEXT = (files("tongjian.units") / "units.txt").read_text(encoding="utf-8")
LINES = [line for line in TEXT.splitlines() if line.strip() and not line.startswith("#")]
BASE = "dimension mass : 质量 | mass ; sums\nt = base mass | 吨\n"


def units_of(line: str) -> list[str]:
    """The spellings that a line of the registry declares, read apart from the reader."""
    words = line.split()
    code = words[1]
    if words[0] == "dimension":
        return []
    if words[0] == "substance":
        return [f"{prefix}{code}" for prefix in ("t", "kg", "g", "mg", "万t")]
    if words[0] == "product":
        return [f"{prefix} {code}" for prefix in ("t", "kg", "g", "kt", "万t")]
    name, _, right = line.partition(" = ")
    return [name.strip(), *(alias.strip() for alias in right.split("|")[1:])]


@pytest.mark.parametrize("line", LINES)
def test_every_line_of_the_registry_works(line: str) -> None:
    kind, code = line.split()[:2]
    if kind == "dimension":
        declared = dimension(code)
        assert declared.zh and declared.en
        assert declared.sums == ("; sums" in line)
    spellings = units_of(line)
    assert (kind == "dimension") == (not spellings)
    parsed = [parse_unit(spelling) for spelling in spellings]
    for spelling, unit in zip(spellings, parsed, strict=True):
        assert unit.text == spelling
        assert unit.scale > 0
        assert parse_unit(f"{spelling}/h").same_dimension(parsed[0] / parse_unit("h"))
    if kind not in ("substance", "product"):
        assert len(set(parsed)) <= 1, "aliases are the same unit"


@pytest.mark.parametrize("kind", ["substance", "product"])
def test_masses_of_substances_and_products_have_these_prefixes(kind: str) -> None:
    codes = [line.split()[1] for line in LINES if line.startswith(kind)]
    gap = " " if kind == "product" else ""
    for code in codes:
        tonne = parse_unit(f"t{gap}{code}")
        assert tonne.scale == 1
        assert parse_unit(f"kg{gap}{code}").scale == Fraction(1, 1000)
        assert parse_unit(f"万t{gap}{code}").scale == 10_000
        assert tonne.extensive
        assert not tonne.same_dimension(parse_unit("t"))
    assert len({parse_unit(f"t{gap}{code}").dimension for code in codes}) == len(codes)


def test_every_declared_name_is_listed_once() -> None:
    spellings = [spelling for line in LINES for spelling in units_of(line)]
    assert sorted(spellings) == unit_names()
    assert len(set(spellings)) == len(spellings)


def test_every_dimension_has_a_base_unit() -> None:
    bases = {name for scale, name in registry().units.values() if scale == 1}
    assert set(registry().dimensions) == bases


@pytest.mark.parametrize(
    ("line", "detail"),
    [
        ("kg 1/1000 t", "no ' = '"),
        ("kg = 1/1000 tonne_of_oil", "tonne_of_oil"),
        ("kg = 1/0 t", "Fraction(1, 0)"),
        ("kg = one/thousand t", "one/thousand"),
        ("t = base mass", "declared twice"),
        ("kg = 1/1000 t | 吨", "declared twice"),
        ("x = base length", "length"),
        ("dimension mass : 质量 | mass", "declared twice"),
        ("dimension length : 长度 | length ; summs", "summs"),
        ("dimension length : 长度", "not enough values"),
        ("dimension length : 长度 | length ; resolution x", "invalid literal"),
    ],
)
def test_a_bad_line_is_named_with_its_number(line: str, detail: str) -> None:
    with pytest.raises(UnitError) as caught:
        read_registry(BASE + "\n# comment\n" + line + "\n", "units.txt")
    (problem,) = caught.value.problems
    assert problem.code == "units.registry"
    assert (problem.place.file, problem.place.line) == ("units.txt", 5)
    says(problem, line, detail)


def test_all_bad_lines_are_reported_at_once() -> None:
    with pytest.raises(UnitError) as caught:
        read_registry(BASE + "a\nb\nkg = 1/1000 t\nc = 1 d\n", "units.txt")
    assert [problem.place.line for problem in caught.value.problems] == [3, 4, 6]


def test_dimensions_do_not_sum_unless_declared() -> None:
    text = "dimension pressure : 压力 | pressure ; resolution 2\nMPa = base pressure\n"
    declared = read_registry(text, "x").dimensions["pressure"]
    assert (declared.sums, declared.resolution) == (False, 2)

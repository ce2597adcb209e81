"""A value too large for a total is left out and reported, the same on every back-end."""

from __future__ import annotations

import math
from pathlib import Path

import pytest

from tests.backends import RUNS, Backends, installed, params
from tests.support import Records, formulas, inputs, method, ruleset, sheet, write_rulebook
from tongjian.rules import Rulebook, load_rulebook


def test_value_beyond_the_integer_range(
    records: Records, rulebook: Rulebook, backends: Backends
) -> None:
    records.facility("F1", "steel")
    records.add("coke", "consumed", 1e14, "t", **{"class": "fuel.solid.coke"})
    records.add("bfg", "consumed", 1e9, "Nm3", **{"class": "fuel.gas"})
    snapshot = records.snapshot()
    runs = [
        backends.run(name, rulebook, snapshot, ["cn.steel.ndrc-2013"]) for name in installed(RUNS)
    ]

    assert len({one.manifest["result"] for one in runs}) == 1
    for one in runs:
        (line,) = [row for row in one.ledger if row["category"] == "fuel_combustion"]
        assert line["missing"] == 1
        (problem,) = [p for p in one.problems if p.code == "engine.too_large"]
        assert "coke" in problem.message("zh") and "coke" in problem.message("en")


# A total of tonnes is kept in grams, as a 64-bit integer per row.
MOST = 2**63 / 1e6
EDGES = [
    (MOST, None),  # the first integer that does not fit
    (math.nextafter(MOST, 0), None),  # the multiplier lies a hair above 10^6
    (MOST * (1 - 2**-49), MOST * (1 - 2**-49)),
    (-MOST * (1 - 2**-49), -MOST * (1 - 2**-49)),
    (-MOST * (1 + 2**-49), None),
    (1e300, None),
    (-1e300, None),
    (1e308 * 1.7, None),
]


@pytest.fixture
def plain(tmp_path: Path) -> Rulebook:
    leaf = sheet(
        "facility period process_unit stream",
        inputs(p={"unit": "t", "required": True}),
        streams="any",
    )
    total = formulas(total="t: sum(s.p)", most="t: sum_largest(s.p, 2)", n="1: count(s)")
    documents = method(sheets={"s": leaf, "facility": sheet("facility year", formulas=total)})
    folder = write_rulebook(tmp_path / "book", documents, ruleset())
    return load_rulebook(folder, cache=False)


@pytest.mark.parametrize("backend", params())
def test_the_edge_of_the_integers(
    plain: Rulebook, records: Records, backends: Backends, backend: str
) -> None:
    for index, (quantity, _) in enumerate(EDGES):
        records.facility(f"P{index}").add("coke", "p", quantity, "t", f"P{index}")
    compiled = plain.ruleset("test.rules", 2025)
    found = backends.sheets(backend, plain, compiled, records.snapshot(), [2025])["facility"]
    for row, (quantity, expected) in zip(found, EDGES, strict=True):
        if backend == "decimal" and row["@missing"] == 0:
            continue  # without the guard of the multiplier the last of them still fits
        assert row["@missing"] == (expected is None), quantity
        total = 0.0 if expected is None else expected
        assert float(row["total"]) == float(row["most"]) == pytest.approx(total, rel=1e-14)


def test_a_result_beyond_the_doubles_is_no_ledger_line(
    tmp_path: Path, records: Records, backends: Backends
) -> None:
    leaf = sheet(
        "facility period process_unit stream",
        inputs(p={"unit": "t", "required": True}),
        streams="any",
    )
    square = "maximum(s.p) * maximum(s.p) * (tCO2/(t*t))"
    entry = {"category": "square", "substance": "CO2"}
    total = formulas(co2={"unit": "tCO2", "is": square, "ledger": entry})
    documents = method(sheets={"s": leaf, "facility": sheet("facility year", formulas=total)})
    book = load_rulebook(write_rulebook(tmp_path / "book", documents, ruleset()), cache=False)
    records.facility("F1").add("coke", "p", 1e200, "t", "F1")
    records.facility("F2").add("coke", "p", 3, "t", "F2")
    snapshot = records.snapshot()
    runs = [backends.run(name, book, snapshot, ["test.rules"]) for name in installed(RUNS)]

    assert len({one.manifest["result"] for one in runs}) == 1
    for one in runs:
        (line,) = one.ledger
        assert (line["facility"], line["amount"]) == ("F2", 9.0)
        (problem,) = one.problems
        assert problem.code == "engine.too_large" and "F1" in problem.message("en")


@pytest.mark.parametrize("backend", params())
def test_a_total_beyond_64_bits_is_a_total(
    plain: Rulebook, records: Records, backends: Backends, backend: str
) -> None:
    """Each of the rows fits, and so does the sum, although not as a 64-bit integer."""
    records.facility()
    for index, part in enumerate((0.75, 0.5, 0.875, -0.25, 0.625)):
        records.add("coke", "p", part * MOST, "t", process_unit=f"u{index}")
    compiled = plain.ruleset("test.rules", 2025)
    (row,) = backends.sheets(backend, plain, compiled, records.snapshot(), [2025])["facility"]
    assert float(row["total"]) == pytest.approx(2.5 * MOST, rel=1e-14)
    assert float(row["most"]) == pytest.approx(1.625 * MOST, rel=1e-14)
    assert (row["n"], row["@missing"]) == (5, 0)


@pytest.mark.parametrize("backend", params(("duckdb", "spark")))
def test_such_totals_have_the_same_bits(
    plain: Rulebook, records: Records, backends: Backends, backend: str
) -> None:
    for plant in range(40):
        name = f"P{plant:02}"
        records.facility(name)
        for index in range(plant % 4 + 1):
            quantity = MOST * (0.99 - plant / 97 - index / 31)
            records.add("coke", "p", quantity, "t", name, process_unit=f"u{index}")
    compiled, snapshot = plain.ruleset("test.rules", 2025), records.snapshot()
    ours, theirs = (
        backends.sheets(name, plain, compiled, snapshot, [2025])["facility"]
        for name in ("python", backend)
    )
    for one, other in zip(ours, theirs, strict=True):
        assert one["total"].hex() == other["total"].hex()
        assert one["most"].hex() == other["most"].hex()

"""What formulas mean, case by case; every back-end has to agree.

Engines differ on division by zero, on the minimum of a missing value, on sums of nothing and on
rounding. The meaning is fixed here once, and each case runs on every back-end.
"""

from __future__ import annotations

import math
from pathlib import Path
from typing import Any

import pytest

from tests.backends import Backends, params
from tests.support import Records, method, ruleset, sheet, table, values, write_rulebook
from tests.support import formulas as formula_docs
from tests.support import inputs as input_docs
from tongjian.engine import Snapshot
from tongjian.rules import Rulebook, load_rulebook

N = None
# Of each case: formula, values of p, q (required) and x, y (optional), expected.
Case = tuple[str, dict[str, float | None], float | None]
CASES: list[Case] = [
    # constants and division
    ("7 / 2", {}, 3.5),
    ("1 / 3 * 3", {}, 1.0),
    ("44 / 12", {}, 44 / 12),
    ("p / q", {"p": 7, "q": 2}, 3.5),
    ("p / q", {"p": 1, "q": 0}, N),
    ("p / q", {"p": 0, "q": 0}, N),
    ("p / q", {"p": 1, "q": -0.0}, N),
    ("p / (q - q)", {"p": 1, "q": 5}, N),
    ("1 / p", {"p": 0}, N),
    ("p / 4", {"p": 1}, 0.25),
    ("p * 0", {"p": N}, N),
    ("0 * (p / q)", {"p": 1, "q": 0}, N),
    # a missing value goes through arithmetic and comparison
    ("p + q", {"p": 1, "q": N}, N),
    ("p - q", {"p": N, "q": 1}, N),
    ("-p", {"p": N}, N),
    ("-p", {"p": 2}, -2.0),
    ("- -p", {"p": 2}, 2.0),
    ("-(-1 * p)", {"p": 2}, 2.0),
    ("p - -1", {"p": 2}, 3.0),
    ("-rate.negative", {}, 5.0),
    ("-rate.negative * p", {"p": 2}, 10.0),
    ("p - rate.negative", {"p": 2}, 7.0),
    ("-plant.by_plant_negative", {}, 7.0),
    ("abs(p)", {"p": -3}, 3.0),
    ("abs(p)", {"p": N}, N),
    ("1 if p > q else 0", {"p": 2, "q": 1}, 1.0),
    ("1 if p > q else 0", {"p": 1, "q": 2}, 0.0),
    ("1 if p > q else 0", {"p": N, "q": 1}, N),
    ("1 if p == q else 0", {"p": N, "q": N}, N),
    ("1 if p != q else 0", {"p": N, "q": 1}, N),
    ("1 if p == q else 0", {"p": 0.0, "q": -0.0}, 1.0),
    ("1 if not p > q else 0", {"p": N, "q": 1}, N),
    ("1 if not p > q else 0", {"p": 1, "q": 1}, 1.0),
    ("1 if 0 < p <= 2 else 0", {"p": 2}, 1.0),
    ("1 if 0 < p <= 2 else 0", {"p": 3}, 0.0),
    ("1 if 0 < p <= 2 else 0", {"p": N}, N),
    # Beyond the doubles: larger than every number, and as large as anything else beyond them.
    ("1 if p * 10 > q else 0", {"p": 1e308, "q": 1}, 1.0),
    ("1 if p * 10 <= q else 0", {"p": 1e308, "q": 1}, 0.0),
    ("1 if -p * 10 < q else 0", {"p": 1e308, "q": -1e308}, 1.0),
    ("min(p * 10, q)", {"p": 1e308, "q": 1}, 1.0),
    ("max(-p * 10, q)", {"p": 1e308, "q": 1}, 1.0),
    ("q / (p * 10)", {"p": 1e308, "q": 1}, 0.0),
    # minimum, maximum, clip
    ("min(p, q)", {"p": 2, "q": 1}, 1.0),
    ("min(p, q)", {"p": 1, "q": N}, N),
    ("min(p, q)", {"p": N, "q": 1}, N),
    ("max(p, q)", {"p": 1, "q": N}, N),
    ("max(p, q)", {"p": N, "q": N}, N),
    ("max(p, q, 5)", {"p": 1, "q": 9}, 9.0),
    ("max(p, q, 5)", {"p": N, "q": 9}, N),
    ("clip(p, 0, 1)", {"p": -1}, 0.0),
    ("clip(p, 0, 1)", {"p": 0.5}, 0.5),
    ("clip(p, 0, 1)", {"p": 7}, 1.0),
    ("clip(p, 0, 1)", {"p": N}, N),
    # roots and whole numbers
    ("sqrt(p)", {"p": 2}, math.sqrt(2)),
    ("sqrt(p)", {"p": 0}, 0.0),
    ("sqrt(p)", {"p": -1}, N),
    ("sqrt(p)", {"p": N}, N),
    ("ceil(p)", {"p": 2.1}, 3.0),
    ("ceil(p)", {"p": -0.5}, 0.0),
    ("ceil(p)", {"p": 3}, 3.0),
    ("ceil(p / q)", {"p": 0.3, "q": 0.1}, 3.0),  # 2.9999999999999996
    ("ceil(p * q)", {"p": 1.1, "q": 10}, 11.0),  # 11.000000000000002
    ("ceil(p)", {"p": 3.0000001}, 4.0),
    ("ceil(p)", {"p": 3.0000000001}, 3.0),
    ("ceil(p)", {"p": 12345678901.0}, 12345678901.0),
    ("ceil(p)", {"p": 12345678901.5}, 12345678902.0),
    ("ceil(p)", {"p": N}, N),
    ("floor(p)", {"p": 2.9}, 2.0),
    ("floor(p)", {"p": 2.9999999999}, 3.0),
    ("floor(p)", {"p": -0.5}, -1.0),
    ("floor(p)", {"p": -1e-12}, 0.0),
    # ways out of a missing value
    ("coalesce(x, 9)", {"x": N}, 9.0),
    ("coalesce(x, 9)", {"x": 0}, 0.0),
    ("coalesce(x, y, p)", {"y": N, "p": N}, N),
    ("coalesce(x, y, p)", {"y": 3, "p": N}, 3.0),
    ("coalesce(none, 9)", {}, 9.0),
    ("coalesce(rate.absent, 9)", {}, 9.0),
    ("coalesce(plant.by_plant, 9)", {}, 3.0),
    ("coalesce(x if given(x) else none, 9)", {"x": N}, 9.0),
    ("coalesce(1 / q if p > 0 else none, 9)", {"p": 1, "q": 0}, 9.0),
    ("coalesce(1 / q if p > 0 else none, 9)", {"p": N, "q": 1}, 9.0),
    ("required(x)", {"x": 4}, 4.0),
    ("required(x)", {"x": N}, N),
    ("x if given(x) else 9", {"x": N}, 9.0),
    ("x if given(x) else 9", {"x": 0}, 0.0),
    ("9 if not given(x) else x", {"x": 2}, 2.0),
    ("1 if given(p) else 0", {"p": N}, 0.0),
    ("1 if given(d) else 0", {}, 0.0),
    ("1 if given(d) else 0", {"d": 4}, 1.0),
    ("d", {}, 3.0),
    ("d", {"d": 4}, 4.0),
    ("d", {"d": 0}, 0.0),
    # the branch that is not taken does not count
    ("p if q > 0 else 1 / q", {"p": 1, "q": 1}, 1.0),
    ("1 / q if q > 0 else 8", {"q": 0}, 8.0),
    ("p if given(x) else 8", {"x": N, "p": N}, 8.0),
    ("p if given(x) else 8", {"x": 1, "p": N}, N),
    # text
    ("1 if stream == 'coke' else 0", {}, 1.0),
    ("1 if stream != 'coke' else 0", {}, 0.0),
    ("1 if within(stream_class, 'fuel') else 0", {}, 1.0),
    ("1 if within(stream_class, 'fuel.solid') else 0", {}, 1.0),
    ("1 if within(stream_class, 'fuel.solid.coke') else 0", {}, 0.0),
    ("1 if within(stream_class, 'fuel.sol') else 0", {}, 0.0),
    ("1 if within(stream_class, 'fue_') else 0", {}, 0.0),
    ("1 if kind == '' else 0", {}, 1.0),
    ("1 if province == 'Jiangsu' else 0", {}, 1.0),
    ("1 if ('a' if p > 0 else 'b') == 'a' else 0", {"p": 1}, 1.0),
    ("year - 2025", {}, 0.0),
    # tables
    ("rate.constant", {}, 0.1),
    ("rate.absent", {}, N),
    ("rate.no_number", {}, N),
    ("plant.by_plant", {}, 3.0),
    ("plant.by_plant['F9']", {}, N),
    ("plant.by_plant['F1']", {}, 3.0),
]
# What is left of ∞ - ∞ and 0 * ∞ is no number, and a comparison takes it for missing. (Decimals
# reach further: there the difference is 0, and these formulas have other values.)
NO_NUMBER: list[Case] = [
    *((f"1 if p * 10 - p * 10 {op} 0 else 0", {"p": 1e308}, N) for op in ("<", "<=", ">", ">=")),
    *((f"1 if p * 10 - p * 10 {op} 0 else 0", {"p": 1e308}, N) for op in ("==", "!=")),
    ("1 if 0 < p * 10 - p * 10 else 0", {"p": 1e308}, N),
    ("1 if not (p * 10 - p * 10 > 0) else 0", {"p": 1e308}, N),
    ("1 if -(p * 10 - p * 10) > 0 else 0", {"p": 1e308}, N),
    ("min(p * 10 - p * 10, 5)", {"p": 1e308}, N),
    ("max(5, (p * 10) * 0)", {"p": 1e308}, N),
    ("clip(p * 10 - p * 10, 0, 1)", {"p": 1e308}, N),
]
CASES += NO_NUMBER
# and, or, not: T(rue), F(alse), N (missing); read from left to right.
TRUTH = {"T": 1.0, "F": -1.0, "N": None}
RESULT = {"T": 1.0, "F": 0.0, "N": None}
for left, right, both, either in (
    ("T", "T", "T", "T"),
    ("T", "F", "F", "T"),
    ("T", "N", "N", "T"),
    ("F", "T", "F", "T"),
    ("F", "F", "F", "F"),
    ("F", "N", "F", "N"),
    ("N", "T", "N", "N"),
    ("N", "F", "N", "N"),
    ("N", "N", "N", "N"),
):
    given = {"p": TRUTH[left], "q": TRUTH[right]}
    CASES.append(("1 if p > 0 and q > 0 else 0", given, RESULT[both]))
    CASES.append(("1 if p > 0 or q > 0 else 0", given, RESULT[either]))
    CASES.append(
        ("1 if not (p > 0 and q > 0) else 0", given, {1.0: 0.0, 0.0: 1.0}.get(RESULT[both]))
    )
CASES += [
    ("1 if given(x) and x > 0 else 0", {"x": N}, 0.0),
    ("1 if not given(x) or x > 0 else 0", {"x": N}, 1.0),
    ("1 if p > 0 and q > 0 and 1 / q > 0 else 0", {"p": 1, "q": 0}, 0.0),
    ("1 if q == 0 or 1 / q > 0 else 0", {"q": 0}, 1.0),
]

SUMS: list[tuple[str, list[float | None], float | None]] = [
    ("sum(s.p)", [], 0.0),
    ("sum(s.p)", [1, 2, 3], 6.0),
    ("sum(s.p)", [0.1, 0.2], 0.3),
    ("sum(s.p)", [0.1] * 10, 1.0),
    ("sum(s.p)", [N], 0.0),
    ("sum(s.p)", [1, N, 2], 3.0),
    ("sum(s.p)", [1e9, 1e-6, -1e9], 1e-6),
    ("sum(s.p)", [4e-7], 0.0),
    ("sum(s.p)", [5e-7], 1e-6),
    ("sum(s.p)", [-5e-7], -1e-6),  # ties go away from zero, on both sides
    ("sum(s.p)", [-6e-7], -1e-6),
    ("sum(s.p)", [1.5e-6, -1.5e-6], 0.0),
    ("sum(s.p) * 2", [0.25, 0.25], 1.0),
    ("sum(s.p * 2)", [0.25, N], 0.5),
    ("sum(s.p if s.p > 1 * t else 0)", [1, 2, N], 2.0),
    ("sum(s.p * rate.constant)", [10, 20], 3.0),
    ("sum(s.p * plant.by_plant['F1'])", [1, 2], 9.0),
    ("sum(s.p * rate.absent)", [1, 2], N),
    ("count(s) * t", [], 0.0),
    ("count(s) * t", [1, N], 2.0),
    ("count(s.p > 1 * t) * t", [], 0.0),
    ("count(s.p > 1 * t) * t", [1, 2, 3, N], 2.0),
    ("count(given(s.p)) * t", [1, N, N], 1.0),
    ("count(not given(s.p) or s.p == 0) * t", [1, 0, N], 2.0),
    ("sum_largest(s.p, 3)", [], 0.0),
    ("sum_largest(s.p, 3)", [N, N], 0.0),
    ("sum_largest(s.p, 3)", [1, N, 2], 3.0),
    ("sum_largest(s.p, 3)", [1, 5, N, 2, 4], 11.0),
    ("sum_largest(s.p, 2)", [-5, -1, -3], -4.0),
    ("sum_largest(s.p, 2)", [2, 2, 2], 4.0),
    ("sum_largest(s.p, 1)", [5e-7, 4e-7], 1e-6),
    ("sum_largest(s.p * 2, 1) + sum(s.p)", [1, 3], 10.0),
    ("minimum(s.p)", [3, 1, 2], 1.0),
    ("minimum(s.p)", [3, N], 3.0),
    ("minimum(s.p)", [], N),
    ("maximum(s.p)", [-3, -1], -1.0),
    ("maximum(s.p)", [N], N),
    ("median(s.p)", [], N),
    ("median(s.p)", [N, N], N),
    ("median(s.p)", [3], 3.0),
    ("median(s.p)", [9, 1, 2], 2.0),
    ("median(s.p)", [9, N, 1], 5.0),
    ("median(s.p)", [0.1, 0.2, 0.3, 0.7], 0.25),
    ("median(s.p)", [-1, -5, 5, 1], 0.0),
    ("median(s.p)", [2, 2, 2, 9], 2.0),
    ("median(s.p * 2) + median(s.p)", [1, 3, 8], 9.0),
    ("mean(s.p)", [1, 2], 1.5),
    ("mean(s.p)", [], N),
    ("weighted_mean(s.p, s.w)", [1, 4], 2.0),
    ("weighted_mean(s.p, s.w)", [], N),
    # A row without a value leaves both sides of an average.
    ("mean(s.p)", [10, N], 10.0),
    ("mean(s.p)", [N, N], N),
    ("weighted_mean(s.p, s.w)", [10, N], 10.0),
    ("weighted_mean(s.p, s.w)", [N, 7], 7.0),
    ("share(s.p, s.p > 1 * t) * t", [1, 3, N], 0.75),
    ("share(s.w, s.p > 1 * t) * t", [1, 3, N], 1 / 3),
    ("share(s.p, s.p > 1 * t) * t", [1, 3], 0.75),
    ("share(s.p, s.p > 1 * t) * t", [], N),
    ("share(s.p, s.p > 1 * t) * t", [0, 0], N),
]

RATES = table(
    "rate",
    [],
    dict.fromkeys(("constant", "absent", "no_number", "negative"), "1"),
)
BY_PLANT = table("plant", ["facility"], {"by_plant": "1", "by_plant_negative": "1"})
FILES = {
    "rate.csv": values(
        [],
        ["constant", "0.1", "1"],
        {"column": "no_number", "unit": "1", "note": "2 to 3", "status": "not-found"},
        ["negative", "-5", "1"],
    ),
    "plant.csv": values(
        ["facility"], ["F1", "by_plant", "3", "1"], ["F1", "by_plant_negative", "-7", "1"]
    ),
}


def make_book(folder: Path, sheets: dict[str, Any]) -> Rulebook:
    uses = {"rate": "rate", "plant": "plant"}
    documents = method(sheets=sheets, uses=uses), ruleset(), RATES, BY_PLANT
    return load_rulebook(write_rulebook(folder, *documents, files=FILES), cache=False)


def same(value: float | None, expected: float | None, backend: str) -> bool:
    if value is None or expected is None:
        return value is None and expected is None
    if backend == "decimal":
        return math.isclose(float(value), expected, rel_tol=1e-15, abs_tol=1e-30)
    return value == expected


# -- rows ------------------------------------------------------------------------------------

FORMULAS = {text: f"f{index}" for index, text in enumerate(dict.fromkeys(c[0] for c in CASES))}
LETTERS = "pqxyd"


@pytest.fixture(scope="module", params=params())
def rows(
    request: pytest.FixtureRequest, backends: Backends, tmp_path_factory: pytest.TempPathFactory
) -> Any:
    folder = tmp_path_factory.mktemp("rows")
    needed = {letter: {"unit": "1", "required": True} for letter in "pq"}
    more = {"x": "1", "y": "1", "d": {"unit": "1", "default": "plant.by_plant"}, "id": "1"}
    columns = {name: {"unit": "1", "is": text, "optional": True} for text, name in FORMULAS.items()}
    leaf = sheet(
        "facility period process_unit stream",
        input_docs(**needed, **more),
        formula_docs(**columns),
        streams="any",
    )
    book = make_book(folder / "book", {"s": leaf})
    records = Records(folder / "records").facility()
    for index, (_, given, _) in enumerate(CASES):
        at = {"process_unit": f"u{index:03}", "class": "fuel.solid"}
        records.add("coke", "id", index, "1", **at)
        for letter in LETTERS:
            if given.get(letter) is not None:
                records.add("coke", letter, given[letter], "1", **at)
    compiled = book.ruleset("test.rules", 2025)
    found = backends.sheets(
        request.param, book, compiled, records.snapshot(), [2025], compiles=True
    )
    return request.param, {row["id"]: row for row in found["s"]}


@pytest.mark.parametrize("index", range(len(CASES)), ids=[f"{c[0]} {c[1]}" for c in CASES])
def test_a_formula(rows: Any, index: int) -> None:
    backend, found = rows
    text, _, expected = CASES[index]
    if backend == "decimal" and CASES[index] in NO_NUMBER:
        return
    value = found[index][FORMULAS[text]]
    assert same(value, expected, backend), (text, value, expected)


# -- sums ------------------------------------------------------------------------------------


def sums_snapshot(folder: Path) -> Snapshot:
    records = Records(folder / "records")
    for index, (_, quantities, _) in enumerate(SUMS):
        facility = f"P{index:03}"
        records.facility(facility)
        records.add("coke", "other", 1, "t", facility)
        for number, quantity in enumerate(quantities):
            at = {"process_unit": f"u{number}"}
            records.add("coke", "id", number, "1", facility, **at)
            records.add("coke", "w", 2 - number, "t", facility, **at)
            if quantity is not None:
                records.add("coke", "p", quantity, "t", facility, **at)
    return records.snapshot()


SUM_FORMULAS = {text: f"f{index}" for index, text in enumerate(dict.fromkeys(s[0] for s in SUMS))}


@pytest.fixture(scope="module", params=params())
def totals(
    request: pytest.FixtureRequest, backends: Backends, tmp_path_factory: pytest.TempPathFactory
) -> Any:
    folder = tmp_path_factory.mktemp("totals")
    grain = "facility period process_unit stream"
    leaf = sheet(
        grain,
        input_docs(p={"unit": "t", "required": True}, w={"unit": "t", "required": True}, id="1"),
        streams="any",
    )
    anchor = sheet(grain, input_docs(other={"unit": "t"}), streams="any")
    columns = {name: {"unit": "t", "is": text} for text, name in SUM_FORMULAS.items()}
    columns["anchor"] = {"unit": "1", "is": "count(o)"}
    yearly = sheet("facility year", formulas=formula_docs(**columns))
    book = make_book(folder / "book", {"s": leaf, "o": anchor, "facility": yearly})
    compiled = book.ruleset("test.rules", 2025)
    found = backends.sheets(
        request.param, book, compiled, sums_snapshot(folder), [2025], compiles=True
    )
    return request.param, {row["facility"]: row for row in found["facility"]}


@pytest.mark.parametrize("index", range(len(SUMS)), ids=[f"{s[0]} {s[1]}" for s in SUMS])
def test_an_aggregate(totals: Any, index: int) -> None:
    backend, found = totals
    text, _, expected = SUMS[index]
    row = found[f"P{index:03}"]
    value = row[SUM_FORMULAS[text]]
    assert same(value, expected, backend), (text, value, expected)
    assert row["anchor"] == 1

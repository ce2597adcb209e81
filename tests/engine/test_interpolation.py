"""Values between those of a table with axes: the same on every back-end, and never a guess."""

from __future__ import annotations

import random
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import pytest

from tests.backends import Backends, params
from tests.support import (
    Records,
    codes,
    formulas,
    inputs,
    method,
    only,
    ruleset,
    says,
    sheet,
    table,
    values,
)
from tongjian.engine import (
    PlantModel,
    Run,
    compute_sheets,
    explain,
    factors_used,
    run,
    sensitivity,
)
from tongjian.engine._draws import Draws
from tongjian.problems import LANGUAGES, RuleError
from tongjian.rules import Rulebook

Book = Callable[..., Rulebook]
LEAF = "facility period process_unit"
# Two tables: along one axis, and over a plane with a gap at (2, 300).
LINE = table("line", columns={"h": "kJ/kg"}, axes={"p": "MPa"})
PLANE = table("plane", columns={"h": "kJ/kg"}, axes={"p": "MPa", "t": "degC"})
for document in (LINE, PLANE):
    del document["keys"]
FILES = {
    "line.csv": values(
        ["p"],
        ["0.1", "h", "100", "kJ/kg"],
        ["0.5", "h", "300", "kJ/kg"],
        ["1", "h", "400", "kJ/kg"],
        ["2", "h", "440", "kJ/kg"],
    ),
    "plane.csv": values(
        ["p", "t"],
        *(
            [p, t, "h", h, "kJ/kg"]
            for p, line in (
                ("1", {"100": 10, "200": 20, "300": 30}),
                ("2", {"100": 110, "200": 220}),
                ("4", {"100": 210, "200": 240, "300": 290}),
            )
            for t, h in line.items()
        ),
    ),
}
AXES = {
    "line": {"axes": {"p": "kPa"}, "columns": {"h": "kJ/kg"}},
    "plane": "plane",
}
SHEET = sheet(
    LEAF,
    inputs(
        p={"unit": "MPa", "stream": "steam", "item": "pressure"},
        t={"unit": "degC", "stream": "steam", "item": "temperature"},
        m={"unit": "t", "stream": "steam", "item": "mass", "required": True},
    ),
    formulas(
        line={
            "unit": "kJ/kg",
            "is": "interpolate(line.h, p) if given(p) else none",
            "optional": True,
        },
        plane={
            "unit": "kJ/kg",
            "is": "interpolate(plane.h, p, t) if given(p) and given(t) else none",
            "optional": True,
        },
        heat="GJ: m * (line if given(line) else 0)",
        plane_heat="GJ: m * (plane if given(plane) else 0)",
    ),
)
# pressure, temperature, expected along the line and over the plane
CASES: list[tuple[float | None, float | None, float | None, float | None]] = [
    (0.1, None, 100.0, None),
    (0.3, None, 200.0, None),
    (0.5, None, 300.0, None),
    (1.5, 150.0, 420.0, (10 + 20 + 110 + 220) / 4),
    (2.0, 100.0, 440.0, 110.0),
    (2.0, 150.0, 440.0, 165.0),
    (2.0, 200.0, 440.0, 220.0),
    (0.09, 100.0, None, None),
    (2.01, 100.0, None, 110 + (210 - 110) * 0.01 / 2),
    # The gap: neither at it nor in the cells beside it, but on their far lines.
    (2.0, 300.0, 440.0, None),
    (2.0, 250.0, 440.0, None),
    (1.5, 250.0, 420.0, None),
    (1.0, 250.0, 400.0, 25.0),
    (1.0, 300.0, 400.0, 30.0),
    (4.0, 250.0, None, 265.0),
    (4.0, 300.0, None, 290.0),
    (3.0, 200.0, None, 230.0),
    (1.0, 99.0, 400.0, None),
    (1.0, 301.0, 400.0, None),
    (4.1, 200.0, None, None),
]


def make(book: Book, sheets: dict[str, Any] | None = None, **uses: object) -> Rulebook:
    total = sheet(
        "facility year",
        formulas=formulas(
            heat="GJ: sum(s.heat)",
            plane_heat="GJ: sum(s.plane_heat)",
            co2={
                "unit": "tCO2",
                "is": "heat * (tCO2/GJ)",
                "ledger": {"category": "heat", "substance": "CO2"},
            },
        ),
    )
    made = method(sheets=sheets or {"s": SHEET, "facility": total}, uses={**AXES, **uses})
    return book(made, ruleset(binds={"line": "line"}), LINE, PLANE, files=FILES)


def steam(
    records: Records, states: Sequence[tuple[float | None, float | None]], mass: float = 1.0
) -> Any:
    records.facility()
    for index, (pressure, temperature) in enumerate(states):
        at = {"process_unit": f"u{index:03}"}
        records.add("steam", "mass", mass, "t", **at)
        if pressure is not None:
            records.add("steam", "pressure", pressure, "MPa", **at)
        if temperature is not None:
            records.add("steam", "temperature", temperature, "degC", **at)
    return records.snapshot()


@pytest.mark.parametrize("backend", params())
def test_values_between_and_at_the_places_of_a_table(
    book: Book, records: Records, backends: Backends, backend: str
) -> None:
    made = make(book)
    snapshot = steam(records, [(p, t) for p, t, _, _ in CASES])
    compiled = made.ruleset("test.rules", 2025)
    found = backends.sheets(backend, made, compiled, snapshot, [2025], compiles=True)
    for case, row in zip(CASES, found["s"], strict=True):
        for column, expected in (("line", case[2]), ("plane", case[3])):
            value = row[column]
            if expected is None or value is None:
                assert value is expected is None, (case, column)
            else:
                assert float(value) == pytest.approx(expected, rel=1e-13), (case, column)


def test_positions_that_nobody_entered(book: Book, records: Records) -> None:
    made = make(book)
    snapshot = steam(records, [(0.5, None)])  # a pressure, and no temperature anywhere
    compiled = made.ruleset("test.rules", 2025)
    for backend in ("duckdb", "python", "decimal"):
        found = compute_sheets(made, compiled, snapshot, [2025], backend)
        assert [(row["line"], row["plane"]) for row in found["s"]] == [(300, None)], backend
        assert [float(row["heat"]) for row in found["facility"]] == [pytest.approx(0.3)], backend


@pytest.mark.parametrize("backend", params(("duckdb", "spark")))
def test_back_ends_give_the_same_bits(
    book: Book, records: Records, backends: Backends, backend: str
) -> None:
    made, dice = make(book), random.Random(3)
    snapshot = steam(records, [(dice.uniform(0, 5), dice.uniform(50, 350)) for _ in range(300)])
    compiled = made.ruleset("test.rules", 2025)
    ours, theirs = (
        backends.sheets(name, made, compiled, snapshot, [2025], compiles=True)["s"]
        for name in ("python", backend)
    )
    seen = 0
    for one, other in zip(ours, theirs, strict=True):
        assert (one["line"], one["plane"]) == (other["line"], other["plane"])
        seen += one["plane"] is not None
    assert seen > 50


def ran(book: Book, records: Records, *states: tuple[float | None, float | None]) -> Run:
    return run(make(book), steam(records, states, mass=2.0), backend="python")


def test_outside_of_the_table_is_reported_with_its_span(book: Book, records: Records) -> None:
    needed = sheet(
        LEAF,
        SHEET["inputs"],
        formulas(heat="GJ: m * (interpolate(line.h, p) if given(p) else 0)"),
    )
    total = sheet("facility year", formulas=formulas(heat="GJ: sum(s.heat)"))
    made = make(book, {"s": needed, "facility": total}, plane="line")
    result = run(made, steam(records, [(1.0, None), (2.5, None)]))
    problem = only(result.problems, "engine.outside_table")
    says(problem, "u001", "line", "p 2.5 MPa", "p 0.1–2 MPa")
    (row,) = result.sheet("test.rules", "facility")
    assert (row["heat"], row["@missing"]) == (0.4, 1)


def test_explained_by_the_neighbours_in_the_table(book: Book, records: Records) -> None:
    result = ran(book, records, (0.3, None))
    node = explain(result, "test.rules", "facility", {"facility": "F1", "year": 2025}, "heat")
    (row,) = node.children[0].children
    line = next(one for one in row.children if one.formula.startswith("interpolate"))
    (between,) = [one for one in line.children if one.kind == "parameter"]
    assert between.value == pytest.approx(200) and between.key == {"table": "line", "p": "0.3 MPa"}
    assert [one.value for one in between.children] == [100.0, 300.0]
    assert {one.status for one in between.children} == {"seen"} == {between.status}
    assert line.substituted == "200 kJ/kg"


def test_the_values_used_are_the_neighbours(book: Book, records: Records) -> None:
    result = ran(book, records, (1.5, 150.0), (2.0, 200.0), (9.0, 9.0))
    used = {(one.table.id, one.value.key) for one in factors_used(result)}
    assert used == {
        ("line", ("1",)),
        ("line", ("2",)),
        *(("plane", key) for key in (("1", "100"), ("1", "200"), ("2", "100"), ("2", "200"))),
    }


def test_derivative_by_position_and_by_the_values(book: Book, records: Records) -> None:
    result = ran(book, records, (0.3, None))
    found = sensitivity(result, ["F1"], 2025, "test.rules", cell="facility.heat")
    by_id = {one.id: v for one, v in found.effects.items()}
    # heat = 2 t * 200 kJ/kg: d/dp = 200 / 0.4 per MPa, times 0.3 MPa and 2 t.
    assert next(v for k, v in by_id.items() if "/pressure/" in k) == pytest.approx(2 * 0.15)
    assert by_id["value:line/h/0.1"] == pytest.approx(2 * 0.05)
    assert by_id["value:line/h/0.5"] == pytest.approx(2 * 0.15)


def test_draws_go_through_the_table(book: Book, records: Records) -> None:
    import numpy as np

    result = ran(book, records, (0.3, None))
    model = PlantModel.of(result, "F1", 2025, "test.rules")
    pressure = next(
        one
        for one in sensitivity(result, ["F1"], 2025, "test.rules", "facility.heat").effects
        if "/pressure/" in one.id
    )
    drawn = Draws(model, {pressure: np.array([1.0, 5 / 3, 10 / 3])})
    row = model.find("facility", "heat")
    assert drawn.cell("facility", row, "heat") == pytest.approx([0.4, 0.6, 0.8])


def test_slope_beside_a_gap(book: Book, records: Records) -> None:
    """At (2, 200) the cells above lack a corner, and so the slope is that of the cell below."""
    result = ran(book, records, (2.0, 200.0))
    found = sensitivity(result, ["F1"], 2025, "test.rules", cell="facility.plane_heat")
    by_item = {one.id.split("/")[4]: v for one, v in found.effects.items() if "steam" in one.id}
    # 2 t: d/dt = (220 - 110) / 100 per degree times 200; d/dp = (240 - 220) / 2 per MPa times 2.
    assert by_item["temperature"] == pytest.approx(2 * 0.22)
    assert by_item["pressure"] == pytest.approx(2 * 0.02)


def test_draws_over_the_cells_of_a_plane(book: Book, records: Records) -> None:
    import numpy as np

    result = ran(book, records, (2.0, 150.0))
    model = PlantModel.of(result, "F1", 2025, "test.rules")
    effects = sensitivity(result, ["F1"], 2025, "test.rules", "facility.plane_heat").effects
    by_item = {one.id.split("/")[4]: one for one in effects if one.kind == "record"}
    # Places, cells, beyond the last place and the gap at (2, 300).
    states = [(2, 150), (1.5, 150), (4, 150), (3, 200), (0.8, 150), (2, 250), (4, 300)]
    drawn = Draws(
        model,
        {
            by_item["pressure"]: np.array([p / 2 for p, _ in states]),
            by_item["temperature"]: np.array([t / 150 for _, t in states]),
        },
    )
    (row,) = model.sheets["s"]
    found = drawn.cell("s", row, "plane")
    lacking = [4, 5]
    assert [n for n, value in enumerate(found) if np.isnan(value)] == lacking
    expected = [165, 90, 225, 230, 290]
    assert list(np.delete(found, lacking)) == pytest.approx(expected)


def test_largest_values_of_draws_and_their_drivers(book: Book, records: Records) -> None:
    import numpy as np

    total = sheet(
        "facility year",
        formulas=formulas(
            two="t: sum_largest(s.m, 2)",
            co2={
                "unit": "tCO2",
                "is": "two * (tCO2/t)",
                "ledger": {"category": "heat", "substance": "CO2"},
            },
        ),
    )
    records.facility()
    records.add("steam", "mass", 1.0, "t", process_unit="u")
    records.add("steam", "mass", 5.0, "t", process_unit="v")
    records.add("steam", "mass", 3.0, "t", process_unit="w")
    result = run(make(book, {"s": SHEET, "facility": total}), records.snapshot(), backend="python")
    cell = "facility.two"
    found = sensitivity(result, ["F1"], 2025, "test.rules", cell)
    assert found.value == 8.0 and sorted(found.effects.values()) == [3.0, 5.0]
    model = PlantModel.of(result, "F1", 2025, "test.rules")
    (largest,) = [one for one, effect in found.effects.items() if effect == 5.0]
    drawn = Draws(model, {largest: np.array([1.0, 0.0, 0.4])})
    row = model.find("facility", "two")
    assert list(drawn.cell("facility", row, "two")) == [8.0, 4.0, 5.0]
    node = explain(result, "test.rules", "facility", {"facility": "F1", "year": 2025}, "two")
    assert [one.value for one in node.children[0].children] == [5.0, 3.0]


def test_a_median_of_draws_and_its_drivers(book: Book, records: Records) -> None:
    import numpy as np

    total = sheet(
        "facility year",
        formulas=formulas(
            middle="t: median(s.m)",
            co2={
                "unit": "tCO2",
                "is": "middle * (tCO2/t)",
                "ledger": {"category": "heat", "substance": "CO2"},
            },
        ),
    )
    for facility, masses in (("F1", (1.0, 5.0, 3.0, 9.0)), ("F2", (2.0, 8.0, 4.0))):
        records.facility(facility)
        for at, mass in enumerate(masses):
            records.add("steam", "mass", mass, "t", facility, process_unit=f"u{at}")
    made = make(book, {"s": SHEET, "facility": total})
    result = run(made, records.snapshot(), backend="python")
    even = sensitivity(result, ["F1"], 2025, "test.rules", "facility.middle")
    # The mean of the two in the middle, 3 and 5: half of the effect comes from each.
    assert even.value == 4.0 and sorted(even.effects.values()) == [1.5, 2.5]
    odd = sensitivity(result, ["F2"], 2025, "test.rules", "facility.middle")
    assert odd.value == 4.0 and list(odd.effects.values()) == [4.0]
    model = PlantModel.of(result, "F1", 2025, "test.rules")
    (five,) = [one for one, effect in even.effects.items() if effect == 2.5]
    drawn = Draws(model, {five: np.array([1.0, 0.0, 2.0])})
    row = model.find("facility", "middle")
    assert list(drawn.cell("facility", row, "middle")) == [4.0, 2.0, 6.0]
    certain = Draws(model, {})
    assert certain.cell("facility", row, "middle") == 4.0


@pytest.mark.parametrize("backend", params())
def test_years_without_a_value(
    book: Book, records: Records, backends: Backends, backend: str
) -> None:
    files = {**FILES, "line.csv": values(["p"], *(
        [p, "h", h, "kJ/kg", "2025-01-01"] for p, h in (("0.1", "100"), ("2", "500"))
    ))}  # fmt: skip
    total = sheet("facility year", formulas=formulas(heat="GJ: sum(s.heat)"))
    made = book(
        method(sheets={"s": SHEET, "facility": total}, uses=AXES),
        ruleset(binds={"line": "line"}), LINE, PLANE, files=files,
    )  # fmt: skip
    records.facility()
    for year in (2024, 2025):
        records.add("steam", "mass", 1.0, "t", period=f"{year}")
        records.add("steam", "pressure", 2.0, "MPa", period=f"{year}")
    snapshot = records.snapshot()
    compiled = made.ruleset("test.rules", 2025)
    rows = backends.sheets(backend, made, compiled, snapshot, [2024, 2025])["s"]
    assert [row["line"] for row in rows] == [None, 500]


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("line.h", "rules.with_axes"),
        ("interpolate(line.h, p, t)", "rules.key_count"),
        ("interpolate(line.h, p * 2)", "rules.position"),
        ("interpolate(line.h, t)", "rules.unit_differs"),
        ("interpolate(line.nothing, p)", "rules.unknown_name"),
        ("interpolate(nowhere.h, p)", "rules.unknown_owner"),
        ("interpolate(p, p)", "rules.interpolate"),
        ("interpolate(plain.ef, p)", "rules.interpolate"),
        ("sum_largest(s.m, 0)", "rules.how_many"),
        ("sum_largest(s.m, p)", "rules.how_many"),
    ],
)
def test_refused_formulas(book: Book, text: str, code: str) -> None:
    coarse = "sum_largest" in text
    leaf = sheet(
        LEAF,
        inputs(
            p={"unit": "MPa", "stream": "steam", "item": "pressure", "required": True},
            t={"unit": "degC", "stream": "steam", "item": "temperature", "required": True},
            m={"unit": "t", "stream": "steam", "item": "mass", "required": True},
        ),
        formulas(h=f"kJ/kg: {'0' if coarse else text}"),
    )
    yearly = sheet("facility year", formulas=formulas(x=f"t: {text if coarse else 'sum(s.m)'}"))
    made = method(sheets={"s": leaf, "facility": yearly}, uses={**AXES, "plain": "plain"})
    plain = table("plain", [], {"ef": "kJ/kg"})
    files = {**FILES, "plain.csv": values([], ["ef", "1", "kJ/kg"])}
    with pytest.raises(RuleError) as caught:
        book(made, ruleset(binds={"line": "line"}), LINE, PLANE, plain, files=files)
    assert code in codes(caught.value.problems)
    for lang in LANGUAGES:
        assert caught.value.problems[0].text(lang)


@pytest.mark.parametrize("text", ["0.50", "+1", "1e3", "", "x"])
def test_places_on_an_axis_are_plain_numbers(book: Book, text: str) -> None:
    files = {**FILES, "line.csv": values(["p"], [text, "h", "100", "kJ/kg"])}
    with pytest.raises(RuleError) as caught:
        book(method(sheets={"s": SHEET}, uses=AXES), LINE, PLANE, files=files)
    assert {"rules.axis_number", "rules.csv_key"} & set(codes(caught.value.problems))


def test_a_table_with_other_axes_does_not_fit(book: Book, tmp_path: Path) -> None:
    with pytest.raises(RuleError) as caught:
        book(
            method(sheets={"s": SHEET}, uses=AXES),
            ruleset(binds={"line": "plane"}), LINE, PLANE, files=FILES,
        )  # fmt: skip
    assert "rules.table_keys" in codes(caught.value.problems)


SPARSE = values(
    ["p", "t"],
    *(["1", str(t), "h", t, "kJ/kg"] for t in (100, 200, 300, 400, 500)),
    ["2", "500", "h", 700, "kJ/kg"],
    ["3", "100", "h", 5, "kJ/kg"],
)


@pytest.mark.parametrize(
    ("p", "t", "expected"),
    [
        (1, 250, 250.0),
        (2, 500, 700.0),
        (1.5, 500, (500 + 700) / 2),  # along the only line that both have
        (1.5, 450, None),
        (2, 300, None),  # half of the line at 2 is empty
        (2.5, 500, None),  # the line at 3 has nothing there
        (3, 100, 5.0),
        (2.5, 100, None),
    ],
)
@pytest.mark.parametrize("backend", params())
def test_lines_that_are_mostly_empty(
    book: Book,
    records: Records,
    backends: Backends,
    backend: str,
    p: float,
    t: float,
    expected: float | None,
) -> None:
    total = sheet("facility year", formulas=formulas(heat="GJ: sum(s.heat)"))
    made = method(sheets={"s": SHEET, "facility": total}, uses=AXES)
    files = {**FILES, "plane.csv": SPARSE}
    found = book(made, ruleset(binds={"line": "line"}), LINE, PLANE, files=files)
    compiled = found.ruleset("test.rules", 2025)
    snapshot = steam(records, [(p, t)])
    (row,) = backends.sheets(backend, found, compiled, snapshot, [2025])["s"]
    value = row["plane"]
    assert (None if value is None else pytest.approx(float(value))) == expected


def test_an_axis_of_one_place_has_a_value_only_there(book: Book, records: Records) -> None:
    total = sheet("facility year", formulas=formulas(heat="GJ: sum(s.heat)"))
    made = method(sheets={"s": SHEET, "facility": total}, uses=AXES)
    one = values(["p"], ["0.5", "h", "300", "kJ/kg"])
    found = book(
        made, ruleset(binds={"line": "line"}), LINE, PLANE, files={**FILES, "line.csv": one}
    )
    snapshot = steam(records, [(0.5, None), (0.51, None)])
    compiled = found.ruleset("test.rules", 2025)
    rows = compute_sheets(found, compiled, snapshot, [2025], "duckdb")
    assert [row["line"] for row in rows["s"]] == [300.0, None]

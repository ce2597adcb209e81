"""The value of a table with which a cell becomes zero."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from tests.support import (
    Document,
    Records,
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
from tongjian.engine import Backend, Place, Run, run, seek
from tongjian.problems import EngineError
from tongjian.rules import Rulebook

Book = Callable[..., Rulebook]
MARK = table("mark", ["sector"], {"balance": "t/kt", "other": "1"})
SPAN = {"valid_from": "2025-01-01", "valid_to": "2025-12-31"}
FILES = {
    "mark.csv": values(
        ["sector"],
        {"sector": "test", "column": "balance", "unit": "t/kt", "status": "not-found", **SPAN},
        ["test", "other", "1", "1"],
    )
}
LINE = sheet(
    "facility period process_unit",
    inputs(
        emitted={"unit": "t", "stream": "plant", "item": "emitted", "required": True},
        made={"unit": "kt", "stream": "plant", "item": "made", "required": True},
    ),
)
PLANT = sheet(
    "facility year",
    formulas=formulas(
        emitted="t: sum(line.emitted)",
        made="kt: sum(line.made)",
        level="t/kt: emitted / made",
        yield_="kt/t: made / emitted",
        before={"unit": "t", "is": "previous(total.emitted)", "optional": True},
    ),
)
TOTAL = sheet("facility year", formulas=formulas(emitted="t: sum(line.emitted)"))
JUDGED = sheet(
    "facility year",
    formulas=formulas(
        rows="1: count(plant)",
        gap="1: (mark.balance - plant.level) / mark.balance",
        change="t: plant.emitted * clip(gap * 15 / 100, -3 / 100, 3 / 100)",
    ),
)
SECTOR = sheet(
    "sector year",
    formulas=formulas(
        change="t: sum(judged.change)",
        least="kg/kt: 1 / maximum(plant.yield_)",
        most="t/kt: maximum(plant.level)",
        made="kt: sum(plant.made)",
        level="1: mark.balance / (1 * t/kt)",
        square="1: (level - 850) * (level - 900)",
        jump="t: 1 * t if mark.balance > 850 * (t/kt) else -1 * t",
    ),
)  # fmt: skip
SHEETS: dict[str, Document] = {
    "line": LINE, "total": TOTAL, "plant": PLANT, "judged": JUDGED, "sector": SECTOR,
}  # fmt: skip
ROW = {"sector": "test", "year": 2025}
BALANCE = Place("mark", "balance", ("test",))
THREE = ((1_600_000, 2000), (1_290_000, 1500), (950_000, 1000))


@pytest.fixture
def made(book: Book) -> Rulebook:
    judged = ruleset(boundary="market", selected="on_request")
    return book(method(sheets=SHEETS, uses={"mark": "mark"}), judged, MARK, files=FILES)


def computed(
    made: Rulebook, records: Records, *plants: tuple[float, float], backend: Backend = "python"
) -> Run:
    for number, (emitted, out) in enumerate(plants, start=1):
        records.facility(f"F{number}", sector="test")
        records.add("plant", "emitted", emitted, "t", f"F{number}", "2025")
        records.add("plant", "made", out, "kt", f"F{number}", "2025")
    return run(made, records.snapshot(), ["test.rules"], backend=backend)


@pytest.mark.parametrize("backend", ["python", "duckdb"])
def test_the_balance_is_the_emission_weighted_mean(
    made: Rulebook, records: Records, backend: Backend
) -> None:
    first = computed(made, records, *THREE, backend=backend)
    assert first.sheet("test.rules", "sector")[0]["change"] == 0  # no row has a value
    found = seek(first, "test.rules", ("sector", "change"), ROW, BALANCE, ("least", "most"))
    # (1.6 x 0.80 + 1.29 x 0.86 + 0.95 x 0.95) / (1.6 + 1.29 + 0.95) t/t, in t/kt
    assert found.value == pytest.approx(857.265625, rel=1e-8)
    assert (found.unit, found.left_unit) == ("t/kt", "t")
    assert abs(found.left) <= 1e-3
    assert found.table == f"mark~balance[test]@2025={found.printed}"
    again = run(made, first.snapshot, ["test.rules"], binds=found.binds, backend=backend)
    changes = [row["change"] for row in again.sheet("test.rules", "judged")]
    assert changes == pytest.approx([16032.08, -617.20, -15414.88], abs=0.005)
    assert again.sheet("test.rules", "sector")[0]["change"] == pytest.approx(found.left, abs=1e-6)
    assert again.manifest["binds"] == {"mark": found.table}
    assert again.problems == []


def test_with_caps_it_is_not_the_mean(made: Rulebook, records: Records) -> None:
    """E = 1000, 1000 at 0.5 and 0.9 with 8000 at 0.8 t/t.

    The first is at +3 % as long as B >= 0.625: 30 + 150 (1 - 0.9/B) + 1200 (1 - 0.8/B) = 0, so
    1380 B = 135 + 960 and B = 0.7934783 t/t. The mean would be (0.5 + 0.9 + 6.4)/10 = 0.78.
    """
    first = computed(made, records, (1000, 2), (1000, 1000 / 900), (8000, 10))
    found = seek(first, "test.rules", ("sector", "change"), ROW, BALANCE, (400, 1200))
    assert found.value == pytest.approx(1000 * 1095 / 1380, rel=1e-6)


def test_a_value_put_in_before_is_replaced(made: Rulebook, records: Records) -> None:
    first = computed(made, records, *THREE)
    binds = {"mark": "mark~other[test]=2;balance[test]@2025=1"}
    bound = run(made, first.snapshot, ["test.rules"], binds=binds)
    found = seek(bound, "test.rules", ("sector", "change"), ROW, BALANCE, ("least", "most"))
    assert found.table == f"mark~other[test]=2;balance[test]@2025={found.printed}"


def test_what_rests_on_the_records_or_the_year_before(book: Book, records: Records) -> None:
    """Then the records are read again: a run keeps no rows of them."""
    direct = sheet(
        "sector year",
        formulas=formulas(left="t: sum(line.emitted) - sum(line.made) * mark.balance"),
    )
    before = sheet(
        "facility year",
        formulas=formulas(
            rows="1: count(total)",
            left="t: coalesce(previous(total.emitted), 0) - mark.balance * (1 * kt)",
        ),
    )
    document = method(sheets={"line": LINE, "total": TOTAL, "direct": direct, "before": before},
                      uses={"mark": "mark"})  # fmt: skip
    made = book(document, ruleset(boundary="market", selected="on_request"), MARK, files=FILES)
    records.add("plant", "emitted", 500, "t", "F1", "2024")
    records.add("plant", "made", 1, "kt", "F1", "2024")
    first = computed(made, records, (900, 2))
    late = run(made, first.snapshot, ["test.rules"], [2025])
    one = seek(late, "test.rules", ("direct", "left"), ROW, BALANCE, (0, 1000))
    assert one.value == pytest.approx(450, abs=1e-3)
    key = {"facility": "F1", "year": 2025}
    two = seek(late, "test.rules", ("before", "left"), key, BALANCE, (0, 1000), tolerance=1e-6)
    assert two.value == pytest.approx(500, abs=1e-6)


def test_one_plant_gives_its_own_level(made: Rulebook, records: Records) -> None:
    """Both ends of the bracket are the same."""
    first = computed(made, records, (900, 1))
    found = seek(first, "test.rules", ("sector", "change"), ROW, BALANCE, ("least", "most"))
    assert found.value == 900


@pytest.mark.parametrize(
    ("column", "bracket", "code", "said"),
    [
        ("change", (100, 200), "engine.seek_none", "100 – 200"),
        ("change", (900, 900), "engine.seek_none", "900 – 900"),
        ("change", (900, 100), "engine.seek_bracket", "900 – 100"),
        ("change", ("least", "made"), "engine.seek_bracket", "made"),
        ("square", (800, 1000), "engine.seek_several", "850"),
        ("jump", (800, 1000), "engine.seek_jump", "850"),
        ("nothing", (800, 1000), "engine.unknown_cell", "sector.nothing"),
    ],
)
def test_where_there_is_no_answer(
    made: Rulebook,
    records: Records,
    column: str,
    bracket: tuple[float, float],
    code: str,
    said: str,
) -> None:
    first = computed(made, records, *THREE)
    with pytest.raises(EngineError) as caught:
        seek(first, "test.rules", ("sector", column), ROW, BALANCE, bracket)
    says(only(caught.value.problems, code), said)


def test_a_flat_stretch_does_not_decide(made: Rulebook, records: Records) -> None:
    """Two plants far apart are at their caps for every value between: any of them would do."""
    first = computed(made, records, (1000, 10), (1000, 1))
    with pytest.raises(EngineError) as caught:
        seek(first, "test.rules", ("sector", "change"), ROW, BALANCE, ("least", "most"))
    says(only(caught.value.problems, "engine.seek_several"), "sector.change")


def test_a_cell_has_to_rest_on_the_value(made: Rulebook, records: Records) -> None:
    first = computed(made, records, *THREE)
    key = {"facility": "F1", "year": 2025}
    with pytest.raises(EngineError) as caught:
        seek(first, "test.rules", ("plant", "level"), key, BALANCE, (1, 2))
    says(only(caught.value.problems, "engine.seek_unmoved"), "plant.level")


@pytest.mark.parametrize(
    "place", [Place("none", "balance", ("test",)), Place("mark", "balance", ("else",))]
)
def test_a_place_has_to_exist(made: Rulebook, records: Records, place: Place) -> None:
    first = computed(made, records, *THREE)
    with pytest.raises(EngineError) as caught:
        seek(first, "test.rules", ("sector", "change"), ROW, place, (1, 2))
    says(only(caught.value.problems, "engine.seek_place"), "2025")


def test_the_row_has_to_exist(made: Rulebook, records: Records) -> None:
    first = computed(made, records, *THREE)
    with pytest.raises(EngineError) as caught:
        row = {"sector": "test", "year": 2030}
        seek(first, "test.rules", ("sector", "change"), row, BALANCE, (1, 2))
    says(only(caught.value.problems, "engine.unknown_cell"), "sector=test year=2025")

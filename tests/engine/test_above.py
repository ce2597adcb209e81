"""A row that reads the coarser row it belongs to: shares, allocation, on every back-end."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from tests.engine.sheets import LEAF_SHEET, PLAIN, AllAlike, Book, make, some
from tests.support import Document, Records, codes, formulas, inputs, only, says, sheet
from tongjian.engine import explain, run, sensitivity
from tongjian.engine._draws import Draws
from tongjian.engine._plant_model import PlantModel
from tongjian.problems import RuleError

YEAR, UNITS = "facility year", "facility year process_unit"
PLANT = sheet(YEAR, formulas=formulas(part="t: sum(u.part)", used="MWh: sum(u.used)"))
BY_UNIT = sheet(UNITS, formulas=formulas(part="t: sum(s.part)", used="MWh: sum(s.used)"))
SHARE = sheet(
    UNITS,
    formulas=formulas(
        own="t: sum(u.part)",
        share="1: own / plant.part",
        given="MWh: plant.used * share",
        half={"unit": "kg", "is": "plant.part * share / 2"},
    ),
)
BACK = sheet(
    YEAR,
    formulas=formulas(
        given="MWh: sum(shared.given)", half="t: sum(shared.half)", n="1: count(shared)"
    ),
)
ALL: dict[str, Document] = {
    "s": LEAF_SHEET, "u": BY_UNIT, "plant": PLANT, "shared": SHARE, "back": BACK,
}  # fmt: skip


def test_shares_of_a_whole_add_up_to_it(book: Book, records: Records, all_alike: AllAlike) -> None:
    found = all_alike(make(book, **ALL), some(records))
    for row in found["shared"]:
        whole = next(
            one for one in found["plant"]
            if (one["facility"], one["year"]) == (row["facility"], row["year"])
        )  # fmt: skip
        assert row["share"] == row["own"] / whole["part"]
    first, whole = found["back"][0], found["plant"][0]
    # 2024: units u1, u2, u3 hold 1 + 2 + 7 + 8, 3 + 4 + 9 + 10 and 5 + 6 + 11 + 12 of 78.
    assert [row["own"] for row in found["shared"][:3]] == [18, 26, 34]
    assert first["given"] == pytest.approx(whole["used"], abs=2e-6)
    assert first["half"] == pytest.approx(39, abs=2e-6)
    assert first["n"] == 3


def test_the_order_of_the_sheets_does_not_matter(
    book: Book, records: Records, all_alike: AllAlike
) -> None:
    turned = dict(reversed(ALL.items()))
    snapshot = some(records)
    one, other = (all_alike(make(book, **sheets), snapshot) for sheets in (ALL, turned))
    assert one["shared"] == other["shared"]


@pytest.mark.parametrize("grain", [YEAR, UNITS, "facility", "year"])
def test_any_row_above_may_be_read(
    book: Book, records: Records, grain: str, all_alike: AllAlike
) -> None:
    whole = sheet(grain, formulas=formulas(part="t: sum(s.part)"))
    shared = sheet(
        f"{UNITS} stream",
        formulas=formulas(
            own="t: sum(s.part)", share="1: own / whole.part", much="1: 1 if share > 0.1 else 0"
        ),
    )
    found = all_alike(make(book, s=LEAF_SHEET, whole=whole, shared=shared), some(records))
    names = grain.split()
    sums: dict[tuple[Any, ...], float] = {}
    for row in found["shared"]:
        key = tuple(row[name] for name in names)
        sums[key] = sums.get(key, 0.0) + row["share"]
    assert len(sums) == len(found["whole"])
    assert list(sums.values()) == pytest.approx([1.0] * len(sums))


def test_a_row_above_that_is_not_there_is_missing(
    book: Book, records: Records, all_alike: AllAlike
) -> None:
    only_tar = sheet(
        "facility period process_unit", inputs(tar={"unit": "t", "item": "mass", "stream": "tar"})
    )
    tar = sheet(UNITS, formulas=formulas(tar="t: sum(coalesce(o.tar, 0))"))
    shared = sheet(
        UNITS,
        formulas=formulas(
            own="t: sum(s.part)",
            safe="t: coalesce(tar.tar, 0 * t) + own",
            bare="t: tar.tar + own",
        ),
    )
    total = formulas(safe="t: sum(shared.safe)", bare="t: sum(shared.bare)")
    records.facility("F1").unit("F1", "u1", kind="boiler")
    records.add("tar", "mass", 2.0, "t", "F1", "2024", process_unit="u1", **{"class": "fuel"})
    for unit in ("u1", "u2"):
        at = {"process_unit": unit, "class": "fuel"}
        records.add("coke", "mass", 5.0, "t", "F1", "2024", **at)
    snapshot = records.snapshot()
    made = make(
        book, s=LEAF_SHEET, o=only_tar, tar=tar, shared=shared,
        facility=sheet(YEAR, formulas=total),
    )  # fmt: skip
    found = all_alike(made, snapshot)
    assert [(row["safe"], row["bare"]) for row in found["shared"]] == [(9, 9), (5, None)]
    assert (found["facility"][0]["safe"], found["facility"][0]["bare"]) == (14, 9)
    assert found["facility"][0]["@missing"] == 1
    for backend in ("python", "duckdb"):
        problem = only(run(made, snapshot, backend=backend).problems, "engine.no_result")
        says(problem, "bare", "u2")


def test_rows_left_out_above_are_counted_below(
    book: Book, records: Records, all_alike: AllAlike
) -> None:
    # Tar has no share: six rows of the plant lack a value and every share of it says so.
    whole = sheet(YEAR, formulas=formulas(part="t: sum(s.part * by_class.share)"))
    own = formulas(own="t: sum(s.part)", share="1: own / whole.part")
    sheets = {"s": LEAF_SHEET, "whole": whole, "shared": sheet(UNITS, formulas=own)}
    made = make(book, **sheets)
    found = all_alike(made, some(records))
    assert {row["@missing"] for row in found["whole"]} == {6}
    assert {row["@missing"] for row in found["shared"]} == {6}
    assert {row["@missing whole"] for row in found["shared"]} == {6}


def test_a_value_that_the_coarser_sheet_lacks_is_reported_once(
    book: Book, records: Records
) -> None:
    whole = sheet(YEAR, formulas=formulas(part="t: sum(s.part) / (sum(s.part) - sum(s.part)) * t"))
    own = formulas(own="t: sum(s.part)", share="1: own / whole.part")
    made = make(book, s=LEAF_SHEET, whole=whole, shared=sheet(UNITS, formulas=own))
    snapshot = some(records)
    for backend in ("python", "duckdb"):
        found = run(made, snapshot, backend=backend).problems
        assert codes(found) == ["engine.division_by_zero"] * 4


def test_whole_runs_agree(book: Book, records: Records) -> None:
    made, snapshot = make(book, **ALL), some(records)
    one, other = (run(made, snapshot, backend=b) for b in ("python", "duckdb"))
    assert one.manifest == other.manifest
    columns = ["own", "share", "given", "half", "plant.part", "plant.used", "@missing"]
    rows = [[[row[name] for name in columns] for row in r.sheet("test.rules", "shared")]
            for r in (one, other)]  # fmt: skip
    assert rows[0] == rows[1]


def test_explained_up_and_down_again(book: Book, records: Records) -> None:
    result = run(make(book, **ALL), some(records))
    key = {"facility": "F1", "year": 2024, "process_unit": "u1"}
    node = explain(result, "test.rules", "shared", key, "given")
    # Of 1, 2, 4, 5, 7, 8, 10 and 11 sevenths of a MWh each in 2024: 48 / 7; and 18 of 78 t.
    assert node.substituted == "6.857143 MWh * 0.2307692308"
    above, share = node.children
    assert above.formula == "sum(u.used)"
    assert above.key == {"facility": "F1", "year": 2024}
    assert share.substituted == "18 t / 78 t"
    assert above.children[0].children[0].key["process_unit"] in ("u1", "u2", "u3")


def _with_ledger() -> dict[str, Document]:
    line = formulas(
        co2={
            "unit": "tCO2",
            "is": "sum(s.part) * (tCO2/t)",
            "ledger": {"category": "c", "substance": "CO2"},
        }
    )
    return ALL | {"lines": sheet(YEAR, formulas=line)}


def test_what_drives_a_share(book: Book, records: Records) -> None:
    # given summed over the units is all the power, whatever the masses are.
    result = run(make(book, **_with_ledger()), some(records))
    found = sensitivity(result, ["F1"], 2024, "test.rules", "back.given")
    by_item = {"mass": 0.0, "power": 0.0}
    for quantity, effect in found.effects.items():
        by_item[quantity.id.split("/")[4]] += effect
    assert by_item["power"] == pytest.approx(found.value, rel=1e-6)
    assert by_item["mass"] == pytest.approx(0.0, abs=1e-9)
    each = [effect for one, effect in found.effects.items() if "/power/" in one.id]
    assert min(each) > 0


def test_draws_follow_a_share(book: Book, records: Records) -> None:
    result = run(make(book, **_with_ledger()), some(records))
    model = PlantModel.of(result, "F1", 2024, "test.rules")
    row = next(one for one in model.sheets["shared"] if one["process_unit"] == "u1")
    leaf = model.sheets["s"][0]
    quantity = model.recorded(model.program.sheets["s"], leaf, "mass")
    assert quantity.id.startswith("record:F1/u1/")
    drawn = Draws(model, {quantity: np.array([1.0, 2.0])}).cell("shared", row, "share")
    # The series of the unit's stream doubles in every month: a and b of u1, the rest as it was.
    doubled = sum(
        one["mass"] for one in model.sheets["s"]
        if (one["process_unit"], one["stream"]) == ("u1", leaf["stream"])
    )  # fmt: skip
    assert list(drawn) == pytest.approx([18 / 78, (18 + doubled) / (78 + doubled)])


@pytest.mark.parametrize(
    ("sheets", "code", "said"),
    [
        (
            {"s": sheet("facility period process_unit stream", inputs(mass="t"),
                        PLAIN | formulas(part="t: coalesce(mass, 0)", used="MWh: plant.used"),
                        streams="any")},
            "above_records", ["plant.used", "s"],
        ),
        ({"plant": sheet(YEAR, formulas=formulas(part="t: sum(u.part)", used="MWh: u.used"))},
         "outside_aggregate", ["u.used"]),
        ({"plant": sheet(YEAR, formulas=formulas(part="t: sum(u.part)", used="MWh: back.given"))},
         "sheet_circle", ["plant", "back"]),
        ({"shared": sheet(UNITS, formulas=formulas(given="MWh: plant.used", half="t: plant.part"))},
         "no_rows", ["shared"]),
        ({"shared": sheet(UNITS, formulas=formulas(
            own="t: sum(u.part)", given="MWh: plant.power", half="t: own"))},
         "unknown_name", ["power", "plant"]),
    ],
)  # fmt: skip
def test_what_cannot_be_read(
    book: Book, sheets: dict[str, Document], code: str, said: list[str]
) -> None:
    with pytest.raises(RuleError) as caught:
        make(book, **(ALL | sheets))
    found = [one for one in caught.value.problems if one.code == f"rules.{code}"]
    assert found
    says(found[0], *said)


def test_an_optional_value_above_needs_a_way_out(book: Book) -> None:
    whole = sheet(
        YEAR,
        formulas=formulas(
            part="t: sum(s.part)", rare={"unit": "t", "is": "part if part > 1 * t else none",
                                         "optional": True},
        ),
    )  # fmt: skip
    bare = sheet(UNITS, formulas=formulas(own="t: sum(s.part)", x="t: own + whole.rare"))
    with pytest.raises(RuleError) as caught:
        make(book, s=LEAF_SHEET, whole=whole, shared=bare)
    only(caught.value.problems, "rules.may_be_missing")
    safe = sheet(
        UNITS, formulas=formulas(own="t: sum(s.part)", x="t: own + coalesce(whole.rare, 0)")
    )
    make(book, s=LEAF_SHEET, whole=whole, shared=safe)


def test_given_and_required_of_a_value_above(
    book: Book, records: Records, all_alike: AllAlike
) -> None:
    whole = sheet(
        YEAR,
        formulas=formulas(
            part="t: sum(s.part)",
            late={"unit": "t", "is": "part if year > 2024 else none", "optional": True},
        ),
    )
    shared = sheet(
        UNITS,
        formulas=formulas(
            own="t: sum(s.part)",
            told="1: 1 if given(whole.late) else 0",
            safe="t: whole.late + own if given(whole.late) else own",
            must="t: required(whole.late) - own",
        ),
    )
    made, snapshot = make(book, s=LEAF_SHEET, whole=whole, shared=shared), some(records)
    found = all_alike(made, snapshot)["shared"]
    assert [row["told"] for row in found] == [0, 0, 0, 1, 1, 1] * 2
    assert [row["safe"] - row["own"] for row in found[:6]] == [0, 0, 0, 222, 222, 222]
    assert [row["must"] is None for row in found] == [True] * 3 + [False] * 3 + [True] * 3 + [
        False
    ] * 3
    assert codes(run(made, snapshot).problems) == ["engine.no_result"] * 6


def test_a_sum_over_a_converted_total(book: Book, records: Records, all_alike: AllAlike) -> None:
    # The total of the middle sheet is in another unit than its parts.
    middle = sheet(UNITS, formulas=formulas(kilos={"unit": "kg", "is": "sum(s.part)"}))
    yearly = sheet(YEAR, formulas=formulas(total="t: sum(m.kilos)"))
    found = all_alike(make(book, s=LEAF_SHEET, m=middle, facility=yearly), some(records))
    assert [row["total"] for row in found["facility"][:2]] == [78, 222]


def test_a_sum_over_a_total_times_a_factor(
    book: Book, records: Records, all_alike: AllAlike
) -> None:
    # The factor is constant for the year and could stand outside, the total below it could not.
    middle = sheet(
        UNITS, formulas=formulas(co2="tCO2: sum(s.used) * grid.ef + 2 * sum(s.used) * grid.ef")
    )
    yearly = sheet(YEAR, formulas=formulas(total="tCO2: sum(m.co2)"))
    found = all_alike(make(book, s=LEAF_SHEET, m=middle, facility=yearly), some(records))
    # 48/7 MWh at 0.6 t, three times.
    assert found["facility"][0]["total"] == pytest.approx(3 * 0.6 * 48 / 7, abs=3e-6)

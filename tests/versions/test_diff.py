"""What differs between two versions, what each difference moved, and that all of it adds up."""

from __future__ import annotations

from collections.abc import Mapping
from fractions import Fraction
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.engine.plant import BINDS, FILES, METHOD, RULESET, TABLES
from tests.support import (
    formulas,
    inputs,
    method,
    only,
    ruleset,
    says,
    sheet,
    write_rulebook,
)
from tests.versions.works import BY, FIX, OUT, Works, fuel, power, small_works
from tongjian.versions import GROUPS, PartDiff, VersionDiff, diff
from tongjian.versions._attribution import alone

COKE = 28.435 * 0.0295 * 44 / 12
"""tCO2 from a tonne of coke, by the table of the small rule set."""


def between(works: Works, left: str, right: str) -> VersionDiff:
    store = works.store
    return diff(store, [store.open(left)], [store.open(right)], "F1", 2025)


def one(found: VersionDiff) -> PartDiff:
    (part,) = found.parts
    adds_up(part)
    return part


def adds_up(part: PartDiff) -> None:
    """Right less left is the sum of the changes, for every source, to the micro-unit."""
    summed: dict[tuple[str, str, str], int] = {}
    for change in part.changes:
        for source, micro in change.effects.items():
            summed[source] = summed.get(source, 0) + micro
    for source in {*part.left, *part.right, *summed}:
        moved = part.right.get(source, 0) - part.left.get(source, 0)
        assert summed.get(source, 0) == moved, source
    for unit in part.units:
        before, after = part.totals(unit)
        assert sum(part.moved(group, unit) for group in GROUPS) == after - before


def effects(part: PartDiff) -> dict[tuple[str, str, str], float]:
    """(group, kind, English title) → tCO2e."""
    return {
        (change.group, change.kind, change.title.en): change.moved("tCO2e") / 1e6
        for change in part.changes
    }


def about(value: float) -> Any:
    return pytest.approx(value, abs=2e-6)


def test_a_corrected_record_is_told_with_who_and_why(works: Works) -> None:
    before = works.keep()
    works.add(fuel(80), correction=FIX)

    part = one(between(works, before.id, works.keep().id))

    (change,) = part.changes
    assert (change.group, change.kind) == ("records", "record")
    assert change.moved("tCO2e") / 1e6 == about(-20 * COKE)
    assert (change.before, change.after) == ("100 t", "80 t")
    assert change.detail["by"] == BY and change.detail["reason"] == FIX.reason
    assert change.detail["correction_evidence"] == FIX.evidence
    assert (change.detail["act"], change.detail["import"]) == ("correct", 2)


def test_added_and_withdrawn_records(works: Works) -> None:
    before = works.keep()
    works.add(power(50), correction=OUT)
    works.add(fuel(10, unit="u2"))

    part = one(between(works, before.id, works.keep().id))

    moved = {(c.before, c.after): c.moved("tCO2e") / 1e6 for c in part.changes}
    assert moved == {("50 MWh", ""): about(-20.0), ("", "10 t"): about(10 * COKE)}
    acts = {change.detail["act"] for change in part.changes}
    assert acts == {"withdraw", "import"}


def test_records_that_cancel_out_are_both_told(works: Works) -> None:
    """10 t were booked to the wrong process unit: the total stays, and both records are told."""
    works.add(fuel(10, unit="u2"))
    before = works.keep()
    works.add(fuel(90), fuel(20, unit="u2"), correction=FIX)

    part = one(between(works, before.id, works.keep().id))

    before_it, after_it = part.totals("tCO2e")
    assert abs(after_it - before_it) <= 1  # a micro-tonne of rounding
    assert sorted(effects(part).values()) == [about(-10 * COKE), about(10 * COKE)]


def test_what_two_records_do_only_together_is_told_apart(works: Works) -> None:
    """Amount and analysed calorific value: 90 t × 30 instead of 100 t × 28.435 GJ/t.

    Alone: −10 × 28.435 and 100 × (30 − 28.435); together −10 × (30 − 28.435) on top.
    """
    before = works.keep()
    works.add(fuel(90), ncv(30.0), correction=FIX)

    part = one(between(works, before.id, works.keep().id))

    carbon = 0.0295 * 44 / 12
    kinds = {change.kind: change.moved("tCO2e") / 1e6 for change in part.changes}
    assert kinds["interaction"] == about(-10 * (30 - 28.435) * carbon)
    amounts = sorted(c.moved("tCO2e") / 1e6 for c in part.changes if c.kind == "record")
    assert amounts == [about(-10 * 28.435 * carbon), about(100 * (30 - 28.435) * carbon)]


def ncv(value: float) -> dict[str, Any]:
    """An analysed calorific value of the coke."""
    return fuel(value) | {"item": "ncv", "unit": "GJ/t"}


def test_a_changed_factor_is_told_with_its_source(works: Works) -> None:
    before = works.keep()
    works.edit("fuel.csv", "coke,ncv,28.435,GJ/t,,,seen,,,", "coke,ncv,28.0,GJ/t,,,confirmed,GB,1,")

    part = one(between(works, before.id, works.keep().id))

    (change,) = part.changes
    assert (change.group, change.kind) == ("tables", "value")
    assert (change.before, change.after) == ("28.435 GJ/t", "28.0 GJ/t")
    assert change.moved("tCO2e") / 1e6 == about(100 * (28.0 - 28.435) * 0.0295 * 44 / 12)
    assert change.detail["key"] == ["coke"] and change.detail["column"] == "ncv"
    assert change.detail["cited"]["before"]["status"] == "seen"
    assert change.detail["cited"]["after"] == {
        "source": "GB",
        "clause": "1",
        "status": "confirmed",
    }


def test_two_factors_of_one_table_and_what_they_do_together(works: Works) -> None:
    before = works.keep()
    works.edit("fuel.csv", "coke,ncv,28.435", "coke,ncv,28")
    works.edit("fuel.csv", "coke,carbon,29.5", "coke,carbon,30")

    part = one(between(works, before.id, works.keep().id))

    k = 100 * 44 / 12
    found = {(c.kind, c.detail.get("column")): c.moved("tCO2e") / 1e6 for c in part.changes}
    assert found == {
        ("value", "ncv"): about(k * (28 - 28.435) * 0.0295),
        ("value", "carbon"): about(k * 28.435 * (0.030 - 0.0295)),
        ("interaction", None): about(k * (28 - 28.435) * (0.030 - 0.0295)),
    }


def test_a_factor_in_another_unit_is_the_same_factor(works: Works) -> None:
    before = works.keep()
    works.edit("fuel.csv", "coke,carbon,29.5,kgC/GJ", "coke,carbon,0.0295,tC/GJ")
    part = one(between(works, before.id, works.keep().id))
    assert part.changes == () and part.left == part.right


def test_another_table_is_told_as_chosen(works: Works) -> None:
    """Another GWP set: N2O 273 instead of 265, chosen by the run and then by the rule set."""
    before, asked = works.keep(), works.keep(binds={"gwp": "gwp.b"})
    works.edit("d1.yaml", '"gwp.a"', '"gwp.b"')
    ruled = works.keep()

    for kept, chosen in ((asked, "bind"), (ruled, "ruleset")):
        (change,) = one(between(works, before.id, kept.id)).changes
        assert change.detail["chosen_by"] == chosen
        assert change.detail["tables"] == ["gwp.a", "gwp.b"]
        assert change.moved("tCO2e") / 1e6 == about(8 * (273 - 265))


def test_a_changed_formula_is_told_before_and_after(works: Works) -> None:
    before = works.keep()
    works.edit("d0.yaml", "net * grid.ef", "1.1 * net * grid.ef")

    part = one(between(works, before.id, works.keep().id))

    (change,) = part.changes
    assert (change.group, change.kind) == ("methods", "formula")
    assert change.moved("tCO2e") / 1e6 == about(0.1 * 20)
    (formula,) = change.detail["formulas"]
    assert formula["cell"] == "electricity.co2"
    assert formula["before"].startswith("net * grid.ef")
    assert formula["after"].startswith("1.1 * net * grid.ef")
    assert formula["method"] == "test.plant"


def test_a_source_that_is_no_longer_counted(works: Works) -> None:
    before = works.keep()
    works.edit(
        "d0.yaml",
        '"is": "sum(electricity.co2)",\n     "ledger": {\n      "category": "electricity",\n'
        '      "substance": "CO2"\n     }',
        '"is": "sum(electricity.co2)"',
    )
    part = one(between(works, before.id, works.keep().id))
    (change,) = part.changes
    assert (change.group, change.kind) == ("methods", "only_left")
    assert change.moved("tCO2e") / 1e6 == about(-20.0)
    (back,) = one(between(works, works.keep().id, before.id)).changes
    assert (back.kind, back.moved("tCO2e")) == ("only_right", 20_000_000)


def test_records_factors_and_formulas_take_their_places_one_after_the_other(works: Works) -> None:
    """50 → 40 MWh at 0.4, then 40 MWh × (0.5 − 0.4), then 10 % of 40 MWh × 0.5.

    The order is fixed: records by the old factors, factors on the new records, formulas on both.
    """
    before = works.keep()
    works.add(power(40), correction=FIX)
    works.edit("grid.csv", "Jiangsu,ef,0.4,", "Jiangsu,ef,0.5,")
    works.edit("d0.yaml", "net * grid.ef", "1.1 * net * grid.ef")

    part = one(between(works, before.id, works.keep().id))

    moved = {group: part.moved(group, "tCO2e") / 1e6 for group in GROUPS}
    assert moved == {
        "records": about(-10 * 0.4),
        "tables": about(40 * 0.1),
        "methods": about(0.1 * 40 * 0.5),
        "engine": 0.0,
    }
    # And back: the same total, other shares, because the new stands where the old stood.
    back = one(between(works, works.keep().id, before.id))
    assert back.moved("records", "tCO2e") / 1e6 == about(10 * 0.5 * 1.1)


def test_attributes_of_unit_and_facility(works: Works) -> None:
    """A process unit is registered anew, the plant moves to another grid."""
    before = works.keep()
    records = works.records
    (facility,) = records.read_facilities()
    (unit, _) = records.read_process_units()
    records.add((), [{**facility, "province": "Hebei"}], (), "登记.xlsx", FIX)
    records.add((), (), [{**unit, "technology": "high"}], "登记.xlsx", FIX)
    works.edit("nitric.csv", "dual,ef,8,", "dual,ef,8,kgN2O/t HNO3,,,seen,,,\nhigh,ef,5,")

    part = one(between(works, before.id, works.keep().id))

    moved = {change.kind: change.moved("tCO2e") / 1e6 for change in part.changes}
    assert moved["facility"] == about(50 * (0.9 - 0.4))
    # Under the old table there is no factor for the unit: its 8 t of N2O are not counted.
    assert moved["unit"] == about(-8 * 265)
    assert part.moved("tables", "tCO2e") / 1e6 == about(5 * 265)
    texts = {change.kind: (change.before, change.after) for change in part.changes}
    assert texts["facility"] == ("province: Jiangsu", "province: Hebei")
    assert texts["unit"] == ("technology: dual", "technology: high")


def test_versions_without_a_difference(works: Works) -> None:
    kept = works.keep()
    part = one(between(works, kept.id, kept.id))
    assert part.changes == () and part.left == part.right
    # Another record of another year is none of this report.
    works.add(fuel(5, period="2024"))
    assert one(between(works, kept.id, works.keep().id)).changes == ()


def test_a_rule_set_that_took_the_place_of_another(works: Works) -> None:
    """The successor has the same formulas and another GWP set; it is compared by boundary."""
    before = works.keep()
    works.edit("d1.yaml", '"ruleset": "test.rules"', '"ruleset": "test.rules-2025"')
    works.edit("d1.yaml", '"gwp.a"', '"gwp.b"')

    part = one(between(works, before.id, works.keep().id))

    assert part.left_side is not None and part.right_side is not None
    assert part.left_side["ruleset"] == "test.rules"
    assert part.right_side["ruleset"] == "test.rules-2025"
    assert part.moved("tables", "tCO2e") / 1e6 == about(64.0)


def test_a_boundary_that_one_version_alone_has(tmp_path: Path) -> None:
    made = small_works(tmp_path, [fuel(100)])
    before = made.keep()
    ets = ruleset("test.ets", binds=BINDS, boundary="ets", total="facility.total")
    write_rulebook(made.rules, METHOD, RULESET, ets, *TABLES, files=FILES)

    found = between(made, before.id, made.keep().id)

    assert [part.boundary for part in found.parts] == ["enterprise", "ets"]
    for part in found.parts:
        adds_up(part)
    assert found.parts[0].changes == ()
    (change,) = found.parts[1].changes
    assert (change.kind, change.before, change.after) == ("only_right", "", "test.ets")
    assert change.moved("tCO2e") / 1e6 == about(100 * COKE)
    assert found.as_dict()["parts"][1]["left"] is None


def test_a_rule_set_that_reads_other_plants_is_told_as_a_whole(tmp_path: Path) -> None:
    """A tenth of the city's emission is put on every plant: F1's records alone do not give it."""
    sheets = {
        "s": sheet("facility period process_unit", inputs(burnt=BURNT), formulas(co2=CO2)),
        "facility": sheet("facility year", formulas=formulas(co2="tCO2: sum(s.co2)")),
        "city": sheet("city year", formulas=formulas(co2="tCO2: sum(facility.co2)")),
        "share": sheet(
            "facility year",
            formulas=formulas(
                co2={
                    "unit": "tCO2",
                    "is": "0.1 * city.co2 + 0 * sum(s.co2)",
                    "ledger": {"category": "fuel", "substance": "CO2"},
                }
            ),
        ),
    }
    shared = method("test.shared", sheets=sheets)
    rules = ruleset("test.rules", "test.shared")
    works = small_works(tmp_path, [fuel(100)])
    write_rulebook(works.rules, shared, rules, *TABLES, files=FILES)
    before = works.keep()
    works.add(fuel(80), correction=FIX)

    part = one(between(works, before.id, works.keep().id))

    (change,) = part.changes
    assert (change.group, change.kind) == ("methods", "ruleset")
    # 0.1 × −20 t × 2 tCO2/t; the rule set has no GWP set, and its total is a mass of CO2.
    assert change.moved("tCO2") == -4_000_000
    says(only(part.problems, "versions.not_attributed"), "test.rules")


BURNT = {"unit": "t", "stream": "coke", "item": "consumed", "required": True}
CO2 = "tCO2: burnt * 2 * tCO2/t"


def test_the_difference_as_data_is_complete(works: Works) -> None:
    before = works.keep()
    works.add(fuel(80), correction=FIX)
    after = works.keep()
    said = between(works, before.id, after.id).as_dict()
    assert (said["left"], said["right"], said["order"]) == ([before.id], [after.id], list(GROUPS))
    (part,) = said["parts"]
    (total,) = part["totals"]
    assert total["right_micro"] - total["left_micro"] == sum(total["moved_micro"].values())
    (change,) = part["changes"]
    (effect,) = change["effects"]
    assert effect["micro"] == total["moved_micro"]["records"]
    assert change["title_zh"] and change["title_en"]


# -- the attribution by itself ---------------------------------------------------------------

SOURCE = ("tCO2e", "fuel", "CO2")
NUMBERS = st.fractions(min_value=-9, max_value=9, max_denominator=4)


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=60)
@given(st.lists(st.tuples(NUMBERS, NUMBERS), min_size=1, max_size=7))
def test_effects_and_remainder_always_add_up(pairs: list[tuple[Fraction, Fraction]]) -> None:
    """Of any product whose numbers change, effects alone and what is left are exactly the whole."""

    def computed(some: list[int]) -> Mapping[tuple[str, str, str], int]:
        product = Fraction(1)
        for at, (old, new) in enumerate(pairs):
            product *= new if at in some else old
        return {SOURCE: round(product * 1_000_000)}

    items = list(range(len(pairs)))
    base = dict(computed([]))
    found, rest = alone(items, base, lambda some: dict(computed(list(some))))

    whole = computed(items)[SOURCE] - base[SOURCE]
    assert sum(e.get(SOURCE, 0) for e in found) + rest.get(SOURCE, 0) == whole
    for at in items:
        expected = computed([at])[SOURCE] - base[SOURCE]
        if len(items) > 1:
            assert found[at].get(SOURCE, 0) == expected


def test_the_few_that_matter_are_found_among_thousands() -> None:
    """Three of 5,000 values move anything; they are found in a few dozen computations."""
    moving, calls = {17: 5, 2400: -3, 4999: 11}, []

    def computed(some: list[int]) -> dict[tuple[str, str, str], int]:
        calls.append(len(some))
        return {SOURCE: 100 + sum(moving.get(item, 0) for item in some)}

    found, rest = alone(list(range(5000)), {SOURCE: 100}, lambda some: computed(list(some)))
    assert {at: e[SOURCE] for at, e in enumerate(found) if e} == moving
    assert rest == {}
    assert len(calls) < 100


# -- many differences at once ----------------------------------------------------------------


def corrected_fuel(works: Works) -> None:
    works.add(fuel(87.654321), ncv(29.01), correction=FIX)


def other_records(works: Works) -> None:
    works.add(power(50), correction=OUT)
    works.add(fuel(3.3, stream="tar", unit="u2"), fuel(12.25, unit="u2"))


def registered_anew(works: Works) -> None:
    records = works.records
    (facility,) = records.read_facilities()
    records.add((), [{**facility, "province": "Hebei"}], (), "登记.xlsx", FIX)


def other_values(works: Works) -> None:
    works.edit("fuel.csv", "coke,ncv,28.435", "coke,ncv,28.1")
    works.edit("grid.csv", "Jiangsu,ef,0.4,", "Jiangsu,ef,0.5703,")
    works.edit("nitric.csv", "dual,ef,8,", "dual,ef,7.3,")


def other_warming(works: Works) -> None:
    works.edit("d1.yaml", '"gwp.a"', '"gwp.b"')


def other_formulas(works: Works) -> None:
    works.edit("d0.yaml", "net * grid.ef", "1.1 * net * grid.ef")
    works.edit("d0.yaml", "heat * carbon * (44/12)", "0.98 * heat * carbon * (44/12)")


STEPS = (
    *(corrected_fuel, other_records, registered_anew),
    *(other_values, other_warming, other_formulas),
)


@pytest.mark.parametrize("chosen", range(3, 64, 5))
def test_whatever_changed_the_items_are_the_difference(works: Works, chosen: int) -> None:
    """Any of six kinds of change together, there and back: nothing is left over or told twice."""
    before = works.keep()
    for at, step in enumerate(STEPS):
        if chosen >> at & 1:
            step(works)
    after = works.keep()

    there, back = one(between(works, before.id, after.id)), one(between(works, after.id, before.id))

    assert (there.left, there.right) == (back.right, back.left)
    groups = {change.group for change in there.changes}
    assert "engine" not in groups
    assert ("records" in groups) == bool(chosen & 0b000111)
    assert ("tables" in groups) == bool(chosen & 0b011000)
    assert ("methods" in groups) == bool(chosen & 0b100000)

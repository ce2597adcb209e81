"""Whole runs: dated values, missing values, checks, totals, and what a run says about them."""

from __future__ import annotations

from collections.abc import Callable
from copy import deepcopy
from typing import Any

import pytest

from tests.engine.plant import (
    BINDS,
    DOCUMENTS,
    FILES,
    METHOD,
    RULESET,
    SHEETS,
    TABLES,
    amounts,
    missing,
    rows_of,
    spelled,
)
from tests.support import Records, codes, only, ruleset, says
from tongjian.engine import Run, run
from tongjian.problems import EngineError, RuleError
from tongjian.rules import Rulebook

Book = Callable[..., Rulebook]
FUEL: dict[str, Any] = {"class": "fuel.solid"}


@pytest.fixture
def plant(book: Book) -> Rulebook:
    return book(*DOCUMENTS, files=FILES)


def both(plant: Rulebook, records: Records, **more: Any) -> Run:
    """A run, the same on both back-ends."""
    snapshot = records.snapshot(f"snapshot{len(list(records.folder.glob('*')))}")
    done, other = (run(plant, snapshot, backend=b, **more) for b in ("python", "duckdb"))
    assert done.ledger == other.ledger
    assert spelled(done) == spelled(other)
    assert done.manifest == other.manifest
    return done


# -- dated tables ----------------------------------------------------------------------------


def years(records: Records) -> Records:
    for year in ("2022", "2023", "2024", "2025"):
        records.add("electricity", "purchased", 1000, "MWh", period=year)
    return records


def test_a_grid_factor_is_the_latest_on_the_day_of_the_report(
    plant: Rulebook, records: Records
) -> None:
    done = both(plant, years(records))
    # Reports are due on 31 March of the next year.
    found = {row["year"]: row["amount"] for row in done.ledger if row["category"] == "electricity"}
    assert found == {2022: 600.0, 2023: 600.0, 2024: 500.0, 2025: 400.0}


def test_another_report_day(book: Book, records: Records) -> None:
    early = ruleset(binds=BINDS, report_day="01-15")
    done = both(book(METHOD, early, *TABLES, files=FILES), years(records))
    assert amounts(done, year=2025)["electricity"] == 500.0


def test_other_tables_are_read_at_the_end_of_the_year(book: Book, records: Records) -> None:
    by_year = ruleset(binds={**BINDS, "grid": "grid.year"})
    done = both(book(METHOD, by_year, *TABLES, files=FILES), years(records))
    found = {row["year"]: row["amount"] for row in done.ledger if row["category"] == "electricity"}
    # On 31 December 2022 no value is in force: no line, and a problem.
    assert found == {2023: 600.0, 2024: 500.0, 2025: 500.0}
    (problem,) = [p for p in done.problems if p.code == "engine.row_factor"]
    says(problem, "grid.year", "Jiangsu", "2022-12-31", "2023-01-01 – 2024-12-19")


# -- values that are not there ---------------------------------------------------------------


def test_a_value_outside_of_its_dates(plant: Rulebook, records: Records) -> None:
    records.add("coke", "consumed", 100, "t", **FUEL)
    records.add("old_coal", "consumed", 100, "t", **FUEL)
    done = both(plant, records)
    problem = only(done.problems, "engine.row_factor")
    says(problem, "old_coal", "2025-12-31", "2013-10-15 – 2023-12-31", "2026-01-01 – …", "fuel")
    assert (problem.place.file, problem.place.sheet, problem.place.row) == (
        "plant.xlsx",
        "活动数据",
        3,
    )
    assert missing(done)["fuel"] == 1
    assert amounts(done)["fuel"] == pytest.approx(100 * 28.435 * 0.0295 * 44 / 12, abs=1e-6)
    records = Records(records.folder).add("old_coal", "consumed", 100, "t", period="2023", **FUEL)
    assert both(plant, records).problems == []


def test_a_printed_range_is_no_number(plant: Rulebook, records: Records) -> None:
    done = both(plant, records.add("wood", "consumed", 100, "t", **FUEL))
    says(only(done.problems, "engine.row_factor"), "wood", "12 to 16")
    assert (missing(done)["fuel"], amounts(done)["fuel"]) == (1, 0.0)


def test_a_stream_that_the_table_does_not_have(plant: Rulebook, records: Records) -> None:
    done = both(plant, records.add("peat", "consumed", 100, "t", **FUEL))
    says(only(done.problems, "engine.row_factor"), "peat", "coke, old_coal, wood")
    assert missing(done)["fuel"] == 1


def test_an_attribute_that_nobody_entered(plant: Rulebook, records: Records) -> None:
    records.unit("F1", "u1", technology="").unit("F1", "u2", technology="dual")
    for unit in ("u1", "u2"):
        records.add("acid", "produced", 1000, "t HNO3", process_unit=unit)
    done = both(plant, records)
    says(only(done.problems, "engine.row_factor"), "u1", "technology", "nitric")
    assert (amounts(done)["nitric_acid"], missing(done)["nitric_acid"]) == (8.0, 1)


@pytest.mark.parametrize("stream", ["coke", "wood", "old_coal", "peat"])
def test_a_measured_value_wins(plant: Rulebook, records: Records, stream: str) -> None:
    records.add(stream, "consumed", 100, "t", **FUEL)
    records.add(stream, "ncv", 30, "GJ/t", **FUEL)
    records.add(stream, "carbon", 0.03, "tC/GJ", **FUEL)
    done = both(plant, records)
    assert done.problems == []
    assert amounts(done)["fuel"] == 330.0


def test_a_measured_zero_is_a_value(plant: Rulebook, records: Records) -> None:
    records.add("wood", "consumed", 100, "t", **FUEL).add("wood", "ncv", 0, "GJ/t", **FUEL)
    done = both(plant, records)
    assert (done.problems, amounts(done)["fuel"]) == ([], 0.0)


def test_a_required_input(plant: Rulebook, records: Records) -> None:
    records.add("coke", "consumed", 100, "t", **FUEL)
    records.add("coke", "ncv", 28, "GJ/t", process_unit="u1", **FUEL)
    records.add("acid", "ef", 5, "kgN2O/t HNO3")
    done = both(plant, records)
    assert codes(done.problems) == ["engine.missing_input"] * 2
    says(done.problems[0], "u1 coke", "mass", "item=consumed", " t")
    says(done.problems[1], "made", "item=produced", "t HNO3")
    assert rows_of(done.problems) == [3, 4]
    assert missing(done) == {"fuel": 1, "electricity": 0, "nitric_acid": 1}


# -- checks ----------------------------------------------------------------------------------


def test_green_power_needs_evidence(plant: Rulebook, records: Records) -> None:
    for unit, evidence in (("u1", ""), ("u2", "GEC 2025-17")):
        records.add("electricity", "purchased", 1000, "MWh", process_unit=unit)
        records.add("electricity", "green", 400, "MWh", process_unit=unit, evidence=evidence)
    done = both(plant, records)
    problem = only(done.problems, "engine.check_failed")
    says(problem, "u1", "proof")
    assert "缺少非化石电力证明" in problem.message("zh")
    assert "non-fossil electricity without proof" in problem.message("en")
    assert problem.severity == "error"
    assert problem.place.row == 2
    assert (amounts(done)["electricity"], missing(done)["electricity"]) == (240.0, 1)


def test_two_paths_of_the_same_fuel(plant: Rulebook, records: Records) -> None:
    records.add("coke", "consumed", 100, "t", **FUEL).add("coke", "direct", 300, "tCO2", **FUEL)
    records.add("coke", "direct", 200, "tCO2", process_unit="u1", **FUEL)
    done = both(plant, records)
    says(only(done.problems, "engine.check_failed"), "two_paths")
    assert (amounts(done)["fuel"], missing(done)["fuel"]) == (200.0, 1)


def test_a_warning_leaves_the_row_in(plant: Rulebook, records: Records) -> None:
    records.add("electricity", "purchased", 2_000_000, "MWh")
    done = both(plant, records)
    problem = only(done.problems, "engine.check_failed")
    assert problem.severity == "warning"
    assert (amounts(done)["electricity"], missing(done)["electricity"]) == (800_000.0, 0)


def test_thousands_of_faulty_rows_are_counted(plant: Rulebook, records: Records) -> None:
    for number in range(520):
        records.add("peat", "consumed", 1, "t", process_unit=f"u{number}", **FUEL)
    done = both(plant, records)
    assert codes(done.problems) == ["engine.row_factor"] * 500 + ["engine.too_many_rows"]
    says(done.problems[-1], "20", "fuel")
    assert missing(done)["fuel"] == 520


# -- totals ----------------------------------------------------------------------------------


def test_months_add_up_exactly(plant: Rulebook, records: Records) -> None:
    for month in range(1, 13):
        at = {"period": f"2025-{month:02}", **FUEL}
        records.add("coke", "direct", 10_288_065.76, "tCO2", **at)
        records.add("coke", "consumed", 0, "t", **at)
    done = both(plant, records)
    assert amounts(done)["fuel"] == 123_456_789.12
    (line,) = [line for line in done.lines if line.category == "fuel"]
    assert line.amount_micro == 123_456_789_120_000
    assert done.inventory(["year"])[0]["co2e"] == 123_456_789.12


def test_the_total_is_what_the_printed_parts_give(plant: Rulebook, records: Records) -> None:
    records.unit("F1", "a", technology="dual")
    for month in range(1, 13):
        at = {"period": f"2025-{month:02}"}
        records.add("coke", "consumed", 1234.567 / month, "t", **at, **FUEL)
        records.add("electricity", "purchased", 98.7654321 * month, "MWh", **at)
        records.add("acid", "produced", 0.0123456789 * month, "t HNO3", process_unit="a", **at)
    done = both(plant, records)
    micro = {line.category: line.amount_micro for line in done.lines}
    (row,) = done.sheet("test.rules", "facility")
    # N2O is kept to the milligram; each line is printed to the gram, the total is not.
    grams = micro["fuel"] + micro["electricity"] + micro["nitric_acid"] * 265 / 1000
    assert row["total"] == pytest.approx(grams / 1e6, abs=1.5e-6)
    co2e = sum(line.co2e_micro for line in done.lines if line.co2e_micro is not None)
    assert abs(co2e - grams) <= 1
    assert done.inventory(["facility"])[0]["co2e"] == co2e / 1e6


def test_nothing_gives_zero_and_no_problem(plant: Rulebook, records: Records) -> None:
    done = both(plant, records.add("electricity", "purchased", 10, "MWh"))
    assert done.problems == []
    assert amounts(done) == {"fuel": 0.0, "electricity": 4.0, "nitric_acid": 0.0}


# -- which rule set --------------------------------------------------------------------------

OLD = ruleset("test.rules", binds=BINDS, in_force={"from": "2024-01-01"})


def test_a_rule_set_that_was_not_in_force(book: Book, records: Records) -> None:
    plant = book(METHOD, OLD, *TABLES, files=FILES)
    done = both(plant, years(records), rulesets=["test.rules"])
    assert {row["year"] for row in done.ledger} == {2024, 2025}
    assert codes(done.problems) == ["engine.edition_unavailable"] * 2
    says(done.problems[0], "test.rules", "2022", "2024-01-01 – …")
    says(done.problems[1], "2023")
    with pytest.raises(EngineError) as caught:
        run(plant, records.snapshot("again"), ["test.rules"], [2023])
    says(only(caught.value.problems, "engine.edition_unavailable"), "2023", "2024-01-01")


def test_a_year_without_any_rule_set(book: Book, records: Records) -> None:
    done = both(book(METHOD, OLD, *TABLES, files=FILES), years(records))
    assert [(p.code, p.severity) for p in done.problems] == [("engine.no_ruleset", "warning")] * 2
    says(done.problems[0], "test", "2022")


def test_two_editions_serve_their_years(book: Book, records: Records) -> None:
    first = ruleset(binds=BINDS, in_force={"from": "2000-01-01", "to": "2023-12-31"})
    second = ruleset(binds={**BINDS, "grid": "grid.year"}, in_force={"from": "2024-01-01"})
    done = both(book(METHOD, first, second, *TABLES, files=FILES), years(records))
    found = {row["year"]: row["amount"] for row in done.ledger if row["category"] == "electricity"}
    assert found == {2022: 600.0, 2023: 600.0, 2024: 500.0, 2025: 500.0}
    assert [one["years"] for one in done.manifest["rulesets"]] == [[2022, 2023], [2024, 2025]]


def test_sectors_and_named_rule_sets(book: Book, records: Records) -> None:
    other = ruleset("other.rules", binds=BINDS, sectors=["other"], boundary="ets")
    plant = book(METHOD, RULESET, other, *TABLES, files=FILES)
    records.facility("F1").facility("F2", "other").facility("F3", "strange")
    for facility in ("F1", "F2", "F3"):
        records.add("electricity", "purchased", 10, "MWh", facility)
    done = both(plant, records)
    pairs = {(row["facility"], row["ruleset"]) for row in done.ledger}
    assert pairs == {("F1", "test.rules"), ("F2", "other.rules")}
    assert codes(done.problems) == ["engine.no_ruleset"] * 2  # `other` has no enterprise boundary
    named = both(plant, records, rulesets=["other.rules"])
    assert {row["facility"] for row in named.ledger} == {"F1", "F2", "F3"}


def test_rule_sets_on_request_and_editions_without_a_text(book: Book, records: Records) -> None:
    asked = ruleset("more.rules", binds=BINDS, selected="on_request")
    kept = {key: RULESET[key] for key in ("title", "basis", "sectors")}
    unread = {
        "unavailable": "new.rules",
        **kept,
        "boundary": "ets",
        "in_force": {"from": "2024-07-01"},
        "missing": {"zh": "公式", "en": "the formulas"},
        "nearest": "test.rules",
    }
    plant = book(METHOD, RULESET, asked, unread, *TABLES, files=FILES)
    done = both(plant, years(records))
    assert {row["ruleset"] for row in done.ledger} == {"test.rules"}
    warned = [p for p in done.problems if p.code == "rules.text_not_available"]
    assert [p.severity for p in warned] == ["warning"]
    named = both(plant, records, rulesets=["test.rules", "more.rules", "new.rules"])
    assert {row["ruleset"] for row in named.ledger} == {"test.rules", "more.rules"}
    refused = [p for p in named.problems if p.code == "rules.text_not_available"]
    assert [p.severity for p in refused] == ["error"] * 2  # 2024 and 2025
    # A run of one boundary passes by what is unread in another, and warns of its own.
    passed = both(plant, records, boundary="enterprise")
    assert {row["ruleset"] for row in passed.ledger} == {"test.rules", "more.rules"}
    assert passed.problems == []
    with pytest.raises(EngineError) as caught:
        run(plant, records.snapshot("alone"), ["new.rules"], [2025])
    says(only(caught.value.problems, "rules.text_not_available"), "new.rules")
    with pytest.raises(EngineError) as caught:
        named.inventory(["year"])
    says(only(caught.value.problems, "engine.counted_twice"), "test.rules", "more.rules")
    assert len(named.inventory(["year", "ruleset"])) == 8
    assert len(named.inventory(["year"], ruleset="test.rules")) == 4


def test_unknown_rule_sets_and_empty_records(plant: Rulebook, records: Records) -> None:
    records.add("electricity", "purchased", 10, "MWh")
    with pytest.raises(RuleError) as caught:
        run(plant, records.snapshot(), ["test.rule"])
    says(only(caught.value.problems, "rules.unknown_ruleset"), "test.rules")
    for more in ({"years": [1999]}, {"years": []}):
        with pytest.raises(EngineError) as failed:
            run(plant, records.snapshot(f"s{len(more['years'])}"), **more)
        only(failed.value.problems, "engine.no_records")
    with pytest.raises(EngineError):
        run(plant, Records(records.folder / "none").facility().snapshot())


# -- what is left over -----------------------------------------------------------------------


def test_rows_that_no_sheet_reads_are_named(plant: Rulebook, records: Records) -> None:
    records.add("coke", "consumed", 100, "t", **FUEL)
    records.add("coke", "consumed", 100, "Nm3", process_unit="u1", **FUEL)
    records.add("steam", "purchased", 100, "GJ")
    done = both(plant, records)
    assert codes(done.problems) == ["engine.unused_rows"] * 2
    assert {p.severity for p in done.problems} == {"warning"}
    assert rows_of(done.problems, severity="warning") == [3, 4]


# -- inventory -------------------------------------------------------------------------------


def test_the_inventory_adds_and_counts(plant: Rulebook, records: Records) -> None:
    for facility, city in (("F1", "A"), ("F2", "A"), ("F3", "B")):
        records.facility(facility, city=city).unit(facility, "u", technology="dual")
        records.add("coke", "direct", 0.1, "tCO2", facility, **FUEL)
        records.add("coke", "consumed", 0, "t", facility, **FUEL)
        records.add("peat", "consumed", 1, "t", facility, **FUEL)
        records.add("acid", "produced", 1, "t HNO3", facility, process_unit="u")
    done = both(plant, records)
    rows = done.inventory(["city", "substance"])
    assert [(row["city"], row["substance"], row["amount"], row["unit"]) for row in rows] == [
        ("A", "CO2", 0.2, "tCO2"),
        ("A", "N2O", 0.016, "tN2O"),
        ("B", "CO2", 0.1, "tCO2"),
        ("B", "N2O", 0.008, "tN2O"),
    ]
    assert [row["missing"] for row in rows] == [2, 0, 1, 0]
    (all_together,) = done.inventory(["year"])
    assert "amount" not in all_together
    assert all_together["co2e"] == 0.3 + 3 * 0.008 * 265
    assert (all_together["missing"], all_together["lines"]) == (3, 9)
    (one,) = done.inventory(["facility"], facility="F3", category="fuel")
    assert one["amount"] == 0.1
    assert done.inventory(["facility"], city="C") == []


def test_an_unknown_column_of_the_inventory(plant: Rulebook, records: Records) -> None:
    done = both(plant, records.add("electricity", "purchased", 10, "MWh"))
    with pytest.raises(EngineError) as caught:
        done.inventory(["citty"])
    says(only(caught.value.problems, "engine.unknown_key"), "citty", "city")
    with pytest.raises(EngineError) as caught:
        done.inventory(["city"], citty="A")
    says(only(caught.value.problems, "engine.unknown_key"), "citty", "city")


# -- what-if ---------------------------------------------------------------------------------


def test_another_table_changes_result_and_manifest(plant: Rulebook, records: Records) -> None:
    records.unit("F1", "u", technology="dual")
    records.add("acid", "produced", 1000, "t HNO3", process_unit="u")
    plain = both(plant, records)
    other = both(plant, records, binds={"gwp": "gwp.b"})
    assert [run.sheet("test.rules", "facility")[0]["total"] for run in (plain, other)] == [
        8 * 265,
        8 * 273,
    ]
    assert [row["co2e"] for row in other.ledger if row["substance"] == "N2O"] == [8 * 273]
    assert other.manifest["binds"] == {"gwp": "gwp.b"}
    assert other.manifest["rulesets"][0]["tables"]["gwp"] == "gwp.b"
    assert plain.manifest["result"] != other.manifest["result"]
    assert both(plant, records).manifest == plain.manifest


def test_a_table_that_does_not_fit_or_exist(plant: Rulebook, records: Records) -> None:
    snapshot = records.add("electricity", "purchased", 10, "MWh").snapshot()
    for binds, code in (
        ({"gwp": "grid"}, "rules.table_column"),
        ({"gwp": "gwp.c"}, "rules.unknown_table"),
        ({"gpw": "gwp.b"}, "engine.unknown_bind"),
    ):
        with pytest.raises((EngineError, RuleError)) as caught:
            run(plant, snapshot, binds=binds)
        assert code in codes(caught.value.problems)


def test_a_factor_that_no_row_needs_may_be_missing(plant: Rulebook, records: Records) -> None:
    # The factor of a province stands outside of the sum, and this province has none.
    records.facility(province="Xizang").add("coke", "consumed", 100, "t", **FUEL)
    done = both(plant, records)
    assert done.problems == []
    assert amounts(done)["electricity"] == 0.0
    (row,) = done.sheet("test.rules", "facility")
    assert row["total"] == amounts(done)["fuel"]
    done = both(plant, records.add("electricity", "purchased", 10, "MWh"))
    says(only(done.problems, "engine.row_factor"), "Xizang", "grid")
    assert "electricity" not in amounts(done)


def test_a_yearly_sheet_warns_without_changing_the_total(book: Book, records: Records) -> None:
    sheets = deepcopy(SHEETS)
    sheets["facility"]["checks"] = [
        {"name": "large", "when": "total > 50 * tCO2e", "severity": "warning",
         "zh": "总量很大", "en": "a large total"},
    ]  # fmt: skip
    made = book(METHOD | {"sheets": sheets}, RULESET, *TABLES, files=FILES)
    records.add("electricity", "purchased", 10, "MWh")
    records.add("electricity", "purchased", 1000, "MWh", facility="F2")
    done = both(made, records)
    (problem,) = done.problems
    assert (problem.code, problem.severity) == ("engine.check_failed", "warning")
    says(problem, "F2", "large")
    assert [row["missing"] for row in done.inventory(["facility"])] == [0, 0]

"""Every kind of finding: made by a plan or records that deserve it, and by nothing else."""

from __future__ import annotations

import re
from datetime import date
from pathlib import Path

import pytest

from tests.control_plan.plants import FACILITY, Clock, a_plan, example, log_in, parameter, row
from tongjian.control_plan import (
    calibrate,
    findings,
    freeze,
    history,
    kinds,
    link,
    outline,
    read_guide,
    reads,
    revise,
)
from tongjian.records import Catalogue

TODAY = "2025-02-01"
MONTHS = [f"2024-{number:02d}" for number in range(1, 13)]


@pytest.fixture
def clock():
    return Clock("2023-12-20")


@pytest.fixture(scope="module")
def guide(rulebook):
    return read_guide(rulebook, "steel")


@pytest.fixture(scope="module")
def account(rulebook):
    """Whether the steel works' own rule set reads a row."""
    return reads([rulebook.ruleset("cn.steel.ndrc-2013", 2024)], Catalogue.load())


def year():
    """The records of a year that was obtained as planned: months where the plan asks for them."""
    found = [
        row("2024", "coke", "consumed", 100_000.0),
        row("2024", "coke", "ncv", 28.6, unit="GJ/t"),
        row("2024", "bfg", "consumed", 12_000.0, unit="10^4 Nm3", tier="monitored"),
        row("2024", "electricity", "purchased", 150_000.0, unit="MWh", tier="invoiced"),
        row("2024", "crude_steel", "fixed_output", 300_000.0),
    ]
    found += [row(month, "limestone", "consumed", 6600.0, tier="invoiced") for month in MONTHS]
    return found


def plant(tmp_path, clock, change=None, calibrated=True, **fields):
    """A log with a plan, and meters that were calibrated in time."""
    data = example()
    for one in data["parameters"]:
        one["key"] = False  # monthly evidence has its own tests below
    if change is not None:
        change(data)
    log = log_in(tmp_path, clock)
    revise(log, a_plan(data, **fields), by="张三")
    if calibrated:
        clock.set("2024-12-01")
        calibrate(log, FACILITY, "W1", "王五", day=date(2024, 8, 1), result="pass")
        calibrate(log, FACILITY, "F1", "王五", day=date(2024, 11, 20), result="pass")
    clock.set(TODAY)
    return log


def found(log, rows, guide, account=None):
    return findings(history(log, FACILITY), rows, 2024, guide, date.fromisoformat(TODAY), account)


def told(log, rows, guide, account=None):
    return [(one.kind, one.parameter or one.meter) for one in found(log, rows, guide, account)]


def test_a_year_by_the_plan_has_no_finding(tmp_path, clock, guide, account):
    assert found(plant(tmp_path, clock), year(), guide, account) == ()


def test_each_datum_is_linked_to_its_parameter_meters_and_revision(tmp_path, clock):
    log = plant(tmp_path, clock)

    links = link(year(), history(log, FACILITY), 2024, date(2025, 2, 1))

    coke = next(one for one in links.links if one.datum == ("", "coke", "consumed"))
    assert coke.as_dict() == {
        "period": "2024",
        "process_unit": "",
        "stream": "coke",
        "item": "consumed",
        "quantity": 100_000.0,
        "unit": "t",
        "tier": "tested",
        "revision": 1,
        "revision_entry": 1,
        "parameter": "coke-used",
        "agreement": "as planned",
        "meters": [{"meter": "W1", "state": "valid", "since": None, "until": None}],
    }
    assert len(links.of("limestone-used").links) == 12


def test_a_datum_without_an_entry_in_the_plan(tmp_path, clock, guide, account):
    rows = [
        *year(),
        row("2024", "anthracite", "consumed", 10.0),
        row("2024", "crude_steel", "produced", 1.0),  # this rule set does not read it
    ]

    [one] = found(plant(tmp_path, clock), rows, guide, account)

    assert (one.kind, one.severity) == ("no_parameter", "nonconformity")
    assert one.subject == f"datum:{FACILITY}//anthracite/consumed"
    assert "无烟煤" in one.text("zh")
    assert "anthracite" in one.text("en").lower()
    assert (one.periods, one.entries) == (("2024",), (1,))


def with_tier(stream, item, tier):
    return [
        {**one, "tier": tier} if (one["stream"], one["item"]) == (stream, item) else one
        for one in year()
    ]


def without(stream, item, months=("2024", *MONTHS)):
    return [
        one
        for one in year()
        if (one["stream"], one["item"]) != (stream, item) or one["period"] not in months
    ]


def obtained(name, way):
    def change(data):
        its = parameter(data, name)
        data["parameters"].remove(its)
        kept = {key: its[key] for key in ("id", "stream", "item", "key")}
        data["parameters"].append({**kept, "obtained": way})

    return change


def recorded(name, often):
    return lambda data: parameter(data, name).update(recorded=often)


@pytest.mark.parametrize(
    ("change", "rows", "expected"),
    [
        # A tested value was planned; an estimate is poorer.
        (None, with_tier("crude_steel", "fixed_output", "estimated"), "worse_than_planned"),
        # Told by invoices was planned; a reading of a meter is better.
        (None, with_tier("electricity", "purchased", "monitored"), "better_than_planned"),
        (obtained("steel-out", "absent"), year(), "recorded_though_absent"),
        (None, without("crude_steel", "fixed_output"), "not_recorded"),
        (None, without("limestone", "consumed", ("2024-04", "2024-05")), "months_missing"),
        (recorded("coke-used", "month"), year(), "only_yearly"),
        (
            lambda data: parameter(data, "coke-ncv").pop("uncertainty"),
            year(),
            "no_uncertainty",
        ),
    ],
)
def test_how_and_how_often_data_were_obtained(
    tmp_path, clock, guide, account, change, rows, expected
):
    [one] = found(plant(tmp_path, clock, change), rows, guide, account)

    assert one.kind == expected
    assert one.entries == (1,)
    assert one.parameter in one.text("zh")
    assert one.parameter in one.text("en")


def test_months_that_are_missing_are_named(tmp_path, clock, guide, account):
    rows = without("limestone", "consumed", ("2024-04", "2024-05", "2024-12"))

    [one] = found(plant(tmp_path, clock), rows, guide, account)

    assert one.periods == ("2024-04", "2024-05", "2024-12")
    assert "2024-04…2024-05, 2024-12" in one.text("zh")


def test_a_quarterly_value_is_missing_only_where_its_quarter_has_none(tmp_path, clock, guide):
    log = plant(tmp_path, clock, recorded("limestone-used", "quarter"))
    rows = without("limestone", "consumed", [one for one in MONTHS if one != "2024-02"][:8])

    # January to September: only February is there, so the second and third quarter are missing.
    [one] = found(log, rows, guide)

    assert one.periods == ("2024-04", "2024-05", "2024-06", "2024-07", "2024-08", "2024-09")


# Of limestone the plan takes the last valid value: 6600 of March for April.
@pytest.mark.parametrize(
    ("quantity", "kind", "severity"),
    [
        (6600.0, "substituted", "observation"),
        (6000.0, "substituted_otherwise", "nonconformity"),
    ],
)
def test_what_stands_in_for_a_missing_value_follows_the_rule(
    tmp_path, clock, guide, account, quantity, kind, severity
):
    rows = [
        {**one, "quantity": quantity, "tier": "estimated"}
        if one["period"] == "2024-04" and one["stream"] == "limestone"
        else one
        for one in year()
    ]

    [one] = found(plant(tmp_path, clock), rows, guide, account)

    assert (one.kind, one.severity, one.periods) == (kind, severity, ("2024-04",))
    assert one.values["expected"] == "6600"


def test_the_mean_of_neighbours_is_that_of_the_nearest_months_obtained_as_planned(
    tmp_path, clock, guide
):
    def change(data):
        parameter(data, "limestone-used")["missing"] = {"rule": "neighbours"}

    rows = [one for one in year() if one["stream"] != "limestone"]
    amounts = [10.0, 20.0, 0.0, 0.0, 50.0, *[60.0] * 7]
    # March and April have no value of their own: (20 + 50) / 2 = 35 for both.
    for month, amount in zip(MONTHS, amounts, strict=True):
        gap = month in ("2024-03", "2024-04")
        tier = "estimated" if gap else "invoiced"
        given = {"2024-03": 35.0, "2024-04": 40.0}.get(month, amount)
        rows.append(row(month, "limestone", "consumed", given, tier=tier))

    first, second = found(plant(tmp_path, clock, change), rows, guide)

    assert (first.kind, first.periods) == ("substituted_otherwise", ("2024-04",))
    assert (second.kind, second.periods) == ("substituted", ("2024-03",))
    assert first.values["expected"] == second.values["expected"] == "35"


def test_an_overdue_meter_names_its_data_and_the_time(tmp_path, clock, guide, account):
    log = plant(tmp_path, clock, calibrated=False)

    gas, scale = found(log, year(), guide, account)

    # F1: calibrated 2023-12-10, 12 months; W1: 2023-08-15. E1 has 60 months and is fine.
    assert (gas.kind, gas.meter, gas.parameter) == ("overdue", "F1", "bf-gas-used")
    assert (scale.meter, scale.subject) == ("W1", f"meter:{FACILITY}/W1")
    assert (scale.values["since"], scale.values["until"]) == (date(2024, 8, 16), date(2024, 12, 31))
    assert scale.values["parameters"] == "coke-used, limestone-used, steel-out"


def test_a_meter_that_failed_and_one_of_which_nothing_is_known(tmp_path, clock, guide, account):
    def change(data):
        del data["meters"][2]["interval"]  # E1: nobody knows when it was due

    log = plant(tmp_path, clock, change)
    clock.set("2025-01-20")
    calibrate(log, FACILITY, "F1", "王五", day=date(2024, 12, 20), result="fail")

    failed, unknown = found(log, year(), guide, account)

    assert (failed.kind, failed.meter, failed.entries) == ("failed", "F1", (4,))
    assert failed.values["since"] == date(2024, 12, 20)
    assert (unknown.kind, unknown.meter, unknown.severity) == (
        "calibration_unknown",
        "E1",
        "clarification",
    )


@pytest.mark.parametrize(
    ("change", "expected"),
    [
        ({"accreditation": []}, "no_accreditation"),
        ({"valid_to": "2024-06-30"}, "accreditation_expired"),
    ],
)
def test_a_laboratory_needs_an_accreditation_while_it_tests(
    tmp_path, clock, guide, account, change, expected
):
    log = plant(tmp_path, clock, lambda data: data["laboratories"][0].update(change))

    [one] = found(log, year(), guide, account)

    assert (one.kind, one.subject) == (expected, f"laboratory:{FACILITY}/L1")


def test_without_a_plan_everything_is_one_finding(tmp_path, clock, guide, account):
    log = log_in(tmp_path, clock)

    [one] = found(log, year(), guide, account)

    assert (one.kind, one.severity) == ("no_plan", "nonconformity")
    assert one.periods == ("2024", *MONTHS)


def test_a_plan_that_was_made_afterwards_is_found(tmp_path, guide, account):
    log = plant(tmp_path, Clock("2025-01-10"), calibrated=False)

    kinds_found = told(log, year(), guide, account)

    assert kinds_found[0] == ("back_dated", "")


def test_months_frozen_late_or_in_part_or_not_at_all_or_changed(tmp_path, clock, guide):
    def change(data):
        parameter(data, "limestone-used").update(key=True)
        parameter(data, "steel-out").update(key=True)

    log = plant(tmp_path, clock, change)
    rows = year()
    for month, day in {"2024-01": "2025-01-05", "2024-02": "2025-01-06"}.items():
        clock.set(day)
        freeze(log, FACILITY, month, rows, guide, "李四")
    rows[-11]["quantity"] = 6000.0  # February
    assert rows[-11]["period"] == "2024-02"

    its = [one for one in found(log, rows, guide) if "month" in one.subject or "freeze" in one.kind]

    assert [(one.kind, one.periods) for one in its] == [
        ("freeze_missing", tuple(MONTHS[2:11])),  # December is due on 9 February
        ("freeze_late", ("2024-01",)),
        ("freeze_incomplete", ("2024-01",)),  # crude steel has a figure of the year only
        ("freeze_late", ("2024-02",)),
        ("freeze_incomplete", ("2024-02",)),
        ("changed_since", ("2024-02",)),
    ]
    changed = its[-1]
    assert "6600 t" in changed.text("zh")
    assert "6000 t" in changed.text("zh")
    assert changed.parameter == "limestone-used"


def test_findings_speak_both_languages_and_name_what_they_rest_on(tmp_path, clock, guide):
    log = plant(tmp_path, clock, calibrated=False)

    for one in found(log, without("crude_steel", "fixed_output"), guide):
        data = one.as_dict()
        assert data["zh"] != data["en"]
        assert data["repair_zh"]
        assert data["clause"]["document"]
        assert not re.search(r"\{\w+\}", data["zh"] + data["en"])
        assert one.title("zh") != one.title("en")


def test_every_kind_is_made_by_one_of_these_tests():
    text = Path(__file__).read_text(encoding="utf-8")

    assert [name for name in kinds() if f'"{name}"' not in text] == []


def test_the_outline_for_a_report_has_meters_parameters_and_findings(tmp_path, clock, guide):
    log = plant(tmp_path, clock, calibrated=False)
    known, day = history(log, FACILITY), date(2025, 2, 1)

    made = outline(known, 2024, day, found(log, year(), guide))

    scale = made["meters"][0]
    assert (scale["id"], scale["overdue"], scale["due"]) == ("W1", True, date(2024, 8, 15))
    assert made["parameters"][0]["method"] == {"zh": "计量", "en": "metered"}
    assert [set(one) for one in made["findings"]] == [{"zh", "en"}] * 2
    assert outline(known, 2022, day) == {}

"""What is verified: total, materiality and the effect of each datum, all by hand."""

from __future__ import annotations

import pytest

from tests.verification.house import (
    BFG,
    COKE,
    FACILITY,
    LIMESTONE,
    RULESET,
    STEEL_OUT,
    THRESHOLD,
    TOTAL,
    YEAR,
    House,
    codes_of,
)
from tongjian.rules import Rulebook
from tongjian.verification import Engagement, Materiality, ground_of


def test_total_and_threshold(house: House) -> None:
    its = house.engagement

    assert (its.unit, its.total) == ("tCO2e", pytest.approx(TOTAL, abs=1e-6))
    assert its.threshold == pytest.approx(THRESHOLD, abs=1e-6)
    assert (its.materiality.status, its.materiality.source != "") == ("recalled", True)


def test_the_effect_of_each_datum_is_its_share_of_the_total(house: House) -> None:
    effects = {(one.stream, one.item): one.effect for one in house.engagement.data}

    # Amount and calorific value of coke both carry all of its emission.
    assert effects == {
        ("coke", "consumed"): pytest.approx(COKE, abs=1e-5),
        ("coke", "ncv"): pytest.approx(COKE, abs=1e-5),
        ("bfg", "consumed"): pytest.approx(BFG, abs=1e-5),
        ("limestone", "consumed"): pytest.approx(LIMESTONE),
        ("crude_steel", "fixed_output"): pytest.approx(STEEL_OUT),
    }


def test_the_digest_is_of_this_result_and_no_other(house: House) -> None:
    before = house.engagement.result, house.engagement.records
    # Electricity is no part of this total; coke is.
    house.correct("电力,purchased,15000", "电力,purchased,16000")
    assert (house.engagement.result, house.engagement.records) == before
    house.correct_coke()
    now = house.engagement.result, house.engagement.records

    assert now[0] != before[0] and now[1] != before[1]
    assert house.engagement.total == pytest.approx(TOTAL - COKE / 10, abs=1e-5)


def test_one_of_several_totals_has_to_be_chosen(house: House) -> None:
    level = Materiality.of(house.rulebook)

    def of(ruleset: str | None, year: int = YEAR) -> Engagement:
        return Engagement.of(house.run, FACILITY, year, level, ruleset=ruleset)

    assert codes_of(lambda: of(None)) == ["ruleset_choice"]
    # Energy is no greenhouse gas total.
    assert codes_of(lambda: of("cn.energy.gbt2589-2020")) == ["no_result"]
    assert codes_of(lambda: of(RULESET, 2023)) == ["no_result"]


def test_an_opinion_is_on_greenhouse_gas(house: House) -> None:
    level = Materiality.of(house.rulebook)
    energy = Engagement(house.run, "cn.energy.gbt2589-2020", FACILITY, YEAR, "reasonable", level)

    assert energy.unit == "tce"
    assert codes_of(lambda: ground_of(energy, [])) == ["opinion_unit"]


@pytest.mark.parametrize("text", ["0", "100", "-5", "five", "1/0"])
def test_an_agreed_level_is_a_percentage(text: str) -> None:
    assert codes_of(lambda: Materiality.agreed(text, "contract")) == ["materiality_level"]


def test_an_agreed_level(rulebook: Rulebook) -> None:
    level = Materiality.agreed("2.5", "contract 7")

    assert (float(level.share), level.source, level.status) == (0.025, "contract 7", "agreed")
    assert float(Materiality.of(rulebook).share) == 0.05

"""The sample: what matters is in it, the rest is drawn by risk, anybody can draw it again."""

from __future__ import annotations

import json
from collections import Counter
from dataclasses import replace

import pytest

from tests.verification.house import REPORT, TOTAL, House, codes_of
from tongjian.verification import (
    SamplingPlan,
    check_datum,
    default_settings,
    draw_sample,
    redraw,
    sample_of,
    sampling_plan,
)

COKE_ID = "DEMO-STEEL/2024//coke/consumed/t"


def months(name: str, item: str, quantity: float, unit: str, tier: str, proof: str) -> list[str]:
    return [
        f"DEMO-STEEL,2024-{month:02d},,{name},{item},{quantity},{unit},{tier},{proof}"
        for month in range(1, 13)
    ]


@pytest.fixture
def many(house: House) -> House:
    """With two small materials by months: dolomite from invoices, raw coal estimated."""
    house.enter(
        *months("白云石", "consumed", 100, "t", "发票", "结算单"),
        *months("废钢", "consumed", 100, "t", "估算", ""),
    )
    return house


def by_stream(plan: SamplingPlan) -> Counter[tuple[str, str]]:
    return Counter((one.datum.stream, one.reason) for one in plan.sampled)


def test_everything_material_is_taken(house: House) -> None:
    plan = sampling_plan(house.engagement, "seed")

    # Crude steel (11 100 t) is below the 21 411 t of materiality, and drawn: its stratum has no
    # other. All else lies above.
    assert {(one.datum.stream, one.reason) for one in plan.sampled} == {
        ("coke", "material"),
        ("bfg", "material"),
        ("limestone", "material"),
        ("crude_steel", "drawn"),
    }
    assert plan.covered == pytest.approx(1)


def test_small_data_are_drawn_and_risky_ones_are_all_taken(many: House) -> None:
    plan = sampling_plan(many.engagement, "seed")
    found = by_stream(plan)

    # Dolomite: 12 x invoiced (1) x evidence named (1) x plan unknown (1) = risk 1:
    # max(3, ceil(sqrt 12)) = 4 of them.
    assert found["dolomite", "drawn"] == 4
    # Scrap: estimated (3) x no evidence (2) = 6, the limit from which all are taken.
    assert found["scrap", "high_risk"] == 12


def test_limited_assurance_takes_fewer(many: House) -> None:
    limited = replace(many.engagement, assurance="limited")

    # max(2, ceil(0.6 x sqrt 12)) = max(2, ceil 2.08) = 3.
    assert by_stream(sampling_plan(limited, "seed"))["dolomite", "drawn"] == 3


def test_the_draw_depends_on_the_seed_alone(many: House) -> None:
    first, again = (sampling_plan(many.engagement, "seed") for _ in range(2))
    others = {sampling_plan(many.engagement, str(n)).digest for n in range(20)}

    assert first.digest == again.digest
    assert len(others) > 10


def test_chances_follow_the_risk(many: House) -> None:
    """With one datum of dolomite at twice the risk, it is drawn about twice as often."""
    settings = default_settings()
    risk = {**settings.risk, "tier": {**settings.risk["tier"], "invoiced": 1, "calculated": 5}}
    one_each = {name: replace(size, least=1, root=0) for name, size in settings.sizes.items()}
    chosen = replace(settings, risk=risk, sizes=one_each, always=99)
    counts: Counter[str] = Counter()
    for seed in range(300):
        plan = sampling_plan(many.engagement, str(seed), settings=chosen)
        counts.update(one.datum.period for one in plan.sampled if one.datum.stream == "dolomite")

    # All have the same risk: 300 draws over 12 months, 25 each; 3 standard deviations are 14.
    assert sum(counts.values()) == 300
    assert len(counts) == 12 and max(counts.values()) < 40 and min(counts.values()) > 10


def test_it_is_entered_with_a_seed_that_nobody_chose(started: House) -> None:
    start = started.log.entries("report.start")[0]
    plan, entry = draw_sample(started.log, started.engagement, "verifier")

    assert plan.seed == start.hash
    assert entry.content["total"] == pytest.approx(TOTAL, abs=1e-6)
    assert json.loads(json.dumps(plan.as_dict())) == {
        name: entry.content[name] for name in plan.as_dict()
    }
    assert redraw(entry, started.engagement)[1] == []


def test_only_a_verifier_draws_and_only_under_verification(house: House) -> None:
    house.go("open", "preparer")
    assert codes_of(lambda: draw_sample(house.log, house.engagement, "preparer")) == [
        "no_right",
        "not_now",
    ]
    house.version()
    house.go("submit", "approver")
    house.go("start", "verifier")
    assert codes_of(lambda: draw_sample(house.log, house.engagement, "approver")) == ["no_right"]


def test_other_data_give_another_sample_and_it_is_told(started: House) -> None:
    _, entry = draw_sample(started.log, started.engagement, "verifier")
    started.correct_coke()

    (problem,) = redraw(entry, started.engagement)[1]

    assert problem.code == "verification.other_sample"
    assert problem.values["what"] == "result, records, threshold"


def test_checks_stay_for_data_that_did_not_change(started: House) -> None:
    draw_sample(started.log, started.engagement, "verifier")
    for name in sample_of(started.log.entries(), REPORT).ids:
        check_datum(started.log, REPORT, name, "agrees", "verifier")
    started.correct_coke()
    draw_sample(started.log, started.engagement, "verifier")

    assert sample_of(started.log.entries(), REPORT).left == (COKE_ID,)


def test_a_check_has_to_make_sense(started: House) -> None:
    def check(datum: str, outcome: str, note: str = "") -> object:
        return check_datum(started.log, REPORT, datum, outcome, "verifier", note)

    assert codes_of(lambda: check(COKE_ID, "agrees")) == ["not_sampled"]
    draw_sample(started.log, started.engagement, "verifier")
    assert codes_of(lambda: check("nothing", "fine")) == ["no_note", "not_sampled", "outcome"]
    assert codes_of(lambda: check(COKE_ID, "differs")) == ["no_note"]
    check(COKE_ID, "differs", "weighbridge says 90 000 t")
    state = sample_of(started.log.entries(), REPORT)
    assert state.checked[COKE_ID]["outcome"] == "differs" and COKE_ID not in state.left

"""Computing again: the same bits on every engine, decimals tell what binary arithmetic made."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal

import pytest

from tests.verification.house import REPORT, TOTAL, YEAR, House, codes_of
from tongjian.verification import default_settings, enter_recomputation, exact_total, recompute

# 100 000 x 28.6 x 0.02942 x 0.98 x 44/12 = 302 347.3786666..., 101 773.584 for the gas: amounts of
# the ledger are whole grams.
EXACT = Decimal("428220.962667")


def test_every_engine_gives_the_same_bits(house: House) -> None:
    found = recompute(house.engagement, years=[YEAR])

    assert found.engines == ("python", "duckdb")
    assert set(found.digests) == {found.digest} == {house.run.manifest["result"]}
    assert found.differences == () and found.same
    assert found.cells > 100


def test_decimals_give_the_exact_total(house: House) -> None:
    assert exact_total(house.engagement) == EXACT
    assert house.engagement.total == pytest.approx(TOTAL, abs=1e-6)


def test_a_value_that_was_changed_is_found(house: House) -> None:
    """As if somebody had the result printed otherwise than it came out."""
    its = house.engagement
    result = next(one for one in house.run.results if one.ruleset.id == its.ruleset)
    row = result.sheets["facility"][0]
    row["flux"] += 1.0
    house.run.manifest["result"] = "0" * 64

    found = recompute(its, years=[YEAR])

    assert not found.same
    (one,) = found.differences
    assert (one.sheet, one.column, one.was, one.now) == ("facility", "flux", 35_201.0, 35_200.0)


def test_a_total_that_decimals_do_not_give_is_not_the_same(house: House) -> None:
    strict = replace(default_settings(), decimal_share=0.0)
    found = recompute(house.engagement, years=[YEAR], settings=strict)
    off = replace(found, exact=found.exact + 1)

    assert found.same is (found.off == 0)
    assert not off.same and off.off == found.off - 1
    assert off.as_dict()["off"] == pytest.approx(-1)


def test_another_run_is_refused(house: House) -> None:
    ruleset = [house.engagement.ruleset]

    assert codes_of(lambda: recompute(house.engagement, rulesets=ruleset, years=[YEAR])) == [
        "other_run"
    ]


def test_it_is_entered_by_a_verifier(started: House) -> None:
    found = recompute(started.engagement, years=[YEAR])
    assert codes_of(lambda: enter_recomputation(started.log, REPORT, found, "approver")) == [
        "no_right"
    ]
    entry = enter_recomputation(started.log, REPORT, found, "verifier")

    assert entry.content["of"] == started.engagement.result
    assert entry.content["exact"] == str(EXACT)

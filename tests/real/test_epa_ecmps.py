"""Linearity and relative accuracy tests of January 2023, from the US EPA's own test tool."""

from collections.abc import Callable
from pathlib import Path

import pytest

from tongjian.monitoring.quality import Check, read_ecmps

Find = Callable[[str], Path]


@pytest.mark.real_data
def test_every_reported_result_comes_out_again(published_file: Find) -> None:
    path = published_file("qa_tests_rata_linearity.json")
    found = read_ecmps(path, "us.40cfr75", "nox", "lb/MMBtu")
    assert [(one.kind, one.verdict) for one in found] == [
        *[("linearity", "passed")] * 3,
        ("accuracy", "passed"),
    ]
    levels = 0
    for check in found[:3]:
        for level, reported in check.inputs["reported"].items():
            assert (
                round(100 * value(check, "share_of_reference", level), 1)
                == reported["percentError"]
            )
            assert round(value(check, "mean_reference", level), 3) == reported["meanReferenceValue"]
            assert round(value(check, "mean_measured", level), 3) == reported["meanMeasuredValue"]
            # The alternative performance specification was needed nowhere.
            figure = check.figure("share_of_reference", level)
            assert figure is not None
            assert (not figure.within) == bool(reported["apsIndicator"])
            levels += 1
    assert levels == 9
    rata, reported = found[3], found[3].inputs["reported"]
    for name, theirs, digits in (
        ("t_value", "tValue", 3),
        ("mean_measured", "meanCEMValue", 3),
        ("mean_reference", "meanRATAReferenceValue", 3),
        ("mean_difference", "meanDifference", 3),
        ("standard_deviation", "standardDeviationDifference", 3),
        ("confidence_coefficient", "confidenceCoefficient", 3),
        ("bias_factor", "biasAdjustmentFactor", 3),
    ):
        assert round(value(rata, name), digits) == reported[theirs]
    assert round(100 * value(rata, "relative_accuracy"), 2) == reported["relativeAccuracy"] == 2.38
    assert 100 * value(rata, "relative_accuracy") == pytest.approx(2.3815, abs=5e-5)


def value(check: Check, name: str, level: str = "") -> float:
    figure = check.figure(name, level)
    assert figure is not None, name
    return figure.value

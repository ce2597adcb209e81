"""The benchmarks compare like with like: same results, whatever the time (never timed here)."""

import pytest

from benchmarks import tasks
from benchmarks.data import TINY, make_data


@pytest.fixture(scope="module")
def data(tmp_path_factory):
    return make_data(tmp_path_factory.mktemp("bench"), TINY)


def test_engine_hand_written_sql_and_threads_agree(data):
    result = tasks.same_results(data)

    assert result["same_on_1_and_2_threads"]
    assert result["worst_difference_to_sql"] < 1e-6  # totals are rounded to the gram per row


def test_engine_is_the_decimal_reference(data):
    result = tasks.decimal(data)

    assert result["sql_equals_python"]
    assert result["worst_relative"] < 1e-12


def test_a_plant_year_is_traced(data):
    assert tasks.trace(data)["rows"] == 120

"""The benchmarks compare like with like: same results, whatever the time (never timed here)."""

import pytest

from benchmarks import evidence, tasks, telegrams
from benchmarks.data import TINY, make_data
from tongjian.evidence import FileStore


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


def test_the_log_is_measured_on_entries_that_hold(tmp_path):
    store = FileStore(tmp_path / "log.jsonl")
    assert evidence.measure(store, 40)["proof_bytes"] > 1000
    # Its key, the entries and the signature.
    assert store.head().number == 42
    assert evidence.tree(5000)["inclusion_bytes"] == 13 * 32


def test_telegrams_are_measured_on_an_hourly_frame_that_is_read():
    found = telegrams.measure(rounds=1, frames=3)
    assert 800 <= found["bytes"] <= 1024
    assert found["bytewise_to_folded"] > 1

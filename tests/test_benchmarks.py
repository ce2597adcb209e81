"""The benchmarks compare like with like: same results, whatever the time (never timed here)."""

import numpy as np
import pytest

from benchmarks import evidence, series, tasks, telegrams
from benchmarks.data import TINY, make_data
from tongjian.evidence import FileStore
from tongjian.monitoring.series import SeriesStore


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


def test_the_store_of_series_is_measured_on_what_it_would_hold_itself(tmp_path):
    first, hour = np.datetime64("2025-01-01"), np.timedelta64(1, "h")
    with SeriesStore.open(tmp_path) as store:
        assert series.fill(store, 12, 60, months=1) == (12, 12 * 31 * 1440)
        assert store.verify() == []
        assert [one.count for one in store.listing()] == [31 * 1440] * 12
        found = store.averages(series.key_of(11), first, first + hour, hour)
        values = store.parsed(series.key_of(11), 60, first, first + hour)
        measured = values.avg[values.flag == "N"]
        assert found.mean[0] == pytest.approx(measured.mean())
        assert series.append(store, 12, 2) > 0

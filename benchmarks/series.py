"""The store of monitoring data on many values (监测数据库): room, appending, queries.

    python -m benchmarks.series [--values 1e7] [--minutes 600] [--folder FOLDER]

A year of minutes of as many channels as make `--values`, written straight into the store's own
files as they are once months have been joined, with the hours rolled up from them; 1e9 values are
1,903 channels and need about 4 GB of disk and a quarter of an hour or more (`--minutes` sets an
end: then there are fewer channels). Values vary over the day, with noise in the second decimal,
one in 200 flagged; each has its time of arrival (to the µs, one telegram for the ten channels of a
station) and its place in a journal. Questions are asked, then minutes of all channels appended as
telegrams would be. The folder is removed afterwards.
"""

from __future__ import annotations

import argparse
import os
import resource
import statistics
import tempfile
import time
from collections.abc import Callable
from datetime import datetime, timedelta
from pathlib import Path

import numpy as np

from tongjian.monitoring.profile import Channel
from tongjian.monitoring.series import Rows, SeriesStore
from tongjian.monitoring.series._compact import SHARD_ROWS, roll
from tongjian.monitoring.series._value import KINDS
from tongjian.monitoring.series._writing import write

YEAR = 2025
CHANNELS = 10  # of one station
CODES = ("a00000", "a01011", "a01012", "a01013", "a01014", "a19001", "a21002", "a21026", "a34013",
         "a99901")  # fmt: skip
_MINUTES = 365 * 1440
_HOUR, _DAY, _MONTH = (np.timedelta64(1, one) for one in ("h", "D", "M"))
_START = np.datetime64(f"{YEAR}-01-01")


def key_of(number: int) -> str:
    """The series of a number, in order of its name."""
    return f"{number // CHANNELS:024d}/{CODES[number % CHANNELS]}"


def fill(store: SeriesStore, channels: int, seconds: float, months: int = 12) -> tuple[int, int]:
    """Write a year of minutes of so many channels, or of as many as `seconds` allow.

    Gives the count of channels and of values.
    """
    core = store._core
    began = time.perf_counter()
    rows = at = 0
    step = SHARD_ROWS // (31 * 1440)
    while at < channels and (not at or time.perf_counter() - began < seconds):
        count = min(step, channels - at)
        made = []
        for month in range(months):
            first = (_START.astype("datetime64[M]") + month * _MONTH).astype("datetime64[D]")
            last = (_START.astype("datetime64[M]") + (month + 1) * _MONTH).astype("datetime64[D]")
            minutes = int((last - first) / np.timedelta64(1, "m"))
            label = str(first)[:7]
            sql = _generated(at, count, str(first), minutes)
            one = write(core, core.connection, ("parsed", 60, label), sql, len(made))
            made.append(one)
            rows += one.rows
            made.append(roll(core, core.connection, (60, label), [one], len(made)))
        with core.writing():
            core.commit(core.manifest.with_files(made, {}))
        at += count
        print(f"  {at:,} channels: {rows:,} values", flush=True)
    return at, rows


def _generated(at: int, count: int, first: str, minutes: int) -> str:
    keys = ", ".join(f"'{key_of(number)}'" for number in range(at, at + count))
    files = ", ".join(f"'gateway-0a1b2c3d/{day:012d}.journal'" for day in range(31))
    split = KINDS.index("avg")
    before, after = (
        ", ".join(f"NULL::DOUBLE AS {one}" for one in part)
        for part in (KINDS[:split], KINDS[split + 1 :])
    )
    return f"""
        SELECT [{keys}][c + 1] AS series, time, {before},
            round(50 + c % 17 + 20 * sin(m / 229.0 + c) + (h % 1000) / 200.0, 2) AS avg, {after},
            CASE WHEN h % 200 = 7 THEN 'D' ELSE 'N' END AS flag, NULL::VARCHAR AS more,
            epoch_us(time) - 28740000000 + (m * m * 7919 + g * g * 104729) % 3000017 AS received,
            [{files}][m // 1440 + 1] AS origin, (m % 1440) * 200 + g AS record, m AS seq
        FROM (
            SELECT i // {minutes} AS c, i % {minutes} AS m, (i // {minutes} + {at}) // {CHANNELS}
                AS g, hash(i, {at}) AS h,
                TIMESTAMP '{first} 00:00:00' + to_minutes(i % {minutes}) AS time
            FROM range({minutes * count}) t(i)
        )"""


def append(store: SeriesStore, channels: int, minutes: int) -> float:
    """Values a second that `put_rows` takes, a minute of all stations at a time, each durable."""
    began = time.perf_counter()
    for minute in range(minutes):
        rows = Rows(60)
        moment = datetime(YEAR + 1, 1, 1) + timedelta(minutes=minute)
        at = int((moment - datetime(1970, 1, 1)).total_seconds() * 1e6)
        for number in range(channels):
            rows.add(key_of(number), at, {"avg": number % 91 + minute % 7}, "N", at, "g/1", number)
        store.put_rows([rows])
    return channels * minutes / (time.perf_counter() - began)


def timed(work: Callable[[int], object], turns: int = 9) -> tuple[float, float]:
    """ms of the first turn and the median of the others, each with another channel."""
    spent = []
    for turn in range(turns):
        began = time.perf_counter()
        work(turn)
        spent.append(1000 * (time.perf_counter() - began))
    return spent[0], statistics.median(spent[1:])


def questions(folder: Path, channels: int) -> list[tuple[str, float, float]]:
    """What a page or a report asks, each by a store that was just opened."""

    def channel(turn: int) -> Channel:
        number = turn * 7919 % channels
        return Channel(*key_of(number).split("/"), "so2", "mg/m3", "P", "U")

    def at(turn: int) -> np.datetime64:
        return _START + (turn * 41 % 330) * _DAY

    every = {
        key_of(number): Channel(*key_of(number).split("/"), "so2", "mg/m3", "P", "U")
        for number in range(channels)
    }
    end = _START + 365 * _DAY
    asked: dict[str, Callable[[SeriesStore, int], object]] = {
        "minutes of a day": lambda s, t: s.minutes(channel(t), at(t), at(t) + _DAY),
        "minutes of a month": lambda s, t: s.minutes(channel(t), at(t), at(t) + 30 * _DAY),
        "minutes of a year": lambda s, t: s.minutes(channel(t), _START, end),
        "hours of a year": lambda s, t: s.averages(channel(t), _START, end, _HOUR),
        "days of a year": lambda s, t: s.averages(channel(t), _START, end, _DAY),
        "mean of a year": lambda s, t: s.averages(channel(t), _START, end, 12 * _MONTH),
        "an hour of all channels": lambda s, t: s.across(every, at(t), at(t) + _HOUR),
        "a day of all channels": lambda s, t: s.across(every, at(t), at(t) + _DAY),
    }
    found = []
    for name, work in asked.items():
        with SeriesStore.open(folder) as store:
            found.append((name, *timed(lambda turn, work=work: work(store, turn))))  # type: ignore[misc]
    return found


def main() -> None:
    """Make a store, measure, print, remove it."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--values", type=float, default=1e7)
    parser.add_argument("--minutes", type=float, default=600, help="for making the values")
    parser.add_argument("--folder", type=Path)
    asked = parser.parse_args()
    channels = max(1, round(asked.values / _MINUTES))
    with tempfile.TemporaryDirectory(dir=asked.folder, prefix="tongjian-series-") as name:
        folder = Path(name)
        with SeriesStore.open(folder) as store:
            began = time.perf_counter()
            channels, rows = fill(store, channels, 60 * asked.minutes)
            spent = time.perf_counter() - began
            files = store._core.manifest.files
            size = {
                kind: sum(one.bytes for one in files if one.kind == kind)
                for kind in ("parsed", "hours")
            }
        print(
            f"{rows:,} values of {channels:,} channels in {len(files)} files: "
            f"{sum(size.values()) / 1e9:.2f} GB, {size['parsed'] / rows:.2f} bytes a value and "
            f"{size['hours'] / rows:.3f} for rolled-up hours; written at {rows / spent:,.0f}/s; "
            f"load average {os.getloadavg()[0]:.1f}"
        )
        for question, first, usual in questions(folder, channels):
            print(f"{question:26} first {first:8.1f} ms   then {usual:8.1f} ms")
        with SeriesStore.open(folder) as store:
            rate = append(store, channels, max(3, min(60, 200_000 // channels)))
            began = time.perf_counter()
            store.flush()
            flushed = time.perf_counter() - began
        peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
        print(
            f"appended, a minute of all channels at a time and durable: {rate:,.0f} values/s; "
            f"flushed in {flushed:.2f} s; peak memory {peak:,.0f} MB"
        )


if __name__ == "__main__":
    main()

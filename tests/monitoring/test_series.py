"""The store: what was put is there, in whatever order it came; versions, units, derived values."""

from __future__ import annotations

import os
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tongjian.monitoring.hours import Hours, State, Used
from tongjian.monitoring.profile import Channel
from tongjian.monitoring.series import SeriesStore, Stale, Value, _compact, _core, _writing
from tongjian.problems import RecordError

DAY = np.datetime64("2025-01-01")
START = datetime(2025, 1, 1)
HOUR, MINUTE = np.timedelta64(1, "h"), np.timedelta64(1, "m")
KEY = "A1/a21026"
SO2 = Channel("A1", "a21026", "so2", "ppm", "P1", "U1")


@pytest.fixture
def store(tmp_path: Path) -> Iterator[SeriesStore]:
    with SeriesStore.open(tmp_path / "series") as one:
        yield one


def value(
    minute: int,
    average: float,
    flag: str | None = "N",
    *,
    came: int = 0,
    key: str = KEY,
    interval: int = 60,
) -> Value:
    """The mean of a minute of 2025; `came` s after the year began."""
    received = START + timedelta(seconds=came)
    return Value(
        key, START + timedelta(minutes=minute), interval, {"Avg": average}, flag, received, "t#1"
    )


def everywhere(store: SeriesStore) -> Iterator[SeriesStore]:
    """The same store with its data in the log, in files, joined by day, and joined by month."""
    yield store
    assert store.flush() > 0
    yield store
    store.compact(DAY)
    yield store
    store.compact(DAY + np.timedelta64(400, "D"))
    with SeriesStore.open(store.folder) as again:
        assert again.verify() == []
        yield again


def test_parsed_values_are_as_they_were_sent(store: SeriesStore) -> None:
    kinds = {"Min": 1.0, "Avg": 2.5, "Max": 4, "Cou": 7.25, "ZsAvg": 3, "ValidNum": 12}
    store.put([Value(KEY, START, 60, kinds, "N", START, "gw-1/000000000001.journal#42")])
    for one in everywhere(store):
        found = one.parsed(KEY, 60, DAY, DAY + MINUTE)
        assert found.time.tolist() == [START]
        assert [found.min[0], found.avg[0], found.max[0]] == [1.0, 2.5, 4.0]
        assert [found.cou[0], found.zs_avg[0], found.more[0]] == [7.25, 3.0, '{"ValidNum": 12.0}']
        assert np.isnan(found.rtd[0]) and found.flag[0] == "N"
        assert (found.origin[0], found.record[0]) == ("gw-1/000000000001.journal", 42)
        # Times, intervals and series beside it are not it.
        assert len(one.parsed(KEY, 60, DAY + MINUTE, DAY + HOUR)) == 0
        assert len(one.parsed(KEY, 3600, DAY, DAY + HOUR)) == 0
        assert len(one.parsed("A1/a2102", 60, DAY, DAY + HOUR)) == 0


def test_times_with_a_zone_are_counted_in_utc(store: SeriesStore) -> None:
    store.put([Value(KEY, START, 60, {"avg": 1}, received=datetime(2025, 1, 1, tzinfo=UTC))])
    (received,) = store.parsed(KEY, 60, DAY, DAY + HOUR).received
    assert received == 1_735_689_600_000_000


def test_a_later_version_holds_and_the_earlier_stays(store: SeriesStore) -> None:
    store.put([value(0, 1.0, came=10), value(1, 5.0, came=10)])
    store.flush()
    store.put([value(0, 2.0, came=20)])
    store.put([value(0, 2.0, came=30)])  # sent again as it was
    store.put([value(0, 9.0, came=5)])  # from another gateway's journal, read late
    for one in everywhere(store):
        assert one.parsed(KEY, 60, DAY, DAY + HOUR).avg.tolist() == [2.0, 5.0]
        versions = one.parsed(KEY, 60, DAY, DAY + HOUR, versions=True)
        assert versions.avg.tolist() == [9.0, 1.0, 2.0, 5.0]
        averaged = one.averages(KEY, DAY, DAY + HOUR, HOUR)
        assert (averaged.mean.tolist(), averaged.count.tolist()) == ([3.5], [2])


_SENT = st.lists(
    st.builds(
        value,
        st.integers(0, 3).map(lambda n: n * 700),  # three days
        st.sampled_from([1.0, 2.0, 3.0]),
        st.sampled_from(["N", "D", None]),
        came=st.integers(0, 3),
    ),
    max_size=8,
)


@settings(
    max_examples=4, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(sent=_SENT, data=st.data())
def test_any_order_of_arrival_gives_the_same_state(
    tmp_path_factory: pytest.TempPathFactory, sent: list[Value], data: st.DataObject
) -> None:
    """Also with flushes and joins in between, and with everything put twice."""
    end = DAY + np.timedelta64(10, "D")

    def state(store: SeriesStore) -> tuple[list[object], ...]:
        now = store.parsed(KEY, 60, DAY, end)
        every = store.parsed(KEY, 60, DAY, end, versions=True)
        hours = store.averages(KEY, DAY, end, HOUR)
        return (
            *(now.time.tolist(), now.avg.tolist(), now.flag.tolist()),
            *(every.time.tolist(), every.avg.tolist(), every.flag.tolist()),
            *(hours.time.tolist(), hours.mean.tolist(), hours.count.tolist()),
        )

    with SeriesStore.open(tmp_path_factory.mktemp("one")) as one:
        one.put(sent)
        wanted = state(one)
    with SeriesStore.open(tmp_path_factory.mktemp("other")) as other:
        for each in data.draw(st.permutations(sent + sent[:2])):
            other.put([each])
            match data.draw(st.sampled_from(["", "", "flush", "compact"])):
                case "flush":
                    other.flush()
                case "compact":
                    other.compact(end)
        assert state(other) == wanted


def test_minutes_are_regular_in_the_unit_of_the_quantity(store: SeriesStore) -> None:
    store.put([value(0, 100.0), value(1, 0.0, "D"), value(3, 50.0, None), value(4, 1.0, "Q")])
    for one in everywhere(store):
        found = one.minutes(SO2, DAY, DAY + 6 * MINUTE)
        # By hand: 64.064/22.4 = 2.86 mg/m3 for each ppm.
        assert found.value.tolist() == pytest.approx([286.0, *[np.nan] * 2, 143.0, *[np.nan] * 2],
                                                     nan_ok=True)  # fmt: skip
        assert found.state.tolist() == [
            *(State.VALID, State.FLAGGED, State.MISSING, State.VALID, State.FLAGGED, State.MISSING)
        ]
        assert found.start == DAY


def test_the_vocabulary_of_a_station_says_what_a_flag_means(store: SeriesStore) -> None:
    store.put([value(0, 0.0, "F"), value(1, 0.0, "Md")])
    old = Channel("A1", "a21026", "so2", "mg/m3", "P1", "U1", flags="hj76-2017")
    assert store.minutes(SO2, DAY, DAY + 2 * MINUTE).state.tolist() == [State.FLAGGED] * 2
    assert store.minutes(old, DAY, DAY + 2 * MINUTE).state.tolist() == [
        State.STOPPED,
        State.MISSING,
    ]


def test_other_intervals_stand_for_their_minutes(store: SeriesStore) -> None:
    def means(channel: Channel, count: int) -> list[float]:
        return store.minutes(channel, DAY, DAY + count * MINUTE).value.tolist()

    def channel(code: str) -> Channel:
        return Channel("A1", code, "so2", "mg/m3", "P1", "U1")

    nan = np.nan
    # Said to be of five minutes.
    store.put([value(5 * n, float(n), key="A1/five", interval=300) for n in range(2)])
    assert means(channel("five"), 11) == pytest.approx([0.0] * 5 + [1.0] * 5 + [nan], nan_ok=True)
    # Minute data whose distance says ten.
    store.put([value(10 * n, float(n), key="A1/ten") for n in range(-6, 6)])
    assert means(channel("ten"), 20) == [0.0] * 10 + [1.0] * 10
    # Of less than a minute: the measured ones are averaged.
    for n, flag in enumerate("NNDNNN"):
        store.put([Value("A1/s", START + timedelta(seconds=20 * n), 20, {"avg": n}, flag)])
    assert means(channel("s"), 2) == [0.5, 4.0]
    # Instants, where there is nothing else; a minute mean is never filled up with them.
    store.put([Value("A1/i", START + timedelta(seconds=30 * n), 0, {"Rtd": n}) for n in range(4)])
    assert means(channel("i"), 2) == [0.5, 2.5]
    store.put([value(0, 7.0, key="A1/i")])
    assert means(channel("i"), 2) == pytest.approx([7.0, nan], nan_ok=True)


def test_hours_that_the_source_sent(store: SeriesStore) -> None:
    hours = [value(60 * n, 10.0 * n, "C" if n == 2 else "N", interval=3600) for n in range(3)]
    store.put(hours)
    channel = Channel("A1", "a21026", "so2", "mg/m3", "P1", "U1")
    for one in everywhere(store):
        found = one.hours_sent(channel, DAY, DAY + 4 * HOUR)
        assert found.value.tolist() == pytest.approx([0.0, 10.0, np.nan, np.nan], nan_ok=True)
        assert found.state.tolist() == [*(State.VALID, State.VALID, State.FLAGGED, State.MISSING)]
        assert set(found.minutes.tolist()) == {-1}


def test_averages_of_any_step_are_those_of_the_minutes(store: SeriesStore) -> None:
    """Four days of two months with gaps and flags, part of it late, beside NumPy's means.

    A zero with flag B of HJ 76-2017 (a banked fire) is no measurement.
    """
    channel = replace(SO2, flags="hj76-2017")
    random = np.random.default_rng(7)
    early = 29 * 1440
    count = 4 * 1440
    numbers = random.normal(100, 20, count).round(2)
    numbers[random.random(count) < 0.1] = 0
    flags = random.choice(["N", "D", "B"], count)
    bad = (flags == "D") | (flags == "B") & (numbers == 0)
    minute = [n for n in range(count) if n % 1000 > 30]
    listed = [value(early + n, float(numbers[n]), str(flags[n])) for n in minute if n % 7]
    store.put(listed)
    store.flush()
    store.compact(DAY + np.timedelta64(31, "D"))
    late = [value(early + n, float(numbers[n]), str(flags[n])) for n in minute if n % 7 == 0]
    store.put(late[: len(late) // 2])
    store.flush()
    store.put(late[len(late) // 2 :])
    good = np.array([n for n in minute if not bad[n]])
    times = DAY + (early + good) * MINUTE
    end = DAY + np.timedelta64(40, "D")
    for joined in (False, True):
        if joined:
            store.compact(end)
        for step in ("15m", "1h", "8h", "1D", "1M", "1Y"):
            size, unit = int(step[:-1]), step[-1]
            found = store.averages(channel, DAY, end, np.timedelta64(size, unit))
            if unit in "MY":
                group = times.astype(f"datetime64[{unit}]")
            else:
                width = np.timedelta64(size, unit)
                group = DAY + ((times - DAY) // width) * width
            steps = np.unique(group)
            assert (found.time == steps).all()
            for at in (0, len(steps) // 2, -1):
                part = numbers[good[group == steps[at]]] * 2.86
                assert found.count[at] == len(part)
                assert [found.mean[at], found.low[at], found.high[at]] == pytest.approx(
                    [part.mean(), part.min(), part.max()]
                )


def test_a_month_is_joined_by_ranges_of_series(
    store: SeriesStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(_compact, "SHARD_ROWS", 100)
    for day in range(3):
        store.put([value(1440 * day + n, 1.0, key=f"A1/c{n % 7}") for n in range(210)])
        store.flush()
    assert store.compact(DAY + np.timedelta64(90, "D")).after == 14
    assert len(store.parsed("A1/c3", 60, DAY, DAY + np.timedelta64(9, "D"))) == 90
    # Joining what is joined changes nothing; a little that comes late waits beside it.
    assert store.compact(DAY + np.timedelta64(90, "D")).rows == 0
    store.put([value(0, 2.0, came=99, key="A1/c3")])
    store.compact(DAY + np.timedelta64(90, "D"))
    assert store.averages("A1/c3", DAY, DAY + HOUR, HOUR).high.tolist() == [2.0]
    assert [(one.key, one.count) for one in store.listing()][3] == ("A1/c3", 91)


def test_files_that_were_replaced_stay_a_while_for_readers(
    store: SeriesStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    store.put([value(n, 1.0) for n in range(5)])
    store.flush()
    store.put([value(n, 1.0) for n in range(5, 9)])
    store.flush()
    before = set(store.folder.rglob("parsed/**/*.parquet"))
    stray = store.folder / "parsed/60/2025-01-01/stray.parquet"
    stray.write_bytes(b"half a file")
    store.compact(DAY)
    assert before < set(store.folder.rglob("parsed/**/*.parquet"))
    assert stray.exists()  # another process may just be writing it
    os.utime(stray, (0, 0))
    monkeypatch.setattr(_core, "GRACE_S", -1.0)
    store.put([value(20, 1.0)])
    store.compact(DAY)
    store.put([value(21, 1.0)])
    store.flush()
    assert not before & set(store.folder.rglob("parsed/**/*.parquet"))
    assert not stray.exists()
    assert len(store.parsed(KEY, 60, DAY, DAY + HOUR)) == 11


def test_several_processes_see_each_other(store: SeriesStore) -> None:
    """Two stores on one folder, as two processes have them."""
    with SeriesStore.open(store.folder) as other:
        store.put([value(0, 1.0)])
        other.put([value(1, 2.0)])
        assert store.parsed(KEY, 60, DAY, DAY + HOUR).avg.tolist() == [1.0, 2.0]
        store.flush()
        other.put([value(2, 3.0)])
        store.put([value(3, 4.0)])
        for one in (store, other):
            assert one.parsed(KEY, 60, DAY, DAY + HOUR).avg.tolist() == [1.0, 2.0, 3.0, 4.0]


def test_a_store_that_is_held_says_so(store: SeriesStore, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(_core, "_PATIENCE_S", 0.0)
    other = SeriesStore.open(store.folder)
    with store._core.writing(), pytest.raises(RecordError) as caught:
        other.put([value(0, 1.0)])
    other.close()
    assert caught.value.problems[0].code == "monitoring.store_busy"


def test_damage_is_found(store: SeriesStore) -> None:
    store.put([value(0, 1.0)])
    store.flush()
    (path,) = store.folder.rglob("parsed/**/*.parquet")
    path.write_bytes(path.read_bytes()[:-1] + b"x")
    assert [one.code for one in store.verify()] == ["monitoring.store_file"]
    (store.folder / "manifest.json").write_text("{}", encoding="utf-8")
    with pytest.raises(RecordError) as caught:
        SeriesStore.open(store.folder)
    assert caught.value.problems[0].code == "monitoring.store_manifest"


def hours(first: np.datetime64, count: int, number: float = 1.0) -> Hours:
    return Hours(
        first.astype("datetime64[h]"),
        np.full(count, number),
        np.zeros(count, np.uint8),
        np.full(count, 60, np.int16),
    )


def test_validated_and_used_hours_are_kept_apart(store: SeriesStore) -> None:
    store.put([value(0, 1.0)])
    store.keep_validated(KEY, hours(DAY, 3))
    store.keep_validated(KEY, hours(DAY + HOUR, 1, 9.0))
    used = Used(
        np.array([1.0, 7.5, np.nan]),
        np.array([-1, 0, -1], np.int16),
        np.array([-1, 0, -1]),
        np.array([-1, 2, -1]),
        ["mean of both sides"],
    )
    store.keep_used(KEY, DAY, used)
    for one in everywhere(store):
        found = one.validated(KEY, DAY, DAY + 5 * HOUR)
        assert found.value.tolist() == pytest.approx([1.0, 9.0, 1.0, np.nan, np.nan], nan_ok=True)
        assert found.state.tolist() == [*[State.VALID] * 3, *[State.MISSING] * 2]
        again = one.used(KEY, DAY - HOUR, DAY + 3 * HOUR)
        assert again.value.tolist() == pytest.approx([np.nan, 1.0, 7.5, np.nan], nan_ok=True)
        assert [again.rules[n] for n in again.rule if n >= 0] == ["mean of both sides"]
        assert again.reached_from.tolist() == [-1, -1, 1, -1]
        assert again.reached_to.tolist() == [-1, -1, 3, -1]
        assert one.parsed(KEY, 60, DAY, DAY + HOUR).avg.tolist() == [1.0]


def test_what_rests_on_changed_data_is_named(store: SeriesStore) -> None:
    def derive(day: int) -> None:
        first = DAY + np.timedelta64(day, "D")
        store.minutes(SO2, first, first + np.timedelta64(1, "D"))
        store.keep_validated(KEY, hours(first, 24))

    def use(day: int, reached: int) -> None:
        first = DAY + np.timedelta64(day, "D")
        blank = np.full(24, -1)
        at = np.r_[reached, blank[1:]]
        rule = np.r_[0, blank[1:]].astype(np.int16)
        store.keep_used(KEY, first, Used(np.ones(24), rule, at, at, ["look back"]))

    store.put([value(1440 * day, 1.0, came=1) for day in range(4)])
    for day in range(3):
        derive(day)
    use(0, 0)
    use(2, 3)
    assert store.stale() == []
    use(1, -20)  # reaches into the day before, which was validated earlier
    store.put([value(0, 1.0, came=2)])  # the same again
    store.put([value(4320, 5.0, came=2)])  # a day that nothing was derived of
    assert store.stale() == []
    store.put([value(5, 8.0, came=2)])
    days = [DAY + np.timedelta64(day, "D") for day in range(3)]
    for one in everywhere(store):
        assert one.stale() == [
            Stale(KEY, days[0], "used"),
            Stale(KEY, days[0], "validated"),
            Stale(KEY, days[1], "used"),
        ]
    derive(0)
    assert store.stale() == [Stale(KEY, days[0], "used"), Stale(KEY, days[1], "used")]
    use(0, 0)
    use(1, -20)
    assert store.stale() == []


def test_what_comes_while_hours_are_made_makes_them_stale(store: SeriesStore) -> None:
    store.put([value(0, 1.0)])
    store.minutes(SO2, DAY, DAY + HOUR)
    store.put([value(1, 1.0)])
    store.keep_validated(KEY, hours(DAY, 1))
    assert [one.what for one in store.stale()] == ["validated"]


def test_an_empty_store_answers(store: SeriesStore) -> None:
    assert len(store.parsed(KEY, 60, DAY, DAY + HOUR)) == 0
    assert store.minutes(SO2, DAY, DAY + HOUR).state.tolist() == [State.MISSING] * 60
    assert len(store.averages(SO2, DAY, DAY + HOUR, HOUR).time) == 0
    assert (store.listing(), store.stale(), store.verify(), store.flush()) == ([], [], [], 0)
    assert not store.folder.exists()


def test_a_long_flush_makes_files_of_months(store: SeriesStore) -> None:
    days = _writing.DAYS_OF_A_FLUSH + 2
    store.put([value(1440 * day, 1.0) for day in range(days)])
    assert store.flush() == 2
    assert len(store.parsed(KEY, 60, DAY, DAY + np.timedelta64(60, "D"))) == days


def test_all_channels_over_one_time(store: SeriesStore) -> None:
    sent = [
        *(value(n, 10.0 * n, key=KEY) for n in range(4)),
        *(value(n, 5.0, "D" if n % 2 else "N", key="A1/a21002") for n in range(4)),
        *(value(n, 1.0, "D", key="A1/dead") for n in range(4)),
        value(70, 999.0),
        value(2, 40.0, came=9),
    ]
    store.put(sent)
    nox = Channel("A1", "a21002", "nox", "mg/m3", "P1", "U1")
    dead = Channel("A1", "dead", "nox", "mg/m3", "P1", "U1")
    channels = {one.key: one for one in (SO2, nox, dead)}
    for one in everywhere(store):
        found = one.across(channels, DAY, DAY + HOUR)
        assert found.key.tolist() == ["A1/a21002", KEY]
        # By hand: (0 + 10 + 40 + 30)/4 = 20 ppm, 2.86 mg/m3 each; 5 where it is not flagged.
        assert found.mean.tolist() == pytest.approx([5.0, 57.2])
        assert found.high.tolist() == pytest.approx([5.0, 114.4])
        assert found.count.tolist() == [2, 4]
        part = one.across(channels, DAY, DAY + 2 * MINUTE)
        assert part.mean.tolist() == pytest.approx([5.0, 14.3])
    assert len(store.across({}, DAY, DAY + HOUR).key) == 0


def test_looking_after_a_store_joins_what_has_piled_up(
    store: SeriesStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(_compact, "TEND_ROWS", 2)
    monkeypatch.setattr(_compact, "TEND_FILES", 3)
    counts = []
    for number in range(6):
        store.put([value(number, 1.0), value(1440 + number, 1.0, key="A1/b", interval=0)])
        store.tend()
        counts.append(len(list((store.folder / "parsed").rglob("*.parquet"))))
    # Two files for each round; joined in the third, whose old ones stay for readers.
    assert counts == [2, 4, 8, 10, 14, 16]
    assert len(store.parsed(KEY, 60, DAY, DAY + HOUR)) == 6


def test_a_full_disk_loses_nothing_that_stands(
    store: SeriesStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    store.put([value(0, 1.0)])
    real = os.write

    def half(file: int, data: bytes) -> int:
        real(file, data[: len(data) // 2])
        raise OSError(28, "No space left on device")

    with monkeypatch.context() as patched, pytest.raises(OSError, match="No space"):
        patched.setattr(os, "write", half)
        store.put([value(1, 2.0)])
    assert store.parsed(KEY, 60, DAY, DAY + HOUR).avg.tolist() == [1.0]
    store.put([value(2, 3.0)])
    for one in everywhere(store):
        assert one.parsed(KEY, 60, DAY, DAY + HOUR).avg.tolist() == [1.0, 3.0]


def test_any_text_can_be_a_key(store: SeriesStore) -> None:
    for key in ("a'; DROP TABLE parsed; --/b", "工厂/己二酸", "nul\0/x", "$series/[*]?"):
        store.put([value(0, 1.0, key=key)])
        for one in everywhere(store):
            assert one.parsed(key, 60, DAY, DAY + HOUR).avg.tolist() == [1.0], key

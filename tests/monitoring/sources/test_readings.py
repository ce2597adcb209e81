"""Numbers and times as they are sent: JSON payloads, ranges, intervals that overlap."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from tongjian.monitoring.sources import Meter, MeterFile, Tag, read_meter_file
from tongjian.monitoring.sources._json_topics import Topics
from tongjian.monitoring.sources._tags import sample
from tongjian.problems import RecordError

NOW = datetime(2025, 6, 1, 4, tzinfo=UTC)
NOON = datetime(2025, 6, 1, 12)  # the same, in China


def taken(code: str, payload: object, retained: bool = False, **option: Any) -> list[Any]:
    topics = Topics("mq", [Tag(code)], option)
    data = payload if isinstance(payload, bytes) else json.dumps(payload).encode()
    values, problems = topics.take("a/b", data, NOW, retained=retained)
    found: list[Any] = [(row.time, row.kinds.get("rtd"), row.flag) for row in values]
    return found + [one.values["detail"] for one in problems]


@pytest.mark.parametrize(
    ("code", "payload", "number"),
    [
        ("a/b", 3.5, 3.5),
        ("a/b", "3.5", 3.5),
        ("a/b", b"3.5", 3.5),
        ("a/b#v", {"v": True}, 1),
        ("a/b#x.1.v", {"x": [{}, {"v": -2}]}, -2),
        ("a/b#v", {"v": None}, None),
    ],
)
def test_where_a_number_stands(code: str, payload: object, number: float | None) -> None:
    assert taken(code, payload) == [(NOON, number, "D" if number is None else "N")]


@pytest.mark.parametrize(
    "payload", [b"", b"{", {"w": 1}, {"v": "on"}, {"v": [1]}, [1], b"[" * 100_000]
)
def test_what_has_no_number_is_told(payload: object) -> None:
    assert len(taken("a/b#v", payload)) == 1
    assert not isinstance(taken("a/b#v", payload)[0], tuple)


@pytest.mark.parametrize(
    ("form", "text", "time"),
    [
        ("iso", "2025-06-01T08:00:00", datetime(2025, 6, 1, 8)),
        ("iso", "2025-06-01T08:00:00Z", datetime(2025, 6, 1, 16)),
        ("iso", "2025-06-01T08:00:00.5+09:00", datetime(2025, 6, 1, 7, 0, 0, 500_000)),
        ("s", 1_750_000_000.25, datetime(2025, 6, 15, 23, 6, 40, 250_000)),
        ("ms", 1_750_000_000_250, datetime(2025, 6, 15, 23, 6, 40, 250_000)),
        ("iso", 1_750_000_000, None),
        ("s", "2025-06-01", None),
        ("ms", 10**20, None),
    ],
)
def test_times_of_payloads(form: str, text: object, time: datetime | None) -> None:
    found = taken("a/b#v", {"v": 1, "t": text}, time="t", time_form=form)
    assert len(found) == 1
    assert found[0] == (time, 1, "N") if time else not isinstance(found[0], tuple)


def test_a_retained_message_without_a_time_is_left_out() -> None:
    assert taken("a/b", 1, retained=True) == []
    said = {"v": 1, "t": "2025-06-01T08:00:00"}
    assert taken("a/b#v", said, retained=True, time="t") == [(datetime(2025, 6, 1, 8), 1, "N")]


def test_a_flag_that_nobody_listed_is_a_fault() -> None:
    option = {"flag": "q", "flags": {"true": "N", "0": "C"}}
    assert [taken("a/b#v", {"v": 1, "q": q}, **option)[0][2] for q in (True, 0, "x")] == [
        "N",
        "C",
        "D",
    ]


@pytest.mark.parametrize(
    ("number", "flag", "kept"),
    [(50.0, "N", 105.0), (99.0, "T", 203.0), (-3.0, "D", -1.0), (65_535.0, "D", None)],
)
def test_the_range_of_a_channel(number: float, flag: str, kept: float | None) -> None:
    tag = Tag("x", scale=2, offset=5, invalid=(65_535,), lowest=0, highest=200)
    row = sample("s", tag, number, NOON, NOW, "")
    assert (row.kinds.get("rtd"), row.flag) == (kept, flag)
    assert sample("s", tag, 99.0, NOON, NOW, "", "C").flag == "C"  # the source knows better


def test_intervals_that_overlap_count_once(tmp_path: Path) -> None:
    file = tmp_path / "load.csv"
    stamps = ("00:00", "00:15", "00:30", "00:35", "00:45")
    rows = "".join(f"2025-01-01 {stamp},1\n" for stamp in stamps)
    file.write_text("time,value\n" + rows, encoding="utf-8")
    found = read_meter_file(file, MeterFile(quantities=True, stamped="start"), Meter())
    assert [one.code for one in found.problems] == ["monitoring.meter_overlap"]
    assert found.steps[0].start == datetime(2025, 1, 1)
    assert found.steps[-1].end - found.steps[0].start == timedelta(minutes=60)


@pytest.mark.parametrize(
    "content", [b"", b"time,value\n", b"\xff\xff\xff", b"time,value\n2025-01-01,1\n"]
)
def test_files_without_readings_are_refused(tmp_path: Path, content: bytes) -> None:
    file = tmp_path / "none.csv"
    file.write_bytes(content)
    with pytest.raises(RecordError):
        read_meter_file(file, MeterFile(quantities=True), Meter())
    with pytest.raises(RecordError):
        read_meter_file(tmp_path / "absent.csv", MeterFile(), Meter())

"""Telegrams of the standards and of the field: decoded, or refused with the right reason.

`telegrams.jsonl` has one telegram a line, where it was seen (a standard's annex, or a public
repository), and what is to be found: `refused` and `deviations` (frame and syntax) and `contents`
(against the edition that its Flag names). Every outcome was checked against the note by reading
the telegram; none was taken over unread.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from tongjian.monitoring.hj212 import (
    Deframer,
    Frame,
    Refused,
    TelegramError,
    build,
    parse,
    readings,
    review,
)

CORPUS: list[dict[str, Any]] = [
    json.loads(line)
    for line in (Path(__file__).parent / "telegrams.jsonl").read_text("utf-8").splitlines()
]
BY_ID = {one["id"]: one for one in CORPUS}


def raw(one: dict[str, Any]) -> bytes:
    return bytes.fromhex(one["hex"]) if "hex" in one else one["text"].encode()


def segments(one: dict[str, Any]) -> tuple[list[bytes], list[str], list[str]]:
    """The data segments of a line of the corpus, what was refused, deviations of frames."""
    if one["whole"] == "segment":
        return [raw(one)], [], []
    deframer = Deframer(keys=lambda _: [bytes.fromhex(one["key"])] if "key" in one else [])
    found = deframer.feed(raw(one)) + deframer.finish()
    frames = [each for each in found if isinstance(each, Frame)]
    refused = [each.deviation.code for each in found if isinstance(each, Refused)]
    told = [deviation.code for frame in frames for deviation in frame.deviations]
    return [frame.segment for frame in frames], refused, told


def test_it_is_all_there() -> None:
    assert len(CORPUS) == len(BY_ID) == 286


@pytest.mark.parametrize("one", CORPUS, ids=BY_ID.keys())
def test_decoded_or_refused_for_the_right_reason(one: dict[str, Any]) -> None:
    found, refused, told = segments(one)
    telegrams = [parse(segment) for segment in found]

    assert refused == one.get("refused", [])
    assert len(found) == one.get("frames", 1)
    told += [deviation.code for each in telegrams for deviation in each.deviations]
    assert told == one.get("deviations", [])
    contents = [deviation.code for each in telegrams for deviation in review(each)]
    assert contents == one.get("contents", [])
    for each in telegrams:
        assert parse(build(each))._replace(deviations=()) == each._replace(deviations=())
        list(readings(each))


@pytest.mark.parametrize("one", [one for one in CORPUS if one["whole"] == "segment"])
def test_strict_reading_refuses_what_tolerant_reading_tells(one: dict[str, Any]) -> None:
    if "deviations" in one:
        with pytest.raises(TelegramError) as caught:
            parse(raw(one), strict=True)
        assert [each.code for each in caught.value.deviations] == one["deviations"]
        assert all(each.repair("zh") and each.repair("en") for each in caught.value.problems)
    else:
        assert parse(raw(one), strict=True).deviations == ()


@pytest.mark.parametrize("name", ["T127", "T128"])
def test_the_enciphered_examples_of_2025_open(name: str) -> None:
    (segment,), refused, _ = segments(BY_ID[name])

    assert refused == []
    assert segment.decode().partition("CP=&&")[2] == BY_ID[name]["plain"] + "&&"


def test_the_hourly_frame_whose_masses_can_be_checked() -> None:
    """T237: flow 5.331 m3/s over an hour; 0.933 mg/m3 of hydrocarbons are 0.018 kg."""
    (segment,), _, _ = segments(BY_ID["T237"])
    by_code = {one.code: one for one in readings(parse(segment))}

    flow = by_code["a00000"].values
    assert float(flow["Avg"]) * 3600 == pytest.approx(float(flow["Cou"]), rel=1e-4)
    gas = by_code["a24088"].values
    assert float(gas["Avg"] * flow["Cou"]) * 1e-6 == pytest.approx(float(gas["Cou"]), abs=5e-4)


def test_groups_with_repeated_names_stay_apart() -> None:
    (segment,), _, _ = segments(BY_ID["T259"])
    groups = parse(segment).groups

    assert [group[0][0] for group in groups] == ["DataTime", "PolId", "PolId", "PolId", "PolId"]


def test_a_zero_with_a_fault_mark_says_so() -> None:
    """T264: packet 1 of 2 of a stack whose instrument does not answer (Flag=B), all zero."""
    (segment,), _, _ = segments(BY_ID["T264"])
    telegram = parse(segment)

    assert (telegram.pnum, telegram.pno, telegram.is_part) == (2, 1, True)
    assert {one.flag for one in readings(telegram)} == {"B"}

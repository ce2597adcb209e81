"""Frames in a stream: cut anywhere, glued, damaged, amid noise, without bound."""

from __future__ import annotations

import random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tongjian.monitoring.hj212 import VARIANTS, Deframer, Frame, Refused, check_sum, frame
from tongjian.monitoring.hj212._crc import _after

OFFICIAL = (
    b"QN=20160801085857223;ST=32;CN=1062;PW=100000;MN=010000A8900016F000169DC0;Flag=5;"
    b"CP=&&RtdInterval=30&&"
)
HOST = b"QN=20240601085857223;ST=32;CN=1011;PW=123456;MN=010000A8900016F000169DC0;Flag=9;CP=&&&&"
KEY = b"0" * 16


@pytest.mark.parametrize(
    ("text", "expected"),
    # HJ 212-2017 Annex A (1C80), HJ 212-2025 Annex A.1 (2200); the rest worked out by hand.
    [(OFFICIAL, 0x1C80), (HOST, 0x2200), (b"123456789", 0x2F80), (b"", 0xFFFF), (b"\0", 0x4040)],
)
def test_check_sums_of_the_standard(text: bytes, expected: int) -> None:
    assert check_sum(text) == expected


def test_modbus_by_its_check_value() -> None:
    assert VARIANTS["modbus"](b"123456789") == 0x4B37
    assert VARIANTS["modbus-swapped"](b"123456789") == 0x374B


@given(st.binary(max_size=1500) | st.just(b"ab" * 12_000))
@settings(max_examples=200, deadline=None)
def test_folding_gives_what_the_annex_describes(text: bytes) -> None:
    register = 0xFFFF
    for byte in text:
        register = _after(register, byte)
    assert check_sum(text) == register


def segments_of(found: list[Frame | Refused]) -> list[bytes]:
    return [one.segment for one in found if isinstance(one, Frame)]


@given(st.lists(st.binary(max_size=300), max_size=6), st.data())
@settings(max_examples=200, deadline=None)
def test_any_bytes_cut_anywhere_come_back(texts: list[bytes], data: st.DataObject) -> None:
    """What a segment holds does not matter: ``##``, ``&&`` and CR LF are bytes like others."""
    stream = b"".join(map(frame, texts))
    cuts = sorted(data.draw(st.lists(st.integers(0, len(stream)), max_size=8)))
    deframer = Deframer(crc="hj212")
    found: list[Frame | Refused] = []
    for start, stop in zip([0, *cuts], [*cuts, len(stream)], strict=True):
        found += deframer.feed(stream[start:stop])

    assert segments_of(found) == texts
    assert [one for one in found if isinstance(one, Refused)] == []
    assert deframer.waiting == 0


def test_byte_by_byte() -> None:
    deframer = Deframer()
    found = [one for byte in frame(OFFICIAL) * 3 for one in deframer.feed(bytes([byte]))]

    assert segments_of(found) == [OFFICIAL] * 3
    assert all(one.deviations == () for one in found if isinstance(one, Frame))


@pytest.mark.parametrize("damage", range(len(frame(OFFICIAL)) - 2))
def test_a_damaged_frame_never_costs_the_next(damage: int) -> None:
    """Any one byte of the first frame changed: it is refused, the second comes through."""
    broken = bytearray(frame(OFFICIAL))
    broken[damage] ^= 0x04
    found = (deframer := Deframer(crc="hj212")).feed(bytes(broken) + frame(HOST))
    found += deframer.finish()

    assert segments_of(found) in ([HOST], [OFFICIAL, HOST])
    if segments_of(found) == [OFFICIAL, HOST]:  # the case of a hexadecimal digit
        assert broken[damage : damage + 1].isalpha()
    else:
        assert any(isinstance(one, Refused) for one in found)
    everything = b"".join(one.raw for one in found)
    assert everything == bytes(broken) + frame(HOST)


def test_every_byte_is_accounted_for_amid_noise() -> None:
    noise = b"\x01\x03\x00\x10\x00\x02\xc5\xce# hello ##zz"
    stream = noise + frame(OFFICIAL) + b"7e 00 1f" + frame(HOST) + b"#"
    deframer = Deframer()
    found = deframer.feed(stream)

    assert segments_of(found) == [OFFICIAL, HOST]
    assert deframer.waiting == 1  # half a mark
    found += deframer.finish()
    assert b"".join(one.raw for one in found) == stream
    assert {one.deviation.code for one in found if isinstance(one, Refused)} == {
        "noise",
        "length_form",
    }


def test_a_wrong_length_is_told_with_the_right_one() -> None:
    whole = frame(OFFICIAL).replace(b"##0101", b"##0099")
    (refused,) = [one for one in Deframer().feed(whole) if isinstance(one, Refused)][:1]

    assert refused.deviation.code == "length_wrong"
    assert (refused.deviation.found, refused.deviation.expected) == ("0099", "0101")
    assert "0101" in refused.deviation.problem().message("zh")


def test_small_letters_and_a_missing_end_are_told() -> None:
    sent = frame(OFFICIAL)[:-2].replace(b"1C80", b"1c80") + frame(HOST)
    first, second = Deframer().feed(sent)

    assert isinstance(first, Frame)
    assert [one.code for one in first.deviations] == ["crc_case", "end_missing"]
    assert isinstance(second, Frame)
    assert second.deviations == ()


def test_another_check_sum_is_taken_only_where_it_may_be() -> None:
    sent = frame(OFFICIAL, crc="modbus")

    (told,) = Deframer(crc="auto").feed(sent)
    assert isinstance(told, Frame)
    assert (told.crc, [one.code for one in told.deviations]) == ("modbus", ["crc_variant"])
    (refused,) = Deframer(crc="hj212").feed(sent)
    assert isinstance(refused, Refused)
    assert refused.deviation.code == "crc_wrong"


def test_each_station_has_its_own_check_sum() -> None:
    """Named by MN, amid each other: only the named sum is taken, the standard's own as well."""
    said = {b"A": "hj212", b"B": "modbus"}
    sent = [
        (mn, crc, frame(b"QN=1;ST=31;CN=2051;PW=1;MN=" + mn + b";Flag=5;CP=&&x=1&&", crc))
        for mn in (b"A", b"B", b"A", b"C")
        for crc in VARIANTS
    ]
    deframer = Deframer(lambda mn: said.get(mn, "auto"))
    for mn, crc, raw in sent:
        (found,) = deframer.feed(raw) + deframer.finish()
        assert isinstance(found, Frame) == (said.get(mn, crc) == crc), (mn, crc)
        assert found.raw == raw
        if isinstance(found, Frame):
            assert found.crc == crc
        else:
            assert found.deviation.code == "crc_wrong"


@given(st.text(st.characters(codec="utf-8", exclude_categories=["C", "Z"]), min_size=1))
@settings(max_examples=100, deadline=None)
def test_enciphered_areas_open_with_the_key_alone(text: str) -> None:
    segment = OFFICIAL[: OFFICIAL.index(b"&&") + 2] + f"Info={text}&&".encode()
    sent = frame(segment, key=KEY)

    found = Deframer(keys=lambda mn: [b"1" * 16, KEY]).feed(sent)
    assert segments_of(found) == [segment]
    area = segment.partition(b"&&")[2][:-2]
    assert isinstance(found[0], Frame)
    assert found[0].encrypted == (len(area) >= 16)
    if len(area) >= 16:
        assert segments_of(Deframer(keys=lambda mn: [b"1" * 16]).feed(sent)) == []


def test_a_missing_key_is_told_with_the_station() -> None:
    area = b"DataTime=20240520210600;a01011-Avg=1.35"
    sent = frame(OFFICIAL[: OFFICIAL.index(b"&&") + 2] + area + b"&&", key=KEY)
    refused = [one for one in Deframer().feed(sent) if isinstance(one, Refused)]

    assert refused[0].deviation.code == "key_unknown"
    assert refused[0].deviation.found == "010000A8900016F000169DC0"


def test_fuzzed_streams_neither_crash_nor_grow(exhaustive: bool) -> None:
    """Frames with bytes changed, dropped, doubled and swapped; a million in the exhaustive run."""
    dice = random.Random(212)
    deframer = Deframer(keys=lambda mn: [KEY])
    kinds = (frame(OFFICIAL), frame(HOST), frame(HOST, crc="modbus"), frame(OFFICIAL, key=KEY))
    came, fed = bytearray(), bytearray()
    for _ in range(1_000_000 if exhaustive else 10_000):
        sent = bytearray(dice.choice(kinds))
        for _ in range(dice.randrange(4)):
            at = dice.randrange(len(sent))
            match dice.randrange(4):
                case 0:
                    sent[at] = dice.randrange(256)
                case 1:
                    del sent[at:]
                case 2:
                    sent[at:at] = sent[:at][-9:]
                case _:
                    sent[at], sent[-1 - at] = sent[-1 - at], sent[at]
            sent = sent or bytearray(b"#")
        fed += sent
        came += b"".join(one.raw for one in deframer.feed(bytes(sent)))
        assert deframer.waiting < 2 + 4 + 9999 + 4
        if len(fed) > 1 << 20:
            came += b"".join(one.raw for one in deframer.finish())
            assert _content(came) == _content(fed)
            came.clear()
            fed.clear()
    came += b"".join(one.raw for one in deframer.finish())
    assert _content(came) == _content(fed)


def _content(stream: bytearray) -> bytearray:
    """Without end marks: those that come after their frame was given belong to nothing."""
    return stream.translate(None, b"\r\n*")

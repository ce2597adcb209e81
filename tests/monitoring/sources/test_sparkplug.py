"""Sparkplug B without a network: payloads of another encoder, and a host's bookkeeping."""

from __future__ import annotations

from contextlib import suppress
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tongjian.monitoring.sources import Tag
from tongjian.monitoring.sources._sparkplug import Host, Outcome, rebirth
from tongjian.monitoring.sources._sparkplug_payload import Metric, Payload, decode, encode

# An NBIRTH as pysparkplug 0.6.1 encodes it: bdSeq 7 and six metrics with aliases.
FOREIGN = bytes.fromhex(
    "0889d095ffbc3112120a0562645365711880d095ffbc312004580712150a034e324f10031881d095ffbc3120"
    "09650040ce4312120a015410041882d095ffbc31200250bffd0312190a014d10051883d095ffbc31200a2801"
    "69fca9f1d24d62503f12100a015210061884d095ffbc31200b700112140a015510071885d095ffbc31200750"
    "80d0acf30e12100a015810081886d095ffbc31200a38011800"
)
MS = 1_700_000_000_000
NOW = datetime(2025, 6, 1, tzinfo=UTC)


def test_payloads_of_another_encoder() -> None:
    found = decode(FOREIGN)
    assert (found.timestamp, found.seq, len(found.metrics)) == (MS + 9, 0, 7)
    values = {one.name: one.value(one.datatype) for one in found.metrics}
    assert values == {
        "bdSeq": 7, "N2O": 412.5, "T": -321, "M": 0.001, "R": 1, "U": 4_000_000_000, "X": None,
    }  # fmt: skip
    assert [one.name for one in found.metrics if one.historical] == ["M"]
    assert [one.alias for one in found.metrics] == [None, 3, 4, 5, 6, 7, 8]


@given(st.binary(max_size=200))
def test_any_bytes_are_a_payload_or_refused(data: bytes) -> None:
    with suppress(ValueError):
        decode(data)


@pytest.mark.parametrize("cut", [1, 5, 40, len(FOREIGN) - 1])
def test_a_cut_payload_is_refused(cut: int) -> None:
    with pytest.raises(ValueError):
        decode(FOREIGN[:cut])


def test_quality_is_read_from_the_properties() -> None:
    # properties (9): keys (1) "Quality", values (2): type (1) Int32, int_value (3) 500 = stale.
    stale = bytes.fromhex("4a10 0a07 5175616c697479 1205 0803 18f403")
    metric = bytes.fromhex("0a034e324f") + stale + bytes.fromhex("500a")  # int_value 10
    payload = bytes([0x12, len(metric)]) + metric
    assert decode(payload).metrics[0].quality == 500


class Node:
    """Says things to a host in the name of one node."""

    def __init__(self, *codes: str) -> None:
        self.host = Host("sp", [Tag(code) for code in codes])
        self.at = NOW

    def says(self, kind: str, seq: int | None, *metrics: Metric, device: str = "") -> Outcome:
        topic = f"spBv1.0/g/{kind}/n" + (f"/{device}" if device else "")
        return self.host.take(topic, encode(Payload(MS, seq, list(metrics))), self.at)


BIRTH = (Metric("bdSeq", whole=3, datatype=4), Metric("a/b", 1, MS, datatype=2, whole=65_535))


def test_aliases_and_types_hold_from_the_birth() -> None:
    node = Node("g/n#a/b")
    assert [one.kinds["rtd"] for one in node.says("NBIRTH", 0, *BIRTH).values] == [-1]
    (value,) = node.says("NDATA", 1, Metric("", 1, MS + 1500, whole=65_534)).values
    assert (value.key, value.kinds["rtd"]) == ("sp/g/n#a/b", -2)
    assert value.time == datetime(2023, 11, 15, 6, 13, 21, 500_000)  # 22:13:20 UTC + 8 h + 1.5 s


def test_a_node_without_a_birth_is_asked_for_one_but_not_time_and_again() -> None:
    node = Node("g/n#a/b")
    data = Metric("", 1, MS, whole=1)
    assert node.says("NDATA", 5, data).reborn == ["g/n"]
    assert node.says("NDATA", 6, data).reborn == []
    node.at += timedelta(seconds=10)
    assert node.says("NDATA", 7, data).reborn == ["g/n"]
    topic, payload = rebirth("g/n", MS)
    assert topic == "spBv1.0/g/NCMD/n"
    assert decode(payload).metrics[0].name == "Node Control/Rebirth"
    assert decode(payload).metrics[0].whole == 1


def test_numbers_go_around_and_gaps_are_told() -> None:
    node = Node("g/n#a/b")
    node.says("NBIRTH", 0, *BIRTH)
    for number in range(1, 600):
        out = node.says("NDATA", number % 256, Metric("", 1, MS + number, whole=number))
        assert not out.problems and len(out.values) == 1
    out = node.says("NDATA", 90, Metric("", 1, MS + 600, whole=1))
    assert out.reborn == ["g/n"] and out.problems[0].values["expected"] == 600 % 256
    assert len(out.values) == 1  # what came is kept all the same


def test_an_alias_that_nobody_named_is_asked_for() -> None:
    node = Node("g/n#a/b")
    node.says("NBIRTH", 0, *BIRTH)
    out = node.says("NDATA", 1, Metric("", 99, MS, whole=1))
    assert out.values == [] and out.reborn == ["g/n"]


def test_a_death_of_an_earlier_session_changes_nothing() -> None:
    node = Node("g/n#a/b", "g/n/d#c")
    node.says("NBIRTH", 0, *BIRTH)
    assert node.says("NDEATH", None, Metric("bdSeq", whole=2, datatype=4)).lost == []
    assert node.says("NDATA", 1, Metric("", 1, MS, whole=1)).values
    out = node.says("NDEATH", None, Metric("bdSeq", whole=3, datatype=4))
    assert out.lost == ["sp/g/n#a/b", "sp/g/n/d#c"]
    assert node.says("NDATA", 2, Metric("", 1, MS, whole=1)).reborn == ["g/n"]


def test_a_device_has_aliases_and_a_death_of_its_own() -> None:
    node = Node("g/n#a/b", "g/n/d#c")
    node.says("NBIRTH", 0, *BIRTH)
    node.says("DBIRTH", 1, Metric("c", 1, MS, datatype=10, floating=2.5), device="d")
    (value,) = node.says("DDATA", 2, Metric("", 1, MS + 1, floating=3.5), device="d").values
    assert (value.key, value.kinds["rtd"]) == ("sp/g/n/d#c", 3.5)
    assert node.says("DDEATH", 3, device="d").lost == ["sp/g/n/d#c"]
    assert node.says("DDATA", 4, Metric("", 1, MS, floating=1.0), device="d").reborn == ["g/n"]


def test_what_is_no_payload_is_told() -> None:
    host = Host("sp", [Tag("g/n#a/b")])
    out = host.take("spBv1.0/g/NDATA/n", b"\xff", NOW)
    assert [one.code for one in out.problems] == ["monitoring.sparkplug_payload"]
    assert host.take("spBv1.0/other/NDATA/n", b"\xff", NOW) == Outcome()

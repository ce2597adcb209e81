"""MQTT against a real broker: JSON topics, Sparkplug nodes, and a broker that goes and returns."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Sequence
from datetime import datetime
from typing import Any

import pytest

from tests.monitoring.sources.support import QUICK, Kept, collecting, until
from tests.ports import HERE, free_port
from tongjian.monitoring.sources import (
    Collector,
    MqttSource,
    SourceError,
    SourceSettings,
    SparkplugSource,
    Tag,
    Value,
)
from tongjian.monitoring.sources._sparkplug_payload import Metric, Payload, encode
from tongjian.problems import Problem

pytest.importorskip("paho", reason="needs the extra mqtt")
pytest.importorskip("amqtt", reason="needs amqtt, the broker of these tests")
from tests.monitoring.sources.broker import Publisher, broker

TOPIC = "plant/stack1"


def json_source(port: int) -> MqttSource:
    options = {"host": HERE, "port": port, "time": "ts", "time_form": "ms", "timeout_s": 2.0}
    tags = (
        Tag(f"{TOPIC}#n2o.value", options={"flag": "n2o.q", "flags": {"ok": "N", "cal": "C"}}),
        Tag(f"{TOPIC}#t.0", scale=0.1),
    )
    return MqttSource(SourceSettings("mq", "mqtt", options, tags))


def message(second: int, value: Any, state: str = "ok") -> str:
    moment = 1_750_000_000_000 + second * 1000  # 2025-06-15 15:06:40 UTC
    return json.dumps({"ts": moment, "n2o": {"value": value, "q": state}, "t": [1500]})


def test_json_topics_over_a_restart_of_the_broker() -> None:
    async def play() -> None:
        port = free_port()
        key = f"mq/{TOPIC}#n2o.value"
        async with collecting(json_source(port)) as (kept, told, collector):
            async with broker(port), Publisher(port) as plant:
                await until(lambda: collector.counts.sessions >= 1)
                while not kept.rows:  # until the subscription stands
                    await plant.send(TOPIC, message(0, 410))
                    await asyncio.sleep(0.02)
                await plant.send(TOPIC, message(1, "411.5", "cal"))
                await plant.send(TOPIC, message(2, None))
                await plant.send(TOPIC, '{"ts": "?"}')
                await plant.send(TOPIC, message(3, 413))
                await until(lambda: len(kept.samples(key)) >= 4)
            broken = collector.counts.broken
            await until(lambda: collector.counts.broken > broken)
            async with broker(port), Publisher(port) as plant:
                while len(kept.samples(key)) < 5:
                    await plant.send(TOPIC, message(3, 413))  # said before, and again
                    await plant.send(TOPIC, message(4, 414))
                    await asyncio.sleep(0.02)
        said = [(row.time.second, row.kinds.get("rtd"), row.flag) for row in kept.samples(key)]
        assert said == [
            (40, 410.0, "N"), (41, 411.5, "C"), (42, None, "D"), (43, 413.0, "N"), (44, 414.0, "N"),
        ]  # fmt: skip
        assert kept.samples(key)[0].time == datetime(2025, 6, 15, 23, 6, 40)  # time of China
        assert {row.kinds["rtd"] for row in kept.samples(f"mq/{TOPIC}#t.0")} == {150.0}
        assert "monitoring.mqtt_payload" in {one.code for one in told}

    asyncio.run(play())


class Full(Kept):
    """A sink whose disk is full for a while."""

    full = True

    def put(self, rows: Sequence[Value], /) -> None:
        if self.full:
            raise OSError("no space")
        super().put(rows)


def test_a_message_is_acknowledged_when_it_is_kept_and_no_sooner() -> None:
    async def play() -> tuple[list[Problem], list[Value]]:
        port = free_port()
        told: list[Problem] = []
        sink = Full()
        async with broker(port) as served, Publisher(port) as plant:
            collector = Collector([json_source(port)], sink, told.append, QUICK)
            running = asyncio.create_task(collector.run())
            while not told:
                await plant.send(TOPIC, message(1, 2))
                await asyncio.sleep(0.02)
            (session,) = (it[0] for name, it in served._sessions.items() if name == "tongjian-mq")
            assert session.inflight_out_count >= 1
            await asyncio.sleep(0.1)
            assert session.inflight_out_count >= 1 and not sink.rows
            sink.full = False
            await until(lambda: session.inflight_out_count == 0)
            collector.stop()
            await running
        return told, sink.rows

    told, rows = asyncio.run(play())
    assert [one.code for one in told] == ["monitoring.sink_failed"]
    assert next(row.kinds for row in rows if row.key.endswith("n2o.value")) == {"rtd": 2}


def test_a_broker_that_refuses_is_told() -> None:
    async def play() -> str:
        port = free_port()
        async with broker(port, anonymous=False):
            with pytest.raises(SourceError) as refused:
                await anext(json_source(port).batches(print))
        return refused.value.problems[0].text("en")

    assert "Not authorized" in asyncio.run(play())


MS = 1_750_000_000_000


def node(kind: str, seq: int | None, *metrics: Metric, device: str = "") -> tuple[str, bytes]:
    topic = f"spBv1.0/plant/{kind}/edge1" + (f"/{device}" if device else "")
    return topic, encode(Payload(MS, seq, list(metrics)))


def test_a_sparkplug_node_is_asked_for_its_birth_and_followed() -> None:
    async def play() -> None:
        port = free_port()
        tags = (Tag("plant/edge1/cems#N2O"),)
        options = {"host": HERE, "port": port, "host_id": "tongjian", "timeout_s": 2.0}
        host = SparkplugSource(SourceSettings("sp", "sparkplug", options, tags))
        birth = node("NBIRTH", 0, Metric("bdSeq", whole=1, datatype=4))
        device = node("DBIRTH", 1, Metric("N2O", 7, MS, datatype=10, floating=400.0), device="cems")

        def data(seq: int, value: float, at: int) -> tuple[str, bytes]:
            return node("DDATA", seq, Metric("", 7, MS + at, floating=value), device="cems")

        async with (
            broker(port),
            Publisher(port, hears="spBv1.0/#") as plant,
            collecting(host) as (kept, told, _),
        ):
            await until(lambda: "spBv1.0/plant/NCMD/edge1" in plant.heard)
            assert "spBv1.0/STATE/tongjian" in plant.heard
            for said in (birth, device, data(2, 401.0, 1000), data(4, 403.0, 3000)):
                await plant.send(*said, qos=0)
            await until(lambda: plant.heard.count("spBv1.0/plant/NCMD/edge1") == 2)
            for said in (birth, device, data(2, 404.0, 4000)):
                await plant.send(*said, qos=0)
            await until(lambda: len(kept.rows) >= 4)
            await plant.send(*node("NDEATH", None, Metric("bdSeq", whole=1, datatype=4)), qos=0)
            await until(lambda: len(told) >= 2)
        assert [row.kinds["rtd"] for row in kept.rows if not row.interval_s] == [400, 401, 403, 404]
        codes = [one.code for one in told]
        assert codes == ["monitoring.sparkplug_gap", "monitoring.sparkplug_death"]

    asyncio.run(play())

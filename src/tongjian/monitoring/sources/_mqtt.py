"""MQTT (可选 `mqtt`): plain JSON topics, and Sparkplug B."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta

from tongjian.monitoring.sources import _json_topics, _sparkplug
from tongjian.monitoring.sources._json_topics import Topics
from tongjian.monitoring.sources._mqtt_line import Message, MqttLine
from tongjian.monitoring.sources._settings import (
    NAME,
    PORT,
    SECONDS,
    TEXT,
    YES_NO,
    Kind,
    SourceSettings,
    Wanted,
    among,
    whole,
)
from tongjian.monitoring.sources._source import Batch, SourceError, Tell
from tongjian.monitoring.sources._sparkplug import SPACE, Host, rebirth
from tongjian.monitoring.sources._value import Value, now
from tongjian.problems import Problem

_BROKER = {
    "host": NAME,
    "port": PORT,
    "tls": YES_NO,
    **dict.fromkeys(("ca_file", "certificate", "private_key"), TEXT),
    **dict.fromkeys(("user", "password", "password_from", "client_id"), TEXT),
    **dict.fromkeys(("keepalive_s", "timeout_s"), SECONDS),
}
_READING = {
    "time": TEXT,
    "time_form": among("iso", "s", "ms"),
    "flag": TEXT,
    "flags": Wanted(
        lambda value: isinstance(value, dict) and all(isinstance(it, str) for it in value.values()),
        '内容到标记的对照，如 { ok = "N", cal = "C" }',
        'texts to flags, such as { ok = "N", cal = "C" }',
    ),
}
_TOPIC = ("主题#路径，如 plant/stack1#n2o.value", "topic#path such as plant/stack1#n2o.value")
_METRIC = (
    "组/节点[/设备]#指标，如 plant/edge1/cems1#N2O",
    "group/node[/device]#metric such as plant/edge1/cems1#N2O",
)

KIND = Kind(
    source={
        **_BROKER,
        **_READING,
        "qos": Wanted(whole(0, 1), "0 或 1", "0 or 1"),
        "holds": YES_NO,
    },
    channel=_READING,
    code_fault=lambda code: None if _json_topics.CODE.fullmatch(code) else _TOPIC,
)
"""Fields of ``kind = "mqtt"``."""
SPARKPLUG = Kind(
    source={**_BROKER, "host_id": TEXT},
    channel={},
    code_fault=lambda code: None if _sparkplug.CODE.fullmatch(code) else _METRIC,
)
"""Fields of ``kind = "sparkplug"``."""


def _lost(name: str, error: Exception) -> SourceError:
    detail = str(error) or type(error).__name__
    values = {"source": name, "detail": detail}
    return SourceError(Problem("monitoring.source_lost", values=values))


def _acknowledge(messages: Sequence[Message]) -> Callable[[], None]:
    def kept() -> None:
        for message in messages:
            if message.acknowledge is not None:
                message.acknowledge()

    return kept


class MqttSource:
    """Topics with plain JSON (普通 JSON 主题).

    `holds` true says that a device sends only what has changed, so that a value stands until the
    next one; otherwise each is one sample.
    """

    def __init__(self, settings: SourceSettings) -> None:
        self.name = settings.name
        self.keys: Sequence[str] = [f"{settings.name}/{tag.code}" for tag in settings.tags]
        self._option = settings.options
        self.holds = bool(settings.options.get("holds", False))
        reading = {name: settings.options[name] for name in _READING if name in settings.options}
        self._topics = Topics(settings.name, settings.tags, reading)

    async def batches(self, tell: Tell) -> AsyncIterator[Batch]:
        """One connection: messages as they come."""
        line = MqttLine(self.name, self._option, self._option.get("qos", 1))
        try:
            await line.connect(self._topics.topics)
            while True:
                messages = await line.messages()
                rows: list[Value] = []
                for message in messages:
                    values, problems = self._topics.take(
                        message.topic, message.data, message.received, retained=message.retained
                    )
                    rows += values
                    for problem in problems:
                        tell(problem)
                yield Batch(rows, _acknowledge(messages))
        except (OSError, TimeoutError, ValueError) as error:
            raise _lost(self.name, error) from error
        finally:
            await line.close()


class SparkplugSource:
    """A Sparkplug B host (Sparkplug 主机应用): follows the nodes that its tags belong to.

    With `host_id` it announces itself (STATE), so that nodes that store while their host is away
    send what they have stored.
    """

    holds = True

    def __init__(self, settings: SourceSettings) -> None:
        self.name = settings.name
        self.keys: Sequence[str] = [f"{settings.name}/{tag.code}" for tag in settings.tags]
        self._option = settings.options
        self._host = Host(settings.name, settings.tags)

    async def batches(self, tell: Tell) -> AsyncIterator[Batch]:
        """One connection, which begins by asking every node for its birth."""
        host = self._host
        host.forget()
        line = MqttLine(self.name, self._option, 0)
        try:
            async with self._announced(line):
                for node in host.nodes:
                    line.publish(*rebirth(node, _milliseconds(now())))
                while True:
                    yield self._batch(line, await line.messages(), tell)
        except (OSError, TimeoutError, ValueError) as error:
            raise _lost(self.name, error) from error
        finally:
            await line.close()

    def _batch(self, line: MqttLine, messages: Sequence[Message], tell: Tell) -> Batch:
        rows: list[Value] = []
        lost: list[str] = []
        for message in messages:
            out = self._host.take(message.topic, message.data, message.received)
            rows += out.values
            lost += out.lost
            for problem in out.problems:
                tell(problem)
            for node in out.reborn:
                line.publish(*rebirth(node, _milliseconds(now())))
        return Batch(rows, lost=lost)

    @asynccontextmanager
    async def _announced(self, line: MqttLine) -> AsyncIterator[None]:
        """Connected, and said to be there for as long as it is."""
        topics = [
            f"{SPACE}/{group}/+/{node}{more}"
            for group, node in (name.split("/") for name in self._host.nodes)
            for more in ("", "/+")
        ]
        host_id = self._option.get("host_id")
        if host_id is None:
            await line.connect(topics)
            yield
            return
        state, moment = f"{SPACE}/STATE/{host_id}", _milliseconds(now())

        def said(online: bool) -> bytes:
            return json.dumps({"online": online, "timestamp": moment}).encode()

        line.will(state, said(False))
        await line.connect(topics)
        line.publish(state, said(True), retained=True)
        try:
            yield
        finally:
            line.publish(state, said(False), retained=True)


def _milliseconds(moment: datetime) -> int:
    return (moment - datetime(1970, 1, 1, tzinfo=UTC)) // timedelta(milliseconds=1)

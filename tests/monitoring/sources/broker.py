"""A real MQTT broker for tests, and a client that publishes."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

from amqtt.broker import Broker
from paho.mqtt.client import Client
from paho.mqtt.enums import CallbackAPIVersion

from tests.ports import HERE


@asynccontextmanager
async def broker(port: int, *, anonymous: bool = True) -> AsyncIterator[Broker]:
    for name in ("amqtt", "transitions"):
        logging.getLogger(name).setLevel(logging.CRITICAL)
    plugin = {"amqtt.plugins.authentication.AnonymousAuthPlugin": {"allow_anonymous": anonymous}}
    listener = {"default": {"type": "tcp", "bind": f"{HERE}:{port}"}}
    made = Broker({"listeners": listener, "plugins": plugin})
    await made.start()
    try:
        async with asyncio.timeout(60):
            yield made
    finally:
        await cut(made)
        await made.shutdown()


async def cut(made: Broker) -> None:
    """Breaks every connection, as a crash does.

    Its own way of stopping leaves connections open, and may wait forever for one that is reading.
    """
    for server in made._servers.values():
        server.instance.close()
    for _, handler in made._sessions.values():
        handler.writer._writer.transport.abort()
    reading = [it._reader_task for _, it in made._sessions.values() if it._reader_task]
    if reading:
        await asyncio.wait(reading, timeout=5)


class Publisher:
    """Publishes, and hears what is asked of it."""

    def __init__(self, port: int, hears: str = "") -> None:
        self.heard: list[str] = []
        self._client = Client(CallbackAPIVersion.VERSION2)
        self._client.on_message = lambda client, data, message: self.heard.append(message.topic)
        self._port, self._hears = port, hears

    async def __aenter__(self) -> Publisher:
        await asyncio.to_thread(self._client.connect, HERE, self._port)
        self._client.loop_start()
        if self._hears:
            self._client.subscribe(self._hears)
        return self

    async def __aexit__(self, *_: Any) -> None:
        self._client.disconnect()
        await asyncio.to_thread(self._client.loop_stop)

    async def send(self, topic: str, data: bytes | str, qos: int = 1) -> None:
        """Returns when the broker has it."""
        sent = self._client.publish(topic, data, qos=qos)
        await asyncio.to_thread(sent.wait_for_publish, 5)

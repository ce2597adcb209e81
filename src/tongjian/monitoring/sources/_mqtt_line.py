"""A connection to an MQTT broker (MQTT 连接): Paho in its own thread, messages in this one."""

from __future__ import annotations

import asyncio
import os
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import Future
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any

from tongjian.monitoring.sources._value import now

if TYPE_CHECKING:
    from paho.mqtt.client import Client, MQTTMessage

_MOST_WAITING = 1000
_TOGETHER = 500
_LOOK_S = 0.1


@dataclass(frozen=True, slots=True)
class Message:
    """One message, when it came, and how to acknowledge it."""

    topic: str
    data: bytes
    retained: bool
    received: datetime
    acknowledge: Callable[[], None] | None = None


class MqttLine:
    """One connection. Messages wait in a queue; when it is full the broker is not read.

    With QoS 1 a message is acknowledged when its values are kept and no sooner, and the session is
    kept by the broker under the client's name: what came meanwhile follows after a break.
    """

    def __init__(self, name: str, option: Mapping[str, Any], qos: int) -> None:
        from paho.mqtt.client import Client, MQTTv311
        from paho.mqtt.enums import CallbackAPIVersion

        self._option, self._qos = option, qos
        self._loop = asyncio.get_running_loop()
        self._queue: asyncio.Queue[Message | Exception] = asyncio.Queue(_MOST_WAITING)
        self._closing = False
        self._connected: asyncio.Future[None] = self._loop.create_future()
        self._client = Client(
            CallbackAPIVersion.VERSION2,
            client_id=option.get("client_id", f"tongjian-{name}"),
            clean_session=qos == 0,
            protocol=MQTTv311,
            manual_ack=True,
            reconnect_on_failure=False,
        )
        if "user" in option:
            secret = os.environ.get(option.get("password_from", ""), option.get("password", ""))
            self._client.username_pw_set(option["user"], secret)
        if option.get("tls") or "ca_file" in option:
            self._client.tls_set(
                option.get("ca_file"), option.get("certificate"), option.get("private_key")
            )
        self._client.on_connect = self._on_connect
        self._client.on_disconnect = self._on_disconnect
        self._client.on_message = self._on_message
        self._client.on_subscribe = self._on_subscribe

    def will(self, topic: str, data: bytes) -> None:
        """What the broker says, and keeps, when this connection breaks."""
        self._client.will_set(topic, data, qos=1, retain=True)

    async def connect(self, topics: Sequence[str]) -> None:
        """Connects and subscribes; raises `OSError` where that cannot be."""
        host, port = self._option["host"], self._option.get("port", 1883)
        keep = int(self._option.get("keepalive_s", 30))
        await asyncio.to_thread(self._client.connect, host, port, keep)
        self._client.loop_start()
        async with asyncio.timeout(self._option.get("timeout_s", 5.0)):
            await self._connected
        self._client.subscribe([(topic, self._qos) for topic in topics])

    def publish(self, topic: str, data: bytes, *, retained: bool = False) -> None:
        """Sends a message; QoS 1 where it is retained."""
        self._client.publish(topic, data, qos=int(retained), retain=retained)

    async def messages(self) -> list[Message]:
        """What came, at least one; raises `ConnectionError` when the line is broken."""
        found: list[Message] = []
        first = await self._queue.get()
        while True:
            if isinstance(first, Exception):
                if found:
                    self._queue.put_nowait(first)  # what came before it is handed over first
                    return found
                raise first
            found.append(first)
            if len(found) >= _TOGETHER or self._queue.empty():
                return found
            first = self._queue.get_nowait()

    async def close(self) -> None:
        """Takes leave and waits for the thread."""
        self._closing = True
        with suppress(OSError, ValueError):
            self._client.disconnect()
        await asyncio.to_thread(self._client.loop_stop)

    # In the thread of the library.

    def _on_connect(self, client: Client, data: Any, flags: Any, reason: Any, more: Any) -> None:
        error = ConnectionRefusedError(str(reason)) if reason.is_failure else None
        self._loop.call_soon_threadsafe(self._settle, error)

    def _on_disconnect(self, client: Client, data: Any, flags: Any, reason: Any, more: Any) -> None:
        if not self._closing:
            self._hand_over(ConnectionError(str(reason)))

    def _on_subscribe(
        self, client: Client, data: Any, number: int, reasons: Any, more: Any
    ) -> None:
        refused = [str(one) for one in reasons if one.is_failure]
        if refused:
            self._hand_over(PermissionError(f"subscribe: {refused[0]}"))

    def _on_message(self, client: Client, data: Any, message: MQTTMessage) -> None:
        acknowledge = None
        if message.qos:
            mid, qos = message.mid, message.qos

            def acknowledge() -> None:
                client.ack(mid, qos)

        came = Message(message.topic, bytes(message.payload), message.retain, now(), acknowledge)
        self._hand_over(came)

    def _hand_over(self, what: Message | Exception) -> None:
        """Waits for room in the queue: meanwhile nothing is read from the broker."""
        waiting: Future[None] = asyncio.run_coroutine_threadsafe(self._queue.put(what), self._loop)
        while not self._closing:
            with suppress(TimeoutError):
                return waiting.result(_LOOK_S)
        waiting.cancel()
        return None

    def _settle(self, error: Exception | None) -> None:
        if self._connected.done():
            return
        if error is None:
            self._connected.set_result(None)
        else:
            self._connected.set_exception(error)

"""OPC UA (可选 `opcua`): values as they change, with the source's time and its state."""

from __future__ import annotations

import asyncio
import logging
import os
import re
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import suppress
from typing import TYPE_CHECKING, Any

from tongjian.monitoring.sources._flags import NORMAL, state_flags
from tongjian.monitoring.sources._settings import (
    SECONDS,
    TEXT,
    Kind,
    SourceSettings,
    Tag,
    Wanted,
    among,
    text,
    whole,
)
from tongjian.monitoring.sources._source import Batch, SourceError, Tell
from tongjian.monitoring.sources._tags import FAULT, sample
from tongjian.monitoring.sources._value import Value, local_time, now
from tongjian.problems import Problem

if TYPE_CHECKING:
    from asyncua import Client, Node, ua

_NODE = re.compile(r"(?:nsu=(?P<uri>[^;]+);|ns=(?P<index>[0-9]{1,5});)?(?P<id>[isgb]=.+)")
_CODE = (
    "节点，如 nsu=urn:plant;s=N2O 或 ns=2;i=1001",
    "a node such as nsu=urn:plant;s=N2O or ns=2;i=1001",
)
_URL = Wanted(
    lambda value: text(value) and str(value).startswith("opc.tcp://"),
    "opc.tcp:// 开头的地址",
    "an address that begins with opc.tcp://",
    required=True,
)
POLICIES = ("Basic256Sha256", "Aes128Sha256RsaOaep", "Aes256Sha256RsaPss")
_MOST_WAITING = 100_000
"""Changes that wait for the sink; beyond them the session ends, and the server's queues hold."""

KIND = Kind(
    source={
        "url": _URL,
        "publish_s": SECONDS,
        "sampling_s": SECONDS,
        "queue": Wanted(whole(1, 100_000), "1 到 100000 的整数", "a whole number from 1 to 100000"),
        "timeout_s": SECONDS,
        "security": among(*POLICIES),
        "mode": among("Sign", "SignAndEncrypt"),
        **dict.fromkeys(("certificate", "private_key", "server_certificate"), TEXT),
        **dict.fromkeys(("user", "password", "password_from"), TEXT),
    },
    channel={"publish_s": SECONDS},
    code_fault=lambda code: None if _NODE.fullmatch(code) else _CODE,
)
"""Fields of ``kind = "opcua"``. `password_from` names an environment variable."""


def flag_of(status: int) -> str:
    """The data flag of a StatusCode: by its number, else by its severity (two highest bits)."""
    known = state_flags()
    code = status & 0xFFFF_0000  # what lies below says how the value is, not how good
    severity = code & 0xC000_0000
    one = known.get(("opcua", code)) or known.get(("opcua", severity))
    return one.flag if one else FAULT


class OpcUaSource:
    """A server (服务器) whose variables are subscribed to.

    A value has its SourceTimestamp (the server's where there is none); a StatusCode becomes a data
    flag. Namespaces are best named by their URI (``nsu=``), since a server may number them anew. A
    variable that the server does not know is told, flagged, and does not stop the others.
    """

    holds = True

    def __init__(self, settings: SourceSettings) -> None:
        self.name = settings.name
        self.keys: Sequence[str] = [f"{settings.name}/{tag.code}" for tag in settings.tags]
        self._option = settings.options
        self._tags = settings.tags

    async def batches(self, tell: Tell) -> AsyncIterator[Batch]:
        """One session: what changes, as it comes."""
        from asyncua import Client, ua

        logging.getLogger("asyncua").setLevel(logging.CRITICAL)  # problems are told here
        client = Client(
            self._option["url"], timeout=self._option.get("timeout_s", 4.0), watchdog_intervall=1.0
        )
        changes = _Changes()
        client.connection_lost_callback = changes.lost
        try:
            try:
                await self._connect(client)
                nodes = await self._subscribe(client, changes, tell)
            except (OSError, TimeoutError, ua.uaerrors.UaError, ValueError) as error:
                raise self._lost(error) from error
            if nodes:
                yield Batch(nodes)
            while True:
                rows = [self._value(*one) for one in await changes.taken()]
                if rows:
                    yield Batch(rows)
                if changes.failure is not None:
                    raise self._lost(changes.failure)
        finally:
            # A server that is gone cannot be taken leave of.
            with suppress(OSError, TimeoutError, ua.uaerrors.UaError, asyncio.CancelledError):
                await client.disconnect()

    async def _connect(self, client: Client) -> None:
        option = self._option
        if "user" in option:
            client.set_user(option["user"])
            secret = os.environ.get(option.get("password_from", ""), option.get("password", ""))
            client.set_password(secret)
        if "security" in option:
            parts = [
                option["security"],
                option.get("mode", "SignAndEncrypt"),
                option.get("certificate", ""),
                option.get("private_key", ""),
            ]
            if "server_certificate" in option:
                parts.append(option["server_certificate"])
            await client.set_security_string(",".join(parts))
        await client.connect()

    async def _subscribe(self, client: Client, changes: _Changes, tell: Tell) -> list[Value]:
        """Subscribes to every variable; values that say so for those that are not there."""
        from asyncua import ua

        publish = self._option.get("publish_s", 1.0) * 1000
        sampling = self._option.get("sampling_s", publish / 1000) * 1000
        subscription = await client.create_subscription(publish, changes)
        spaces = {uri: index for index, uri in enumerate(await client.get_namespace_array())}
        found: list[tuple[Tag, Node]] = []
        missing: list[tuple[Tag, str]] = []
        for tag in self._tags:
            node = _node_id(tag.code, spaces)
            if node is None:
                missing.append((tag, "BadNodeIdUnknown"))
            else:
                found.append((tag, client.get_node(node)))
        changes.tags = {node.nodeid.to_string(): tag for tag, node in found}
        results = (
            await subscription.subscribe_data_change(
                [node for _, node in found],
                queuesize=self._option.get("queue", 100),
                sampling_interval=sampling,
            )
            if found
            else []
        )
        for (tag, _), result in zip(found, results, strict=True):
            if isinstance(result, ua.StatusCode):
                missing.append((tag, result.name))
        return [self._missing(tag, state, tell) for tag, state in missing]

    def _missing(self, tag: Tag, state: str, tell: Tell) -> Value:
        values = {"source": self.name, "code": tag.code, "state": state}
        tell(Problem("monitoring.opcua_node", values=values, severity="warning"))
        moment = now()
        origin = f"opcua:{self.name}"
        return sample(self.name, tag, None, local_time(moment), moment, origin, FAULT)

    def _value(self, tag: Tag, data: ua.DataValue) -> Value:
        received = now()
        time = local_time(data.SourceTimestamp or data.ServerTimestamp or received)
        raw: Any = data.Value.Value if data.Value is not None else None
        number = float(raw) if isinstance(raw, int | float) else None
        flag = flag_of(data.StatusCode.value) if data.StatusCode is not None else NORMAL
        return sample(self.name, tag, number, time, received, f"opcua:{self.name}", flag)

    def _lost(self, error: Exception) -> SourceError:
        detail = str(error) or type(error).__name__
        values = {"source": self.name, "detail": detail}
        return SourceError(Problem("monitoring.source_lost", values=values))


class _Changes:
    """Takes notifications from the library and hands them to the session, in their order."""

    def __init__(self) -> None:
        self.tags: Mapping[str, Tag] = {}
        self.failure: Exception | None = None
        self._waiting: list[tuple[Tag, ua.DataValue]] = []
        self._came = asyncio.Event()

    def datachange_notification(self, node: Node, value: object, data: Any) -> None:
        """One change."""
        tag = self.tags.get(node.nodeid.to_string())
        if tag is None:
            return
        if len(self._waiting) >= _MOST_WAITING:
            self.fail(OverflowError(f"> {_MOST_WAITING}"))
            return
        self._waiting.append((tag, data.monitored_item.Value))
        self._came.set()

    def status_change_notification(self, status: Any) -> None:
        """The subscription itself has changed: it is over."""
        self.fail(ConnectionError(getattr(status.Status, "name", str(status))))

    async def lost(self, error: Exception) -> None:
        """The connection is gone."""
        self.fail(error)

    def fail(self, error: Exception) -> None:
        self.failure = self.failure or error
        self._came.set()

    async def taken(self) -> list[tuple[Tag, ua.DataValue]]:
        """Everything that came, once there is something or the session is over."""
        await self._came.wait()
        self._came.clear()
        waiting, self._waiting = self._waiting, []
        return waiting


def _node_id(code: str, spaces: Mapping[str, int]) -> ua.NodeId | None:
    from asyncua import ua

    found = _NODE.fullmatch(code)
    assert found is not None  # checked when the settings were read
    index = spaces.get(found["uri"]) if found["uri"] else int(found["index"] or 0)
    return None if index is None else ua.NodeId.from_string(f"ns={index};{found['id']}")

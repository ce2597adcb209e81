"""What a Sparkplug host has to know of its nodes (节点状态): births, aliases, order, deaths.

After the Eclipse Sparkplug Specification 3.0.0 (recalled): a birth names every metric and its
alias; what follows is numbered from 0 to 255 and around; what does not fit is answered by asking
the node for another birth; a death counts only for the birth with the same bdSeq. No I/O is here.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from tongjian.monitoring.sources._flags import NORMAL, state_flags
from tongjian.monitoring.sources._settings import Tag
from tongjian.monitoring.sources._sparkplug_payload import (
    BOOLEAN,
    Metric,
    Payload,
    decode,
    encode,
)
from tongjian.monitoring.sources._tags import FAULT, sample
from tongjian.monitoring.sources._value import Value, from_epoch_ms, local_time
from tongjian.problems import Problem

SPACE = "spBv1.0"
_TURN = 256
_PART = "[^/#+]+"
CODE = re.compile(rf"(?P<node>{_PART}/{_PART})(?P<device>/{_PART})?#(?P<metric>.+)")
_ASK_AGAIN = timedelta(seconds=10)
"""A node has so long to answer the request for a birth."""


@dataclass(slots=True)
class Outcome:
    """What one message means: values, series that fell silent, nodes to be asked, problems."""

    values: list[Value] = field(default_factory=list)
    lost: list[str] = field(default_factory=list)
    reborn: list[str] = field(default_factory=list)
    problems: list[Problem] = field(default_factory=list)


@dataclass(slots=True)
class _Node:
    """A node since its last birth; `metrics` by device ("" is the node itself) and alias."""

    born: bool = False
    birth: int | None = None
    seq: int = -1
    asked: datetime | None = None
    aliases: dict[str, dict[int, str]] = field(default_factory=dict)
    types: dict[tuple[str, str], int | None] = field(default_factory=dict)


class Host:
    """Follows the nodes (``group/node``) that the tags of a source belong to."""

    def __init__(self, source: str, tags: Sequence[Tag]) -> None:
        self._source = source
        self._nodes: dict[str, _Node] = {}
        self._tags: dict[tuple[str, str, str], Tag] = {}
        for tag in tags:
            found = CODE.fullmatch(tag.code)
            assert found is not None  # checked when the settings were read
            device = (found["device"] or "/")[1:]
            self._tags[found["node"], device, found["metric"]] = tag
            self._nodes.setdefault(found["node"], _Node())

    @property
    def nodes(self) -> Sequence[str]:
        """The nodes that are followed."""
        return list(self._nodes)

    def forget(self) -> None:
        """Begins anew: what a node said before a break may not hold."""
        self._nodes = {name: _Node() for name in self._nodes}

    def take(self, topic: str, data: bytes, received: datetime) -> Outcome:
        """One message: ``spBv1.0/group/kind/node[/device]``."""
        out = Outcome()
        parts = topic.split("/")
        if len(parts) not in (4, 5) or parts[0] != SPACE:
            return out
        name, kind = f"{parts[1]}/{parts[3]}", parts[2]
        device = parts[4] if len(parts) == 5 else ""
        node = self._nodes.get(name)
        if node is None or kind not in _KINDS:
            return out
        try:
            payload = decode(data)
        except ValueError as error:
            values = {"source": self._source, "topic": topic, "detail": error}
            out.problems.append(Problem("monitoring.sparkplug_payload", values=values))
            self._ask(name, node, received, out)
            return out
        if kind == "NDEATH":
            self._death(name, node, payload, out)
        elif kind == "NBIRTH":
            self._nodes[name] = node = _Node(True, _birth_number(payload), payload.seq or 0)
            self._metrics(name, "", node, payload, received, out, birth=True)
        elif not node.born:
            self._ask(name, node, received, out)
        else:
            self._order(name, node, payload, received, out)
            if kind == "DDEATH":
                node.aliases.pop(device, None)
                out.lost += self._keys(name, device)
            else:
                birth = kind == "DBIRTH"
                self._metrics(name, device, node, payload, received, out, birth=birth)
        return out

    def _death(self, name: str, node: _Node, payload: Payload, out: Outcome) -> None:
        if node.born and _birth_number(payload) == node.birth:
            node.born = False
            out.lost += self._keys(name)
            values = {"source": self._source, "node": name}
            out.problems.append(Problem("monitoring.sparkplug_death", values=values))

    def _order(
        self, name: str, node: _Node, payload: Payload, received: datetime, out: Outcome
    ) -> None:
        expected = (node.seq + 1) % _TURN
        if payload.seq != expected:
            values = {
                "source": self._source, "node": name, "expected": expected, "found": payload.seq,
            }  # fmt: skip
            out.problems.append(
                Problem("monitoring.sparkplug_gap", values=values, severity="warning")
            )
            self._ask(name, node, received, out)
        if payload.seq is not None:
            node.seq = payload.seq

    def _metrics(
        self,
        name: str,
        device: str,
        node: _Node,
        payload: Payload,
        received: datetime,
        out: Outcome,
        *,
        birth: bool,
    ) -> None:
        if birth:
            node.aliases[device] = {
                one.alias: one.name for one in payload.metrics if one.alias is not None
            }
        known = node.aliases.get(device)
        for metric in payload.metrics:
            found = metric.name
            if not found and metric.alias is not None and known is not None:
                found = known.get(metric.alias, "")
            if not found or known is None:
                self._ask(name, node, received, out)  # nobody knows what it is
                continue
            if birth:
                node.types[device, found] = metric.datatype
            tag = self._tags.get((name, device, found))
            if tag is not None:
                datatype = metric.datatype or node.types.get((device, found))
                out.values.append(self._value(tag, metric, datatype, payload, received))

    def _value(
        self,
        tag: Tag,
        metric: Metric,
        datatype: int | None,
        payload: Payload,
        received: datetime,
    ) -> Value:
        stamp = metric.timestamp if metric.timestamp is not None else payload.timestamp
        time, flag = local_time(received), NORMAL
        if metric.quality is not None:
            known = state_flags().get(("sparkplug", metric.quality))
            flag = known.flag if known else FAULT
        try:
            time = time if stamp is None else from_epoch_ms(stamp)
        except OverflowError:  # a time that no calendar has
            flag = FAULT
        origin = f"sparkplug:{self._source}{' historical' if metric.historical else ''}"
        return sample(self._source, tag, metric.value(datatype), time, received, origin, flag)

    def _ask(self, name: str, node: _Node, received: datetime, out: Outcome) -> None:
        if node.asked is None or received - node.asked >= _ASK_AGAIN:
            node.asked = received
            out.reborn.append(name)

    def _keys(self, name: str, device: str | None = None) -> Iterable[str]:
        return [
            f"{self._source}/{tag.code}"
            for (node, of, _), tag in self._tags.items()
            if node == name and device in (None, of)
        ]


_KINDS = {"NBIRTH", "NDATA", "NDEATH", "DBIRTH", "DDATA", "DDEATH"}


def rebirth(name: str, milliseconds: int) -> tuple[str, bytes]:
    """Topic and payload that ask a node (``group/node``) for another birth."""
    group, node = name.split("/")
    metric = Metric("Node Control/Rebirth", datatype=BOOLEAN, whole=1, timestamp=milliseconds)
    return f"{SPACE}/{group}/NCMD/{node}", encode(Payload(milliseconds, None, [metric]))


def _birth_number(payload: Payload) -> int | None:
    return next((metric.whole for metric in payload.metrics if metric.name == "bdSeq"), None)

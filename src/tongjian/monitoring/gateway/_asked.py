"""What is asked of a station by way of the control socket (请求核对), and why it was not done."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

from tongjian.monitoring.gateway._commands import ACCEPTED, NO_DATA, Command, Outcome
from tongjian.monitoring.hj212 import EDITIONS, INTERVALS, Group, command, moment, results, systems
from tongjian.problems import Problem, TongjianError

if TYPE_CHECKING:
    from tongjian.monitoring.gateway._gateway import Gateway
    from tongjian.monitoring.gateway._line import StationLine

_FINEST = timedelta(minutes=1)
_FORBIDDEN = frozenset(";,=&#\r\n")


@dataclass(frozen=True, slots=True)
class Asked:
    """A command for a station that is connected; `spans` are the pieces of a history request."""

    mn: str
    command: Command
    edition: str
    spans: tuple[tuple[datetime, datetime], ...] = field(default=())


def asked_command(gateway: Gateway, request: Mapping[str, Any]) -> Asked:
    """The command of ``{"mn": ..., "cn": ..., "groups": [[[name, value]]], "st": ...}``.

    Raises
    ------
    TongjianError
        The station is not known or not connected, its edition has no such command, or a field
        is not what it has to be.
    """
    mn, line = _station(gateway, request)
    edition = EDITIONS[min(line.edition_bits >> 2, len(EDITIONS) - 1)]
    cn = _text(request, "cn", "2061")
    known = command(cn, edition)
    if known is None or not known.by_host:
        values = {"cn": cn, "edition": edition}
        raise TongjianError(Problem("monitoring.control_command", values=values))
    system = request.get("st") or ""
    if system and system not in systems():
        raise wrong("st", system, " | ".join(systems()))
    notice = known.kind == "notice"
    return Asked(mn, Command(cn, _groups(request), system, notice), edition)


def asked_history(gateway: Gateway, request: Mapping[str, Any]) -> Asked:
    """The history of ``{"mn": ..., "cn": ..., "from": ..., "to": ...}``, `to` not included.

    It is asked for in pieces of as many intervals as one request of the gateway itself has (of
    minute data: as many hours), so that one that fails costs little.
    """
    kinds = [name for name, seconds in INTERVALS.items() if seconds != 0]
    cn = _text(request, "cn", "2061")
    if cn not in kinds:
        raise wrong("cn", cn, " | ".join(kinds))
    first, last = (_moment(request, name) for name in ("from", "to"))
    if first >= last:
        raise wrong("to", request["to"], f"> {request['from']}")
    one = asked_command(gateway, {**request, "groups": []})
    seconds = INTERVALS[cn]
    interval = timedelta(seconds=seconds) if seconds else _FINEST
    piece = gateway.settings.history_span * max(interval, timedelta(hours=1))
    spans = []
    while first < last:
        stop = min(first + piece, last)
        spans.append((first, max(first, stop - interval)))
        first = stop
    return Asked(one.mn, one.command, one.edition, tuple(spans))


def failure_of(asked: Asked, outcome: Outcome, no_data_is_wrong: bool) -> Problem | None:
    """Why a command was not carried out; None where it was."""
    if outcome.succeeded or (outcome.done == NO_DATA and not no_data_is_wrong):
        return None
    values: dict[str, object] = {"mn": asked.mn, "cn": asked.command.cn}
    if outcome.sent == 0:
        return _offline(asked.mn, None)
    if outcome.asked is None:
        return Problem("monitoring.control_silent", values={**values, "sent": outcome.sent})
    refused = outcome.asked != ACCEPTED
    name, value = ("QnRtn", outcome.asked) if refused else ("ExeRtn", outcome.done)
    if value is None:
        return Problem("monitoring.control_unfinished", values=values)
    meaning = results().get((name, value, asked.edition))
    zh, en = ("", "") if meaning is None else (meaning.zh, meaning.en)
    told = {**values, "field": name, "value": value, "zh": zh, "en": en}
    return Problem("monitoring.control_refused", values=told)


def wrong(name: str, value: object, expected: str) -> TongjianError:
    """A field of a request is not what it has to be."""
    values = {"field": name, "value": "" if value is None else value, "expected": expected}
    return TongjianError(Problem("monitoring.control_request", values=values))


def _station(gateway: Gateway, request: Mapping[str, Any]) -> tuple[str, StationLine]:
    mn = _text(request, "mn", "MN")
    if gateway.stations.get(mn.encode()) is None:
        values = {"mn": mn, "known": len(gateway.stations)}
        raise TongjianError(Problem("monitoring.control_station", values=values))
    line = gateway.line_of(mn)
    if line is None:
        heard = gateway.heard.get(mn.encode())
        raise TongjianError(_offline(mn, gateway.local(heard.last_us) if heard else None))
    return mn, line


def _offline(mn: str, last: str | None) -> Problem:
    return Problem("monitoring.control_offline", values={"mn": mn, "last": last or "—"})


def _text(request: Mapping[str, Any], name: str, expected: str) -> str:
    found = request.get(name)
    if not isinstance(found, str) or not found:
        raise wrong(name, found, expected)
    return found


def _moment(request: Mapping[str, Any], name: str) -> datetime:
    text = _text(request, name, "20250131130000")
    found = moment(text)
    if found is None:
        raise wrong(name, text, "20250131130000")
    return found


def _groups(request: Mapping[str, Any]) -> tuple[Group, ...]:
    """Groups of pairs; a sign that separates them would make another telegram."""
    expected = '[[["RtdInterval", "60"]]]'
    given = request.get("groups", [])
    if not isinstance(given, list) or not all(isinstance(group, list) for group in given):
        raise wrong("groups", given, expected)
    for pair in (pair for group in given for pair in group):
        right = isinstance(pair, list) and len(pair) == 2  # a name and its value
        if not right or not all(isinstance(one, str) for one in pair) or not pair[0]:
            raise wrong("groups", pair, expected)
        if _FORBIDDEN.intersection(pair[0] + pair[1]):
            raise wrong("groups", "=".join(pair), "; , = & #")
    return tuple(tuple((name, value) for name, value in group) for group in given)

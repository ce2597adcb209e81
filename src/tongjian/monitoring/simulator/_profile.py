"""The monitoring.toml that fits simulated stations (监测档案), for all that reads one."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from dataclasses import asdict
from typing import TYPE_CHECKING

from tongjian.monitoring.profile import Point
from tongjian.monitoring.simulator._scenario import SimChannel, SimPoint
from tongjian.monitoring.simulator._telegrams import Identity

if TYPE_CHECKING:
    from tongjian.monitoring.simulator._fleet import Member

_BOUNDS = ("lowest", "highest", "limit")


def profile_of(members: Iterable[Member], minutes: int = 0, lang: str = "zh") -> str:
    """The text of the file: a station for each member, and the points they stand at.

    `minutes` is the interval of their minute data, 0 where they send none.
    """
    members = list(members)
    parts = ["# 仿真站点，由 tongjian simulate stations 写成 / simulated stations, all invented"]
    parts += [_station(one, minutes, lang) for one in members]
    seen = set()
    for one in members:
        if one.point is not None and (key := (one.facility, one.process_unit, one.point.position)):
            if key not in seen:
                parts.append(_point(one, one.point, lang))
            seen.add(key)
    return "\n\n".join(parts) + "\n"


def _station(member: Member, minutes: int, lang: str) -> str:
    who = member.who
    fields: dict[str, object] = {
        "mn": who.mn,
        "password": who.password,
        "name": member.name(lang),
        "plant": member.facility,
        "outlet": member.process_unit,
        "edition": who.edition,
        "crc": who.crc,
        "flags": "2005" if who.edition == "2005" else "2017",
    }
    if minutes:
        fields["min_interval"] = minutes
    if who.key is not None:
        fields["keys"] = [who.key.hex()]
    text = "[[station]]\n" + _lines(fields)
    if member.point is None:
        return text
    parts = [text, *(_channel(who, member, one) for one in member.channels)]
    return "\n".join(parts)


def _channel(who: Identity, member: Member, channel: SimChannel) -> str:
    assert member.point is not None
    fields: dict[str, object] = {
        "code": who.code(channel.code),
        "quantity": channel.quantity,
        "unit": channel.unit,
        "position": member.point.position,
    }
    if channel.dry:
        fields["dry"] = True
    fields |= {name: value for name in _BOUNDS if (value := getattr(channel, name)) is not None}
    return "  [[station.channel]]\n" + _lines(fields, "  ")


def _point(member: Member, point: SimPoint, lang: str) -> str:
    found = Point(
        member.facility,
        member.process_unit,
        point.position,
        member.name(lang),
        member.stream,
        point.area,
        point.velocity_factor,
        point.barometric,
        point.reference_oxygen,
    )
    fields = {name: value for name, value in asdict(found).items() if value is not None}
    return "[[point]]\n" + _lines(fields)


def _lines(fields: Mapping[str, object], indent: str = "") -> str:
    return "\n".join(f"{indent}{name} = {_toml(value)}" for name, value in fields.items())


def _toml(value: object) -> str:
    # Texts, numbers, lists and truth values are written alike in JSON and TOML.
    return json.dumps(value, ensure_ascii=False)

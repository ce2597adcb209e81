"""Reads ``monitoring.toml`` (监测档案文件): what sends, what it measures, and where."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from tongjian.monitoring.hj212 import EDITIONS, VARIANTS, flags, key_of
from tongjian.monitoring.profile._channel import POSITIONS, Channel, Point, Position
from tongjian.monitoring.profile._faults import TABLES, Is, Spot, among, number, text, texts
from tongjian.monitoring.profile._mapping import Owner, listed_channels, named_codes, usual_channels
from tongjian.monitoring.profile._stations import Station, Stations
from tongjian.problems import Problem, RecordError

_KEY_HEX = 32


@dataclass(frozen=True, slots=True)
class Source:
    """Another source of values (其他数据源); `settings` is what its kind needs, as written."""

    name: str
    kind: str
    settings: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Profile:
    """What is measured where (监测档案).

    `channels` by their key, `points` by theirs; a point that only a channel names is there too.
    A station without ``[[station.channel]]`` has a channel for every code of its edition whose
    quantity is known, sent or not.
    """

    stations: Stations
    sources: tuple[Source, ...] = ()
    channels: Mapping[str, Channel] = field(default_factory=dict)
    points: Mapping[tuple[str, str, Position], Point] = field(default_factory=dict)

    def of_point(self, point: Point) -> dict[str, Channel]:
        """The channels of a point by their quantity, the first of each."""
        found: dict[str, Channel] = {}
        for one in self.channels.values():
            if one.point == point.key:
                found.setdefault(one.quantity, one)
        return found


VOCABULARIES = tuple(dict.fromkeys(vocabulary for vocabulary, _ in flags()))
_STATION = {
    "mn": text(required=True),
    # What was written stays out of messages where it is a secret.
    "password": Is(lambda it: isinstance(it, str) and it != "", "文字", "text", True, True),
    **{name: text() for name in ("name", "plant", "outlet")},
    "edition": among(*EDITIONS),
    "crc": among("auto", *VARIANTS),
    "flags": among(*VOCABULARIES),
    "codes": texts(),
    "units": texts(),
    "keys": Is(
        lambda it: isinstance(it, list) and all(_is_key(one) for one in it),
        *("若干 32 位十六进制数", "keys of 32 hexadecimal digits"),
        secret=True,
    ),
    "min_interval": Is(
        lambda it: type(it) is int and 0 < it < 60, "1–59 的整数（分钟）", "whole minutes, 1 to 59"
    ),
    "channel": TABLES,
}
_SOURCE = {"name": text(required=True), "kind": text(required=True), "channel": TABLES}
_POINT = {
    **{name: text(required=True) for name in ("facility", "process_unit")},
    "position": among(*POSITIONS),
    **{name: text() for name in ("name", "stream")},
    **{name: number(above=0) for name in ("area", "velocity_factor", "barometric")},
    "reference_oxygen": number(least=0, below=1),
}


def read_stations(path: Path) -> Stations:
    """The stations of a profile, as a gateway needs them (站点名单); raises as `read_profile`."""
    return read_profile(path).stations


def read_profile(path: Path) -> Profile:
    """Read a profile: ``[[station]]``, ``[[source]]``, each with its channels, and ``[[point]]``.

    Raises
    ------
    RecordError
        With every fault of the file: an unknown field, a value that cannot be, a unit that does
        not fit, a name given twice.
    """
    reading = _Reading(path)
    try:
        document = tomllib.loads(path.read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        fault = Spot(path, 0).fault("station", error, "可读的 TOML", "readable TOML")
        raise RecordError(fault) from error
    stations = [reading.station(*one) for one in reading.rows(document, "station")]
    sources = [reading.source(*one) for one in reading.rows(document, "source")]
    points = [reading.point(*one) for one in reading.rows(document, "point")]
    if reading.problems:
        raise RecordError(reading.problems)
    channels = {one.key: one for one in reading.channels}
    known = {one.key: one for one in points if one is not None}
    for channel in channels.values():
        if channel.facility:
            known.setdefault(channel.point, Point(*channel.point))
    return Profile(
        Stations(one for one in stations if one is not None),
        tuple(one for one in sources if one is not None),
        channels,
        known,
    )


class _Reading:
    """Takes one table after the other and collects what is wrong."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.problems: list[Problem] = []
        self.channels: list[Channel] = []
        self._names: set[object] = set()

    def rows(self, document: Mapping[str, Any], name: str) -> list[tuple[int, dict[str, Any]]]:
        found = document.get(name, [])
        if not TABLES.fits(found):
            self.problems.append(Spot(self.path, 0).fault(name, found, TABLES.zh, TABLES.en))
            return []
        return list(enumerate(found, 1))

    def station(self, number: int, row: dict[str, Any]) -> Station | None:
        spot = Spot(self.path, number)
        right = self._check(spot, row, _STATION)
        right &= self._once(spot, "mn", row.get("mn"))
        if not right:
            return None
        fields = {name: value for name, value in row.items() if name != "channel"}
        station = Station(**{**fields, "keys": tuple(map(bytes.fromhex, row.get("keys", ())))})
        codes = named_codes(spot, station, self.problems)
        owner = Owner(
            *(station.mn, station.plant, station.outlet, station.flags, station.units, codes)
        )
        if "channel" in row:
            self._channels(spot, owner, row)
        else:
            self.channels += usual_channels(spot, owner, station.edition, self.problems)
        return station

    def source(self, number: int, row: dict[str, Any]) -> Source | None:
        spot = Spot(self.path, number, "source.")
        # The fields of its kind are checked by the part that speaks to such a source.
        right = self._check(spot, row, _SOURCE, more=True)
        right &= self._once(spot, "name", row.get("name"))
        if not right:
            return None
        self._channels(spot, Owner(row["name"]), row, more=True)
        return Source(
            row["name"],
            row["kind"],
            {name: value for name, value in row.items() if name not in _SOURCE},
        )

    def point(self, number: int, row: dict[str, Any]) -> Point | None:
        spot = Spot(self.path, number, "point.")
        if not self._check(spot, row, _POINT):
            return None
        point = Point(**row)
        return point if self._once(spot, "process_unit", point.key) else None

    def _channels(
        self, spot: Spot, owner: Owner, row: Mapping[str, Any], more: bool = False
    ) -> None:
        rows = row.get("channel", ())
        self.channels += listed_channels(spot, owner, rows, self.problems, more)

    def _check(
        self, spot: Spot, row: Mapping[str, Any], known: Mapping[str, Is], more: bool = False
    ) -> bool:
        found = list(spot.faults(row, known, more))
        self.problems += found
        return not found

    def _once(self, spot: Spot, name: str, value: object) -> bool:
        if value in self._names:
            self.problems.append(spot.fault(name, value, "各不相同", "given once"))
            return False
        self._names.add(value)
        return True


def _is_key(value: object) -> bool:
    return isinstance(value, str) and len(value) == _KEY_HEX and key_of(value) is not None

"""The stations that may send, and how each departs from the standard (站点设置)."""

from __future__ import annotations

import hmac
import tomllib
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from tongjian.monitoring.hj212 import EDITIONS, VARIANTS, flags, key_of
from tongjian.problems import Place, Problem, RecordError

_KEY_HEX = 32


@dataclass(frozen=True, slots=True)
class Station:
    """One station (现场机), by its MN.

    `password` and `keys` (SM4, 16 bytes each, newest first) are secrets and not shown. `edition` is
    that of the standard where its Flag does not tell; `crc` the check sum it sends, "auto" if
    unknown; `flags` the vocabulary of its data flags. `codes` names quantities that the standard
    has no code for (N2O), `units` the units it sends in where they are not the standard's.
    """

    mn: str
    password: str = field(repr=False)
    name: str = ""
    plant: str = ""
    outlet: str = ""
    edition: str | None = None
    crc: str = "auto"
    flags: str = "2017"
    codes: Mapping[str, str] = field(default_factory=dict)
    units: Mapping[str, str] = field(default_factory=dict)
    keys: tuple[bytes, ...] = field(default=(), repr=False)


class Stations:
    """The list of those allowed (白名单)."""

    def __init__(self, stations: Iterable[Station]) -> None:
        self._by_mn = {one.mn.encode(): one for one in stations}

    def __len__(self) -> int:
        return len(self._by_mn)

    def __iter__(self) -> Iterator[Station]:
        return iter(self._by_mn.values())

    def get(self, mn: bytes) -> Station | None:
        """The station called `mn`."""
        return self._by_mn.get(mn)

    def admits(self, mn: bytes, password: bytes) -> bool:
        """Whether `password` is that of `mn`; takes as long for a station that is not there."""
        station = self._by_mn.get(mn)
        known = station.password.encode() if station else b"\0" * len(password)
        return hmac.compare_digest(known, password) and station is not None

    def keys(self, mn: bytes) -> tuple[bytes, ...]:
        """The SM4 keys of `mn`, newest first."""
        station = self._by_mn.get(mn)
        return station.keys if station else ()


def read_stations(path: Path) -> Stations:
    """Read a TOML file of stations (站点文件), one ``[[station]]`` each.

    Raises
    ------
    RecordError
        With every fault of the file: an unknown field, a value that cannot be, an MN twice.
    """
    try:
        found = tomllib.loads(path.read_text(encoding="utf-8")).get("station", [])
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise RecordError(
            _fault(path, 0, "station", error, "可读的 TOML", "readable TOML")
        ) from error
    problems: list[Problem] = []
    stations: dict[str, Station] = {}
    for number, row in enumerate(found, 1):
        wrong = list(_faults(path, number, row))
        if row.get("mn") in stations:
            wrong.append(_fault(path, number, "mn", row["mn"], "各不相同", "given once"))
        problems += wrong
        if not wrong:
            keys = tuple(bytes.fromhex(key) for key in row.get("keys", ()))
            stations[row["mn"]] = Station(**{**row, "keys": keys})
    if problems:
        raise RecordError(problems)
    return Stations(stations.values())


def _faults(path: Path, number: int, row: Mapping[str, Any]) -> Iterator[Problem]:
    known = Station.__slots__
    for name in row:
        if name not in known:
            listed = "、".join(known), ", ".join(known)
            yield _fault(
                path, number, name, row[name], f"这些之一：{listed[0]}", f"one of {listed[1]}"
            )
    for name in ("mn", "password"):
        if not isinstance(row.get(name), str) or not row[name]:
            yield _fault(path, number, name, row.get(name, ""), "文字", "text")
    for name, among in (
        ("edition", EDITIONS),
        ("crc", ("auto", *VARIANTS)),
        ("flags", tuple(dict.fromkeys(vocabulary for vocabulary, _ in flags()))),
    ):
        if name in row and row[name] not in among:
            shown = " / ".join(among)
            yield _fault(path, number, name, row[name], f"这些之一：{shown}", f"one of {shown}")
    for key in row.get("keys", ()):
        if not (isinstance(key, str) and len(key) == _KEY_HEX and key_of(key)):
            # The key itself stays out of messages.
            yield _fault(path, number, "keys", "…", "32 位十六进制数", "32 hexadecimal digits")


def _fault(path: Path, number: int, name: str, value: object, zh: str, en: str) -> Problem:
    values = {"field": name, "value": value, "expected_zh": zh, "expected_en": en}
    return Problem("monitoring.stations_file", Place(file=str(path), row=number or None), values)

"""The stations that may send, and how each departs from the standard (站点设置)."""

from __future__ import annotations

import hmac
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class Station:
    """One station (现场机), by its MN.

    `password` and `keys` (SM4, 16 bytes each, newest first) are secrets and not shown. `edition`
    decides whether the codes of HJ/T 212-2005 or those of HJ 212-2017 become its channels; `crc` is
    the only check sum that its telegrams may have, "auto" if unknown; `flags` the vocabulary of its
    data flags. `codes` says which quantity a code is that the standard has none for (N2O), `units`
    the units it sends in where they are not the standard's. `min_interval` is the interval of its
    minute data in min, None if it is to be seen from them.
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
    min_interval: int | None = None


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

    def crc(self, mn: bytes) -> str:
        """The check sum that `mn` sends; "auto" where that is not known."""
        station = self._by_mn.get(mn)
        return "auto" if station is None else station.crc

    def keys(self, mn: bytes) -> tuple[bytes, ...]:
        """The SM4 keys of `mn`, newest first."""
        station = self._by_mn.get(mn)
        return station.keys if station else ()

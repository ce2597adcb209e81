"""Which code of a source is which quantity, in what unit (通道)."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from tongjian.monitoring.hj212 import quantities
from tongjian.monitoring.profile._channel import POSITIONS, Channel
from tongjian.monitoring.profile._faults import YES_OR_NO, Spot, among, number, text
from tongjian.monitoring.profile._quantities import (
    MeasuredQuantity,
    measured_quantities,
    quantity_of_code,
)
from tongjian.monitoring.profile._stations import Station
from tongjian.monitoring.profile._units import conversion, convertible
from tongjian.problems import Problem, UnitError

_OLD = "2005"
_CHANNEL = {
    "code": text(required=True),
    "quantity": among(*measured_quantities()),
    **{name: text() for name in ("unit", "facility", "process_unit")},
    "position": among(*POSITIONS),
    "dry": YES_OR_NO,
    **{name: number() for name in ("lowest", "highest")},
    "limit": number(above=0),
}


@dataclass(frozen=True, slots=True)
class Owner:
    """What a channel has from its station or source."""

    name: str
    facility: str = ""
    process_unit: str = ""
    flags: str = "2017"
    units: Mapping[str, str] = field(default_factory=dict)
    codes: Mapping[str, str] = field(default_factory=dict)
    """What a code is that the standard has none for: the key of its quantity."""


def listed_channels(
    spot: Spot,
    owner: Owner,
    rows: Sequence[Mapping[str, Any]],
    problems: list[Problem],
    more: bool = False,
) -> Iterator[Channel]:
    """The channels of ``[[station.channel]]`` or ``[[source.channel]]``.

    With `more` they have fields of their source's kind as well, which are checked where it is read.
    """
    codes: set[str] = set()
    for position, row in enumerate(rows, 1):
        here = Spot(spot.path, spot.row, f"{spot.prefix}channel[{position}].")
        found = list(here.faults(row, _CHANNEL, more))
        if not found:
            if row["code"] in owner.codes:
                row = {"quantity": owner.codes[row["code"]], **row}
            found = list(_mistakes(here, owner, row, codes))
        problems += found
        if not found:
            codes.add(row["code"])
            yield _channel(owner, row)


def named_codes(spot: Spot, station: Station, problems: list[Problem]) -> dict[str, str]:
    """The quantities of a station's `codes`, which are named by their key or in either language."""
    found = {}
    for code, name in station.codes.items():
        named = _named(name)
        if named is not None:
            found[code] = named.name
        else:
            listed = " / ".join(measured_quantities())
            zh, en = f"这些之一：{listed}", f"one of {listed}"
            problems.append(spot.fault(f"codes.{code}", name, zh, en))
    return found


def usual_channels(
    spot: Spot, owner: Owner, edition: str | None, problems: list[Problem]
) -> Iterator[Channel]:
    """The channels that a station has without being told: codes of HJ 212, and its own."""
    old = {one.code_2005 for one in quantities().values()}
    known = {
        code: one.name
        for code, one in quantity_of_code().items()
        if (code in old) == (edition == _OLD)
    }
    known |= owner.codes
    for code, name in known.items():
        row = {"code": code, "quantity": name}
        unit = _unit(owner, row)
        if convertible(unit, name):
            yield _channel(owner, row)
        else:
            problems.append(_misfit(spot, f"units.{code}", unit, name))


def _mistakes(
    spot: Spot, owner: Owner, row: Mapping[str, Any], codes: set[str]
) -> Iterator[Problem]:
    if row["code"] in codes:
        yield spot.fault("code", row["code"], "各不相同", "given once")
    if "quantity" not in row and row["code"] not in quantity_of_code():
        listed = " / ".join(measured_quantities())
        yield spot.fault("quantity", "", f"这些之一：{listed}", f"one of {listed}")
        return
    unit = _unit(owner, row)
    if not convertible(unit, _quantity(row).name):
        yield _misfit(spot, "unit", unit, _quantity(row).name)
    lowest, highest = row.get("lowest"), row.get("highest")
    if lowest is not None and highest is not None and lowest >= highest:
        yield spot.fault("highest", highest, f"大于 {lowest}", f"above {lowest}")


def _misfit(spot: Spot, name: str, unit: str, quantity: str) -> Problem:
    wanted = measured_quantities()[quantity]
    try:
        conversion(unit, quantity)
        zh = en = ""
    except UnitError as error:
        zh, en = (error.problems[0].message(lang) for lang in ("zh", "en"))
    return spot.fault(
        name,
        unit,
        f"可换算为 {wanted.unit} 的单位（{wanted.zh}）：{zh}",
        f"a unit that converts to {wanted.unit} ({wanted.en}): {en}",
    )


def _quantity(row: Mapping[str, Any]) -> MeasuredQuantity:
    given = row.get("quantity")
    return quantity_of_code()[row["code"]] if given is None else measured_quantities()[given]


def _unit(owner: Owner, row: Mapping[str, Any]) -> str:
    """As said of the channel or of the station; that of the standard; that of the quantity."""
    code = row["code"]
    said: str | None = row.get("unit") or owner.units.get(code)
    if said:
        return said
    if code in quantity_of_code() and quantity_of_code()[code] is _quantity(row):
        return quantities()[code].unit
    return _quantity(row).unit


def _channel(owner: Owner, row: Mapping[str, Any]) -> Channel:
    quantity, unit = _quantity(row).name, _unit(owner, row)
    factor = conversion(unit, quantity)
    bounds = {
        name: row[name] * factor for name in ("lowest", "highest") if row.get(name) is not None
    }
    return Channel(
        source=owner.name,
        code=row["code"],
        quantity=quantity,
        unit=unit,
        facility=row.get("facility", owner.facility),
        process_unit=row.get("process_unit", owner.process_unit),
        position=row.get("position", "stack"),
        dry=row.get("dry", False),
        limit=row.get("limit"),
        flags=owner.flags,
        **bounds,
    )


def _named(name: str) -> MeasuredQuantity | None:
    wanted = name.casefold()
    return next(
        (
            one
            for one in measured_quantities().values()
            if wanted in (one.name, one.zh, one.en.casefold())
        ),
        None,
    )

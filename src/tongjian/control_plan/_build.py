"""Makes a plan of plain data that fits its schema."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import date
from typing import Any

from tongjian.control_plan._plan import (
    Boundary,
    EmissionSource,
    Laboratory,
    Meter,
    Missing,
    Parameter,
    Plan,
    ProcessUnit,
    Range,
    Role,
    Spread,
)
from tongjian.problems import Place

PlaceOf = Callable[[tuple[str | int, ...]], Place]


def nowhere(path: tuple[str | int, ...]) -> Place:
    """The place of what was not read from a file."""
    return Place()


def build(data: Mapping[str, Any], place_of: PlaceOf = nowhere) -> Plan:
    """The plan in `data`, with streams and items by their ids."""
    return Plan(
        facility=data["plan"],
        revision=data["revision"],
        in_force=date.fromisoformat(data["in_force"]),
        reason=data["reason"],
        enterprise=data["enterprise"],
        boundary=_boundary(data["boundary"]),
        sources=tuple(
            EmissionSource(
                **{**one, "streams": tuple(one["streams"])}, place=place_of(("sources", at))
            )
            for at, one in enumerate(data["sources"])
        ),
        meters={
            one["id"]: _meter(one, place_of(("meters", at)))
            for at, one in enumerate(data["meters"])
        },
        laboratories={
            one["id"]: Laboratory(
                **{
                    **one,
                    "accreditation": tuple(one.get("accreditation", ())),
                    "valid_to": _day(one.get("valid_to")),
                },
                place=place_of(("laboratories", at)),
            )
            for at, one in enumerate(data.get("laboratories", ()))
        },
        parameters=tuple(
            _parameter(one, place_of(("parameters", at)))
            for at, one in enumerate(data["parameters"])
        ),
        roles={
            one["id"]: Role(**one, place=place_of(("roles", at)))
            for at, one in enumerate(data["roles"])
        },
        quality=tuple(data["quality"]),
        data=data,
    )


def spread_of(data: Mapping[str, Any] | None) -> Spread | None:
    """A stated uncertainty of plain data."""
    if data is None:
        return None
    return Spread(float(data["percent"]), data["meaning"], data["basis"], data.get("coverage"))


def _boundary(data: Mapping[str, Any]) -> Boundary:
    units = tuple(
        ProcessUnit(**{**one, "equipment": tuple(one.get("equipment", ()))})
        for one in data.get("process_units", ())
    )
    return Boundary(data["description"], units, tuple(data.get("excluded", ())))


def _meter(data: Mapping[str, Any], place: Place) -> Meter:
    its_range = data.get("range")
    return Meter(
        **{
            **data,
            "range": None if its_range is None else Range(**its_range),
            "calibrated": _day(data.get("calibrated")),
            "next_due": _day(data.get("next_due")),
            "uncertainty": spread_of(data.get("uncertainty")),
        },
        place=place,
    )


def _parameter(data: Mapping[str, Any], place: Place) -> Parameter:
    missing = data.get("missing")
    return Parameter(
        **{
            **data,
            "meters": tuple(data.get("meters", ())),
            "missing": None if missing is None else Missing(**missing),
            "uncertainty": spread_of(data.get("uncertainty")),
        },
        place=place,
    )


def _day(text: str | None) -> date | None:
    return None if text is None else date.fromisoformat(text)


__all__ = ["PlaceOf", "build", "nowhere", "spread_of"]

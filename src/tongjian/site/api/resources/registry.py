"""The registry: divisions, enterprises, plants and what stands in them."""

from __future__ import annotations

from datetime import date
from typing import Annotated, Any, Literal

from django.shortcuts import get_object_or_404
from ninja import Query, Router, Schema

from tongjian.site.access.middleware import ActorRequest
from tongjian.site.access.permissions import endpoint
from tongjian.site.api.paging import Cursor, Limit, Page, part
from tongjian.site.api.shapes import Code, Key, Text
from tongjian.site.registry.lists import Filters, enterprises
from tongjian.site.registry.models import (
    Division,
    Enterprise,
    Meter,
    Outlet,
    Plant,
    ProcessUnit,
    Product,
    Station,
)

router = Router()
_ORDERS = {"name": ("division", "name_zh", "key"), "uscc": ("uscc",)}


class DivisionLine(Schema):
    """An administrative division."""

    code: str
    name: Text
    status: str


class EnterpriseLine(Schema):
    """An enterprise."""

    key: str
    uscc: str
    name: Text
    division: str
    fictitious: bool
    closed: date | None


class PlantLine(Schema):
    """A plant."""

    code: str
    name: Text
    enterprise: str
    sector: str
    division: str
    longitude: float | None
    latitude: float | None
    closed: date | None


class EnterpriseShape(EnterpriseLine):
    """An enterprise with its plants."""

    address: str
    plants: list[PlantLine]


class UnitLine(Schema):
    """A process unit."""

    code: str
    name: Text
    kind: str
    technology: str
    abatement: str
    level: str
    capacity: float | None
    capacity_unit: str
    commissioned: date | None
    closed: date | None


class ProductLine(Schema):
    """A product."""

    stream: str
    process_unit: str | None
    capacity: float | None
    capacity_unit: str


class OutletLine(Schema):
    """A permit outlet."""

    code: str
    name: Text
    kind: str
    permit: str
    process_unit: str | None
    closed: date | None


class MeterLine(Schema):
    """A meter."""

    code: str
    name: Text
    kind: str
    accuracy_class: str
    calibrated: date | None
    due: date | None
    closed: date | None


class StationLine(Schema):
    """A monitoring station."""

    mn: str
    name: Text
    outlet: str | None
    closed: date | None


class PlantShape(PlantLine):
    """A plant with what stands in it."""

    process_units: list[UnitLine]
    products: list[ProductLine]
    outlets: list[OutletLine]
    meters: list[MeterLine]
    stations: list[StationLine]


def _name(one: Any) -> Text:
    return Text(zh=one.name_zh, en=one.name_en or one.name_zh)


def _plain(one: Any, *names: str) -> dict[str, Any]:
    return {name: getattr(one, name) for name in names}


@router.get("/divisions", response=Page[DivisionLine])
@endpoint("api.divisions")
def list_divisions(
    request: ActorRequest,
    within: Annotated[str, Query(max_length=6, pattern=r"^\d{0,6}$")] = "",
    limit: Limit = 100,
    cursor: Cursor = "",
) -> Page[DivisionLine]:
    """All of them, or those whose codes begin so."""
    rows = Division.objects.filter(code__startswith=within)
    found, after = part(request, rows, ("code",), limit, cursor)
    items = [DivisionLine(name=_name(one), **_plain(one, "code", "status")) for one in found]
    return Page[DivisionLine](items=items, next=after)


@router.get("/enterprises", response=Page[EnterpriseLine])
@endpoint("registry.enterprises")
def list_enterprises(
    request: ActorRequest,
    division: Annotated[str, Query(max_length=6, pattern=r"^(\d{6})?$")] = "",
    sector: Annotated[str, Query(max_length=40)] = "",
    text: Annotated[str, Query(max_length=80)] = "",
    sort: Literal["name", "uscc"] = "name",
    limit: Limit = 50,
    cursor: Cursor = "",
) -> Page[EnterpriseLine]:
    """Those that the actor may see, filtered."""
    asked = Filters.of({"division": division, "sector": sector, "text": text})
    rows = enterprises(request.actor, asked)
    found, after = part(request, rows, _ORDERS[sort], limit, cursor)
    return Page[EnterpriseLine](items=[EnterpriseLine(**_enterprise(o)) for o in found], next=after)


@router.get("/enterprises/{key}", response=EnterpriseShape)
@endpoint("registry.enterprise")
def get_enterprise(request: ActorRequest, key: Key) -> EnterpriseShape:
    """One of them."""
    one = get_object_or_404(Enterprise.objects.seen_by(request.actor), key=key)
    plants = Plant.objects.seen_by(request.actor).select_related("enterprise")
    listed = [PlantLine(**_plant(each)) for each in plants.filter(enterprise=one)]
    return EnterpriseShape(**_enterprise(one), address=one.address, plants=listed)


@router.get("/plants", response=Page[PlantLine])
@endpoint("registry.enterprises")
def list_plants(
    request: ActorRequest,
    sector: Annotated[str, Query(max_length=40)] = "",
    limit: Limit = 50,
    cursor: Cursor = "",
) -> Page[PlantLine]:
    """Those that the actor may see."""
    rows = Plant.objects.seen_by(request.actor).select_related("enterprise")
    if sector:
        rows = rows.filter(sector=sector)
    found, after = part(request, rows, ("code",), limit, cursor)
    return Page[PlantLine](items=[PlantLine(**_plant(one)) for one in found], next=after)


@router.get("/plants/{code}", response=PlantShape)
@endpoint("registry.plant")
def get_plant(request: ActorRequest, code: Code) -> PlantShape:
    """One of them, with process units, products, outlets, meters and stations."""
    actor = request.actor
    seen = Plant.objects.seen_by(actor).select_related("enterprise")
    one = get_object_or_404(seen, code=code)
    units = ProcessUnit.objects.seen_by(actor).filter(plant=one)
    products = Product.objects.seen_by(actor).filter(plant=one).select_related("process_unit")
    outlets = Outlet.objects.seen_by(actor).filter(plant=one).select_related("process_unit")
    meters = Meter.objects.seen_by(actor).filter(plant=one)
    stations = Station.objects.seen_by(actor).filter(plant=one).select_related("outlet")
    return PlantShape(
        **_plant(one),
        process_units=[
            UnitLine(name=_name(o), **_plain(o, *_rest(UnitLine, "name"))) for o in units
        ],
        products=[
            ProductLine(
                process_unit=o.process_unit.code if o.process_unit else None,
                **_plain(o, "stream", "capacity", "capacity_unit"),
            )
            for o in products
        ],
        outlets=[
            OutletLine(
                name=_name(o),
                kind=o.kind.value,
                process_unit=o.process_unit.code if o.process_unit else None,
                **_plain(o, "code", "permit", "closed"),
            )
            for o in outlets
        ],
        meters=[MeterLine(name=_name(o), **_plain(o, *_rest(MeterLine, "name"))) for o in meters],
        stations=[
            StationLine(
                name=_name(o),
                outlet=o.outlet.code if o.outlet else None,
                **_plain(o, "mn", "closed"),
            )
            for o in stations
        ],
    )


def _rest(shape: type[Schema], *without: str) -> list[str]:
    return [name for name in shape.model_fields if name not in without]


def _enterprise(one: Enterprise) -> dict[str, Any]:
    said = _plain(one, "key", "uscc", "division", "fictitious", "closed")
    return {**said, "name": _name(one)}


def _plant(one: Plant) -> dict[str, Any]:
    said = _plain(one, "code", "sector", "division", "longitude", "latitude", "closed")
    return {**said, "name": _name(one), "enterprise": one.enterprise.key}


__all__ = ["router"]

"""Intensities of a region, and the plants behind each of them."""

from __future__ import annotations

from datetime import date

from django.http import Http404
from ninja import Router, Schema

from tongjian.site.access.middleware import ActorRequest
from tongjian.site.access.permissions import endpoint
from tongjian.site.api.paging import Cursor, Limit, Page, slice_of
from tongjian.site.api.resources.boards import Basis, Division, OfYear, asked_of, plant_name
from tongjian.site.api.shapes import Text
from tongjian.site.boards.intensities import halves_in_units, levels, of_plants
from tongjian.site.boards.measured import kinds

router = Router()


class LevelLine(Schema):
    """An intensity of the region, and over the plants that reported in both years."""

    key: str
    name: Text
    unit: str
    value: float | None
    plants: int
    alike: float | None
    alike_before: float | None
    alike_plants: int


class PlantLevelLine(Schema):
    """A plant's intensity with its two halves; `version` is that of its report."""

    plant: str
    name: Text
    version: int
    above: float
    above_unit: str
    below: float
    below_unit: str
    value: float | None


@router.get("/boards/intensities", response=list[LevelLine])
@endpoint("boards.region")
def list_intensities(
    request: ActorRequest,
    division: Division = "",
    year: OfYear = None,
    day: date | None = None,
    basis: Basis = "submitted",
) -> list[LevelLine]:
    """Every intensity of the region that some plant has both halves of."""
    asked = asked_of(request, division, year, day, basis=basis)
    return [
        LevelLine(
            key=one.kind.key,
            name=Text.of(one.name),
            unit=one.kind.unit,
            value=one.value,
            plants=one.plants,
            alike=one.alike,
            alike_before=one.alike_before,
            alike_plants=one.alike_plants,
        )
        for one in levels(request.actor, asked)
    ]


@router.get("/boards/intensities/{key}", response=Page[PlantLevelLine])
@endpoint("boards.behind")
def list_plant_intensities(
    request: ActorRequest,
    key: str,
    division: Division = "",
    year: OfYear = None,
    day: date | None = None,
    basis: Basis = "submitted",
    limit: Limit = 50,
    cursor: Cursor = "",
) -> Page[PlantLevelLine]:
    """The plants of an intensity, the largest first."""
    kind = kinds().get(key)
    if kind is None:
        raise Http404
    asked = asked_of(request, division, year, day, basis=basis)
    found, after = slice_of(request, of_plants(request.actor, asked, kind), limit, cursor)
    items = []
    for one in found:
        above, below, value = halves_in_units(one, kind)
        items.append(
            PlantLevelLine(
                plant=one.version.plant_code,
                name=plant_name(one.version.report.plant),
                version=one.version.number,
                above=above,
                above_unit=str(kind.above["unit"]),
                below=below,
                below_unit=str(kind.below["unit"]),
                value=value,
            )
        )
    return Page[PlantLevelLine](items=items, next=after)


__all__ = ["router"]

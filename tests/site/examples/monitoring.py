"""How the endpoints of `monitoring` are called."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from tests.site.matrix import UNKNOWN_PLANT, Example, plant_code
from tests.site.monitored import keep_year
from tests.site.world import YEAR, A, World

UNKNOWN = {"code": "NO-SUCH-PLANT", "year": YEAR}
CHART = {"name": "monitored", "ending": "csv"}


def PREPARE(world: World, of: str) -> None:
    """A kept year for one of the two enterprises."""
    keep_year(world, A)


def of_year(world: World, of: str) -> Mapping[str, Any]:
    """A plant's year."""
    return {"code": world.plant(of).code, "year": YEAR}


def chart(world: World, of: str) -> Mapping[str, Any]:
    """Its chart."""
    return {**of_year(world, of), **CHART}


EXAMPLES = {
    "monitoring:plant": Example(plant_code, "authority", UNKNOWN_PLANT),
    "monitoring:year": Example(of_year, "authority", UNKNOWN),
    "monitoring:chart": Example(chart, "authority", {**UNKNOWN, **CHART}, made_for=(A,)),
    "monitoring:measure": Example(of_year, "enterprise", UNKNOWN),
}

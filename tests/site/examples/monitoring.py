"""How the endpoints of `monitoring` are called."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from tests.site.matrix import UNKNOWN_PLANT, Example, plant_code
from tests.site.world import YEAR, World

UNKNOWN = {"code": "NO-SUCH-PLANT", "year": YEAR}
_UNSEEN = ("analyst",)


def of_year(world: World, of: str) -> Mapping[str, Any]:
    """A plant's year, rolled up or not."""
    return {"code": world.plant(of).code, "year": YEAR}


EXAMPLES = {
    "monitoring:plant": Example(plant_code, "authority", UNKNOWN_PLANT),
    "monitoring:year": Example(of_year, "authority", UNKNOWN),
    "monitoring:measure": Example(of_year, "enterprise", UNKNOWN),
}

"""How the endpoints of `boards` are called."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.utils import timezone

from tests.site.matrix import Example
from tests.site.world import World
from tongjian.site.boards.models import BoardRun
from tongjian.site.registry.lists import last_year

_CURVE = {
    "key": "cn.levels:energy_line:x", "title": {"zh": "高炉", "en": "Furnace"}, "unit": "kgce/t",
    "width_unit": "t", "document": "D", "ruleset": "cn.levels",
    "lines": {"benchmark": [[361.0, 1]], "baseline": [[435.0, 1]]},
    "units": [{"facility": "F", "name": {"zh": "甲", "en": "A"}, "process_unit": "BF1",
               "value": 372.0, "width": 1.0}],
}  # fmt: skip


def run_of_each() -> None:
    """A result for every authority, of the year that pages show first."""
    for authority, prefix in (("3201", "3201"), ("32", "32"), ("", "")):
        for basis in ("submitted", "accepted"):
            BoardRun.objects.get_or_create(
                authority=authority, prefix=prefix, year=last_year(), basis=basis, plants=1,
                defaults={
                    "as_of": timezone.now(), "by": "x", "records": "0", "rulebook": "0",
                    "judged": {"curves": [_CURVE], "tallies": []}, "targets": {"list": []},
                },
            )  # fmt: skip


def curve(world: World, of: str) -> Mapping[str, Any]:
    """The curve of a result."""
    run_of_each()
    return {"name": "curve", "ending": "csv"}


def targets(world: World, of: str) -> Mapping[str, Any]:
    """The statuses of a result."""
    run_of_each()
    return {"name": "statuses", "ending": "csv"}


EXAMPLES = {
    "boards:region": Example(),
    "boards:behind": Example(query={"measure": "enterprise::tCO2e"}),
    "boards:intensity": Example(query={"key": "crude_steel.co2e"}),
    "boards:intensity_chart": Example(
        lambda world, of: {"name": "intensity", "ending": "csv"}, query={"key": "crude_steel.co2e"}
    ),
    "boards:curve": Example(),
    "boards:curve_chart": Example(curve, query={"product": "cn.levels:energy_line:x"}),
    "boards:targets": Example(),
    "boards:targets_chart": Example(targets),
    "boards:judge": Example(),
    "boards:region_chart": Example(lambda world, of: {"name": "years", "ending": "csv"}),
}

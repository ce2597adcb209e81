"""The sample's plants as registered enterprises (虚构企业登记), each with one plant."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from tongjian.evidence import Act
from tongjian.sample import SampleData
from tongjian.site.access.actor import Actor
from tongjian.site.demo.words import words
from tongjian.site.registry.changes import act_of, facts_of, settle
from tongjian.site.registry.credit_code import check_character
from tongjian.site.registry.models import (
    Division,
    Enterprise,
    Outlet,
    OutletKind,
    Plant,
    ProcessUnit,
)
from tongjian.site.registry.services import problems_of
from tongjian.site.workspaces import Workspace

_OUTLETS = {"outlet": OutletKind.AIR, "fugitive": OutletKind.FUGITIVE}
_SPREAD = 0.35
"""How far from the seat of its city a plant may lie, in degrees."""


def credit_code(division: str, number: int) -> str:
    """A code with a right check character (GB 32100-2015) that nobody can have: XXXXX and a number.

    The code of an organisation begins with other characters.
    """
    body = f"91{division}XXXXX{number:04d}"
    return body + check_character(body)


def register_all(actor: Actor, data: SampleData) -> list[Enterprise]:
    """Register every plant of the sample with its process units; returns the enterprises."""
    places = {one.code: one for one in Division.objects.all()}
    units: dict[str, list[Mapping[str, Any]]] = {}
    for row in data.process_units:
        units.setdefault(str(row["facility"]), []).append(row)
    found = []
    for number, row in enumerate(data.facilities, 1):
        where = places[str(row["division"])]
        enterprise = _enterprise(row, number)
        plant = _plant(row, enterprise, where, number)
        rows = [_unit(plant, one) for one in units.get(plant.code, [])]
        _enter(actor, enterprise, plant, rows)
        found.append(enterprise)
    return found


def _enterprise(row: Mapping[str, Any], number: int) -> Enterprise:
    said = words()
    zh = str(row["name_zh"]).partition("（")[0]
    en = str(row["name_en"]).partition(" (")[0]
    return Enterprise(
        uscc=credit_code(str(row["division"]), number),
        name_zh=f"{zh}{said['enterprise_zh']}",
        name_en=f"{en}{said['enterprise_en']}",
        division=row["division"],
        fictitious=True,
    )


def _plant(row: Mapping[str, Any], enterprise: Enterprise, where: Division, number: int) -> Plant:
    # Spread evenly over the square around the seat, by two numbers that have nothing in common.
    east, north = (number * 0.618034) % 1 - 0.5, (number * 0.754878) % 1 - 0.5
    return Plant(
        enterprise=enterprise,
        code=row["facility"],
        name_zh=row["name_zh"],
        name_en=row["name_en"],
        sector=row["sector"],
        division=row["division"],
        longitude=None if where.longitude is None else round(where.longitude + east * _SPREAD, 4),
        latitude=None if where.latitude is None else round(where.latitude + north * _SPREAD, 4),
    )


def _unit(plant: Plant, row: Mapping[str, Any]) -> ProcessUnit | Outlet:
    names = {name: row[name] for name in ("name_zh", "name_en")}
    if row["kind"] in _OUTLETS:
        return Outlet(plant=plant, code=row["process_unit"], **names)
    facts = ("kind", "technology", "abatement", "capacity", "capacity_unit")
    return ProcessUnit(
        plant=plant,
        code=row["process_unit"],
        **names,
        **{name: row[name] for name in facts if row[name] not in ("", None)},
    )


def _enter(
    actor: Actor, enterprise: Enterprise, plant: Plant, units: Iterable[ProcessUnit | Outlet]
) -> None:
    """Enter all of it at once: the codes are taken first, the acts follow, then the rows."""
    enterprise.save(force_insert=True)
    plant.enterprise = enterprise
    plant.save(force_insert=True)
    entered = [one for one in units if not problems_of(one)]
    workspace = Workspace(enterprise)
    acts: list[Act] = [
        act_of(one, actor.signature, None, facts_of(one)) for one in (enterprise, plant, *entered)
    ]
    workspace.log.append(acts)
    settle(workspace)


__all__ = ["credit_code", "register_all"]

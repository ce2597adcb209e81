"""Plants, process units and outlets as the rows that the records have of them (入库形式)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from tongjian.records import Catalogue
from tongjian.site.registry.models.inside import Outlet, OutletKind
from tongjian.site.registry.models.places import Division
from tongjian.site.registry.models.plants import Plant, ProcessUnit

if TYPE_CHECKING:
    from collections.abc import Mapping


def stored(one: Plant | ProcessUnit | Outlet) -> dict[str, Any]:
    """A plant, process unit or outlet as the row that the records have of it.

    An outlet is to the records a process unit of the kind "outlet" or "fugitive".
    """
    if isinstance(one, Outlet):
        return {
            "facility": one.plant.code,
            "process_unit": one.code,
            "name_zh": one.name_zh,
            "name_en": one.name_en,
            "kind": "" if one.kind is OutletKind.WATER else one.kind.value,
            "technology": "",
            "abatement": "",
            "capacity": None,
            "capacity_unit": "",
        }
    if isinstance(one, ProcessUnit):
        names = ("name_en", "kind", "technology", "abatement", "capacity", "capacity_unit")
        return {
            "facility": one.plant.code,
            "process_unit": one.code,
            "name_zh": one.name_zh or one.code,
            **{name: getattr(one, name) for name in names},
        }
    codes = above(one.division)
    return plant_row(one, {each.code: each for each in Division.objects.filter(code__in=codes)})


def plant_row(plant: Plant, divisions: Mapping[str, Division]) -> dict[str, Any]:
    """A plant as stored, given the divisions by code."""
    province, city = (divisions.get(code) for code in above(plant.division))
    return {
        "facility": plant.code,
        "name_zh": plant.name_zh,
        "name_en": plant.name_en,
        "sector": plant.sector,
        "province": _province(province) if province else "",
        "city": city.name_zh if city else "",
        "division": plant.division,
        "fictitious": plant.enterprise.fictitious,
    }


def above(code: str) -> tuple[str, str]:
    """The codes of the province and the city of a division."""
    return f"{code[:2]}0000", f"{code[:4]}00"


def _province(division: Division) -> str:
    """The province as the catalogue codes it; its English name where the catalogue has none."""
    term = Catalogue.load().resolve_term("province", division.name_zh)
    return term.code if term else division.name_en


__all__ = ["above", "plant_row", "stored"]

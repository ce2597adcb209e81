"""Changes of the registry (登记变更): entered in the enterprise's log first, the rows follow it.

An entry says of what kind of thing which one changed, with all its facts before and after, so that
what a crash left undone is made up for from the log alone (`settle`). Contacts are the exception:
what is in the log stays there for good, so their phone numbers are kept out of it.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.db import models, transaction

from tongjian.evidence import Act, Entry
from tongjian.site.registry.models import (
    Contact,
    Division,
    Enterprise,
    Meter,
    Outlet,
    Park,
    Plant,
    ProcessUnit,
    Product,
    Station,
)
from tongjian.site.registry.search import index
from tongjian.site.workspaces import Workspace

CHANGE = "registry.change"
Facts = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Kind:
    """A kind of thing in the registry: its model, by what it is known, and its other facts."""

    name: str
    model: type[models.Model]
    identity: str
    fields: tuple[str, ...]

    @property
    def in_plant(self) -> bool:
        """Whether it stands in a plant."""
        return self.model not in (Enterprise, Plant, Contact)


_NAMES = ("name_zh", "name_en")
KINDS: Mapping[str, Kind] = {
    one.name: one
    for one in (
        Kind(
            "enterprise",
            Enterprise,
            "key",
            ("uscc", *_NAMES, "division", "park", "address", "fictitious", "closed"),
        ),
        Kind(
            "plant",
            Plant,
            "code",
            (*_NAMES, "sector", "division", "address", "longitude", "latitude", "closed"),
        ),
        Kind(
            "process_unit",
            ProcessUnit,
            "code",
            (
                *_NAMES,
                *("kind", "technology", "abatement", "capacity", "capacity_unit"),
                *("equipment", "level", "commissioned", "closed"),
            ),
        ),
        Kind("product", Product, "stream", ("process_unit", "capacity", "capacity_unit")),
        Kind(
            "outlet",
            Outlet,
            "code",
            (
                *_NAMES,
                *("process_unit", "permit", "height", "diameter"),
                *("longitude", "latitude", "closed"),
            ),
        ),
        Kind(
            "meter",
            Meter,
            "code",
            (
                *_NAMES,
                *("process_unit", "kind", "serial", "accuracy_class", "low", "high"),
                *("range_unit", "interval", "calibrated", "closed"),
            ),
        ),
        Kind("station", Station, "mn", (*_NAMES, "outlet", "since", "closed")),
        Kind("contact", Contact, "name", ("duty", "phone", "email")),
    )
}
_PRIVATE = ("contact",)


def kind_of(row: models.Model) -> Kind:
    """The kind of a row."""
    return next(one for one in KINDS.values() if isinstance(row, one.model))


def facts_of(row: models.Model) -> Facts:
    """What there is to know of a row, as plain data; other rows are named by their codes."""
    return {name: _plain(getattr(row, name)) for name in kind_of(row).fields}


def _plain(value: Any) -> Any:
    if isinstance(value, Park):
        return f"{value.division_id}/{value.name_zh}"
    if isinstance(value, models.Model):
        return str(value)
    return value.isoformat() if isinstance(value, date) else value


_IN_PLANT = (ProcessUnit, Product, Outlet, Meter, Station)


def act_of(row: models.Model, by: str, before: Facts | None, after: Facts | None) -> Act:
    """The entry that says that a row becomes `after`; None where it is not there."""
    kind = kind_of(row)
    identity = str(getattr(row, kind.identity))
    plant = row.plant.code if isinstance(row, _IN_PLANT) else ""
    content: dict[str, Any] = {"kind": kind.name, "plant": plant, "id": identity}
    if kind.name in _PRIVATE:
        content["fields"] = _filled(before or {}, after or {})
        content["removed"] = after is None
    else:
        content |= {"before": before, "after": after}
    name = f"{plant}/{identity}" if plant else identity
    return Act(CHANGE, by, f"{kind.name}:{name}", content)


def _filled(before: Facts, after: Facts) -> list[str]:
    return [name for name in differing(before, after) if before.get(name) or after.get(name)]


def differing(before: Facts, after: Facts) -> list[str]:
    """The names of facts that differ, in their order."""
    return [name for name in {**before, **after} if before.get(name) != after.get(name)]


def settle(workspace: Workspace) -> int:
    """Make the rows follow the log; returns how many entries were new to them.

    Must not be called within a transaction: the log is read first.
    """
    entries = workspace.log.entries(CHANGE)
    with transaction.atomic():
        enterprise = Enterprise.every.select_for_update().get(pk=workspace.enterprise.pk)
        fresh = [one for one in entries if one.number > enterprise.entry]
        for entry in fresh:
            _apply(enterprise, entry)
        if fresh:
            enterprise.entry = fresh[-1].number
            enterprise.save()
            index(enterprise)
    return len(fresh)


def _apply(enterprise: Enterprise, entry: Entry) -> None:
    said = entry.content
    kind, identity, after = KINDS[str(said["kind"])], said["id"], said.get("after")
    if kind.name in _PRIVATE:
        return
    if kind.model is Enterprise:
        for name, value in _fields(kind, None, after or {}).items():
            setattr(enterprise, name, value)
        return
    plants = Plant.every.filter(enterprise=enterprise)
    if kind.model is Plant:
        plants.filter(code=identity).update(**_fields(kind, None, after or {}))
        return
    plant = plants.get(code=said["plant"])
    manager: Any = kind.model._base_manager
    key = {"plant": plant, kind.identity: identity}
    if after is None:
        manager.filter(**key).delete()
    else:
        manager.update_or_create(**key, defaults=_fields(kind, plant, after))


def _fields(kind: Kind, plant: Plant | None, after: Mapping[str, Any]) -> dict[str, Any]:
    """Facts as the values of a model's fields."""
    found: dict[str, Any] = {}
    for name, value in after.items():
        field = kind.model._meta.get_field(name)
        if value is not None and isinstance(field, models.ForeignKey):
            value = _named(field, plant, str(value))
        elif value is not None and isinstance(field, models.DateField):
            value = date.fromisoformat(value)
        found[name] = value
    return found


def _named(field: models.ForeignKey[Any, Any], plant: Plant | None, name: str) -> Any:
    if field.related_model is Park:
        division, _, park = name.partition("/")
        return Park.objects.get_or_create(division=Division.objects.get(pk=division), name_zh=park)[
            0
        ]
    of: Any = field.related_model
    return of.every.filter(plant=plant, code=name).first()


__all__ = [
    "CHANGE",
    "KINDS",
    "Facts",
    "Kind",
    "act_of",
    "differing",
    "facts_of",
    "kind_of",
    "settle",
]

"""What can be done in the registry (登记服务), without pages: register, change, remove, sync."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from django.core.exceptions import ValidationError
from django.db import IntegrityError, models, transaction
from django.utils import translation

from tongjian.evidence import Act
from tongjian.problems import Place, Problem, TongjianError
from tongjian.records import Correction, exclusive
from tongjian.site.access.actor import Actor
from tongjian.site.access.grants import SITE
from tongjian.site.acting import acting
from tongjian.site.registry.changes import act_of, differing, facts_of, kind_of, settle
from tongjian.site.registry.models import (
    Contact,
    Division,
    Enterprise,
    Outlet,
    OutletKind,
    Plant,
    ProcessUnit,
)
from tongjian.site.registry.plant_codes import new_plant_code
from tongjian.site.registry.stored import above, plant_row, stored
from tongjian.site.ui.texts import text, texts
from tongjian.site.workspaces import Workspace

_SOURCE = "registry"
_PATIENCE_S = 30.0


def change(actor: Actor, row: models.Model) -> bool:
    """Enter a new row, or one whose fields were changed; False if nothing was changed.

    The row is checked, the entry made, the rows and the records follow. A new enterprise or plant
    takes its code in the database first, so that two cannot have it. Raises `TongjianError` with
    everything that is wrong. Whether the actor may see the row is for the caller to have asked.
    """
    stands = _standing(row)
    before, after = facts_of(stands) if stands else None, facts_of(row)
    if before is not None and not differing(before, after):
        return False
    if problems := problems_of(row):
        raise TongjianError(problems)
    if stands is None and isinstance(row, (Enterprise, Plant)):
        _take(row)
    enterprise = enterprise_of(row)
    with acting(actor, enterprise) as workspace:
        settle(workspace)
        _enter(workspace, act_of(row, actor.signature, before, after), row)
    sync(workspace, actor.signature)
    return True


def register_plant(actor: Actor, plant: Plant) -> None:
    """Register a plant; without a code it is given one."""
    if not plant.code:
        plant.code = new_plant_code(
            plant.division, lambda code: Plant.every.filter(code=code).exists()
        )
    change(actor, plant)


def remove(actor: Actor, row: models.Model) -> None:
    """Take out something that was entered by mistake; raises `TongjianError` if it is in use."""
    enterprise = enterprise_of(row)
    if named := _naming(row):
        values = {"id": str(row), "others": ", ".join(named)}
        raise TongjianError(Problem("site.registry_in_use", values=values))
    workspace = Workspace(enterprise)
    if isinstance(row, (ProcessUnit, Outlet)):
        _withdraw(workspace, row, actor.signature)
    with acting(actor, enterprise) as workspace:
        settle(workspace)
        _enter(workspace, act_of(row, actor.signature, facts_of(row), None), row, gone=True)


def sync(workspace: Workspace, by: str = SITE, reason: str = "") -> bool:
    """Put the plants, process units and outlets of an enterprise into its records.

    Called again it changes nothing; what has changed since is entered as a correction. What the
    records have besides stays. Returns whether anything was written. Submitted versions rest on
    the state of the records at which they were made and are not touched.
    """
    plants, units = _rows_of(workspace.enterprise)
    store = workspace.store
    with exclusive(workspace.folder / ".registry.lock", _PATIENCE_S):
        known_plants = {one["facility"]: one for one in store.read_facilities()}
        known_units = {
            (one["facility"], one["process_unit"]): one for one in store.read_process_units()
        }
        plants = [one for one in plants if known_plants.get(one["facility"]) != one]
        units = [
            one for one in units if known_units.get((one["facility"], one["process_unit"])) != one
        ]
        if not plants and not units:
            return False
        stood = any(one["facility"] in known_plants for one in plants) or any(
            (one["facility"], one["process_unit"]) in known_units for one in units
        )
        correction = Correction(by, reason or _reason()) if stood else None
        return store.add((), plants, units, source=_SOURCE, correction=correction)


def enterprise_of(row: models.Model) -> Enterprise:
    """The enterprise that a row of the registry belongs to."""
    if isinstance(row, Enterprise):
        return row
    if isinstance(row, (Plant, Contact)):
        return row.enterprise
    plant: Plant = row.plant  # type: ignore[attr-defined]
    return plant.enterprise


def problems_of(
    row: models.Model, place: Callable[[str], Place] | None = None, alone: bool = False
) -> list[Problem]:
    """Everything that is wrong with a row before it is entered.

    `place` tells where a field is; with `alone` the row is not held against others.
    """
    at = place or (lambda name: Place(field=field_title(name)))
    found: list[Problem] = []
    try:
        left_out = ["entry"] if isinstance(row, Enterprise) else ["enterprise", "plant"] * alone
        row.full_clean(left_out, validate_unique=not alone, validate_constraints=not alone)
    except ValidationError as error:
        for name, errors in error.error_dict.items():
            for one in errors:
                found.append(problem_of(row, name, one, at(name)))
    return found + [_at(one, at("code")) for one in ([] if alone else _clashes(row))]


def _reason() -> str:
    """What the records give as the reason of a correction, in both languages."""
    said = texts()["registry.correction_reason"]
    return f"{said['zh']} / {said['en']}"


def field_title(name: str) -> str:
    """What a field is called in the language of the page."""
    key = f"registry.field_{name}"
    return text(key) if key in texts() else name


def problem_of(row: models.Model, name: str, error: ValidationError, place: Place) -> Problem:
    """What Django says is wrong with a field, as a problem in both languages."""
    params: Mapping[str, Any] = error.params or {}
    if isinstance(params.get("problem"), Problem):
        return _at(params["problem"], place)
    if error.code in ("unique", "unique_together"):
        taken = kind_of(row).identity if name == "__all__" else name
        return Problem("site.registry_taken", place, {"value": getattr(row, taken)})
    if error.code in ("blank", "null", "required"):
        return Problem("site.registry_empty", place)
    said = {"detail_zh": _told(error, "zh-hans"), "detail_en": _told(error, "en")}
    return Problem("site.registry_value", place, {"value": getattr(row, name, ""), **said})


def _told(error: ValidationError, language: str) -> str:
    with translation.override(language):
        return " ".join(error.messages)


def _at(problem: Problem, place: Place) -> Problem:
    return Problem(problem.code, place, problem.values, problem.severity)


def _clashes(row: models.Model) -> list[Problem]:
    """What one field alone does not show."""
    found = []
    if isinstance(row, (ProcessUnit, Outlet)):
        other: Any = Outlet if isinstance(row, ProcessUnit) else ProcessUnit
        if other.every.filter(plant=row.plant, code=row.code).exists():
            found.append(Problem("site.registry_taken", values={"value": row.code}))
    if getattr(row, "capacity", None) is not None and not getattr(row, "capacity_unit", ""):
        found.append(Problem("site.registry_capacity_unit"))
    low, high = getattr(row, "low", None), getattr(row, "high", None)
    if low is not None and high is not None and low >= high:
        found.append(Problem("site.registry_range", values={"low": low, "high": high}))
    begun, ended = getattr(row, "commissioned", None), getattr(row, "closed", None)
    if begun and ended and ended < begun:
        values = {"begun": begun.isoformat(), "ended": ended.isoformat()}
        found.append(Problem("site.registry_closed", values=values))
    return found


def _standing(row: models.Model) -> models.Model | None:
    """The row as the database has it."""
    manager: Any = type(row)._base_manager
    found: models.Model | None = manager.filter(pk=row.pk).first() if row.pk else None
    return found


def _take(row: Enterprise | Plant) -> None:
    try:
        with transaction.atomic():
            row.save(force_insert=True)
    except IntegrityError as error:
        value = row.uscc if isinstance(row, Enterprise) else row.code
        raise TongjianError(Problem("site.registry_taken", values={"value": value})) from error


def _enter(workspace: Workspace, act: Act, row: models.Model, gone: bool = False) -> None:
    if isinstance(row, Contact):  # its facts are not in the log
        if gone:
            row.delete()
        else:
            row.save()
    workspace.log.append([act])
    settle(workspace)


def _naming(row: models.Model) -> list[str]:
    """Other rows that name this one."""
    found = []
    for relation in row._meta.related_objects:
        manager: Any = relation.related_model._base_manager
        found += [str(one) for one in manager.filter(**{relation.field.name: row})[:5]]
    return found


def _withdraw(workspace: Workspace, row: ProcessUnit | Outlet, by: str) -> None:
    key = (row.plant.code, row.code)
    store = workspace.store
    with exclusive(workspace.folder / ".registry.lock", _PATIENCE_S):
        stands = [
            one
            for one in store.read_process_units()
            if (one["facility"], one["process_unit"]) == key
        ]
        if stands:
            act = Correction(by, _reason(), withdraw=True)
            store.add((), (), stands, source=_SOURCE, correction=act)


def _rows_of(enterprise: Enterprise) -> tuple[list[dict[str, Any]], list[dict[str, Any]]]:
    plants = list(Plant.every.filter(enterprise=enterprise).select_related("enterprise"))
    codes = {code for one in plants for code in above(one.division)}
    divisions = {one.code: one for one in Division.objects.filter(code__in=codes)}
    units: Sequence[ProcessUnit | Outlet] = [
        *ProcessUnit.every.filter(plant__in=plants).select_related("plant"),
        *(
            one
            for one in Outlet.every.filter(plant__in=plants).select_related("plant")
            if one.kind is not OutletKind.WATER
        ),
    ]
    return [plant_row(one, divisions) for one in plants], [stored(one) for one in units]


__all__ = [
    "change",
    "enterprise_of",
    "field_title",
    "problem_of",
    "problems_of",
    "register_plant",
    "remove",
    "sync",
]

"""Registering and changing what is registered: enterprises, plants, what stands in them, contacts.

What can be sent of each kind follows from its fields in the registry. The operations stand in the
router of `registry`, where their addresses are read.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from typing import Annotated, Any

from django.db import models
from django.http import HttpRequest
from django.shortcuts import get_object_or_404
from ninja import Body, Path, Schema, Status
from pydantic import Field, create_model

from tongjian.site.access.middleware import ActorRequest
from tongjian.site.access.permissions import endpoint
from tongjian.site.api.resources.registry import router
from tongjian.site.api.shapes import Code, Given, Key
from tongjian.site.registry.changes import KINDS, Kind, facts_of
from tongjian.site.registry.entering import enter_facts
from tongjian.site.registry.models import Contact, Enterprise, Plant
from tongjian.site.registry.planned import take_over
from tongjian.site.registry.services import remove
from tongjian.site.registry.views_look import plant_or_404

Known = Annotated[str, Path(max_length=80, pattern=r"^[^\x00-\x1f/]+$", description="@known")]
_PLURAL = {
    "process_unit": "process-units",
    "product": "products",
    "outlet": "outlets",
    "meter": "meters",
    "station": "stations",
}


class RowShape(Schema):
    """A row of the registry as it stands: what it is known by, and its fields."""

    kind: str
    id: str
    plant: str | None
    enterprise: str
    fields: dict[str, Any]

    @classmethod
    def of(cls, row: Any) -> RowShape:
        """From a row."""
        kind = next(one for one in KINDS.values() if isinstance(row, one.model))
        plant = row.plant if kind.in_plant else row if isinstance(row, Plant) else None
        enterprise = row if isinstance(row, Enterprise) else (plant or row).enterprise
        return cls(
            kind=kind.name,
            id=str(getattr(row, kind.identity)),
            plant=plant.code if plant else None,
            enterprise=enterprise.key,
            fields=facts_of(row),
        )


def given_of(kind: Kind, *, new: bool) -> type[Given]:
    """What is sent to enter a row of a kind, or to change some of its fields."""
    names = list(kind.fields)
    if kind.model is Enterprise and not new:
        names.remove("uscc")
    if kind.model is not Enterprise and new:
        names.insert(0, kind.identity)
    fields: dict[str, Any] = {}
    for name in names:
        field = kind.model._meta.get_field(name)
        assert isinstance(field, models.Field)
        required = new and not field.blank and not field.has_default()
        required = required and (kind.model, name) != (Plant, "code")
        fields[name] = (_type(field, required), ...) if required else (_type(field, False), None)
    title = f"{kind.name.title().replace('_', '')}{'Given' if new else 'Changed'}"
    made: Any = create_model(title, __base__=Given, **fields)
    return made  # type: ignore[no-any-return]


def _type(field: models.Field[Any, Any], required: bool) -> Any:
    if isinstance(field, models.BooleanField):
        found: Any = bool
    elif isinstance(field, models.DateField):
        found = date
    elif isinstance(field, models.IntegerField):
        found = Annotated[int, Field(ge=0, le=100_000)]
    elif isinstance(field, models.FloatField):
        found = Annotated[float, Field(allow_inf_nan=False)]
    else:
        length = field.max_length or 120
        found = Annotated[str, Field(max_length=length, pattern=r"^[^\x00-\x1f]*$")]
    return found if required else found | None


def _entered(request: ActorRequest, kind: Kind, row: Any, given: Given) -> RowShape:
    """The row as it stands once what was said of it is entered."""
    enter_facts(request.actor, kind, row, given.model_dump(exclude_unset=True))
    return RowShape.of(row)


def _enterprise(request: ActorRequest, key: str) -> Enterprise:
    return get_object_or_404(Enterprise.objects.seen_by(request.actor), key=key)


_ENTERPRISE, _PLANT, _CONTACT = (KINDS[name] for name in ("enterprise", "plant", "contact"))
EnterpriseGiven = given_of(_ENTERPRISE, new=True)
EnterpriseChanged = given_of(_ENTERPRISE, new=False)
PlantGiven = given_of(_PLANT, new=True)
PlantChanged = given_of(_PLANT, new=False)
ContactGiven = given_of(_CONTACT, new=True)
ContactChanged = given_of(_CONTACT, new=False)


@router.post("/enterprises", response={201: RowShape})
@endpoint("registry.register")
def post_enterprise(request: ActorRequest, given: Body[EnterpriseGiven]) -> Status[RowShape]:  # type: ignore[valid-type]
    """Register an enterprise."""
    row = Enterprise()
    return Status(201, _entered(request, _ENTERPRISE, row, given))


@router.patch("/enterprises/{key}", response=RowShape)
@endpoint("registry.edit_enterprise")
def patch_enterprise(
    request: ActorRequest,
    key: Key,
    given: Body[EnterpriseChanged],  # type: ignore[valid-type]
) -> RowShape:
    """Change what is registered of it."""
    row = _enterprise(request, key)
    return _entered(request, _ENTERPRISE, row, given)


@router.post("/enterprises/{key}/plants", response={201: RowShape})
@endpoint("registry.register_plant")
def post_plant(
    request: ActorRequest,
    key: Key,
    given: Body[PlantGiven],  # type: ignore[valid-type]
) -> Status[RowShape]:
    """Register a plant; without a code it is given one."""
    of = _enterprise(request, key)
    row = Plant(enterprise=of, division=of.division)
    return Status(201, _entered(request, _PLANT, row, given))


@router.patch("/plants/{code}", response=RowShape)
@endpoint("registry.edit_plant")
def patch_plant(
    request: ActorRequest,
    code: Code,
    given: Body[PlantChanged],  # type: ignore[valid-type]
) -> RowShape:
    """Change what is registered of it."""
    row = plant_or_404(request, code)
    return _entered(request, _PLANT, row, given)


@router.post("/plants/{code}/planned-meters/take-over", response=int)
@endpoint("registry.edit")
def take_over_meters(request: ActorRequest, code: Code) -> int:
    """Register the meters of the control plan that are not registered yet; how many."""
    return take_over(request.actor, plant_or_404(request, code))


def _contact(request: ActorRequest, key: str, known: str) -> Contact:
    seen = Contact.objects.seen_by(request.actor).select_related("enterprise")
    return get_object_or_404(seen, enterprise__key=key, name=known)


@router.get("/enterprises/{key}/contacts", response=list[RowShape])
@endpoint("registry.history")
def list_contacts(request: ActorRequest, key: Key) -> list[RowShape]:
    """Whom to ask at an enterprise."""
    seen = Contact.objects.seen_by(request.actor).select_related("enterprise")
    found = seen.filter(enterprise=_enterprise(request, key))
    return [RowShape.of(one) for one in found[:500]]


@router.post("/enterprises/{key}/contacts", response={201: RowShape})
@endpoint("registry.edit")
def post_contact(
    request: ActorRequest,
    key: Key,
    given: Body[ContactGiven],  # type: ignore[valid-type]
) -> Status[RowShape]:
    """Enter somebody to ask."""
    row = Contact(enterprise=_enterprise(request, key))
    return Status(201, _entered(request, _CONTACT, row, given))


@router.get("/enterprises/{key}/contacts/{known}", response=RowShape)
@endpoint("registry.history")
def get_contact(request: ActorRequest, key: Key, known: Known) -> RowShape:
    """One of them."""
    return RowShape.of(_contact(request, key, known))


@router.patch("/enterprises/{key}/contacts/{known}", response=RowShape)
@endpoint("registry.edit")
def patch_contact(
    request: ActorRequest,
    key: Key,
    known: Known,
    given: Body[ContactChanged],  # type: ignore[valid-type]
) -> RowShape:
    """Change how to reach them."""
    row = _contact(request, key, known)
    return _entered(request, _CONTACT, row, given)


@router.delete("/enterprises/{key}/contacts/{known}", response={204: None})
@endpoint("registry.edit")
def remove_contact(request: ActorRequest, key: Key, known: Known) -> Status[None]:
    """Take somebody out."""
    remove(request.actor, _contact(request, key, known))
    return Status(204, None)


# ---- what stands in a plant: the same four operations for each kind -------------------------


def _row(request: ActorRequest, kind: Kind, code: str, known: str) -> Any:
    plant = plant_or_404(request, code)
    model: Any = kind.model
    seen = model.objects.seen_by(request.actor).select_related("plant__enterprise")
    return get_object_or_404(seen, plant=plant, **{kind.identity: known})


def _add(kind: Kind) -> None:
    new, changed = given_of(kind, new=True), given_of(kind, new=False)
    at = f"/plants/{{code}}/{_PLURAL[kind.name]}"
    model: Any = kind.model

    def enter(request: HttpRequest, code: Code, given: Body[new]) -> Status[RowShape]:  # type: ignore[valid-type]
        asked: ActorRequest = request  # type: ignore[assignment]
        row = model(plant=plant_or_404(asked, code))
        return Status(201, _entered(asked, kind, row, given))

    def look(request: HttpRequest, code: Code, known: Known) -> RowShape:
        asked: ActorRequest = request  # type: ignore[assignment]
        return RowShape.of(_row(asked, kind, code, known))

    def alter(request: HttpRequest, code: Code, known: Known, given: Body[changed]) -> RowShape:  # type: ignore[valid-type]
        asked: ActorRequest = request  # type: ignore[assignment]
        row = _row(asked, kind, code, known)
        return _entered(asked, kind, row, given)

    def take_out(request: HttpRequest, code: Code, known: Known) -> Status[None]:
        asked: ActorRequest = request  # type: ignore[assignment]
        remove(asked.actor, _row(asked, kind, code, known))
        return Status(204, None)

    # Annotations are read by the library that checks what is sent, not as texts.
    enter.__annotations__["given"] = new
    alter.__annotations__["given"] = changed
    one = f"{at}/{{known}}"
    _named(router.post(at, response={201: RowShape}), "post", kind, "registry.edit", enter)
    _named(router.get(one, response=RowShape), "get", kind, "registry.plant", look)
    _named(router.patch(one, response=RowShape), "patch", kind, "registry.edit", alter)
    _named(router.delete(one, response={204: None}), "remove", kind, "registry.edit", take_out)


def _named(
    route: Callable[[Any], Any], verb: str, kind: Kind, action: str, does: Callable[..., Any]
) -> None:
    does.__name__ = f"{verb}_{kind.name}"
    route(endpoint(action)(does))


for _kind in KINDS.values():
    if _kind.in_plant:
        _add(_kind)


__all__ = ["RowShape", "given_of"]

"""How the endpoints of `registry` are called."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from tests.site.matrix import UNKNOWN_KEY, UNKNOWN_PLANT, Example, enterprise_key, plant_code
from tests.site.world import World
from tongjian.site.registry.models import Contact, Meter
from tongjian.site.registry.services import change


def meter(world: World, of: str) -> Mapping[str, Any]:
    """The address of a meter of a plant."""
    plant = world.plant(of)
    if not Meter.every.filter(plant=plant, code="M1").exists():
        change(world.actor("preparer", of), Meter(plant=plant, code="M1", name_zh="汽车衡"))
    return {"code": plant.code, "kind": "meter", "known": "M1"}


def contact(world: World, of: str) -> Mapping[str, Any]:
    """The address of somebody to ask at an enterprise."""
    enterprise = world.enterprise(of)
    if not Contact.every.filter(enterprise=enterprise, name="张三").exists():
        made = Contact(enterprise=enterprise, name="张三", phone="025-1")
        change(world.actor("preparer", of), made)
    return {"key": enterprise.key, "known": "张三"}


def new_meter(world: World, of: str) -> Mapping[str, Any]:
    """The address at which a meter is entered."""
    return {"code": world.plant(of).code, "kind": "meter"}


OF_ENTERPRISE = Example(enterprise_key, "authority", UNKNOWN_KEY)
OF_PLANT = Example(plant_code, "authority", UNKNOWN_PLANT)
# Once it is taken out, those who come later find nothing: the preparer comes alone.
OF_METER = Example(meter, "authority", {"code": "NO-SUCH-PLANT"})
OF_CONTACT = Example(contact, "authority", UNKNOWN_KEY)
EXAMPLES = {
    "registry:map": Example(),
    "registry:enterprises": Example(),
    "registry:search": Example(query={"text": "示例"}),
    "registry:register": Example(),
    "registry:enterprise": OF_ENTERPRISE,
    "registry:history": OF_ENTERPRISE,
    "registry:edit-enterprise": OF_ENTERPRISE,
    "registry:new-plant": OF_ENTERPRISE,
    "registry:new-contact": OF_ENTERPRISE,
    "registry:edit-contact": OF_CONTACT,
    "registry:remove-contact": OF_CONTACT,
    "registry:plant": OF_PLANT,
    "registry:edit-plant": OF_PLANT,
    "registry:new-row": replace(OF_PLANT, args=new_meter),
    "registry:edit-row": OF_METER,
    "registry:remove-row": OF_METER,
}

"""How the endpoints of `registry` are called."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from tests.site.matrix import UNKNOWN_KEY, UNKNOWN_PLANT, Example, enterprise_key, plant_code
from tests.site.world import World
from tongjian.site.registry.models import BulkUpload, Contact, Meter


def meter(world: World, of: str) -> Mapping[str, Any]:
    """The address of a meter of an enterprise's plant."""
    Meter.every.get_or_create(plant=world.plant(of), code="W1", defaults={"name_zh": "衡器"})
    return {"code": world.plant(of).code, "kind": "meter", "known": "W1"}


def contact(world: World, of: str) -> Mapping[str, Any]:
    """The address of a contact of an enterprise."""
    Contact.every.get_or_create(enterprise=world.enterprise(of), name="张三")
    return {"key": world.enterprise(of).key, "known": "张三"}


def new_meter(world: World, of: str) -> Mapping[str, Any]:
    """Where a meter is entered."""
    return {"code": world.plant(of).code, "kind": "meter"}


def upload(world: World, of: str) -> Mapping[str, Any]:
    """The address of a file that the province has given."""
    found, _ = BulkUpload.objects.get_or_create(
        username=world.user("province").username, name=f"{of}.csv", defaults={"content": b"x"}
    )
    return {"key": found.key}


ENTERPRISE = Example(enterprise_key, "authority", UNKNOWN_KEY)
PLANT = Example(plant_code, "authority", UNKNOWN_PLANT)
METER = Example(meter, "authority", {"code": "NO-SUCH-PLANT", "kind": "meter", "known": "W1"})
CONTACT = Example(contact, "authority", {"key": "0" * 16, "known": "张三"})
EXAMPLES = {
    "registry:enterprises": Example(),
    "registry:search": Example(),
    "registry:map": Example(),
    "registry:export": Example(lambda world, of: {"table": "enterprises", "ending": "csv"}),
    "registry:register": Example(),
    "registry:parks": Example(),
    "registry:bulk": Example(),
    "registry:bulk-template": Example(),
    "registry:bulk-file": Example(upload, ("province",), UNKNOWN_KEY),
    "registry:enterprise": ENTERPRISE,
    "registry:history": ENTERPRISE,
    "registry:edit-enterprise": ENTERPRISE,
    "registry:new-plant": ENTERPRISE,
    "registry:new-contact": ENTERPRISE,
    "registry:edit-contact": CONTACT,
    "registry:remove-contact": CONTACT,
    "registry:plant": PLANT,
    "registry:edit-plant": PLANT,
    "registry:take-over-meters": PLANT,
    "registry:new-row": Example(new_meter, "authority", {"code": "NO-SUCH-PLANT", "kind": "meter"}),
    "registry:edit-row": METER,
    "registry:remove-row": METER,
}

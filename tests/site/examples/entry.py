"""How the endpoints of `entry` are called."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from tests.site.matrix import Example
from tests.site.world import YEAR, World
from tongjian.site.entry.models import Upload

UNKNOWN = {"code": "NO-SUCH-PLANT", "year": YEAR}


def year(world: World, of: str) -> Mapping[str, Any]:
    """The address of a plant's year."""
    return {"code": world.plant(of).code, "year": YEAR}


def month(world: World, of: str) -> Mapping[str, Any]:
    return {**year(world, of), "month": f"{YEAR}-01"}


def no_file(world: World, of: str) -> Mapping[str, Any]:
    return {**year(world, of), "digest": "0" * 64}


def upload(world: World, of: str) -> Mapping[str, Any]:
    """The address of files that were brought by the preparer of an enterprise."""
    enterprise = world.enterprise(of)
    made = Upload.every.filter(enterprise=enterprise).first()
    if made is None:
        made = Upload.every.create(
            enterprise=enterprise,
            names=["activity.csv"],
            by=world.actor("preparer", of).signature,
            state=Upload.FAULTY,
        )
    return {"key": made.key}


OF_YEAR = Example(year, "enterprise", UNKNOWN)
OF_UPLOAD = Example(upload, "enterprise", {"key": "0" * 16})
EXAMPLES = {
    "entry:home": Example(),
    "entry:import": Example(),
    **{
        f"entry:{name}": OF_YEAR
        for name in ("grid", "cells", "save", "discard", "template", "export", "months", "meters")
    },
    # A cell that no rule reads is none: its own tests ask for one that is there.
    "entry:cell": Example(year, (), UNKNOWN),
    "entry:file": Example(no_file, (), UNKNOWN),
    "entry:bring": Example(month, "enterprise", UNKNOWN),
    "entry:freeze": Example(month, "enterprise", UNKNOWN),
    **{
        f"entry:{name}": OF_UPLOAD
        for name in (
            "upload",
            "upload-progress",
            "upload-apply",
            "upload-discard",
            "upload-marked",
        )
    },
}

"""How the endpoints of `entry` are called."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from tests.site.matrix import UNKNOWN_KEY, Example
from tests.site.world import YEAR, World
from tongjian.site.entry.models import Upload
from tongjian.site.entry.uploads import folder_of

DIGEST = "0" * 64


def year(world: World, of: str) -> Mapping[str, Any]:
    """The address of a plant's year."""
    return {"code": world.plant(of).code, "year": YEAR}


def month(world: World, of: str) -> Mapping[str, Any]:
    """The address of a month."""
    return {**year(world, of), "month": f"{YEAR}-01"}


def evidence(world: World, of: str) -> Mapping[str, Any]:
    """The address of a file of evidence, brought for a month."""
    workspace, plant = world.workspace(of), world.plant(of)
    known = workspace.files.stored()
    if not known:
        from io import BytesIO

        from tongjian.evidence import china_day, retention
        from tongjian.site.workspaces import rulebook

        keep = retention(rulebook(), china_day(workspace.log.clock()))
        by, subject = world.actor("preparer", of).signature, f"month:{plant.code}/{YEAR}-01"
        data = BytesIO(f"a;b\n{of};1\n".encode())
        known = [workspace.files.store(data, by, subject, keep, "a.csv")]
    return {**year(world, of), "digest": known[0].files[0]}


def upload(world: World, of: str) -> Mapping[str, Any]:
    """The address of files that an enterprise has brought."""
    found = Upload.every.filter(enterprise=world.enterprise(of)).first()
    if found is None:
        found = Upload.every.create(
            enterprise=world.enterprise(of), names=["a.csv"], state=Upload.FAULTY, by="x"
        )
        folder_of(found).mkdir(parents=True)
        (folder_of(found) / "marked.xlsx").write_bytes(b"PK")
    return {"key": found.key}


NO_PLANT = {"code": "NO-SUCH-PLANT"}
OF_PLANT = Example(year, "enterprise", NO_PLANT)
OF_MONTH = Example(month, "enterprise", NO_PLANT)
OF_UPLOAD = Example(upload, "enterprise", UNKNOWN_KEY)
EXAMPLES = {
    "entry:home": Example(),
    "entry:import": Example(),
    "entry:upload": OF_UPLOAD,
    "entry:upload-progress": OF_UPLOAD,
    "entry:upload-apply": OF_UPLOAD,
    "entry:upload-discard": OF_UPLOAD,
    "entry:upload-marked": OF_UPLOAD,
    "entry:grid": OF_PLANT,
    "entry:cells": OF_PLANT,
    "entry:cell": OF_PLANT,
    "entry:save": OF_PLANT,
    "entry:discard": OF_PLANT,
    "entry:template": OF_PLANT,
    "entry:export": OF_PLANT,
    "entry:file": Example(evidence, "enterprise", {"digest": DIGEST}),
    "entry:months": OF_PLANT,
    "entry:bring": OF_MONTH,
    "entry:freeze": OF_MONTH,
    "entry:meters": OF_PLANT,
}

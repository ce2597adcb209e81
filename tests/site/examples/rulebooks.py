"""How the endpoints of `rulebooks` are called."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from tests.site.matrix import Example
from tests.site.world import World


def document(world: World, of: str) -> Mapping[str, Any]:
    """The address of a document, which everybody may read."""
    return {"name": "cn.steel.mee-v01-2024"}


EXAMPLES = {
    "rulebooks:index": Example(),
    "rulebooks:confirm": Example(),
    "rulebooks:confirm-given": Example(),
    "rulebooks:confirm-withdrawn": Example(),
    "rulebooks:document": Example(document),
    "rulebooks:source": Example(document),
    "rulebooks:difference": Example(document),
}

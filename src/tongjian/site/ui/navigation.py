"""The main navigation (导航): ``navigation.toml`` of each package; everybody sees what is for them.

[[link]]
section = "work"             # work, region, rules, site
order = 10
text = "entry.nav"           # a key of texts.toml
url = "entry:home"
action = "entry.home"        # shown to whom the matrix gives it
"""

from __future__ import annotations

import tomllib
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

from django.http import HttpRequest
from django.urls import reverse

from tongjian.site.access.actor import Actor
from tongjian.site.ui.texts import text

SECTIONS = ("work", "region", "rules", "site")


@dataclass(frozen=True, slots=True)
class Link:
    """A line of the navigation."""

    section: str
    order: int
    text: str
    url: str
    action: str


@lru_cache(maxsize=1)
def links() -> tuple[Link, ...]:
    """All links in their order."""
    found = [
        Link(**one)
        for path in sorted(Path(__file__).parents[1].glob("*/navigation.toml"))
        for one in tomllib.loads(path.read_text(encoding="utf-8"))["link"]
    ]
    return tuple(sorted(found, key=lambda one: (SECTIONS.index(one.section), one.order)))


def sections(request: HttpRequest, actor: Actor) -> list[dict[str, object]]:
    """The sections with the links that `actor` may follow."""
    shown: dict[str, list[dict[str, object]]] = {}
    followed = [(one, reverse(one.url)) for one in links() if actor.may(one.action)]
    # Of addresses within each other the longest is where one is.
    around = [
        address
        for _, address in followed
        if request.path == address or (address != "/" and request.path.startswith(address))
    ]
    here = max(around, key=len, default="")
    for one, address in followed:
        entry = {"text": text(one.text), "address": address, "here": address == here}
        shown.setdefault(one.section, []).append(entry)
    return [{"title": text(f"ui.section_{name}"), "links": found} for name, found in shown.items()]


__all__ = ["Link", "links", "sections"]

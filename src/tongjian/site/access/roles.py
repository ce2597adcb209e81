"""The roles there are (角色), from ``roles.toml``."""

from __future__ import annotations

import tomllib
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

from tongjian.rules import Words

PUBLIC = "public"


@dataclass(frozen=True, slots=True)
class Role:
    """In which function somebody works here; `within` says what a grant of it is limited to."""

    id: str
    party: str
    within: str
    title: Words
    about: Words


@lru_cache(maxsize=1)
def roles() -> dict[str, Role]:
    """All roles by their id."""
    text = Path(__file__).with_name("roles.toml").read_text(encoding="utf-8")
    return {
        name: Role(
            name,
            one["party"],
            one["within"],
            Words(one["zh"], one["en"]),
            Words(one["about_zh"], one["about_en"]),
        )
        for name, one in tomllib.loads(text).items()
    }


__all__ = ["PUBLIC", "Role", "roles"]

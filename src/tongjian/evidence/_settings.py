"""Choices of the project as data (``evidence.toml``): what may be attached, when a root is late."""

from __future__ import annotations

import tomllib
from dataclasses import dataclass
from functools import lru_cache
from importlib.resources import files
from typing import Any


@dataclass(frozen=True, slots=True)
class FileType:
    """A type of file that may be attached (附件类型), and how its content shows it."""

    id: str
    zh: str
    en: str
    extensions: tuple[str, ...]
    magic: tuple[str, ...] = ()
    member: str = ""
    begins: str = ""
    text: bool = False
    markup: bool = False


@dataclass(frozen=True, slots=True)
class Settings:
    """The choices of ``evidence.toml``."""

    sign_within_days: int
    max_bytes: int
    scan_timeout_s: float
    types: tuple[FileType, ...]


@lru_cache(maxsize=1)
def settings() -> Settings:
    """The settings of the package."""
    text = (files("tongjian.evidence") / "evidence.toml").read_text(encoding="utf-8")
    data = tomllib.loads(text)
    return Settings(
        sign_within_days=data["roots"]["sign_within_days"],
        max_bytes=data["attachments"]["max_mib"] << 20,
        scan_timeout_s=data["attachments"]["scan_timeout_s"],
        types=tuple(map(_type, data["type"])),
    )


def _type(data: dict[str, Any]) -> FileType:
    lists = {name: tuple(value) for name, value in data.items() if isinstance(value, list)}
    return FileType(**{**data, **lists})


__all__ = ["FileType", "Settings", "settings"]

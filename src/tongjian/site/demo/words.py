"""The words of the sample (演示文字)."""

from __future__ import annotations

import tomllib
from functools import lru_cache
from pathlib import Path
from typing import Any


@lru_cache(maxsize=1)
def words() -> dict[str, Any]:
    """All of ``demo.toml``."""
    text = Path(__file__).with_name("demo.toml").read_text(encoding="utf-8")
    return tomllib.loads(text)


__all__ = ["words"]

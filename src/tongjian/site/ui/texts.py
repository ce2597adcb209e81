"""Every phrase of the pages in both languages (界面文字): ``texts.toml`` of each package.

A key is the package and a name, such as ``mrv.submit``. A phrase that is missing in one language
does not load, so that no page is half translated.

    [submit]
    zh = "提交"
    en = "Submit"
"""

from __future__ import annotations

import tomllib
from functools import lru_cache
from pathlib import Path
from typing import Any

from django.utils.functional import lazy
from django.utils.translation import get_language

from tongjian.rules import Words


@lru_cache(maxsize=1)
def texts() -> dict[str, Words]:
    """All phrases by key; raises `ValueError` for one that lacks a language."""
    found: dict[str, Words] = {}
    for path in sorted(Path(__file__).parents[1].glob("*/texts.toml")):
        for name, one in tomllib.loads(path.read_text(encoding="utf-8")).items():
            key = f"{path.parent.name}.{name}"
            if not one.get("zh") or not one.get("en"):
                raise ValueError(f"{path}: {name} lacks a language")
            found[key] = Words(one["zh"], one["en"])
    return found


def lang() -> str:
    """The language of the page in hand: "zh" or "en"."""
    return "en" if (get_language() or "").startswith("en") else "zh"


def text(key: str, **values: Any) -> str:
    """A phrase in the language of the page, with values filled in; raises `KeyError`."""
    phrase = texts()[key][lang()]
    return phrase.format(**values) if values else phrase


text_lazy = lazy(text, str)
"""A phrase that is looked up when it is shown: for forms and models."""

__all__ = ["lang", "text", "text_lazy", "texts"]

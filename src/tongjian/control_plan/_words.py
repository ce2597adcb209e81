"""The coded words of a plan in both languages (``words.toml``)."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from functools import lru_cache
from importlib.resources import files


def word(group: str, code: str, lang: str) -> str:
    """A code of a group, such as ``way`` and ``measured``, in "zh" or "en"."""
    return words(group)[code][0 if lang == "zh" else 1]


def words(group: str) -> Mapping[str, tuple[str, str]]:
    """The codes of a group with their Chinese and English words."""
    return _all()[group]


@lru_cache(maxsize=1)
def _all() -> Mapping[str, Mapping[str, tuple[str, str]]]:
    text = (files("tongjian.control_plan") / "words.toml").read_text(encoding="utf-8")
    return {
        group: {code: (zh, en) for code, (zh, en) in codes.items()}
        for group, codes in tomllib.loads(text).items()
    }


__all__ = ["word", "words"]

"""Quantities of a run in words."""

from __future__ import annotations

from tongjian.engine import Quantity
from tongjian.reports import Words


def name_of(quantity: Quantity, lang: str) -> str:
    """A quantity in words: what it is, and of which stream or key."""
    words = Words.of(lang)
    parts = quantity.id.partition(":")[2].split("/")
    if quantity.kind == "value":
        keys = "、".join(words.key("stream", part) for part in parts[2:] if part[:1].isalpha())
        return f"{quantity.title[lang]}{f' · {keys}' if keys else ''}"
    facility, unit, _, stream, _, _ = parts
    places = " · ".join(filter(None, [facility, unit, words.key("stream", stream)]))
    return f"{places}：{quantity.title[lang]}" if lang == "zh" else f"{places}: {quantity.title.en}"


__all__ = ["name_of"]

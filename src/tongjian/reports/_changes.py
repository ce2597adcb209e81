"""What differs between two versions, in words (版本差异的写法), from a difference as kept."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from tongjian.reports._words import Words


def change_title(words: Words, change: Mapping[str, Any], brackets: str = " ({})") -> str:
    """What differs; a source of emissions by its name, with its cells in `brackets`."""
    detail = change["detail"]
    if "category" in detail:
        source = words.term("category", detail["category"])
        cells = ", ".join(one["cell"] for one in detail["formulas"])
        return f"{source} {detail['substance']}" + (brackets.format(cells) if cells else "")
    return str(words.pick(change["title_zh"], change["title_en"]))


def change_sides(change: Mapping[str, Any]) -> tuple[str, str]:
    """What stood and what stands; the formula itself where one alone was changed."""
    formulas = change["detail"].get("formulas", ())
    one = formulas[0] if len(formulas) == 1 else change
    return str(one["before"]), str(one["after"])


def idle_changes(words: Words, difference: Mapping[str, Any], brackets: str = " ({})") -> list[str]:
    """What was changed and moved no total in any part, once each."""

    def told(change: Mapping[str, Any]) -> str:
        title = change_title(words, change, brackets)
        return f"{title} {change['before']} → {change['after']}"

    every = [one for part in difference["parts"] for one in part["changes"]]
    moving = {told(one) for one in every if one["effects"]}
    still = dict.fromkeys(told(one) for one in every if not one["effects"])
    return [one for one in still if one not in moving]


__all__ = ["change_sides", "change_title", "idle_changes"]

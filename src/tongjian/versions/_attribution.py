"""How much each of many changes moved a result (逐项归因): each alone, and what is left."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TypeVar

from tongjian.versions._changes import Amounts, difference

_Item = TypeVar("_Item")
# So many are looked at one by one, so that two that cancel out are both told.
_FEW = 100


def alone(
    items: Sequence[_Item], base: Amounts, computed: Callable[[Sequence[_Item]], Amounts]
) -> tuple[list[Amounts], Amounts]:
    """The effect of each item by itself on `base`, and what they do only together.

    `computed` gives the result with some of the items changed. Of more than a hundred items, groups
    that move nothing at all are not looked through one by one, so that few computations find the
    few that matter. Effects and remainder always add up to the effect of all.
    """
    total = difference(computed(items), base)
    found: list[Amounts] = [{} for _ in items]
    if len(items) == 1:
        return [total], {}

    def search(first: int, last: int) -> None:
        effect = difference(computed(items[first:last]), base)
        if last - first == 1:
            found[first] = effect
        elif effect:
            middle = (first + last) // 2
            search(first, middle)
            search(middle, last)

    if len(items) > _FEW:
        search(0, len(items))
    else:
        found = [difference(computed([item]), base) for item in items]
    summed: Amounts = {}
    for effect in found:
        for mark, micro in effect.items():
            summed[mark] = summed.get(mark, 0) + micro
    return found, difference(total, summed)


__all__ = ["alone"]

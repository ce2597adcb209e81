"""How much each of many changes moved a result (逐项归因): each alone, and what is left."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TypeVar

from tongjian.versions._changes import Amounts, difference

_Item = TypeVar("_Item")


def alone(
    items: Sequence[_Item], base: Amounts, computed: Callable[[Sequence[_Item]], Amounts]
) -> tuple[list[Amounts], Amounts]:
    """The effect of each item by itself on `base`, and what they do only together.

    `computed` gives the result with some of the items changed. Whole groups that move nothing are
    not looked through one by one, so that few computations find the few that matter; effects and
    remainder always add up to the effect of all.
    """
    total = difference(computed(items), base)
    found: list[Amounts] = [{} for _ in items]
    if len(items) == 1:
        return [total], {}

    def search(first: int, last: int) -> None:
        effect = difference(computed(items[first:last]), base)
        if not effect:
            return
        if last - first == 1:
            found[first] = effect
            return
        middle = (first + last) // 2
        search(first, middle)
        search(middle, last)

    if items:
        search(0, len(items))
    summed: Amounts = {}
    for effect in found:
        for mark, micro in effect.items():
            summed[mark] = summed.get(mark, 0) + micro
    return found, difference(total, summed)


__all__ = ["alone"]

"""The order in which things that need each other can be computed."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence


def in_order(needs: Mapping[str, Sequence[str]], circle: Callable[[str, str], None]) -> list[str]:
    """Every name after those that it needs.

    A circle is told to `circle` (the name at which it closes, and all of it as text) and broken
    there.
    """
    done: dict[str, None] = {}

    def visit(name: str, path: tuple[str, ...]) -> None:
        if name in done:
            return
        if name in path:
            circle(name, " → ".join([*path[path.index(name) :], name]))
            done[name] = None
            return
        for needed in needs[name]:
            visit(needed, (*path, name))
        done[name] = None

    for name in needs:
        visit(name, ())
    return list(done)

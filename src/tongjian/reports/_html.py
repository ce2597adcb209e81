"""Writes HTML: every text is escaped unless it is `Markup` already."""

from __future__ import annotations

import re
from html import escape

# Characters that no HTML text may hold (and a name in a record could).
_FORBIDDEN = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\ud800-\udfff\ufffe\uffff]")
_EMPTY = frozenset({"meta", "br", "hr", "col"})


class Markup(str):
    """A piece of finished HTML."""

    __slots__ = ()


def text(value: object) -> Markup:
    """A text, escaped."""
    if isinstance(value, Markup):
        return value
    return Markup(escape(_FORBIDDEN.sub("\ufffd", str(value))))


def join(*children: object) -> Markup:
    """Several pieces one after another; None is nothing, a list is its members."""
    pieces: list[str] = []
    for child in children:
        if child is None:
            continue
        if isinstance(child, list | tuple):
            pieces.append(join(*child))
        else:
            pieces.append(text(child))
    return Markup("".join(pieces))


def el(name: str, /, *children: object, **attributes: object) -> Markup:
    """An element. Attribute `class_` is class, `data_label` is data-label; None leaves it out."""
    written = []
    for key, value in attributes.items():
        if value is None or value is False:
            continue
        attribute = key.rstrip("_").replace("_", "-")
        written.append(f" {attribute}" if value is True else f' {attribute}="{text(value)}"')
    opening = f"<{name}{''.join(written)}>"
    if name in _EMPTY:
        return Markup(opening)
    return Markup(f"{opening}{join(*children)}</{name}>")


__all__ = ["Markup", "el", "join", "text"]

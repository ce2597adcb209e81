"""The one way to write a value as JSON (RFC 8785), and reading that takes no other."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

import rfc8785

# Beyond this a number of JSON is no longer exact: RFC 8785 takes integers up to here.
_EXACT = 2**53 - 1


def canonical(value: object) -> bytes:
    """The canonical bytes of plain data (规范形式, RFC 8785).

    Raises ValueError or TypeError for what has none: NaN, integers that JSON cannot hold exactly,
    text that is no Unicode, keys that are no text.
    """
    if _simple(value):
        # What C can write, and writes alike; entries are mostly such.
        text = json.dumps(value, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
        return text.encode()
    try:
        return rfc8785.dumps(_plain(value))
    except rfc8785.CanonicalizationError as error:
        raise ValueError(str(error)) from error


def parse(data: bytes) -> Any:
    """The value of canonical bytes; raises ValueError where they are written in any other way."""
    try:
        value = json.loads(data.decode(), parse_int=_integer)
        same = canonical(value) == data
    except (ValueError, TypeError, RecursionError) as error:
        raise ValueError(str(error)) from error
    if not same:
        raise ValueError("not in canonical form (RFC 8785)")
    return value


def _integer(text: str) -> int | float:
    """An integer, or the float that was written without a point (1e20 is 100000000000000000000)."""
    number = int(text)
    return number if abs(number) <= _EXACT else float(text)


def _simple(value: object) -> bool:
    """Whether `json` and RFC 8785 write the value alike: no floats, keys of ASCII."""
    if value is None or isinstance(value, str | bool):
        return True
    if isinstance(value, int):
        return abs(value) <= _EXACT
    if isinstance(value, list | tuple):
        return all(map(_simple, value))
    if isinstance(value, dict):
        return all(isinstance(key, str) and key.isascii() for key in value) and all(
            map(_simple, value.values())
        )
    return False


def _plain(value: object) -> Any:
    """Mappings as dictionaries, which is all that the library takes."""
    if isinstance(value, Mapping):
        return {key: _plain(one) for key, one in value.items()}
    if isinstance(value, list | tuple):
        return [_plain(one) for one in value]
    return value


__all__ = ["canonical", "parse"]

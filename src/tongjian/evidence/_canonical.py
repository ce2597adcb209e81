"""The one way to write a value as JSON (RFC 8785), and reading that takes no other."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

import rfc8785

# Beyond this a number of JSON is no longer exact: RFC 8785 takes integers up to here.
_EXACT = 2**53 - 1
_ALIKE = {str, bool, type(None)}
_write = json.JSONEncoder(ensure_ascii=False, sort_keys=True, separators=(",", ":")).encode


def canonical(value: object) -> bytes:
    """The canonical bytes of plain data (规范形式, RFC 8785).

    Raises ValueError or TypeError for what has none: NaN, integers that JSON cannot hold exactly,
    text that is no Unicode, keys that are no text.
    """
    if _simple(value):
        # What C can write, and writes alike; entries are mostly such.
        return _write(value).encode()
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


def _simple(value: Any) -> bool:
    """Whether `json` and RFC 8785 write the value alike: floats with a point, keys of ASCII."""
    kind = type(value)
    if kind in _ALIKE:
        return True
    if kind is int:
        return bool(-_EXACT <= value <= _EXACT)
    if kind is float:
        # The shortest digits that read back, without an exponent.
        return bool(1e-4 <= abs(value) < 1e16 and not value.is_integer())
    if kind is dict:
        try:
            if not "".join(value).isascii():
                return False
        except TypeError:
            return False
        value = value.values()
    elif kind is not list and kind is not tuple:
        return False
    # Not by `all`: every entry of a log goes through here when it is checked.
    for one in value:  # noqa: SIM110
        if type(one) not in _ALIKE and not _simple(one):
            return False
    return True


def _plain(value: object) -> Any:
    """Mappings as dictionaries, which is all that the library takes."""
    if isinstance(value, Mapping):
        return {key: _plain(one) for key, one in value.items()}
    if isinstance(value, list | tuple):
        return [_plain(one) for one in value]
    return value


__all__ = ["canonical", "parse"]

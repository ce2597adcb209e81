"""Reads the ``[[source]]`` part of a profile (数据源设置): every fault of it at once."""

from __future__ import annotations

import tomllib
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from tongjian.problems import Place, Problem, RecordError

Check = Callable[[Any], bool]


@dataclass(frozen=True, slots=True)
class Wanted:
    """What a field has to be, in words, and whether it has to be there."""

    check: Check
    zh: str
    en: str
    required: bool = False


@dataclass(frozen=True, slots=True)
class Tag:
    """One value of a source (变量): its code, and how a number becomes a value of the series.

    value = number x `scale` + `offset`, in the channel's unit. Numbers in `invalid` are no
    measurement (such as 65535 or -9999) and become flag D, as does a value below `lowest`; one
    above `highest` becomes T (over range). `options` are the fields of the protocol.
    """

    code: str
    scale: float = 1.0
    offset: float = 0.0
    invalid: tuple[float, ...] = ()
    lowest: float | None = None
    highest: float | None = None
    options: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class SourceSettings:
    """One ``[[source]]``: its name and kind, the fields of the kind, and its tags."""

    name: str
    kind: str
    options: Mapping[str, Any]
    tags: tuple[Tag, ...]


def text(value: object) -> bool:
    """Some text."""
    return isinstance(value, str) and value != ""


def number(value: object) -> bool:
    """A number, which true and false are not."""
    return isinstance(value, int | float) and not isinstance(value, bool)


def positive(value: object) -> bool:
    """A number above zero."""
    return number(value) and float(str(value)) > 0


def whole(lowest: int, highest: int) -> Check:
    """A whole number from `lowest` to `highest`."""
    return lambda value: type(value) is int and lowest <= value <= highest


def one_of(*among: str) -> Check:
    """One of these texts."""
    return lambda value: value in among


def numbers(value: object) -> bool:
    """A list of numbers."""
    return isinstance(value, list) and all(number(one) for one in value)


TEXT = Wanted(text, "文字", "text")
NAME = Wanted(text, "文字", "text", required=True)
NUMBER = Wanted(number, "数", "a number")
SECONDS = Wanted(positive, "大于 0 的秒数", "seconds above 0")
PORT = Wanted(whole(1, 65_535), "1 到 65535 的整数", "a whole number from 1 to 65535")
YES_NO = Wanted(lambda value: isinstance(value, bool), "true 或 false", "true or false")


def among(*words: str, required: bool = False) -> Wanted:
    """One of `words`, as a wanted field."""
    shown = " / ".join(words)
    return Wanted(one_of(*words), f"这些之一：{shown}", f"one of {shown}", required)


@dataclass(frozen=True, slots=True)
class Kind:
    """A kind of source: the fields of the source and of its channels, and what its codes are.

    `code_fault` gives what a code has to be in Chinese and English when it is not that.
    """

    source: Mapping[str, Wanted]
    channel: Mapping[str, Wanted]
    code_fault: Callable[[str], tuple[str, str] | None]


# What every channel has: where it belongs is read by the profile.
_BELONGS = ("quantity", "unit", "facility", "process_unit", "position")
_CHANNEL: dict[str, Wanted] = {
    **dict.fromkeys(_BELONGS, TEXT),
    "code": NAME,
    "dry": YES_NO,
    "limit": NUMBER,
    "scale": NUMBER,
    "offset": NUMBER,
    "invalid": Wanted(numbers, "数的列表", "a list of numbers"),
    "lowest": NUMBER,
    "highest": NUMBER,
}
_SOURCE: dict[str, Wanted] = {"name": NAME, "kind": NAME, "channel": TEXT}
_OF_TAG = ("scale", "offset", "invalid", "lowest", "highest")


def read_settings(path: Path, kinds: Mapping[str, Kind]) -> list[SourceSettings]:
    """The sources of a profile, for the `kinds` that are known.

    Raises
    ------
    RecordError
        With every fault: an unknown field or kind, a value that cannot be, a name or code twice.
    """
    try:
        found = tomllib.loads(path.read_text(encoding="utf-8")).get("source", [])
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise RecordError(
            _fault(path, "", "source", error, "可读的 TOML", "readable TOML")
        ) from error
    problems: list[Problem] = []
    settings: list[SourceSettings] = []
    names: set[str] = set()
    for position, row in enumerate(found, 1):
        wrong = list(_faults(path, position, row, kinds))
        name = str(row.get("name", ""))
        if name in names:
            wrong.append(_fault(path, name, "name", name, "各不相同", "given once"))
        names.add(name)
        problems += wrong
        if not wrong:
            settings.append(_settings(row))
    if problems:
        raise RecordError(problems)
    return settings


def _settings(row: Mapping[str, Any]) -> SourceSettings:
    tags = []
    for channel in row.get("channel", ()):
        given = {name: channel[name] for name in _OF_TAG if name in channel}
        options = {name: value for name, value in channel.items() if name not in _CHANNEL}
        given["invalid"] = tuple(given.get("invalid", ()))
        tags.append(Tag(code=channel["code"], options=options, **given))
    options = {name: value for name, value in row.items() if name not in _SOURCE}
    return SourceSettings(row["name"], row["kind"], options, tuple(tags))


def _faults(
    path: Path, position: int, row: Mapping[str, Any], kinds: Mapping[str, Kind]
) -> Iterator[Problem]:
    where = str(row.get("name", f"#{position}"))
    kind = kinds.get(str(row.get("kind", "")))
    if kind is None:
        shown = " / ".join(kinds)
        told = f"这些之一：{shown}", f"one of {shown}"
        yield _fault(path, where, "kind", row.get("kind", ""), *told)
        return
    plain = {name: value for name, value in row.items() if name != "channel"}
    yield from _fields(path, where, plain, {**_SOURCE, **kind.source})
    codes: set[str] = set()
    for channel in row.get("channel", ()):
        code = channel.get("code", "")
        place = f"{where}/{code}"
        yield from _fields(path, place, channel, {**_CHANNEL, **kind.channel})
        if code in codes:
            yield _fault(path, place, "code", code, "各不相同", "given once")
        elif text(code) and (form := kind.code_fault(code)):
            yield _fault(path, place, "code", code, *form)
        codes.add(code)


def _fields(
    path: Path, where: str, row: Mapping[str, Any], known: Mapping[str, Wanted]
) -> Iterator[Problem]:
    for name, value in row.items():
        wanted = known.get(name)
        if wanted is None:
            shown = ", ".join(known)
            yield _fault(path, where, name, value, f"这些之一：{shown}", f"one of {shown}")
        elif not wanted.check(value):
            yield _fault(path, where, name, value, wanted.zh, wanted.en)
    for name, wanted in known.items():
        if wanted.required and name not in row:
            yield _fault(path, where, name, "", wanted.zh, wanted.en)


def _fault(path: Path, where: str, name: str, value: object, zh: str, en: str) -> Problem:
    secret = name.startswith("password") and value
    values = {
        "source": where, "field": name, "value": "…" if secret else value,
        "expected_zh": zh, "expected_en": en,
    }  # fmt: skip
    return Problem("monitoring.source_setting", Place(file=str(path)), values)

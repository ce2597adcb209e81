"""Reads the files of a catalogue folder; collects everything that is wrong with them."""

from __future__ import annotations

import csv
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

import yaml

from tongjian.problems import Place, Problem
from tongjian.records._entries import Choice, Item, Stream, Term
from tongjian.units import UnitError, parse_unit

_STREAM_COLUMNS = ("stream", "class", "zh", "en", "aliases")
_TERM_COLUMNS = ("key", "code", "sector", "zh", "en")
_ITEM_KEYS = {"units", "zh", "en"}
# The C parser is several times faster; PyYAML without libyaml still has the same interface.
_LOADER = getattr(yaml, "CSafeLoader", yaml.SafeLoader)


def _rows(
    path: Path, columns: tuple[str, ...], problems: list[Problem]
) -> Iterator[tuple[int, dict[str, str]]]:
    try:
        text = path.read_text(encoding="utf-8-sig")
    except (OSError, UnicodeDecodeError) as error:
        problems.append(_unreadable(path, str(error)))
        return
    reader = csv.DictReader(text.splitlines(), strict=True)
    if tuple(reader.fieldnames or ()) != columns:
        problems.append(_unreadable(path, f"header: {','.join(columns)}", line=1))
        return
    try:
        for row in reader:
            if None in row or None in row.values():
                detail = f"{len(columns)} columns: {','.join(columns)}"
                problems.append(_unreadable(path, detail, line=reader.line_num))
            else:
                yield reader.line_num, {key: value.strip() for key, value in row.items()}
    except csv.Error as error:
        problems.append(_unreadable(path, str(error), line=reader.line_num))


def read_streams(paths: Iterable[Path], problems: list[Problem]) -> dict[str, Stream]:
    streams: dict[str, Stream] = {}
    for path in paths:
        for line, row in _rows(path, _STREAM_COLUMNS, problems):
            aliases = tuple(alias.strip() for alias in row["aliases"].split("|") if alias.strip())
            one = Stream(row["stream"], row["class"], row["zh"], row["en"], aliases)
            if one.id in streams or not all((one.id, one.stream_class, one.zh, one.en)):
                problems.append(_unreadable(path, f"stream {one.id!r}", line=line))
            streams[one.id] = one
    return streams


def read_terms(paths: Iterable[Path], problems: list[Problem]) -> tuple[Term, ...]:
    return tuple(
        Term(**row)
        for path in paths
        if path.exists()
        for _line, row in _rows(path, _TERM_COLUMNS, problems)
    )


def read_items(paths: Iterable[Path], problems: list[Problem]) -> dict[str, dict[str, Item]]:
    classes: dict[str, dict[str, Item]] = {}
    for path in paths:
        for name, items in _listed_classes(path, problems).items():
            known = classes.setdefault(str(name), {})
            for key, entry in (items or {}).items():
                item = _read_item(path, f"{name}.{key}", str(key), entry, problems)
                if item is not None and item.id in known:
                    problems.append(_unreadable(path, f"{name}.{key}: twice"))
                elif item is not None:
                    known[item.id] = item
    return classes


def _listed_classes(path: Path, problems: list[Problem]) -> dict[Any, Any]:
    try:
        document = yaml.load(path.read_text(encoding="utf-8"), Loader=_LOADER)
    except (OSError, UnicodeDecodeError, yaml.YAMLError) as error:
        problems.append(_unreadable(path, str(error)))
        return {}
    listed = document.get("classes") if isinstance(document, dict) else None
    if not isinstance(listed, dict):
        problems.append(_unreadable(path, "classes: ..."))
        return {}
    return listed


def _read_item(
    path: Path, where: str, key: str, entry: Any, problems: list[Problem]
) -> Item | None:
    if isinstance(entry, dict) and entry.get("kind") in ("choice", "date"):
        entry = {"units": ["1"], **entry}  # a word or a day has no unit
    if not isinstance(entry, dict) or not entry.keys() >= _ITEM_KEYS:
        problems.append(_unreadable(path, f"{where}: {', '.join(sorted(_ITEM_KEYS))}"))
        return None
    try:
        units = tuple(parse_unit(str(unit)) for unit in entry["units"])
    except UnitError as error:
        problems.append(_unreadable(path, f"{where}: {error}"))
        return None
    if len({unit.dimension for unit in units}) < len(units) or not units:
        problems.append(_unreadable(path, f"{where}: one unit per dimension"))
        return None
    choices = _read_choices(path, where, entry, problems)
    if choices is None:
        return None
    low, high = entry.get("min"), entry.get("max")
    return Item(
        id=key,
        units=units,
        minimum=None if low is None else float(low),
        maximum=None if high is None else float(high),
        kind=str(entry.get("kind", "activity")),
        zh=str(entry["zh"]),
        en=str(entry["en"]),
        typical=None if "typical" not in entry else float(entry["typical"]),
        choices=choices,
    )


def _read_choices(
    path: Path, where: str, entry: dict[str, Any], problems: list[Problem]
) -> tuple[Choice, ...] | None:
    """The choices of an item; None if they are not written as they should be."""
    given = entry.get("choices", {})
    fits = isinstance(given, dict) and all(
        isinstance(key, str) and isinstance(one, dict) and one.keys() >= {"zh", "en"}
        for key, one in given.items()
    )
    if not fits or (entry.get("kind") == "choice") != bool(given):
        problems.append(_unreadable(path, f"{where}: choices: {{code: {{zh, en}}}}"))
        return None
    return tuple(
        Choice(key, str(one["zh"]), str(one["en"]), tuple(map(str, one.get("aliases", ()))))
        for key, one in given.items()
    )


def _unreadable(path: Path, detail: str, line: int | None = None) -> Problem:
    place = Place(file=str(path), line=line)
    return Problem("records.catalogue_unreadable", place, {"detail": detail})

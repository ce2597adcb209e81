"""What a user enters beside the records (用户录入): shares, base values, references, statistics."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from tongjian.problems import Place, Problem, RuleError, TongjianError, UnitError
from tongjian.rules import Target, read_yaml
from tongjian.units import Unit, convert, parse_unit

KINDS = ("share", "base", "reference", "value")
_FIELDS = ("target", "region", "kind", "year", "value", "unit", "source")


@dataclass(frozen=True, slots=True)
class Entry:
    """One number that a user has entered with its source.

    ``share``: what the region has to reach of a national total. ``base``: the level of the base
    year. ``reference``: a limit that the document does not print. ``value``: a published value of
    the measure.
    """

    target: str
    region: str
    kind: str
    year: int | None
    value: float
    unit: Unit
    source: str

    def inside(self, unit: Unit) -> float:
        """The value in `unit`."""
        return convert(self.value, self.unit, unit)


@dataclass(frozen=True, slots=True)
class Entries:
    """All entries; those of a region are asked for by its name."""

    listed: tuple[Entry, ...] = ()

    def find(self, target: str, region: str, kind: str, year: int | None = None) -> Entry | None:
        """The entry of this kind; one without a year holds for every year."""
        same = [
            one
            for one in self.listed
            if (one.target, one.region, one.kind) == (target, region, kind)
            and (year is None or one.year in (None, year))
        ]
        return next((one for one in same if one.year == year), same[0] if same else None)

    def years(self, target: str, region: str) -> dict[int, Entry]:
        """Published values by year."""
        return {
            one.year: one
            for one in self.listed
            if (one.target, one.region, one.kind) == (target, region, "value")
            and one.year is not None
        }


def read_entries(path: Path, targets: Mapping[str, Target]) -> Entries:
    """Read a CSV file, or a YAML file with a list under ``references``.

    Raises `TongjianError` with everything that is wrong: unknown targets, units of another kind,
    numbers without a source. A number without a source is not taken.
    """
    try:
        text = path.read_text(encoding="utf-8-sig")
    except (OSError, UnicodeDecodeError) as error:
        raise TongjianError(_faulty(Place(file=str(path)), str(error))) from None
    rows = _csv_rows(text) if path.suffix == ".csv" else _yaml_rows(text, path)
    problems: list[Problem] = []
    found = []
    for line, row in rows:
        entry = _entry(row, targets, Place(file=str(path), line=line), problems)
        if entry is not None:
            found.append(entry)
    if problems:
        raise TongjianError(problems)
    return Entries(tuple(found))


def _csv_rows(text: str) -> Iterable[tuple[int, dict[str, Any]]]:
    reader = csv.DictReader(io.StringIO(text, newline=""))
    for row in reader:
        yield reader.line_num, {str(key): value for key, value in row.items()}


def _yaml_rows(text: str, path: Path) -> Iterable[tuple[int, dict[str, Any]]]:
    source = read_yaml(text, path.name)
    data = source.data if isinstance(source.data, dict) else {}
    listed = data.get("references")
    if not isinstance(listed, list) or not all(isinstance(row, dict) for row in listed):
        raise RuleError(_faulty(Place(file=str(path)), "references: [{target: …}]"))
    for index, row in enumerate(listed):
        yield source.place(("references", index)).line or 1, row


def _entry(
    row: Mapping[str, Any], targets: Mapping[str, Target], place: Place, problems: list[Problem]
) -> Entry | None:
    cells = {name: str(row.get(name) or "").strip() for name in _FIELDS}
    if row.get("value") == 0:
        cells["value"] = "0"
    unknown = sorted(set(row) - set(_FIELDS))
    if unknown:
        problems.append(_faulty(place, ", ".join(unknown)))
        return None
    target = targets.get(cells["target"])
    if target is None:
        values = {"name": cells["target"] or "-"}
        problems.append(Problem("targets.unknown_target", place, values))
        return None
    if cells["kind"] not in KINDS:
        values = {"kind": cells["kind"] or "-", "known": ", ".join(KINDS)}
        problems.append(Problem("targets.entry_kind", place, values))
        return None
    if not cells["source"]:
        problems.append(Problem("targets.entry_source", place, {"target": target.id}))
        return None
    try:
        value = float(cells["value"].replace(",", ""))
        year = int(cells["year"]) if cells["year"] else None
        unit = parse_unit(cells["unit"] or "1")
    except UnitError as error:
        problems.extend(replace(one, place=place) for one in error.problems)
        return None
    except ValueError:
        values = {"value": cells["value"] or "-", "year": cells["year"] or "-"}
        problems.append(Problem("targets.entry_number", place, values))
        return None
    # A base is a level, such as kgce/t, where the target itself is a share by which it falls.
    if cells["kind"] != "base" and not unit.same_dimension(target.unit):
        values = {"unit": unit.text, "target": target.id, "wanted": target.unit.text}
        problems.append(Problem("targets.entry_unit", place, values))
        return None
    region = cells["region"] or "nation"
    return Entry(target.id, region, cells["kind"], year, value, unit, cells["source"])


def _faulty(place: Place, detail: str) -> Problem:
    values = {"detail": detail, "columns": ",".join(_FIELDS)}
    return Problem("targets.entry_file", place, values)


__all__ = ["Entries", "Entry", "read_entries"]

"""What boards read of a version besides its ledger (取数): columns and intensities' two halves.

``measured.toml`` says which. A column is a cell of the plant's year in the kept results of the
version's own runs; an intensity is kept as numerator and denominator, and only where the version
has both, so that a quotient of sums is over the same plants above and below.
"""

from __future__ import annotations

import tomllib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any

from tongjian.engine import from_micro, to_micro
from tongjian.site.mrv.models import SubmittedRow, SubmittedVersion
from tongjian.site.workspaces import Workspace
from tongjian.units import convert, parse_unit
from tongjian.versions import KeptResults


@dataclass(frozen=True, slots=True)
class Kind:
    """An intensity (强度): what stands above and below, with units of both and as it is shown."""

    key: str
    above: Mapping[str, Any]
    below: Mapping[str, Any]

    @property
    def unit(self) -> str:
        """The unit in which it is shown."""
        return f"{self.above['shown']}/{self.below['unit']}"

    def value(self, above: int, below: int) -> float | None:
        """The quotient of sums in micro-units, in the unit in which it is shown."""
        if not below:
            return None
        top, bottom = parse_unit(self.above["unit"]), parse_unit(self.below["unit"])
        made = from_micro(above, top) / from_micro(below, bottom)
        return convert(made, top / bottom, parse_unit(self.unit))


@dataclass(frozen=True, slots=True)
class Half:
    """Numerator and denominator of one version, in micro-units."""

    kind: Kind
    above: int
    below: int


@lru_cache(maxsize=1)
def settings() -> dict[str, Any]:
    """What is read: ``measured.toml``."""
    path = Path(__file__).with_name("measured.toml")
    return tomllib.loads(path.read_text(encoding="utf-8"))


@lru_cache(maxsize=1)
def kinds() -> dict[str, Kind]:
    """Every intensity by its key, such as ``clinker.co2e``."""
    found = {}
    for below in settings()["below"]:
        for name in below["of"]:
            key = f"{below['name']}.{name}"
            found[key] = Kind(key, settings()["above"][name], below)
    return found


def results_of(version: SubmittedVersion) -> list[KeptResults]:
    """The kept results of the runs of a version; none where the site does not have them."""
    workspace = Workspace(version.enterprise)
    return [workspace.runs.open(mark).results for mark in version.runs]


Sums = Mapping[tuple[str, str, str, str], tuple[int, int | None]]
"""By rule set, boundary, substance and unit: the amount and its CO2 equivalent in micro-units."""


def columns(
    version: SubmittedVersion, results: Sequence[KeptResults]
) -> Iterator[tuple[tuple[str, str, str, str], int]]:
    """The columns that are read, each with its amount in micro-units."""
    for said in settings()["column"]:
        for name in said["names"]:
            value = _cell(version, results, said["ruleset"], name)
            if value is not None:
                mark = (said["ruleset"], said["boundary"], name, "tce")
                yield mark, to_micro(value, parse_unit("tce"))


def halves_of(
    version: SubmittedVersion, results: Sequence[KeptResults], sums: Sums
) -> Iterator[Half]:
    """The intensities that a version has, each with both halves."""
    for kind in kinds().values():
        sectors = kind.below.get("sectors")
        if sectors and version.sector not in sectors:
            continue
        above, below = _above(version, results, sums, kind.above), _below(version, results, kind)
        if above is not None and below:
            yield Half(kind, above, below)


def _above(
    version: SubmittedVersion, results: Sequence[KeptResults], sums: Sums, said: Mapping[str, Any]
) -> int | None:
    if "column" in said:
        value = _cell(version, results, said["ruleset"], said["column"])
        return None if value is None else to_micro(value, parse_unit(said["unit"]))
    if "substance" in said:
        known = (said["boundary"], said["substance"], said["unit"])
        found = [amount for mark, (amount, _) in sums.items() if mark[1:] == known]
    else:
        found = [
            co2e
            for mark, (_, co2e) in sums.items()
            if mark[1] == said["boundary"] and co2e is not None
        ]
    return sum(found) if found else None


def _below(version: SubmittedVersion, results: Sequence[KeptResults], kind: Kind) -> int | None:
    said, unit = kind.below, parse_unit(kind.below["unit"])
    if "column" in said:
        value = _cell(version, results, said["ruleset"], said["column"])
        return None if value is None else to_micro(value, unit)
    rows = SubmittedRow.every.filter(version=version, stream=said["stream"], item=said["item"])
    found = [
        to_micro(convert(value, parse_unit(written), unit), unit)
        for value, written in rows.values_list("quantity", "unit")
    ]
    return sum(found) if found else None


def _cell(
    version: SubmittedVersion, results: Sequence[KeptResults], ruleset: str, name: str
) -> float | None:
    sheet, _, column = name.rpartition(".")
    for one in results:
        for row in one.sheets.get((ruleset, sheet), ()):
            if (row["facility"], row["year"]) == (version.plant_code, version.year):
                value = row.get(column)
                return None if value is None else float(value)
    return None


__all__ = ["Half", "Kind", "columns", "halves_of", "kinds", "results_of", "settings"]

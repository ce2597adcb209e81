"""Joint inspection of pollutants and carbon (减污降碳联合检查): one page for each source.

The key of a source is the code of its process unit, which for a stack is that of the pollution
permit's outlet. Whatever the records and the rule sets of a run say of it stands on its page,
pollutants, greenhouse gases and energy side by side, with its meters, the checks that fired and the
findings about it: one form, and one list of findings for all of them.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from tongjian.control_plan import Link
from tongjian.engine import PlantSheets, Run, plant_sheets
from tongjian.problems import Problem, TongjianError
from tongjian.rules import Words
from tongjian.verification._findings import Finding

_RECORDS = """
SELECT period, process_unit, stream, item, entered_quantity, entered_unit, tier, evidence
FROM activity WHERE facility = ? AND year = ? ORDER BY ALL
"""
_UNITS = """
SELECT process_unit, name_zh, name_en, kind, technology, abatement
FROM process_units WHERE facility = ? ORDER BY ALL
"""
_SHEET = ("facility", "year", "process_unit")


@dataclass(frozen=True, slots=True)
class Figure:
    """A result of the year for a source (结果), under one rule set."""

    ruleset: str
    boundary: str
    title: Words
    value: float
    unit: str

    def as_dict(self) -> dict[str, Any]:
        """It as plain data."""
        return {
            "ruleset": self.ruleset,
            "boundary": self.boundary,
            "zh": self.title.zh,
            "en": self.title.en,
            "value": self.value,
            "unit": self.unit,
        }


@dataclass(frozen=True, slots=True)
class Fired:
    """A check of a method that fired on rows of a source (规则提示), and on how many."""

    ruleset: str
    name: str
    severity: str
    words: Words
    rows: int

    def as_dict(self) -> dict[str, Any]:
        """It as plain data."""
        return {
            "ruleset": self.ruleset,
            "name": self.name,
            "severity": self.severity,
            "zh": self.words.zh,
            "en": self.words.en,
            "rows": self.rows,
        }


@dataclass(frozen=True, slots=True)
class InspectionPage:
    """The page of one source (一源一表).

    `source` is empty on the last page, for what is recorded for the plant as a whole. `unit` is its
    row of the process units; `records` are the data as entered.
    """

    facility: str
    year: int
    source: str
    unit: Mapping[str, str]
    figures: tuple[Figure, ...]
    records: tuple[Mapping[str, str], ...]
    meters: Mapping[str, str]
    fired: tuple[Fired, ...]
    findings: tuple[Finding, ...]

    def as_dict(self) -> dict[str, Any]:
        """The page as plain data, for JSON and forms."""
        return {
            "facility": self.facility,
            "year": self.year,
            "source": self.source,
            "unit": dict(self.unit),
            "figures": [one.as_dict() for one in self.figures],
            "records": [dict(one) for one in self.records],
            "meters": dict(self.meters),
            "fired": [one.as_dict() for one in self.fired],
            "findings": [one.as_dict() for one in self.findings],
        }


def inspection_form(
    run: Run,
    facility: str,
    year: int,
    links: Iterable[Link] = (),
    findings: Sequence[Finding] = (),
) -> list[InspectionPage]:
    """The pages of a facility's year (联合检查表), one to each source that has anything to show.

    `links` is what the control plan says of the records, `findings` those of the report: a finding
    ``source:DA001`` stands on the page of DA001. Raises `TongjianError` where nothing is recorded.
    """
    with run.snapshot.borrow() as connection:
        found = connection.execute(_RECORDS, [facility, year]).fetchall()
        units = {row[0]: row for row in connection.execute(_UNITS, [facility]).fetchall()}
    if not found:
        values = {"facility": facility, "year": year}
        raise TongjianError(Problem("verification.nothing_recorded", values=values))
    records: dict[str, list[Mapping[str, str]]] = {}
    for period, unit, *rest in found:
        names = ("stream", "item", "quantity", "unit", "tier", "evidence")
        row = {"period": str(period), **_texts(names, rest)}
        records.setdefault(str(unit or ""), []).append(row)
    plants = plant_sheets(run, facility, year)
    meters: dict[str, dict[str, str]] = {}
    for link in links:
        source = str(link.row["process_unit"] or "")
        meters.setdefault(source, {}).update({one.meter: one.state for one in link.meters})
    return [
        InspectionPage(
            facility=facility,
            year=year,
            source=source,
            unit=_texts(("code", "name_zh", "name_en", "kind", "technology", "abatement"), row),
            figures=tuple(_figures(plants, source)),
            records=tuple(records.get(source, ())),
            meters=dict(sorted(meters.get(source, {}).items())),
            fired=tuple(_fired(plants, source)),
            findings=tuple(one for one in findings if _is_about(one, source)),
        )
        for source in [*sorted(set(records) - {""}), *([""] if "" in records else [])]
        for row in [units.get(source, (source, "", "", "", "", ""))]
    ]


def _figures(plants: Sequence[PlantSheets], source: str) -> Iterator[Figure]:
    for plant in plants:
        doc = plant.ruleset.doc
        for name, sheet in plant.ruleset.program.sheets.items():
            if sheet.grain != _SHEET:
                continue
            for row in plant.sheets[name]:
                if row["process_unit"] != source:
                    continue
                for column, formula in sheet.formulas.items():
                    value, unit = row[column], formula.doc.unit
                    if isinstance(value, float | int) and value and unit is not None:
                        title = formula.doc.title
                        yield Figure(doc.id, doc.boundary, title, float(value), unit.text)


def _fired(plants: Sequence[PlantSheets], source: str) -> Iterator[Fired]:
    for plant in plants:
        for name, sheet in plant.ruleset.program.sheets.items():
            if "process_unit" not in sheet.grain:
                continue
            for check in sheet.checks:
                rows = sum(
                    bool(row.get(f"@check {check.doc.name}"))
                    for row in plant.sheets[name]
                    if str(row["process_unit"] or "") == source
                )
                if rows:
                    doc = check.doc
                    yield Fired(plant.ruleset.id, doc.name, doc.severity, doc.message, rows)


def _is_about(one: Finding, source: str) -> bool:
    kind, _, what = one.about.partition(":")
    if kind == "source":
        return what == source
    # A record is facility/period/process unit/stream/item/unit.
    parts = what.split("/")
    return kind == "record" and len(parts) > 2 and parts[2] == source


def _texts(names: Sequence[str], values: Sequence[object]) -> dict[str, str]:
    found = zip(names, values, strict=True)
    return {name: "" if value is None else str(value) for name, value in found}


__all__ = ["Figure", "Fired", "InspectionPage", "inspection_form"]

"""What documents are made of (文书素材): one plant's year out of a run, gathered once.

Other packages hand over plain mappings (control plan, version, verification, uncertainty, judged
levels); which keys are read of them stands with each field of `Papers`. None of them is needed.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from functools import cached_property
from typing import Any

from tongjian.engine import (
    Bridge,
    ConflictEffect,
    FactorUsed,
    PlantSheets,
    Run,
    bridge,
    conflict_effects,
    plant_months,
    plant_sheets,
)
from tongjian.engine._ledger import LedgerLine
from tongjian.problems import Problem, TongjianError
from tongjian.reports._used import used_factors
from tongjian.reports._views import View
from tongjian.reports.documents._enterprise import Enterprise
from tongjian.reports.documents._logged import Logged
from tongjian.reports.documents._verified import Verified
from tongjian.rules import FormulaPlan, Rounding, RuleSet, SheetPlan
from tongjian.rules import _ir as ir
from tongjian.statutory import Statement

Mapped = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Papers:
    """What may be laid beside a run (附随材料). Texts are strings or ``{"zh": …, "en": …}``.

    - `enterprise`: what the records do not hold;
    - `statement`, `statutory`: what of the run is from memory, and whether it passed the gate;
    - `version`: ``label`` ("V1.0"), ``reason`` (of a supplementary report), ``changes`` (rows
      with ``what``, ``before``, ``after``, ``effect`` in tCO2e), ``root`` (evidence root),
      ``previous`` (label of the version before);
    - `plan`: the control plan, ``revision``, ``valid_from``, ``meters`` (rows with ``id``,
      ``name``, ``class``, ``calibrated``, ``due``, ``uncertainty``, ``overdue``),
      ``parameters`` (rows with ``stream``, ``item``, ``method``, ``meter``, ``frequency``,
      ``missing``), ``findings`` (texts);
    - `logged`, `verified`: what the evidence log says, and of the verification;
    - `uncertainty`: ``value``, ``unit``, ``percent``, ``low``, ``high`` and ``drivers`` (rows
      with ``name``, ``percent``, ``share``, ``source``), ``open`` (names of what nobody
      quantified), ``method``;
    - `judged`: tables of judging rule sets by what they are for ("levels", "allowances"), each
      with ``title``, ``sheet`` (its name in the workbook), ``columns`` (texts), ``figures``
      (those of them that are set to the right), ``rows`` (one of a single text heads those
      below it) and ``note``.
    """

    enterprise: Enterprise = field(default_factory=Enterprise)
    statement: Statement | None = None
    statutory: bool = False
    version: Mapped = field(default_factory=dict)
    plan: Mapped = field(default_factory=dict)
    logged: Logged | None = None
    verified: Verified | None = None
    uncertainty: Mapped = field(default_factory=dict)
    judged: Mapping[str, tuple[Mapped, ...]] = field(default_factory=dict)
    made: date | None = None


@dataclass(frozen=True)
class Material:
    """One facility and year of a run, under the rule set that the document is about."""

    run: Run
    facility: str
    year: int
    ruleset: str
    papers: Papers = field(default_factory=Papers)
    substance: str | None = None
    """The one gas that the document is about."""

    @classmethod
    def of(
        cls,
        run: Run,
        facility: str,
        year: int,
        boundary: str,
        papers: Papers | None = None,
        ruleset: str | None = None,
        substance: str | None = None,
    ) -> Material:
        """The material for a boundary, or for `ruleset` whatever its boundary.

        Raises `TongjianError` where the run has nothing of it, or only noughts of `substance`.
        """
        named = dict.fromkeys(
            line.ruleset
            for line in run.lines
            if line.facility == facility
            and line.year == year
            and (line.ruleset == ruleset if ruleset else line.boundary == boundary)
            and (substance is None or (line.substance == substance and _tells(line)))
        )
        if not named:
            years = sorted({one.year for one in run.lines if one.facility == facility})
            values = {
                "facility": facility,
                "year": year,
                "boundary": boundary,
                "ruleset": ruleset or "-",
                "substance": substance or "-",
                "years": ", ".join(map(str, years)) or "-",
                "known": ", ".join(sorted(run.facilities)[:10]) or "-",
            }
            raise TongjianError(Problem("reports.nothing_to_report", values=values))
        return cls(run, facility, year, next(iter(named)), papers or Papers(), substance)

    def beside(self, papers: Papers) -> Material:
        """The same run with other papers beside it; what was worked out is kept."""
        made = Material(self.run, self.facility, self.year, self.ruleset, papers, self.substance)
        known = {name: value for name, value in vars(self).items() if name != "papers"}
        vars(made).update(known)
        return made

    @cached_property
    def doc(self) -> RuleSet:
        """The rule set that was in force in the year."""
        return self.edition(self.year)

    def edition(self, year: int) -> RuleSet:
        return next(
            one.ruleset.doc
            for one in self.run.results
            if one.ruleset.id == self.ruleset and year in one.years
        )

    @property
    def rounding(self) -> Rounding:
        return self.doc.rounding

    def rounding_of(self, ruleset: str) -> Rounding:
        """How another rule set of the run reports its figures in the year."""
        return next(
            one.ruleset.doc.rounding
            for one in self.run.results
            if one.ruleset.id == ruleset and self.year in one.years
        )

    @property
    def enterprise(self) -> Enterprise:
        return self.papers.enterprise

    @cached_property
    def row(self) -> dict[str, Any]:
        """The facility as the records have it."""
        return {"facility": self.facility, **self.run.facilities.get(self.facility, {})}

    @cached_property
    def where(self) -> dict[str, object]:
        return {"facility": self.facility, "ruleset": self.ruleset, "boundary": self.doc.boundary}

    @cached_property
    def years(self) -> tuple[int, ...]:
        """Years up to this one that the rule set has figures of."""
        return tuple(
            sorted({one.year for one in self.run.select(**self.where) if one.year <= self.year})
        )

    @cached_property
    def view(self) -> View:
        """The lines as the inventory shows them."""
        lines = self.run.select(**self.where)
        docs = tuple(dict.fromkeys(self.edition(year).id for year in self.years))
        assert docs == (self.ruleset,)
        if any(line.co2e_micro is not None for line in lines):
            measure = "co2e"
        else:
            measure = "tce" if {line.substance for line in lines} == {"tce"} else ""
        return View(self.doc.boundary, self.ruleset, (self.doc,), self.years, measure)

    # -- behind the figures ----------------------------------------------------------------------

    @cached_property
    def all_sheets(self) -> list[PlantSheets]:
        """The rows under every rule set of the run."""
        return plant_sheets(self.run, self.facility, self.year)

    @cached_property
    def sheets(self) -> PlantSheets:
        """The rows under this rule set."""
        return next(one for one in self.all_sheets if one.ruleset.id == self.ruleset)

    @cached_property
    def used(self) -> list[FactorUsed]:
        """Factors that this plant's year has read under this rule set, for these sheets."""
        found = [
            one
            for one in used_factors(self.run, self.facility)
            if self.ruleset in one.rulesets and self.year in one.years
        ]
        if self.substance is None:
            return found
        tables = self._tables_read()
        return [
            one
            for one in found
            if (one.table.id, one.value.column) in tables
            # The potentials stand in one table for all gases.
            or self.substance in map(str, one.value.key)
        ]

    def _tables_read(self) -> set[tuple[str, str]]:
        """Tables and columns that the formulas and defaults of these sheets look up."""
        result = next(
            one
            for one in self.run.results
            if one.ruleset.id == self.ruleset and self.year in one.years
        )
        roots = [
            *(formula.node for sheet in self.leaves for formula in sheet.formulas.values()),
            *(plan.default for sheet in self.leaves for plan in sheet.inputs.values()),
        ]
        return {
            (result.tables.tables[node.table].id, node.column)
            for root in roots
            if root is not None
            for node in root.walk()
            if isinstance(node, ir.Lookup) and node.table in result.tables.tables
        }

    def months(
        self, substance: str | None = None, *, by_mass: bool = False
    ) -> dict[str, dict[str, float]] | None:
        """Each source by period, as `plant_months` has it; worked out once."""
        key = (substance, by_mass)
        if key not in self._months:
            self._months[key] = plant_months(
                self.run, self.facility, self.year, self.ruleset, substance, by_mass=by_mass
            )
        return self._months[key]

    @cached_property
    def _months(self) -> dict[tuple[str | None, bool], dict[str, dict[str, float]] | None]:
        return {}

    @cached_property
    def bridges(self) -> tuple[Bridge, ...]:
        """From this rule set's total to that of every other of greenhouse gases."""
        others = dict.fromkeys(
            line.ruleset
            for line in self.run.select(facility=self.facility, year=self.year)
            if line.co2e_micro is not None and line.ruleset != self.ruleset
        )
        return tuple(
            bridge(self.run, self.facility, self.year, self.ruleset, other) for other in others
        )

    @cached_property
    def conflicts(self) -> tuple[ConflictEffect, ...]:
        """Contradictions of sources that move this total."""
        found = [
            one
            for one in conflict_effects(self.run, self.facility, self.year)
            if one.ruleset == self.ruleset
        ]
        moving = {one.conflict.id for one in found if one.effect}
        return tuple(one for one in found if one.conflict.id in moving)

    @cached_property
    def problems(self) -> list[Problem]:
        """Problems of the run that concern this year of the plant, its rule sets, or everybody."""
        own = {one.ruleset.id for one in self.all_sheets}
        others = {one.ruleset.id for one in self.run.results} - own
        return [one for one in self.run.problems if self._concerns(one, others)]

    def _concerns(self, problem: Problem, others: set[str]) -> bool:
        values = problem.values
        if "facility" in values:
            return values["facility"] == self.facility
        if "row" in values:
            # A row is named by its key, which begins with the facility, then the period.
            named, _, rest = str(values["row"]).partition(" ")
            year = rest[:4]
            return named == self.facility and (not year.isdigit() or int(year) == self.year)
        return others.isdisjoint(map(str, values.values()))

    @cached_property
    def records(self) -> list[dict[str, Any]]:
        """The plant's records of the year, in the order of stream, item and period."""
        columns = (
            *("period", "process_unit", "stream", "class", "item", "unit", "quantity"),
            *("entered_quantity", "entered_unit", "tier", "evidence", "source"),
        )
        query = (
            f"SELECT {', '.join(columns)} FROM activity WHERE facility = ? AND year = ? "
            "ORDER BY class, stream, item, process_unit, unit, period"
        )
        with self.run.snapshot.connect() as connection:
            found = connection.execute(query, [self.facility, self.year]).fetchall()
        return [dict(zip(columns, one, strict=True)) for one in found]

    @cached_property
    def leaves(self) -> list[SheetPlan]:
        """The sheets of the records that the document is about: of one gas, or all."""
        found = [one for one in self.sheets.ruleset.program.sheets.values() if one.is_leaf]
        if self.substance is None:
            return found
        unit = f"t{self.substance}"
        return [one for one in found if unit in map(_unit, one.formulas.values())]

    @cached_property
    def read_records(self) -> list[dict[str, Any]]:
        """Those of the records that these sheets read."""
        found = []
        for one in self.records:
            kind = (one["stream"], one["class"], one["item"], one["unit"])
            if self._reads(*map(str, kind)):
                found.append(one)
        return found

    def _reads(self, stream: str, stream_class: str, item: str, unit: str) -> bool:
        """Whether a sheet has an input that takes such a record."""
        return any(
            plan.doc.item == item
            and plan.doc.unit.text == unit
            and plan.doc.stream in (None, stream)
            for sheet in self.leaves
            if within(stream_class, sheet.doc.streams)
            for plan in sheet.inputs.values()
        )

    @cached_property
    def units_used(self) -> list[dict[str, Any]]:
        """The process units that any of these records is of."""
        named = {one["process_unit"] for one in self.read_records}
        return [one for one in self.process_units if one["process_unit"] in named]

    @cached_property
    def process_units(self) -> list[dict[str, Any]]:
        columns = (
            *("process_unit", "name_zh", "name_en", "kind", "technology", "abatement"),
            *("capacity", "capacity_unit"),
        )
        query = (
            f"SELECT {', '.join(columns)} FROM process_units WHERE facility = ? "
            "ORDER BY process_unit"
        )
        with self.run.snapshot.connect() as connection:
            found = connection.execute(query, [self.facility]).fetchall()
        return [dict(zip(columns, one, strict=True)) for one in found]

    @property
    def digest(self) -> str:
        """The result digest of the run, as its folder is named."""
        return str(self.run.manifest["result"])[:16]


def _tells(line: LedgerLine) -> bool:
    """Whether a line has an amount, or would have one if its rows could be computed."""
    return line.amount_micro != 0 or line.missing > 0


def _unit(formula: FormulaPlan) -> str:
    return formula.doc.unit.text if formula.doc.unit is not None else ""


def within(stream_class: str, classes: Sequence[str]) -> bool:
    """Whether a class of streams is one of `classes` or below one."""
    return classes in ((), ("any",)) or any(
        f"{stream_class}.".startswith(f"{one}.") for one in classes
    )


__all__ = ["Mapped", "Material", "Papers", "within"]

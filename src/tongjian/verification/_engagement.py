"""What is verified (核查项目): one facility's year under one rule set of a run."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass, replace
from fractions import Fraction
from functools import cached_property
from typing import Any

from tongjian.engine import PlantModel, Quantity, Run, cell_of, drivers
from tongjian.problems import Problem, TongjianError
from tongjian.rules import CompiledRuleSet, SheetPlan
from tongjian.verification._settings import Materiality
from tongjian.versions import report_subject

Row = dict[str, Any]
_COLUMNS = (
    *("facility", "period", "process_unit", "stream", "class", "item", "quantity", "unit"),
    *("entered_quantity", "entered_unit", "tier", "evidence", "source"),
)


@dataclass(frozen=True, slots=True)
class Datum:
    """A recorded datum that the total rests on (数据项).

    `effect` is by how much the total, in its unit, changes when the datum is doubled, as far as
    the total is linear in it.
    """

    facility: str
    period: str
    process_unit: str
    stream: str
    stream_class: str
    item: str
    quantity: float
    unit: str
    entered: str
    tier: str
    evidence: str
    source: str
    effect: float

    @property
    def id(self) -> str:
        """The datum in one word: facility, period, process unit, stream, item, unit."""
        parts = (self.facility, self.period, self.process_unit, self.stream, self.item, self.unit)
        return "/".join(part.replace("/", "∕") for part in parts)

    def as_dict(self) -> dict[str, Any]:
        """The datum as plain data, for JSON."""
        return {"id": self.id, **{name: getattr(self, name) for name in self.__slots__}}


class _ByDatum(PlantModel):
    """The model of a plant in which every record is a quantity of its own, not every series."""

    def recorded(self, sheet: SheetPlan, row: Row, name: str) -> Quantity:
        series = super().recorded(sheet, row, name)
        doc = sheet.inputs[name].doc
        stream = doc.stream or str(row.get("stream") or "")
        # A sheet without process units takes the records of all of them.
        unit = str(row.get("process_unit") or "") if "process_unit" in sheet.grain else "*"
        period = str(row.get("period") or "*") if "period" in sheet.grain else "*"
        mark = _mark(period, unit, stream, doc.item, doc.unit.text)
        return replace(series, id=mark)


def _mark(*parts: str) -> str:
    return "\x1f".join(parts)


@dataclass(frozen=True)
class Engagement:
    """A verification engagement (核查项目): the result to be verified, and how exactly.

    What it says of the data is read once.
    """

    run: Run
    ruleset: str
    facility: str
    year: int
    assurance: str
    materiality: Materiality

    @property
    def subject(self) -> str:
        """The report in the log."""
        return report_subject(self.facility, self.year)

    @classmethod
    def of(
        cls,
        run: Run,
        facility: str,
        year: int,
        materiality: Materiality,
        assurance: str = "reasonable",
        ruleset: str | None = None,
    ) -> Engagement:
        """The engagement on a facility's greenhouse gas total of a year in `run`.

        `ruleset` may be left out where only one has such a total. Raises `TongjianError` where
        there is none, or a choice.
        """
        known = sorted(
            {
                line.ruleset
                for line in run.lines
                if (line.facility, line.year) == (facility, year) and line.co2e_micro is not None
            }
        )
        wanted = known if ruleset is None else [one for one in known if one == ruleset]
        values: dict[str, object] = {"facility": facility, "year": year}
        if not wanted:
            values["ruleset"] = ruleset or "-"
            raise TongjianError(Problem("verification.no_result", values=values))
        if len(wanted) > 1:
            values["known"] = ", ".join(wanted)
            raise TongjianError(Problem("verification.ruleset_choice", values=values))
        return cls(run, wanted[0], facility, year, assurance, materiality)

    @property
    def rules(self) -> CompiledRuleSet:
        """The rule set in the edition of the year."""
        return next(
            one.ruleset
            for one in self.run.results
            if one.ruleset.id == self.ruleset and self.year in one.years
        )

    @cached_property
    def total(self) -> float:
        """The total of the rule set for the facility's year, in `unit`."""
        sheet, column = cell_of(self.run, self.ruleset, None)
        model = PlantModel.of(self.run, self.facility, self.year, self.ruleset)
        return float(model.find(sheet, column)[column] or 0.0)

    @property
    def unit(self) -> str:
        """The unit of the total, such as ``tCO2e``."""
        sheet, column = cell_of(self.run, self.ruleset, None)
        doc = self.rules.program.sheets[sheet].formulas[column].doc
        return doc.unit.text if doc.unit is not None else ""

    @property
    def threshold(self) -> float:
        """The misstatement from which on it is material, in the unit of the total."""
        return float(abs(Fraction(self.total)) * self.materiality.share)

    @cached_property
    def result(self) -> str:
        """SHA-256 of the ledger lines and the total: the result that is verified, and no other."""
        lines = [
            [line.category, line.substance, line.unit, line.amount_micro, line.co2e_micro]
            for line in self.run.lines
            if (line.facility, line.year, line.ruleset) == (self.facility, self.year, self.ruleset)
        ]
        return _digest(
            [self.subject, self.ruleset, repr(self.total), self.unit, sorted(lines, key=str)]
        )

    @cached_property
    def records(self) -> str:
        """SHA-256 of the data that the total rests on."""
        return _digest([one.as_dict() for one in self.data])

    @cached_property
    def data(self) -> tuple[Datum, ...]:
        """Every record that the total rests on, in a fixed order."""
        sheet, column = cell_of(self.run, self.ruleset, None)
        model = _ByDatum.of(self.run, self.facility, self.year, self.ruleset)
        effects = {
            quantity.id: effect
            for quantity, effect in drivers(model, sheet, column).items()
            if quantity.kind == "record"
        }
        found = []
        for record in self.records_of_year():
            effect = _effect(record, effects)
            if effect is not None:
                found.append(_datum(record, effect))
        return tuple(sorted(found, key=lambda one: one.id))

    def records_of_year(self) -> list[Row]:
        """Every record of the facility's year, whether the total rests on it or not."""
        listed = ", ".join(f'"{name}"' for name in _COLUMNS)
        query = f"SELECT {listed} FROM activity WHERE facility = ? AND year = ? ORDER BY ALL"
        with self.run.snapshot.borrow() as connection:
            rows = connection.execute(query, [self.facility, self.year]).fetchall()
        return [dict(zip(_COLUMNS, row, strict=True)) for row in rows]


def _digest(content: Any) -> str:
    text = json.dumps(content, ensure_ascii=False, sort_keys=True)
    return hashlib.sha256(text.encode()).hexdigest()


def _effect(record: Row, effects: Mapping[str, float]) -> float | None:
    rest = (str(record["stream"]), str(record["item"]), str(record["unit"]))
    unit = str(record["process_unit"] or "")
    for period in (str(record["period"]), "*"):
        for one in (unit, "*"):
            mark = _mark(period, one, *rest)
            if mark in effects:
                return effects[mark]
    return None


def _datum(record: Row, effect: float) -> Datum:
    return Datum(
        facility=str(record["facility"]),
        period=str(record["period"]),
        process_unit=str(record["process_unit"] or ""),
        stream=str(record["stream"]),
        stream_class=str(record["class"] or ""),
        item=str(record["item"]),
        quantity=float(record["quantity"]),
        unit=str(record["unit"]),
        entered=f"{record['entered_quantity']} {record['entered_unit']}".strip(),
        tier=str(record["tier"] or ""),
        evidence=str(record["evidence"] or ""),
        source=str(record["source"] or ""),
        effect=effect,
    )


__all__ = ["Datum", "Engagement"]

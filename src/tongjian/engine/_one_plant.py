"""One facility's year under one rule set of a run, computed again with other tables."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from fractions import Fraction

from tongjian.engine._finished_run import RuleSetResult, Run
from tongjian.engine._leaf_rows import LeafRows, Row
from tongjian.engine._ledger import CO2E, LedgerLine, co2e_micro, ledger_lines
from tongjian.engine._prepared import prepare
from tongjian.engine._resolution import micro_factor
from tongjian.problems import EngineError, Problem
from tongjian.rules import CompiledRuleSet, RuleError
from tongjian.rules import _ir as ir
from tongjian.units import parse_unit

# A source of emissions: category and substance.
Source = tuple[str, str]
Amounts = dict[Source, int]
_SEVERAL = 2
# Micro-units by which rounding each month may differ from rounding the year.
_ROUNDED = 1_000


@dataclass(slots=True)
class Computed:
    """tCO2e of one rule set in whole micro-units, and how many rows were left out."""

    amounts: Amounts = field(default_factory=dict)
    by_stream: dict[Source, dict[str, int]] = field(default_factory=dict)
    """The same by stream, for sources that are a plain sum over streams."""
    missing: int = 0


@dataclass(slots=True)
class OnePlant:
    """One rule set over the records of one facility and year, read once."""

    run: Run
    result: RuleSetResult
    year: int
    leaves: Mapping[str, list[Row]]

    @classmethod
    def of(cls, run: Run, facility: str, year: int, ruleset: str) -> OnePlant:
        for result in run.results:
            there = any(
                line.facility == facility and line.year == year and line.ruleset == ruleset
                for line in run.lines
            )
            if result.ruleset.id == ruleset and year in result.years and there:
                program = result.ruleset.program
                if program.looks_back or program.goes_beyond_plants:
                    raise EngineError(Problem("engine.beyond_plant", values={"name": ruleset}))
                quoted = facility.replace("'", "''")
                with run.snapshot.borrow() as connection:
                    reader = LeafRows(connection, run.snapshot.sources(), run.facilities)
                    where = f"facility = '{quoted}' AND year = {int(year)}"
                    leaves = reader.read(program, where)
                return cls(run, result, year, leaves)
        known = sorted({(line.facility, line.year, line.ruleset) for line in run.lines})[:10]
        values = {
            "what": f"{facility} {year} {ruleset}",
            "known": "; ".join(" ".join(map(str, one)) for one in known),
        }
        raise EngineError(Problem("engine.unknown_cell", values=values))

    def sheets(self) -> dict[str, list[Row]]:
        """Every row of every sheet, as the run has computed it."""
        years = (self.year,)
        _, engine = prepare(self.run.rulebook, self.result.ruleset, years, self.run.binds)
        return engine.run(self.leaves)

    def try_computed(self, binds: Mapping[str, str], missing: int) -> Computed | None:
        """As `computed`; None if a table does not fit or lacks values that rows need."""
        try:
            found = self.computed(binds)
        except RuleError:
            return None
        return found if found.missing <= missing else None

    def computed(self, binds: Mapping[str, str]) -> Computed:
        """What comes out with some tables replaced."""
        bound, engine = prepare(
            self.run.rulebook, self.result.ruleset, (self.year,), {**self.run.binds, **binds}
        )
        sheets = engine.run(self.leaves)
        found = Computed()
        for line in ledger_lines(bound, sheets, engine.tables):
            found.missing += line.missing
            if line.co2e_micro is None:
                continue
            source = (line.category, line.substance)
            found.amounts[source] = found.amounts.get(source, 0) + line.co2e_micro
            node = bound.program.sheets[line.sheet].formulas[line.column].node
            if isinstance(node, ir.Aggregate) and node.name == "sum":
                streams: dict[str, int] = {}
                for row in sheets[node.sheet]:
                    value = engine.row_value(node.node, row)
                    if "stream" in row and value is not None and not row["@refused"]:
                        micro = co2e_micro(line.substance, value, self.year, engine.tables) or 0
                        streams[row["stream"]] = streams.get(row["stream"], 0) + micro
                if streams:
                    found.by_stream[source] = streams
        return found


@dataclass(frozen=True, slots=True)
class PlantSheets:
    """Every row of one rule set for one facility and year (明细), leaf sheets included."""

    ruleset: CompiledRuleSet
    facility: str
    year: int
    sheets: dict[str, list[Row]]


def plant_sheets(run: Run, facility: str, year: int) -> list[PlantSheets]:
    """The rows behind a facility's year, under each rule set of the run that has any."""
    names = dict.fromkeys(
        line.ruleset for line in run.lines if line.facility == facility and line.year == year
    )
    plants = [OnePlant.of(run, facility, year, name) for name in names]
    return [PlantSheets(one.result.ruleset, facility, year, one.sheets()) for one in plants]


def plant_months(
    run: Run,
    facility: str,
    year: int,
    ruleset: str,
    substance: str | None = None,
    *,
    by_mass: bool = False,
) -> dict[str, dict[str, float]] | None:
    """Each source by period (分月排放量), in tonnes of CO2 equivalent.

    `by_mass` takes the lines' own amounts instead, such as tce; `substance` limits the lines. The
    rule set is computed again with the records of one period at a time. None where that does not
    add up to the year: records for the whole year, or a rule that is not a sum over months.
    """
    plant = OnePlant.of(run, facility, year, ruleset)
    periods = sorted({str(row.get("period", "")) for rows in plant.leaves.values() for row in rows})
    if len(periods) < _SEVERAL:
        return None
    bound, engine = prepare(run.rulebook, plant.result.ruleset, (year,), run.binds)

    def counted(lines: Iterable[LedgerLine]) -> Iterator[tuple[LedgerLine, int]]:
        for line in lines:
            micro = line.amount_micro if by_mass else line.co2e_micro
            if micro is not None and substance in (None, line.substance):
                yield line, micro

    found: dict[str, dict[str, float]] = {}
    sums: dict[Source, int] = {}
    for period in periods:
        leaves = {
            name: [row for row in rows if str(row.get("period", "")) == period]
            for name, rows in plant.leaves.items()
        }
        month: dict[str, Fraction] = {}
        for line, micro in counted(ledger_lines(bound, engine.run(leaves), engine.tables)):
            unit = parse_unit(line.unit) if by_mass else CO2E
            exact = Fraction(micro) / micro_factor(unit)
            month[line.category] = month.get(line.category, Fraction()) + exact
            source = (line.category, line.substance)
            sums[source] = sums.get(source, 0) + micro
        found[period] = {category: float(value) for category, value in month.items()}
    whole: dict[Source, int] = {}
    for line, micro in counted(run.select(facility=facility, year=year, ruleset=ruleset)):
        source = (line.category, line.substance)
        whole[source] = whole.get(source, 0) + micro
    same = all(
        abs(sums.get(source, 0) - whole.get(source, 0)) <= len(periods) * _ROUNDED
        for source in {*sums, *whole}
    )
    return found if same else None

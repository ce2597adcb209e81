"""One rule set of a version as something that can be computed again (可复算的一侧)."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from tongjian.engine import LedgerLine, PlantYear, Prepared, read_years
from tongjian.problems import Problem, TongjianError
from tongjian.records import Store
from tongjian.rules import CompiledRuleSet, Rulebook
from tongjian.versions._changes import Amounts, amounts_of
from tongjian.versions._reproduce import Reproduction


@dataclass(frozen=True, slots=True)
class Side:
    """A rule set's results for a facility and year in one kept run, and what they rest on."""

    run: str
    rulebook: Rulebook
    ruleset: CompiledRuleSet
    binds: dict[str, str]
    """Tables that the run was asked to replace."""
    asked_binds: dict[str, str]
    records: Store
    reproduction: Reproduction
    year: int
    kept: tuple[LedgerLine, ...]
    """The ledger lines as they were kept."""

    @property
    def name(self) -> str:
        return self.ruleset.id

    @property
    def boundary(self) -> str:
        return self.ruleset.doc.boundary

    @property
    def computable(self) -> bool:
        """Whether one plant's records are all that its lines rest on."""
        program = self.ruleset.program
        return not (program.goes_beyond_plants or self.ruleset.doc.results_of)

    @property
    def years(self) -> tuple[int, ...]:
        """The years whose records it reads."""
        return read_years(self.ruleset, (self.year,))

    def prepared(self) -> Prepared:
        """Rules and tables as they were."""
        return Prepared.of(self.rulebook, self.ruleset, self.year, self.binds)

    def plant(self, years: Iterable[int]) -> PlantYear:
        """The plant's records as they were."""
        name = self.kept[0].facility
        return PlantYear.read(self.reproduction.run.snapshot, name, self.year, set(years))

    @property
    def amounts(self) -> Amounts:
        """What was kept."""
        return amounts_of(self.kept)

    def named(self) -> dict[str, str]:
        """Rule set, edition and run, as plain data."""
        doc = self.ruleset.doc
        return {
            "ruleset": doc.id,
            "in_force": str(doc.validity),
            "document": doc.basis.document,
            "run": self.run,
        }


def sides(found: Iterable[tuple[Reproduction, Store]], facility: str, year: int) -> list[Side]:
    """Every rule set with lines of a facility and year, of several kept runs together.

    Raises `TongjianError` when two runs have the same rule set, or none has any line.
    """
    made: dict[str, Side] = {}
    for one, records in found:
        lines = [
            line
            for line in one.kept.results.lines
            if line.facility == facility and line.year == year
        ]
        for name in sorted({line.ruleset for line in lines}):
            if name in made:
                values = {"ruleset": name, "runs": f"{made[name].run[:16]}, {one.kept.id[:16]}"}
                raise TongjianError(Problem("versions.ruleset_twice", values=values))
            (edition,) = [
                result.ruleset
                for result in one.run.results
                if result.ruleset.id == name and year in result.years
            ]
            made[name] = Side(
                run=one.kept.id,
                rulebook=one.run.rulebook,
                ruleset=edition,
                binds=dict(one.run.binds),
                asked_binds=dict(one.kept.asked.binds),
                records=records,
                reproduction=one,
                year=year,
                kept=tuple(line for line in lines if line.ruleset == name),
            )
    if not made:
        about = {"facility": facility, "year": str(year)}
        raise TongjianError(Problem("versions.run_without_report", values=about))
    return list(made.values())


__all__ = ["Side", "sides"]

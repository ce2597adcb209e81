"""What a contract check looks at (受检对象): documents and the rule sets they bear on."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date

from tongjian.contract._plausible import Plausible
from tongjian.contract._trial import Trial
from tongjian.records import Catalogue
from tongjian.rules import CompiledRuleSet, Method, Reading, Rulebook, Table


@dataclass(slots=True)
class Subject:
    """Documents under test, with all that they refer to."""

    reading: Reading
    catalogue: Catalogue
    today: date
    tried: list[Trial] = field(default_factory=list)

    @property
    def book(self) -> Rulebook:
        return self.reading.book

    @property
    def methods(self) -> list[Method]:
        """The methods under test, every edition."""
        editions = [one for group in self.book.methods.values() for one in group]
        return [one for one in editions if self.reading.tests(one.place)]

    @property
    def tables(self) -> list[Table]:
        """The tables under test; a table whose values alone were given counts as well."""
        return [one for one in self.book.tables.values() if self.reading.tests(one.place)]

    @property
    def rulesets(self) -> list[CompiledRuleSet]:
        """The rule sets under test, and those that use a method or table under test."""
        editions = [one for group in self.book.rulesets.values() for one in group]
        return [one for one in editions if self.concerns(one)]

    def concerns(self, ruleset: CompiledRuleSet) -> bool:
        """Whether a rule set is under test, or uses something that is."""
        tables = (self.book.table(name) for name in ruleset.program.tables.values() if name)
        places = [
            ruleset.doc.place,
            *(one.place for one in methods_of(ruleset)),
            *(one.place for one in tables if one),
        ]
        return any(map(self.reading.tests, places))

    def years(self, ruleset: CompiledRuleSet) -> list[int]:
        """The accounting years of a rule set until today; one that begins later has its first."""
        first = ruleset.doc.validity.first
        start = first.year if first else self.today.year
        covered = ruleset.doc.validity.covers
        years = [y for y in range(start, self.today.year + 1) if covered(date(y, 12, 31))]
        later = (y for y in range(start, start + 2) if covered(date(y, 12, 31)))
        return years or list(later)[:1]

    def trials(self) -> list[Trial]:
        """Every rule set at hand in its latest year, ready to be tried out."""
        if not self.tried:
            plausible = Plausible(self.book, self.catalogue)
            for one in self.rulesets:
                if years := self.years(one):
                    self.tried.append(Trial.of(plausible, one, years[-1]))
        return self.tried


def methods_of(ruleset: CompiledRuleSet) -> Iterator[Method]:
    """The methods whose formulas a rule set runs, each once."""
    found: dict[str, Method] = {}
    for sheet in ruleset.program.sheets.values():
        found |= {one.method.id: one.method for one in sheet.formulas.values()}
    yield from found.values()


__all__ = ["Subject", "methods_of"]

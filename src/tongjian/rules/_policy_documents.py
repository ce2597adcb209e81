"""Policy documents as plain records: targets and tasks (政策目标与任务)."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date
from typing import Literal

from tongjian.problems import Place
from tongjian.rules._documents import Basis, Words
from tongjian.units import Unit

Comparator = Literal[
    ">=",
    ">",
    "<=",
    "<",
    "==",
    "about",
    "range",
    "trend_down",
    "trend_up",
    "at_benchmark",
    "rule",
    "controlled",
]
Kind = Literal["level", "cut", "rise", "growth", "peak", "cumulative"]
Scope = Literal["nation", "province", "city", "park", "project", "plant"]


@dataclass(frozen=True, slots=True)
class ColumnOf:
    """A column of a sheet under a rule set (规则集的一列), written ``RULESET:sheet.column``."""

    ruleset: str
    sheet: str
    column: str

    @classmethod
    def of(cls, text: str) -> ColumnOf:
        """From its text, whose form the schema has checked."""
        ruleset, _, rest = text.partition(":")
        sheet, _, column = rest.partition(".")
        return cls(ruleset, sheet, column)

    def __str__(self) -> str:
        return f"{self.ruleset}:{self.sheet}.{self.column}"


@dataclass(frozen=True, slots=True)
class LedgerOf:
    """Lines of the ledger of a boundary (台账行): one substance, or all as CO2e."""

    boundary: str
    measure: str
    categories: tuple[str, ...] = ()

    def __str__(self) -> str:
        chosen = f" [{', '.join(self.categories)}]" if self.categories else ""
        return f"{self.boundary} {self.measure}{chosen}"


@dataclass(frozen=True, slots=True)
class CountOf:
    """Rows of a sheet that say a word (判定为某词的行数), such as projects that fail a check.

    Rows that say one of `leave_out` are no data: a plant with such rows only has none.
    """

    column: ColumnOf
    word: str
    leave_out: tuple[str, ...] = ()
    rows: tuple[tuple[str, str], ...] = ()
    """Keys that rows have to have, such as one stream."""

    def __str__(self) -> str:
        return f"{self.column} = {self.word}"


Quantity = ColumnOf | LedgerOf | CountOf


@dataclass(frozen=True, slots=True)
class Filter:
    """Only plants of which a column says a word (筛选)."""

    column: ColumnOf
    word: str


@dataclass(frozen=True, slots=True)
class Measure:
    """How the value of a target comes from the records of plants (度量).

    `of` is summed over the plants, and so is `per`; the value is their quotient. `capacity` weighs
    the coverage. `open` is what could not be judged and may belong to `of` (无法判定的部分), in its
    unit. `missing` says why there is nothing to be summed.
    """

    kind: Kind = "level"
    of: Quantity | None = None
    per: Quantity | None = None
    where: Filter | None = None
    capacity: ColumnOf | None = None
    statistic: bool = False
    first: int | None = None
    open: ColumnOf | None = None
    missing: Words | None = None

    def columns(self) -> list[ColumnOf]:
        """Every column that it reads."""
        listed = [self.of, self.per, self.capacity, self.open, self.where and self.where.column]
        counted = [one.column for one in self.counts()]
        return [one for one in listed if isinstance(one, ColumnOf)] + counted

    def counts(self) -> list[CountOf]:
        """The counts of rows that it reads."""
        return [one for one in (self.of, self.per) if isinstance(one, CountOf)]

    def words(self) -> list[tuple[ColumnOf, str]]:
        """Columns of which it asks whether they say a word."""
        asked = [(one.column, word) for one in self.counts() for word in (one.word, *one.leave_out)]
        return asked + ([] if self.where is None else [(self.where.column, self.where.word)])

    def ledgers(self) -> list[LedgerOf]:
        """Every sum of the ledger that it reads."""
        return [one for one in (self.of, self.per) if isinstance(one, LedgerOf)]


@dataclass(frozen=True, slots=True)
class Policy:
    """A policy document that sets targets (政策文件)."""

    id: str
    title: Words
    basis: Basis
    forwarded: Words | None
    place: Place


@dataclass(frozen=True, slots=True)
class Target:
    """A policy target (政策目标): what has to be reached, by when, and how it is measured."""

    id: str
    policy: Policy
    title: Words
    basis: Basis
    sectors: tuple[str, ...]
    scope: Scope
    base_year: int | None
    year: int | None
    comparator: Comparator
    value: float | None
    high: float | None
    """The upper end of a range, whose lower end is `value`."""
    unit: Unit
    better: Literal["up", "down"] | None
    """Which way beyond "about" or a range is still fine; None: neither."""
    effort: str
    """The word that makes it an effort, such as 力争; empty for a firm target."""
    agencies: tuple[str, ...]
    measure: Measure
    place: Place
    applies_to: Words | None = None
    criterion: Words | None = None
    governed_by: str = ""
    note: Words | None = None


@dataclass(frozen=True, slots=True)
class Task:
    """A task of a policy document (政策任务): who has to do what."""

    id: str
    document: str
    """Id of the file of tasks it stands in."""
    title: Words
    basis: Basis
    agencies: tuple[str, ...]
    due: date | None
    track: Words | None
    place: Place


@dataclass(frozen=True, slots=True)
class TargetList:
    """The targets of one policy document."""

    id: str
    targets: tuple[Target, ...]
    place: Place


@dataclass(frozen=True, slots=True)
class TaskList:
    """The tasks of one policy document."""

    id: str
    title: Words
    tasks: tuple[Task, ...] = field(default=())
    place: Place = field(default_factory=Place)


__all__ = [
    "ColumnOf",
    "Comparator",
    "CountOf",
    "Filter",
    "LedgerOf",
    "Measure",
    "Policy",
    "Quantity",
    "Target",
    "TargetList",
    "Task",
    "TaskList",
]

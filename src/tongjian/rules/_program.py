"""A program: checked sheets with their formulas, in the order in which they can be computed."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field

from tongjian.rules import _ir as ir
from tongjian.rules._checker_base import Reference
from tongjian.rules._documents import CheckDoc, FormulaDoc, InputDoc, Method, SheetDoc
from tongjian.rules._scope import key_columns

RAW = "@raw"


@dataclass(frozen=True, slots=True)
class InputPlan:
    """An input with its checked default."""

    doc: InputDoc
    default: ir.Node | None
    references: tuple[Reference, ...] = ()


@dataclass(frozen=True, slots=True)
class FormulaPlan:
    """A formula with its checked expression and the method it comes from."""

    doc: FormulaDoc
    node: ir.Node
    references: tuple[Reference, ...]
    method: Method


@dataclass(frozen=True, slots=True)
class CheckPlan:
    """A check with its checked condition."""

    doc: CheckDoc
    node: ir.Node


@dataclass(frozen=True, slots=True)
class SheetPlan:
    """A sheet ready to run: formulas stand in the order in which they can be computed."""

    doc: SheetDoc
    inputs: dict[str, InputPlan]
    formulas: dict[str, FormulaPlan]
    checks: tuple[CheckPlan, ...]
    aggregates: tuple[ir.Aggregate, ...] = ()
    """Every aggregate over a finer sheet, once, as planned."""
    reads: tuple[ir.Above, ...] = ()
    """Every column of a coarser sheet that its formulas read, once."""

    @property
    def name(self) -> str:
        return self.doc.name

    @property
    def grain(self) -> tuple[str, ...]:
        return self.doc.grain

    @property
    def is_leaf(self) -> bool:
        """Whether its rows come from the records (and not from finer sheets)."""
        return bool(self.inputs)

    @property
    def others(self) -> tuple[str, ...]:
        """The sheets that it reads: finer ones that it gathers, coarser ones that it belongs to."""
        gathered = [part.sheet for part in self.aggregates]
        return tuple(dict.fromkeys([*gathered, *(part.sheet for part in self.reads)]))

    @property
    def refuses(self) -> tuple[CheckPlan, ...]:
        """The checks that keep a row out of every total."""
        return tuple(check for check in self.checks if check.doc.severity == "error")

    def nodes(self) -> Iterator[ir.Node]:
        """Every expression of the sheet."""
        yield from (item.default for item in self.inputs.values() if item.default is not None)
        yield from (formula.node for formula in self.formulas.values())
        yield from (check.node for check in self.checks)

    def found_aggregates(self) -> Iterator[ir.Aggregate]:
        """Aggregates in the expressions of the sheet, as they stand."""
        for node in self.nodes():
            for part in node.walk():
                if isinstance(part, ir.Aggregate) and part.plan is None:
                    yield part

    def found_reads(self) -> Iterator[ir.Above]:
        """Columns of coarser sheets in the expressions of the sheet, as they stand."""
        for node in self.nodes():
            yield from (part for part in node.walk() if isinstance(part, ir.Above))


@dataclass(frozen=True, slots=True)
class Program:
    """Sheets in the order in which they can be computed, and the tables they read."""

    sheets: dict[str, SheetPlan]
    tables: dict[str, str | None]
    """Alias of each table → its id; None where only a rule set names it."""
    by_month: bool = field(init=False)
    """Whether the month of a period is asked for: rows have it then, as they have the year."""

    def __post_init__(self) -> None:
        asked = any(
            "month" in sheet.grain or any("month" in own_columns(node) for node in sheet.nodes())
            for sheet in self.sheets.values()
        )
        object.__setattr__(self, "by_month", asked)

    @property
    def looks_back(self) -> int:
        """How many years before its own a row can read."""
        return max((part.back for one in self.sheets.values() for part in one.reads), default=0)

    @property
    def goes_beyond_plants(self) -> bool:
        """Whether a plant's row reads what all plants give together."""
        coarser = {part.sheet for one in self.sheets.values() for part in one.reads}
        return any("facility" not in self.sheets[name].grain for name in coarser)

    def key_columns(self, grain: tuple[str, ...]) -> list[str]:
        """Names of the key and attribute columns that computed rows of this grain carry."""
        names = key_columns(grain)
        return [name for name in names if name != "month" or "month" in grain or self.by_month]

    def lookups(self) -> Iterator[ir.Lookup | ir.Interpolate]:
        """Everything in any formula that reads a table."""
        for sheet in self.sheets.values():
            for node in sheet.nodes():
                for part in node.walk():
                    if isinstance(part, ir.Lookup | ir.Interpolate):
                        yield part


def own_columns(node: ir.Node) -> Iterator[str]:
    """Columns of the same row that an expression reads (not those inside aggregates)."""
    if isinstance(node, ir.Aggregate):
        return
    if isinstance(node, ir.Column):
        yield node.name
    for child in node.children():
        yield from own_columns(child)

"""The documents of the rulebook as plain records: tables, methods, rule sets."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date
from fractions import Fraction
from typing import Literal

from tongjian.problems import Place
from tongjian.units import Unit

Status = Literal["confirmed", "seen-twice", "seen", "derived", "recalled", "not-found"]
Direction = Literal["up", "down", "either", "none"]
Steps = Literal["from", "above"]
STATUSES = ("confirmed", "seen-twice", "seen", "derived", "recalled", "not-found")


@dataclass(frozen=True, slots=True)
class Words:
    """A text in Chinese and English."""

    zh: str
    en: str

    def __getitem__(self, lang: str) -> str:
        return self.zh if lang == "zh" else self.en


@dataclass(frozen=True, slots=True)
class Basis:
    """What a rule rests on (依据): document, clause, how well the text was seen."""

    document: str
    clause: str = ""
    status: str = "seen"
    note: str = ""


@dataclass(frozen=True, slots=True)
class Validity:
    """First and last day in force (有效期); None is open."""

    first: date | None = None
    last: date | None = None

    def covers(self, day: date) -> bool:
        """Whether `day` lies within."""
        return (self.first is None or self.first <= day) and (self.last is None or day <= self.last)

    def overlaps(self, other: Validity) -> bool:
        """Whether any day lies within both."""
        return (self.first is None or other.last is None or self.first <= other.last) and (
            other.first is None or self.last is None or other.first <= self.last
        )

    def __str__(self) -> str:
        return f"{self.first or '…'} – {self.last or '…'}"


@dataclass(frozen=True, slots=True)
class Value:
    """One value of a table (参数值) with its source and status.

    `number` is exact and in the unit of the table's column; None means that the source gives no
    usable number (not found, or only a range), which a run reports when the value is needed.
    """

    key: tuple[str, ...]
    column: str
    number: Fraction | None
    printed: str
    printed_unit: str
    validity: Validity
    status: str
    source: str
    clause: str
    note: str
    place: Place


@dataclass(frozen=True, slots=True)
class TableColumn:
    """A column of a table: its unit and names."""

    name: str
    unit: Unit
    title: Words


@dataclass(frozen=True, slots=True)
class Table:
    """A dated table of parameters (参数表、因子表)."""

    id: str
    title: Words
    basis: Basis
    keys: tuple[str, ...]
    columns: dict[str, TableColumn]
    selected_on: str
    values: tuple[Value, ...]
    place: Place
    axes: dict[str, Unit] = field(default_factory=dict)
    """Units of the keys that are numbers, between which values are interpolated (插值轴)."""
    steps: Steps | None = None
    """Whether a step of a ladder holds from its place on, or above it only (阶梯)."""


@dataclass(frozen=True, slots=True)
class Signature:
    """What a method expects of a table that the rule set will name."""

    keys: tuple[str, ...]
    columns: dict[str, Unit]
    place: Place
    axes: dict[str, Unit] = field(default_factory=dict)
    steps: bool = False


@dataclass(frozen=True, slots=True)
class Expression:
    """The text of a formula and where it stands."""

    text: str
    place: Place


@dataclass(frozen=True, slots=True)
class InputDoc:
    """An input column of a sheet (输入项) and the records it comes from."""

    name: str
    unit: Unit
    item: str
    stream: str | None
    required: bool
    default: Expression | None
    title: Words
    place: Place
    choices: tuple[str, ...] = ()
    """What can be chosen, where the input is one of several words (选项)."""
    is_date: bool = False
    direction: Direction = "up"
    """How the total, or the sheet's outcome, answers to more of it (方向).

    A promise that the contract check holds; no calculation reads it.
    """


@dataclass(frozen=True, slots=True)
class LedgerEntry:
    """Marks a formula as a line of the ledger (台账行): category and substance."""

    category: str
    substance: str


@dataclass(frozen=True, slots=True)
class FormulaDoc:
    """A formula column of a sheet (计算项)."""

    name: str
    unit: Unit | None
    expression: Expression
    title: Words
    clause: str
    status: str
    optional: bool
    ledger: LedgerEntry | None
    place: Place
    labels: dict[str, Words] = field(default_factory=dict)
    """What the formula can say, where it judges and does not count (判定结果)."""


@dataclass(frozen=True, slots=True)
class CheckDoc:
    """A condition under which a row must not be used, or deserves a warning (校验)."""

    name: str
    when: Expression
    severity: Literal["error", "warning"]
    message: Words
    place: Place


@dataclass(frozen=True, slots=True)
class SheetDoc:
    """A table at a grain (工作表): its keys, inputs, formulas and checks."""

    name: str
    title: Words
    grain: tuple[str, ...]
    streams: tuple[str, ...]
    inputs: dict[str, InputDoc]
    formulas: dict[str, FormulaDoc]
    checks: tuple[CheckDoc, ...]
    place: Place
    outcome: str = ""
    """``sheet.column`` that the directions of the inputs speak of; the total if empty (结果项)."""
    tried_by: Literal["plants", "cases"] = "plants"
    """What tries its inputs: synthetic plants, or golden cases alone where an input needs more
    company than the sets that plants are made from (试算方式)."""


@dataclass(frozen=True, slots=True)
class SheetShape:
    """A sheet that a method reads and that the rule set's method has to bring (接口工作表).

    The method is then the same for every sector that can fill in such a sheet.
    """

    name: str
    grain: tuple[str, ...]
    columns: dict[str, Unit]
    place: Place


@dataclass(frozen=True, slots=True)
class Method:
    """An accounting or judging method (方法): sheets, and the tables and methods they use."""

    id: str
    title: Words
    basis: Basis
    validity: Validity
    requires: tuple[str, ...]
    uses: dict[str, str | Signature]
    sheets: dict[str, SheetDoc]
    place: Place
    expects: dict[str, SheetShape] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Rounding:
    """How a return prints values (修约): mode and decimals by unit; never feeds a calculation."""

    mode: str = "half_up"
    places: dict[str, int] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Shown:
    """A sheet by which a judgement is told, and its columns; all formulas if none are named.

    Rows of which a column says what stands in `unless` are of no interest (不涉及的行).
    """

    sheet: str
    columns: tuple[str, ...] = ()
    unless: dict[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Unknown:
    """A value that is published late, and what it has to bring about (待求解的取值).

    With the right value at `at` (alias and column of a table, its key read from columns `key` of
    the row) the cell (sheet and column) is zero in each row; it lies between two numbers or
    columns of the row.
    """

    cell: tuple[str, str]
    at: tuple[str, str]
    key: tuple[str, ...]
    bracket: tuple[float | str, float | str]


@dataclass(frozen=True, slots=True)
class RuleSet:
    """A dated choice of methods and tables (规则集) for sectors and a boundary."""

    id: str
    title: Words
    basis: Basis
    validity: Validity
    sectors: tuple[str, ...]
    boundary: str
    method: str
    binds: dict[str, str]
    report_day: tuple[int, int]
    total: str | None
    rounding: Rounding
    notes: Words | None
    place: Place
    selected: str = "by_default"
    """"by_default", or "on_request": run only when it is named (自愿性标准、比较用)."""
    shows: tuple[Shown, ...] = ()
    """What a rule set that judges has to say, in order (判定结果表)."""
    solve: Unknown | None = None
    """A value that can be solved for while it is not published (求解)."""
    results_of: tuple[str, ...] = ()
    """Boundaries whose results are records of this rule set (核算结果作为判定的数据)."""


@dataclass(frozen=True, slots=True)
class UnavailableEdition:
    """An edition in force whose text could not be read (文本未获得的版本).

    It stands in the rulebook under the id of its rule set so that nobody computes with an older
    edition unawares: selecting it is refused, with what is `missing` and the `nearest` rule set.
    """

    id: str
    title: Words
    basis: Basis
    validity: Validity
    sectors: tuple[str, ...]
    boundary: str
    missing: Words
    nearest: str
    place: Place


@dataclass(frozen=True, slots=True)
class Override:
    """A value of a table as another source has it."""

    table: str
    key: tuple[str, ...]
    column: str
    printed: str
    unit: str
    place: Place


@dataclass(frozen=True, slots=True)
class Alternative:
    """One answer to a conflict: other values, or other tables in place of some, or neither."""

    id: str
    title: Words
    basis: Basis
    overrides: tuple[Override, ...]
    tables: dict[str, str]


@dataclass(frozen=True, slots=True)
class Conflict:
    """Sources that contradict each other (来源冲突), and which of them the rulebook follows."""

    id: str
    title: Words
    question: Words
    adopted: str
    reason: Words
    alternatives: tuple[Alternative, ...]
    place: Place

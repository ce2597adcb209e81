"""What is recorded as what (口径表): quantities and inputs, gases and items, rules and documents.

All of it is data of the package, so that no name of a stream or rule stands in the code.
"""

from __future__ import annotations

import csv
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from importlib.resources import files
from typing import Literal, cast

from tongjian.monitoring.profile import Position
from tongjian.problems import Problem, RecordError

Fills = Literal["mass", "channel"]


@dataclass(frozen=True, slots=True)
class Column:
    """A measured quantity in the rule document (输入列).

    `gas` is the gas that it is a part of (NO is one of nitrogen oxides), empty for what describes
    the stack gas; `input` its column, `dry` the column that says whether it is of dry gas.
    """

    quantity: str
    gas: str
    input: str
    dry: str


@dataclass(frozen=True, slots=True)
class Recorded:
    """Under what a month is recorded (记录口径): the item, and where its amount is computed.

    `gas` is the stream of the hourly rows. An empty `stream` is the product of the line; an empty
    `item` means that the mass is told and not recorded.
    """

    quantity: str
    position: Position | Literal[""]
    gas: str
    stream: str
    item: str
    sheet: str
    column: str


@dataclass(frozen=True, slots=True)
class MeasuringRule:
    """A set of rules for monitoring data (监测规则): its documents for each step.

    `validity` names the limits of hours, `substitution` what is put in for lost ones, `ruleset` the
    formulas. `fills` says what is put in: the mass of an hour, or the value of each channel.
    """

    rule: str
    validity: str
    substitution: str
    ruleset: str
    fills: Fills
    zh: str
    en: str


@lru_cache(maxsize=1)
def columns() -> dict[str, Column]:
    """Every quantity that the rules take, by its name."""
    return {row["quantity"]: Column(**row) for row in _rows("columns")}


@lru_cache(maxsize=1)
def recorded() -> dict[tuple[str, str], Recorded]:
    """What is recorded, by quantity and position."""
    found = {}
    for row in _rows("recorded"):
        position = cast("Position | Literal['']", row.pop("position"))
        found[row["quantity"], position] = Recorded(position=position, **row)
    return {(quantity, str(position)): one for (quantity, position), one in found.items()}


@lru_cache(maxsize=1)
def measuring_rules() -> dict[str, MeasuringRule]:
    """The sets of rules that can be chosen (可选的监测规则), the usual one first."""
    found = {}
    for row in _rows("rules"):
        fills = cast("Fills", row.pop("fills"))
        found[row["rule"]] = MeasuringRule(fills=fills, **row)
    return found


def measuring_rule(name: str | None) -> MeasuringRule:
    """The rules of this name, or the usual ones; raises `RecordError` where there are none."""
    known = measuring_rules()
    if name is None:
        return next(iter(known.values()))
    if name not in known:
        values = {"rule": name, "known": ", ".join(known)}
        raise RecordError(Problem("measured.unknown_rule", values=values))
    return known[name]


@lru_cache(maxsize=1)
def result_cells() -> tuple[tuple[str, str, str], ...]:
    """Yearly numbers that a plant's monitoring leads to: rule set, sheet, column."""
    return tuple((row["ruleset"], row["sheet"], row["column"]) for row in _rows("results"))


def _rows(name: str) -> Iterator[dict[str, str]]:
    source = files("tongjian.measured") / f"{name}.csv"
    yield from csv.DictReader(source.read_text(encoding="utf-8").splitlines())


__all__ = [
    "Column",
    "MeasuringRule",
    "Recorded",
    "columns",
    "measuring_rule",
    "measuring_rules",
    "recorded",
    "result_cells",
]

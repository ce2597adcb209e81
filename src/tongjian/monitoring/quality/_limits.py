"""Limits of monitoring data (限值), each with its status, from tables of the rulebook."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache

from tongjian.problems import Problem, RuleError
from tongjian.rules import Rulebook, Table, Value, load_rulebook

VALIDITY = "cems.validity"
CHECK_LIMIT = "cems.check-limit"
CHECK_FORM = "cems.check-form"
QAL3 = "cems.qal3"
INTERVAL = "cems.calibration-interval"
TIER = "cems.uncertainty-tier"


@dataclass(frozen=True, slots=True)
class Limit:
    """A number of a rule set (限值) and how well it is known.

    `number` is None where nothing is known of it (`status` "not-found"); a share is a plain number,
    2.5 % being 0.025. `text` is as it is printed. Source, clause and note are those of the table.
    """

    number: float | None
    text: str
    status: str
    source: str = ""
    clause: str = ""
    note: str = ""

    @property
    def known(self) -> bool:
        """Whether there is a number at all."""
        return self.number is not None

    def as_dict(self) -> dict[str, str | float | None]:
        """As plain data."""
        return {name: getattr(self, name) for name in self.__slots__}


UNKNOWN = Limit(None, "", "not-found")
"""A limit that a rule set does not have, or that nobody found (未知)."""


@dataclass(frozen=True, slots=True)
class ValidityLimits:
    """How many parts a mean needs (有效性限值), by the rules of one set; see ``validity.yaml``.

    `minutes`, `readings` (a share) and `quarters` are each what an hour needs, and all that are
    known have to be reached. `instants` are those of a minute, `hours` of a day, `days` of a month.
    """

    ruleset: str
    instants: Limit = UNKNOWN
    minutes: Limit = UNKNOWN
    readings: Limit = UNKNOWN
    quarters: Limit = UNKNOWN
    flagged_run: Limit = UNKNOWN
    stopped: Limit = UNKNOWN
    hours: Limit = UNKNOWN
    days: Limit = UNKNOWN
    days_february: Limit = UNKNOWN
    capture: Limit = UNKNOWN
    difference: Limit = UNKNOWN

    def need(self, name: str) -> float:
        """The number of the limit `name`; raises `RuleError` where it is not known."""
        limit: Limit = getattr(self, name)
        if limit.number is None:
            values = {"name": name, "ruleset": self.ruleset, "table": VALIDITY}
            raise RuleError(Problem("monitoring.limit_unknown", values=values))
        return limit.number


def validity_limits(ruleset: str, rulebook: Rulebook | None = None) -> ValidityLimits:
    """The limits of validity of a rule set, such as ``cn.hj75-2017`` (有效性限值).

    Raises `RuleError` where the rulebook has no such set, naming those that it has.
    """
    return ValidityLimits(ruleset, **limits_of(VALIDITY, (ruleset,), rulebook))


def limits_of(name: str, key: tuple[str, ...], rulebook: Rulebook | None) -> dict[str, Limit]:
    """Every column that the table `name` has under `key`; raises `RuleError` if there is none."""
    found = {one.column: limit_of(one) for one in rows(name, rulebook) if one.key == key}
    if not found:
        known = dict.fromkeys(one.key[0] for one in rows(name, rulebook))
        values = {"ruleset": key[0], "known": ", ".join(known), "table": name}
        raise RuleError(Problem("monitoring.no_ruleset", values=values))
    return found


def rows(name: str, rulebook: Rulebook | None = None) -> Iterator[Value]:
    """The values of a table of the rulebook, of the one that comes with the package by default."""
    table = _own(name) if rulebook is None else rulebook.table(name)
    if table is None:
        raise RuleError(Problem("monitoring.no_table", values={"table": name}))
    yield from table.values


def limit_of(value: Value) -> Limit:
    """A value of a table as a limit."""
    number = None if value.number is None else float(value.number)
    unit = "" if value.printed_unit == "1" else f" {value.printed_unit}"
    text = f"{value.printed}{unit}" if value.printed else ""
    return Limit(number, text, value.status, value.source, value.clause, value.note)


@lru_cache(maxsize=8)
def _own(name: str) -> Table | None:
    return load_rulebook().table(name)

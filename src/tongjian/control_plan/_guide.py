"""What the guides ask of a plan (指南要求): tables of the rulebook say it, nothing here does."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from functools import lru_cache
from importlib.resources import files
from typing import Any, Literal

from tongjian.control_plan._periods import last_day
from tongjian.control_plan._plan import Parameter, Way
from tongjian.problems import Problem, TongjianError
from tongjian.records import TIERS, Catalogue
from tongjian.rules import Rulebook, Value

_FREEZE, _KEY, _OVERDUE = "plan.freeze", "plan.key", "plan.overdue"
Level = Literal["nonconformity", "clarification", "observation"]


@dataclass(frozen=True, slots=True)
class Clause:
    """What a finding rests on (依据): a document, a clause of it, and how sure that is."""

    document: str
    clause: str
    status: str

    def text(self) -> str:
        """Document and clause on one line."""
        return f"{self.document} {self.clause}".strip()


@dataclass(frozen=True, slots=True)
class Kind:
    """A kind of finding (发现类别): how serious it is, its title and its clause."""

    severity: Level
    zh: str
    en: str
    clause: Clause


@dataclass(frozen=True, slots=True)
class Factor:
    """By how much a stated uncertainty widens (放大系数); None where no number is known."""

    factor: float | None
    source: Clause


@dataclass(frozen=True)
class Guide:
    """What is asked of the plants of a sector: key parameters, the deadline, what overdue costs."""

    sector: str
    catalogue: Catalogue
    keys: tuple[Value, ...]
    deadlines: tuple[Value, ...]
    factors: Mapping[str, Factor]

    def is_key(self, parameter: Parameter, month: str) -> bool:
        """Whether a parameter is frozen each month: as the plan says, else as the guide does."""
        if parameter.key is not None:
            return parameter.key
        if parameter.obtained in ("default", "absent"):
            return False
        stream = self.catalogue.streams.get(parameter.stream)
        its_class = "" if stream is None else stream.stream_class
        return any(
            one.key[2] == parameter.item and f"{its_class}.".startswith(f"{one.key[1]}.")
            for one in self.keys
            if one.key[0] == self.sector and _in_force(one, month) and one.number
        )

    def deadline(self, month: str) -> tuple[date, Clause] | None:
        """The last day on which a month is frozen in time; None where no duty is known."""
        for one in self.deadlines:
            if one.key == (self.sector,) and one.number and _in_force(one, month):
                return last_day(month) + timedelta(days=float(one.number)), _clause(one)
        return None


def read_guide(rulebook: Rulebook, sector: str, catalogue: Catalogue | None = None) -> Guide:
    """What `rulebook` asks of plants of `sector`; raises `TongjianError` if a table is missing."""
    tables = {name: rulebook.table(name) for name in (_FREEZE, _KEY, _OVERDUE)}
    problems = [
        Problem("control_plan.no_table", values={"table": name})
        for name, table in tables.items()
        if table is None
    ]
    if problems:
        raise TongjianError(problems)
    values = {name: table.values for name, table in tables.items() if table is not None}
    factors = {
        one.key[0]: Factor(None if one.number is None else float(one.number), _clause(one))
        for one in values[_OVERDUE]
    }
    return Guide(sector, catalogue or Catalogue.load(), values[_KEY], values[_FREEZE], factors)


@lru_cache(maxsize=1)
def ways() -> Mapping[Way, tuple[str, ...]]:
    """Which tiers of a record agree with a way of obtaining it (``ways.toml``)."""
    known = {tier.code for tier in TIERS}
    found = {name: tuple(one["tiers"]) for name, one in _toml("ways.toml").items()}
    assert all(known.issuperset(tiers) for tiers in found.values())
    return found  # type: ignore[return-value]


@lru_cache(maxsize=1)
def kinds() -> Mapping[str, Kind]:
    """The kinds of finding (``findings.toml``)."""
    found = _toml("findings.toml")
    clauses = {
        name: Clause(one["document"], one["clause"], one["status"])
        for name, one in found.pop("clauses").items()
    }
    return {
        name: Kind(one["severity"], one["zh"], one["en"], clauses[one["clause"]])
        for name, one in found.items()
    }


def _toml(name: str) -> dict[str, Any]:
    text = (files("tongjian.control_plan") / name).read_text(encoding="utf-8")
    return tomllib.loads(text)


def _clause(value: Value) -> Clause:
    return Clause(value.source, value.clause, value.status)


def _in_force(value: Value, month: str) -> bool:
    return value.validity.covers(last_day(month))


__all__ = ["Clause", "Factor", "Guide", "Kind", "Level", "kinds", "read_guide", "ways"]

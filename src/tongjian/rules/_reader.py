"""What reading any document takes: places, problems, units, days, words, expressions."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from datetime import date
from typing import Any

from tongjian.problems import Problem, UnitError
from tongjian.rules._documents import Basis, Expression, Validity, Words
from tongjian.rules._source import Path as Keys
from tongjian.rules._source import Source
from tongjian.units import ONE, Unit, parse_unit

_DAY = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")


def iso_day(text: str) -> date:
    """A day written as 2013-10-15 and in no other ISO way; raises `ValueError`."""
    if not _DAY.fullmatch(text):
        raise ValueError(text)
    return date.fromisoformat(text)


@dataclass(slots=True)
class Reader:
    """Reads one document that fits its schema."""

    source: Source
    problems: list[Problem]

    def problem(self, code: str, path: Keys, **values: object) -> None:
        self.problems.append(Problem(f"rules.{code}", self.source.place(path), values))

    def unit(self, text: object, path: Keys) -> Unit:
        try:
            return parse_unit(str(text))
        except UnitError as error:
            detail = error.problems[0]
            self.problem(
                "unit", path, text=text, detail=f"{detail.repair('zh')} / {detail.repair('en')}"
            )
            return ONE

    def day(self, text: str | None, path: Keys) -> date | None:
        if not text:
            return None
        try:
            return iso_day(text)
        except ValueError:
            self.problem("date", path, text=text)
            return None

    def words(self, data: dict[str, Any]) -> Words:
        return Words(data["zh"], data["en"])

    def basis(self) -> Basis:
        return self.basis_of(self.source.data["basis"])

    def basis_of(self, data: dict[str, Any]) -> Basis:
        return Basis(
            data["document"],
            data.get("clause", ""),
            data.get("status", "seen"),
            data.get("note", ""),
        )

    def validity(self) -> Validity:
        data = self.source.data["in_force"]
        first = self.day(data["from"], ("in_force", "from"))
        last = self.day(data.get("to"), ("in_force", "to"))
        if first and last and last < first:
            self.problem("period_reversed", ("in_force", "to"), first=first, last=last)
        return Validity(first, last)

    def axes(self, data: dict[str, Any], path: Keys) -> dict[str, Unit]:
        return {
            name: self.unit(text, (*path, "axes", name))
            for name, text in data.get("axes", {}).items()
        }

    def needed(self, spec: dict[str, Any], key: str, at: Keys) -> Expression:
        place = self.source.place((*at, key))
        if (*at, key) in self.source.folded:
            place = replace(place, column=None)  # its lines are joined: columns mean nothing
        return Expression(" ".join(str(spec[key]).split("\n")).strip(), place)

    def expression(self, spec: dict[str, Any], key: str, at: Keys) -> Expression | None:
        return self.needed(spec, key, at) if key in spec else None

"""Reads a rule set, or an edition of one whose text is not available."""

from __future__ import annotations

from datetime import date
from typing import Any

from tongjian.rules._documents import Rounding, RuleSet, Shown, UnavailableEdition, Unknown
from tongjian.rules._reader import Reader


def read_ruleset(reader: Reader) -> RuleSet:
    """The rule set of a document that fits its schema."""
    data = reader.source.data
    # Every year needs the day, so the year here is one without a 29 February.
    due = reader.day(f"2001-{data.get('report_day', '03-31')}", ("report_day",)) or date.max
    rounding = data.get("rounding")
    return RuleSet(
        id=data["ruleset"],
        title=reader.words(data["title"]),
        basis=reader.basis(),
        validity=reader.validity(),
        sectors=tuple(data["sectors"]),
        boundary=data["boundary"],
        method=data["method"],
        binds=data.get("binds", {}),
        report_day=(due.month, due.day),
        total=data.get("total"),
        rounding=Rounding(rounding["mode"], rounding["places"]) if rounding else Rounding(),
        notes=reader.words(data["notes"]) if "notes" in data else None,
        place=reader.source.place(("ruleset",)),
        selected=data.get("selected", "by_default"),
        shows=tuple(
            Shown(one["sheet"], tuple(one.get("columns", ())), one.get("unless", {}))
            for one in data.get("shows", ())
        ),
        results_of=tuple(data.get("results_of", ())),
        solve=_unknown(reader, data["solve"]) if "solve" in data else None,
    )


def _unknown(reader: Reader, data: dict[str, Any]) -> Unknown:
    sheet, _, column = data["cell"].partition(".")
    alias, _, value = data["at"].partition(".")
    low, high = data["bracket"]
    return Unknown((sheet, column), (alias, value), tuple(data.get("key", ())), (low, high))


def read_unavailable(reader: Reader) -> UnavailableEdition:
    """The edition of which a document says that its text is not available."""
    data = reader.source.data
    return UnavailableEdition(
        id=data["unavailable"],
        title=reader.words(data["title"]),
        basis=reader.basis(),
        validity=reader.validity(),
        sectors=tuple(data["sectors"]),
        boundary=data["boundary"],
        missing=reader.words(data["missing"]),
        nearest=data["nearest"],
        place=reader.source.place(("unavailable",)),
    )

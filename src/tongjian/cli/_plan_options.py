"""What several commands of ``tongjian plan`` read from their options and from the workspace."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from pathlib import Path
from typing import Any

from tongjian.control_plan import Revision, accounts_of
from tongjian.problems import Problem, TongjianError
from tongjian.records import Store
from tongjian.rules import CompiledRuleSet, Rulebook


def facility_of(store: Store, facility: str) -> Mapping[str, Any]:
    """The row of a facility; raises `TongjianError` where it is not registered."""
    known = {str(one["facility"]): one for one in store.read_facilities()}
    if facility not in known:
        listed = ", ".join(known) or "—"
        values = {"value": facility, "known_zh": listed, "known_en": listed}
        raise TongjianError(Problem("records.unknown_facility", values=values))
    return known[facility]


def rulesets_of(
    book: Rulebook, sector: str, year: int, names: Iterable[str]
) -> list[CompiledRuleSet]:
    """The rule sets named, or those by which the sector reports in the year."""
    chosen = []
    for name in names:
        edition = book.ruleset(name, year)
        if edition is None:
            spans = "; ".join(str(one.doc.validity) for one in book.rulesets.get(name, ()))
            values = {"name": name, "year": year, "spans": spans or "-"}
            raise TongjianError(Problem("engine.edition_unavailable", values=values))
        chosen.append(edition)
    chosen = chosen or accounts_of(book, sector, year)
    if not chosen:
        raise TongjianError(Problem("engine.no_ruleset", values={"sector": sector, "year": year}))
    return chosen


def day_of(option: str, text: str | None) -> date | None:
    """The day that an option names; raises `TongjianError` for what is none."""
    if text is None:
        return None
    try:
        return date.fromisoformat(text)
    except ValueError:
        values = {"option": option, "value": text, "expected": "2025-03-31"}
        raise TongjianError(Problem("cli.option", values=values)) from None


def digests(paths: Iterable[Path]) -> list[str]:
    """SHA-256 of files; raises `TongjianError` for every one that is not there."""
    listed = list(paths)
    missing = [path for path in listed if not path.is_file()]
    if missing:
        raise TongjianError(Problem("cli.no_file", values={"file": path}) for path in missing)
    return [hashlib.sha256(path.read_bytes()).hexdigest() for path in listed]


def revision_data(one: Revision) -> dict[str, Any]:
    """A revision without its plan, for JSON."""
    return {
        "facility": one.plan.facility,
        "revision": one.plan.revision,
        "in_force": one.plan.in_force.isoformat(),
        "effective": one.effective.isoformat(),
        "back_dated": one.back_dated,
        "reason": one.plan.reason,
        "entry": one.entry,
        "by": one.by,
        "entered": one.entered.isoformat(),
    }


def without_empty(
    headers: Sequence[str], rows: Sequence[Sequence[object]]
) -> tuple[list[str], list[list[object]]]:
    """Headers and rows of a table without the columns in which nothing stands, such as units."""
    kept = [at for at in range(len(headers)) if any(row[at] for row in rows)]
    return [headers[at] for at in kept], [[row[at] for at in kept] for row in rows]


__all__ = ["day_of", "digests", "facility_of", "revision_data", "rulesets_of", "without_empty"]

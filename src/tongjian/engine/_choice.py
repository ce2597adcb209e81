"""Which editions of which rule sets a run applies, for which years and facilities (选用)."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import replace

from tongjian.engine._leaf_rows import Row
from tongjian.problems import EngineError, Place, Problem
from tongjian.rules import CompiledRuleSet, Rulebook, text_not_available

Boundary = str | frozenset[str] | None
"""One asked for by name, several whose default rule sets are wanted, or all defaults."""


def candidates(
    rulebook: Rulebook, names: Collection[str] | None, boundary: str | None
) -> list[CompiledRuleSet]:
    """The editions that may be chosen, before anything is known of the records."""
    editions = [one for group in rulebook.rulesets.values() for one in group]
    if names is not None:
        return [one for one in editions if one.id in names]
    if boundary is not None:
        return [one for one in editions if one.doc.boundary == boundary]
    return [one for one in editions if one.doc.selected == "by_default"]


def choose(
    rulebook: Rulebook,
    facilities: Mapping[str, Row],
    names: Iterable[str] | None,
    years: Sequence[int],
    boundary: Boundary,
    problems: list[Problem],
) -> list[tuple[CompiledRuleSet, tuple[int, ...]]]:
    """Editions to run, each with the years it is in force; raises `EngineError` if there is none.

    What is asked for and cannot be run, and what nobody covers, is noted in `problems`.
    """
    sectors = {row["sector"] for row in facilities.values()}
    unread = {(one.id, year): one for year in years for one in rulebook.without_text(year)}
    chosen: dict[str, tuple[CompiledRuleSet, list[int]]] = {}
    for name in rulebook.rulesets if names is None else names:
        for year in years:
            if (name, year) in unread:
                if names is not None:
                    problems.append(text_not_available(unread[name, year]))
                continue
            edition = rulebook.ruleset(name, year)
            if edition is None:
                if names is not None:
                    spans = "; ".join(str(e.doc.validity) for e in rulebook.rulesets.get(name, ()))
                    values = {"name": name, "year": year, "spans": spans or "-"}
                    problems.append(Problem("engine.edition_unavailable", values=values))
                continue
            if names is None and not _fits(edition, sectors, boundary):
                continue
            key = f"{name} {edition.doc.validity}"
            chosen.setdefault(key, (edition, []))[1].append(year)
    if names is None:
        # Nobody is to compute by older rules without a word about the newer ones.
        fitting = {
            one.id: one
            for one in unread.values()
            if _is_of(one.boundary, boundary) and sectors & set(one.sectors)
        }
        problems.extend(
            replace(text_not_available(one), severity="warning", place=Place())
            for one in fitting.values()
        )
    if names is None and boundary is None:
        covered = {
            (sector, year)
            for edition, its_years in chosen.values()
            for sector in edition.doc.sectors
            for year in its_years
            if edition.doc.boundary == "enterprise"
        }
        for sector in sorted(sectors):
            for year in years:
                if (sector, year) not in covered:
                    values = {"sector": sector, "year": year}
                    problems.append(Problem("engine.no_ruleset", values=values, severity="warning"))
    if not chosen:
        raise EngineError(problems or [Problem("engine.no_records")])
    return [(edition, tuple(its_years)) for edition, its_years in chosen.values()]


def _fits(edition: CompiledRuleSet, sectors: set[str], boundary: Boundary) -> bool:
    doc = edition.doc
    asked = _is_of(doc.boundary, boundary)
    if not isinstance(boundary, str):
        asked = asked and doc.selected == "by_default"
    return asked and bool(sectors & set(doc.sectors))


def _is_of(one: str, boundary: Boundary) -> bool:
    if boundary is None:
        return True
    return one in boundary if isinstance(boundary, frozenset) else one == boundary


def of_sectors(ruleset: CompiledRuleSet, facilities: Mapping[str, Row]) -> set[str] | None:
    """The facilities that a rule set is for; None means all."""
    inside = {name for name, row in facilities.items() if row["sector"] in ruleset.doc.sectors}
    return None if len(inside) == len(facilities) else inside


def check_binds(binds: Mapping[str, str], known: Collection[str]) -> None:
    """A misspelt alias would otherwise change nothing and still stand in the manifest."""
    unknown = [alias for alias in binds if alias not in known]
    if unknown:
        listed = ", ".join(sorted(known))
        raise EngineError(
            Problem("engine.unknown_bind", values={"alias": alias, "known": listed})
            for alias in unknown
        )

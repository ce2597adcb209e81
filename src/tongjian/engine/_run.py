"""`run`: applies rule sets to a snapshot of the records (核算运行)."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Literal

import duckdb

from tongjian.engine._backend import DuckBackend
from tongjian.engine._diagnosis import Diagnosis
from tongjian.engine._leaf_rows import LeafRows, fetch
from tongjian.engine._ledger import LedgerLine, ledger_lines, summarise
from tongjian.engine._manifest import make_manifest, result_digest
from tongjian.engine._prepared import prepare
from tongjian.engine._sheet_sql import Sources
from tongjian.engine._snapshot import RecordsStore, Snapshot
from tongjian.engine._tables import ResolvedTables
from tongjian.engine._unused import unused_records
from tongjian.problems import EngineError, Problem
from tongjian.rules import CompiledRuleSet, Rulebook

Row = dict[str, Any]
Backend = Literal["auto", "duckdb", "python"]
# Up to here plain Python is quicker than preparing SQL; both give the same bits.
_SMALL = 5_000


@dataclass(slots=True)
class RuleSetResult:
    """Results of one edition of one rule set for the years it covers."""

    ruleset: CompiledRuleSet
    years: tuple[int, ...]
    tables: ResolvedTables
    sheets: dict[str, list[Row]]


@dataclass(slots=True)
class Run:
    """A finished run (运行): results, problems and the manifest that pins its inputs."""

    rulebook: Rulebook
    snapshot: Snapshot
    results: list[RuleSetResult]
    facilities: dict[str, Row]
    lines: list[LedgerLine]
    problems: list[Problem]
    manifest: dict[str, Any]
    binds: dict[str, str] = field(default_factory=dict)

    @property
    def ledger(self) -> list[Row]:
        """Every ledger line as a row."""
        return [line.as_row() for line in self.lines]

    def inventory(self, by: Sequence[str], **where: object) -> list[Row]:
        """Exact sums by facility attributes or ledger columns, e.g. ``by=["city", "substance"]``.

        `where` keeps lines with these values, e.g. ``boundary="enterprise", year=2025``. Raises
        `EngineError` for a column that does not exist.
        """
        return summarise(self.select(**where), self.facilities, by)

    def select(self, **where: object) -> list[LedgerLine]:
        """Ledger lines with these values of their columns or of their facility's attributes."""
        return [line for line in self.lines if self._fits(line, where)]

    def sheet(self, ruleset: str, name: str) -> list[Row]:
        """All rows of a coarser sheet under a rule set."""
        found = [
            row
            for result in self.results
            if result.ruleset.id == ruleset
            for row in result.sheets.get(name, ())
        ]
        return found

    def _fits(self, line: LedgerLine, where: Mapping[str, object]) -> bool:
        facility = self.facilities.get(line.facility, {})
        return all(
            (getattr(line, name) if hasattr(line, name) else facility.get(name)) == value
            for name, value in where.items()
        )


def run(
    rulebook: Rulebook,
    store: RecordsStore | Snapshot,
    rulesets: Iterable[str] | None = None,
    years: Iterable[int] | None = None,
    *,
    binds: Mapping[str, str] | None = None,
    backend: Backend = "auto",
    threads: int | None = None,
    progress: Callable[[str, int, int], None] | None = None,
) -> Run:
    """Apply rule sets to the records.

    `rulesets` None means every rule set that fits a facility's sector; `years` None means every
    year with data. `binds` replaces tables by alias (a what-if, e.g. ``{"gwp": "gwp.ar4"}``) and
    is written into the manifest. Rows that cannot be computed are left out of totals, counted and
    reported in `Run.problems`. Raises `EngineError` when nothing can be run at all.
    """
    snapshot = store if isinstance(store, Snapshot) else Snapshot.of(store)
    connection = snapshot.connect(threads)
    facilities = {row["facility"]: row for row in fetch(connection, "SELECT * FROM facilities")}
    data_years = _years(connection, snapshot)
    wanted = [year for year in data_years if years is None or year in set(years)]
    if not wanted:
        raise EngineError(Problem("engine.no_records"))
    problems: list[Problem] = []
    chosen = _choose(rulebook, facilities, rulesets, wanted, problems)
    size = _size(connection, snapshot)
    results, lines = [], []
    for index, (ruleset, its_years) in enumerate(chosen):
        if progress:
            progress(ruleset.id, index, len(chosen))
        bound, engine = prepare(rulebook, ruleset, its_years, binds or {})
        sources = _scope(connection, snapshot, bound, facilities, rulesets is None, index)
        reader = LeafRows(connection, sources, facilities)
        leaves = None
        if backend == "python" or (backend == "auto" and size <= _SMALL):
            leaves = reader.read(bound.program)
            sheets = engine.run(leaves)
        else:
            sheets = DuckBackend(connection, bound.program, engine.tables, sources, index).run()
        sheets = _coarse(bound, sheets, its_years)
        results.append(RuleSetResult(bound, its_years, engine.tables, sheets))
        lines.extend(ledger_lines(bound, sheets, engine.tables))
        problems.extend(Diagnosis(engine, bound, its_years, reader, leaves).problems(sheets))
    used = [result.ruleset for result in results]
    problems.extend(unused_records(connection, used, named=rulesets is not None))
    if progress:
        progress("", len(chosen), len(chosen))
    lines.sort(key=lambda line: (line.facility, line.year, line.ruleset, line.sheet, line.column))
    manifest = make_manifest(rulebook, snapshot, results, dict(binds or {}), lines, problems)
    return Run(
        rulebook, snapshot, results, facilities, lines, problems, manifest, dict(binds or {})
    )


def _coarse(
    ruleset: CompiledRuleSet, sheets: Mapping[str, list[Row]], years: Sequence[int]
) -> dict[str, list[Row]]:
    """The coarser sheets, without years in which this edition is not in force."""
    return {
        name: [row for row in sheets[name] if row.get("year") in (None, *years)]
        for name, sheet in ruleset.program.sheets.items()
        if not sheet.is_leaf
    }


def _years(connection: duckdb.DuckDBPyConnection, snapshot: Snapshot) -> list[int]:
    relations = [f"wide_{name}" for name in snapshot.wide] or ["activity"]
    union = " UNION ".join(f"SELECT DISTINCT year FROM {name}" for name in relations)
    return [row["year"] for row in fetch(connection, f"SELECT year FROM ({union}) ORDER BY year")]


def _size(connection: duckdb.DuckDBPyConnection, snapshot: Snapshot) -> int:
    relations = [f"wide_{name}" for name in snapshot.wide] or ["activity"]
    counts = [fetch(connection, f"SELECT count(*) AS n FROM {name}")[0]["n"] for name in relations]
    return int(sum(counts))


def _choose(
    rulebook: Rulebook,
    facilities: Mapping[str, Row],
    names: Iterable[str] | None,
    years: Sequence[int],
    problems: list[Problem],
) -> list[tuple[CompiledRuleSet, tuple[int, ...]]]:
    """Editions to run, each with the years it is in force."""
    sectors = {row["sector"] for row in facilities.values()}
    chosen: dict[str, tuple[CompiledRuleSet, list[int]]] = {}
    for name in rulebook.rulesets if names is None else names:
        for year in years:
            edition = rulebook.ruleset(name, year)
            if edition is None:
                if names is not None:
                    spans = "; ".join(str(e.doc.validity) for e in rulebook.rulesets[name])
                    values = {"name": name, "year": year, "spans": spans}
                    problems.append(Problem("engine.edition_unavailable", values=values))
                continue
            if names is None and not sectors & set(edition.doc.sectors):
                continue
            key = f"{name} {edition.doc.validity}"
            chosen.setdefault(key, (edition, []))[1].append(year)
    if names is None:
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


def _scope(
    connection: duckdb.DuckDBPyConnection,
    snapshot: Snapshot,
    ruleset: CompiledRuleSet,
    facilities: Mapping[str, Row],
    by_sector: bool,
    index: int,
) -> Sources:
    """Where the backend reads from; limited to the rule set's sectors unless it was named."""
    sources = snapshot.sources()
    inside = [name for name, row in facilities.items() if row["sector"] in ruleset.doc.sectors]
    if not by_sector or len(inside) == len(facilities):
        return sources
    connection.execute(f"CREATE TEMP TABLE scope{index} (facility VARCHAR)")
    marks = ", ".join(["(?)"] * len(inside))
    connection.execute(f"INSERT INTO scope{index} VALUES {marks}", inside)
    return Sources(wide=sources.wide, scope=f"scope{index}")


__all__ = ["Backend", "RuleSetResult", "Run", "result_digest", "run"]

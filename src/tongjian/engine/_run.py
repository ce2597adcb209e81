"""`run`: applies rule sets to a snapshot of the records (核算运行)."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal, get_args

from tongjian.engine._asked import Asked
from tongjian.engine._backend import SqlBackend, SqlEngine
from tongjian.engine._choice import Boundary, candidates, check_binds, choose, of_sectors
from tongjian.engine._diagnosis import Diagnosis
from tongjian.engine._duck import DuckEngine
from tongjian.engine._engines import check_backend, open_engine
from tongjian.engine._finished_run import RuleSetResult, Run
from tongjian.engine._kept_rows import coarse_rows, shown_leaves, told_rows
from tongjian.engine._leaf_rows import LeafRows, Row, in_scope, kinds_in, read_records
from tongjian.engine._ledger import LedgerLine, ledger_lines
from tongjian.engine._manifest import make_manifest
from tongjian.engine._prepared import SMALL, prepare, read_years
from tongjian.engine._relations import Sources
from tongjian.engine._results import (
    boundaries_of,
    incomplete,
    result_records,
    with_records,
    without_entered,
)
from tongjian.engine._snapshot import RecordsStore, Snapshot
from tongjian.engine._unused import kinds_of_records, unused_records
from tongjian.problems import EngineError, Problem
from tongjian.rules import CompiledRuleSet, Rulebook

if TYPE_CHECKING:
    from pyspark.sql import SparkSession

Backend = Literal["auto", "duckdb", "python", "spark"]


def run(
    rulebook: Rulebook,
    store: RecordsStore | Snapshot,
    rulesets: Iterable[str] | None = None,
    years: Iterable[int] | None = None,
    *,
    binds: Mapping[str, str] | None = None,
    boundary: str | None = None,
    backend: Backend = "auto",
    threads: int | None = None,
    progress: Callable[[str, int, int], None] | None = None,
    spark: SparkSession | None = None,
) -> Run:
    """Apply rule sets to the records.

    `rulesets` None means every rule set that fits a facility's sector by default, or every one
    with this `boundary`, such as "levels"; `years` None means every year with data. A rule set with
    `results_of` judges results: the default rule sets of those boundaries run first, and stay in
    `Run.accounts`. `binds` replaces tables by alias (a what-if, e.g. ``{"gwp": "gwp.ar4"}``) and is
    written into the manifest. Rows that cannot be computed are left out of totals, counted and
    reported in `Run.problems`. Raises `EngineError` when nothing can be run at all.

    `backend` "auto" takes Python for few rows and DuckDB for many; "spark" runs on the session
    `spark`, or starts Spark on this machine. The result is the same to the last bit.
    """
    check_backend(backend, get_args(Backend))
    snapshot = store if isinstance(store, Snapshot) else Snapshot.of(store)
    named = None if rulesets is None else list(rulesets)
    wanted_years = None if years is None else set(years)
    judging = candidates(rulebook, named, boundary)
    setting = _Setting(rulebook, dict(binds or {}), backend, threads, progress, spark)
    accounts: Run | None = None
    more: list[Problem] = []
    if boundaries := boundaries_of(judging):
        accounts = setting.accounts(snapshot, judging, wanted_years, boundaries)
        if accounts is not None:
            rows = result_records(accounts, judging)
            with snapshot.borrow(threads) as connection:
                rows, more = without_entered(rows, connection)
            more.extend(incomplete(accounts))
            snapshot = with_records(snapshot, rows)
    made = setting.run(snapshot, named, wanted_years, boundary, accounts, more)
    made.asked = Asked.of(named, wanted_years, boundary, binds)
    return made


@dataclass(frozen=True, slots=True)
class _Setting:
    """What does not change between the runs of one call."""

    rulebook: Rulebook
    binds: dict[str, str]
    backend: Backend
    threads: int | None
    progress: Callable[[str, int, int], None] | None
    spark: SparkSession | None

    def run(
        self,
        snapshot: Snapshot,
        rulesets: Sequence[str] | None,
        years: Collection[int] | None,
        boundary: Boundary,
        accounts: Run | None = None,
        problems: Sequence[Problem] = (),
    ) -> Run:
        with snapshot.borrow(self.threads) as connection:
            few = DuckEngine(connection)
            sparks = self.backend == "spark"
            engine = open_engine(snapshot, self.spark, self.threads) if sparks else few
            work = _Work(self.rulebook, snapshot, few, engine, self.binds, self.backend, accounts)
            return work.run(rulesets, years, boundary, self.progress, problems)

    def accounts(
        self,
        snapshot: Snapshot,
        judging: Sequence[CompiledRuleSet],
        years: Collection[int] | None,
        boundaries: frozenset[str],
    ) -> Run | None:
        """The run whose results are judged; None where there is nothing to account for."""
        if years is not None:
            years = {year for one in judging for year in read_years(one, years)}
        try:
            return self.run(snapshot, None, years, boundaries)
        except EngineError as error:
            # What was entered as a result (a park, a plant without its records) is judged alone.
            if any(problem.code != "engine.no_records" for problem in error.problems):
                raise
            return None


@dataclass(slots=True)
class _Work:
    """One run: `engine` computes, `few` reads the handful of rows that a problem is about."""

    rulebook: Rulebook
    snapshot: Snapshot
    few: DuckEngine
    engine: SqlEngine
    binds: dict[str, str]
    backend: Backend
    accounts: Run | None = None

    def run(
        self,
        rulesets: Sequence[str] | None,
        years: Collection[int] | None,
        boundary: Boundary,
        progress: Callable[[str, int, int], None] | None,
        already: Sequence[Problem] = (),
    ) -> Run:
        query = "SELECT * FROM facilities"
        facilities = {row["facility"]: row for row in self.few.fetch(query)}
        in_python = self.backend == "python" or (self.backend == "auto" and self.is_small())
        # Few records are read once, and everything is worked out from what was read.
        records = read_records(self.few.connection) if in_python else None
        kinds = kinds_of_records(self.engine) if records is None else kinds_in(records, facilities)
        data_years = self.years(kinds)
        chosen_years = None if years is None else set(years)
        wanted = [year for year in data_years if chosen_years is None or year in chosen_years]
        if not wanted:
            raise EngineError(Problem("engine.no_records"))
        problems: list[Problem] = list(already)
        chosen = choose(self.rulebook, facilities, rulesets, wanted, boundary, problems)
        self.settle_binds([ruleset for ruleset, _ in chosen], boundary)
        results: list[RuleSetResult] = []
        lines: list[LedgerLine] = []
        for index, (ruleset, its_years) in enumerate(chosen):
            if progress:
                progress(ruleset.id, index, len(chosen))
            bound, engine = prepare(
                self.rulebook, ruleset, read_years(ruleset, its_years), self.binds
            )
            inside = None if rulesets is not None else of_sectors(bound, facilities)
            sources = self.scope(inside, index)
            reader = LeafRows(self.few.connection, sources, facilities)
            leaves, warned = None, None
            if records is not None:
                mine = records if inside is None else in_scope(records, inside)
                leaves = reader.read(bound.program, records=mine)
                sheets = engine.run(leaves)
            else:
                back = SqlBackend(self.engine, bound.program, engine.tables, sources, index)
                sheets = back.run()
                for name in shown_leaves(bound):
                    sheets[name] = back.leaf(bound.program.sheets[name], refused=False)
                warned = back.warned()
                back.drop()
            told = told_rows(bound, sheets, its_years)
            sheets = coarse_rows(bound, sheets, its_years)
            results.append(RuleSetResult(bound, its_years, engine.tables, sheets | told))
            lines.extend(ledger_lines(bound, sheets, engine.tables))
            problems.extend(
                Diagnosis(engine, bound, its_years, reader, leaves, warned).problems(sheets)
            )
        # A judgement reads what it needs and is not where a record has to be taken in.
        used = [result.ruleset for result in results if not result.ruleset.doc.shows]
        problems.extend(unused_records(kinds, used, wanted, named=rulesets is not None))
        if progress:
            progress("", len(chosen), len(chosen))
        lines.sort(key=lambda one: (one.facility, one.year, one.ruleset, one.sheet, one.column))
        manifest = make_manifest(
            self.rulebook,
            self.snapshot,
            results,
            self.binds,
            lines,
            problems,
            None if self.accounts is None else self.accounts.manifest,
        )
        return Run(
            self.rulebook,
            self.snapshot,
            results,
            facilities,
            lines,
            problems,
            manifest,
            self.binds,
            self.accounts,
        )

    def settle_binds(self, chosen: Sequence[CompiledRuleSet], boundary: Boundary) -> None:
        """Keep the replacements that these rule sets can take; a name that none knows is an error.

        Where results are judged, a replacement may be meant for either side.
        """
        known = {alias for ruleset in chosen for alias in ruleset.program.tables}
        if not isinstance(boundary, frozenset):
            elsewhere = self.accounts.binds if self.accounts is not None else {}
            check_binds({k: v for k, v in self.binds.items() if k not in elsewhere}, known)
        self.binds = {alias: table for alias, table in self.binds.items() if alias in known}

    def scope(self, facilities: Collection[str] | None, index: int) -> Sources:
        """Where to read from; `facilities` limits what is read."""
        sources = self.snapshot.sources()
        if facilities is None:
            return sources
        for engine in {id(one): one for one in (self.few, self.engine)}.values():
            engine.fill(f"scope{index}", [("facility", "VARCHAR")], [sorted(facilities)])
        return Sources(wide=sources.wide, scope=f"scope{index}")

    def is_small(self) -> bool:
        """Whether there are so few rows that plain Python is quicker than preparing SQL."""
        relations = ["activity", *(f"wide_{name}" for name in self.snapshot.wide)]
        counts = ", ".join(f"(SELECT count(*) FROM {name})" for name in relations)
        found = self.few.connection.execute(f"SELECT {counts}").fetchone() or ()
        return sum(map(int, found)) <= SMALL

    def years(self, kinds: Iterable[Row]) -> list[int]:
        """The years with data."""
        years = {kind["year"] for kind in kinds}
        for name in self.snapshot.wide:
            years.update(
                row["year"] for row in self.engine.fetch(f"SELECT DISTINCT year FROM wide_{name}")
            )
        return sorted(years)


__all__ = ["Backend", "run"]

"""`run`: applies rule sets to a snapshot of the records (核算运行)."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any, Literal, get_args

from tongjian.engine._asked import Asked
from tongjian.engine._backend import SqlBackend, SqlEngine
from tongjian.engine._diagnosis import Diagnosis
from tongjian.engine._duck import DuckEngine
from tongjian.engine._engines import check_backend, open_engine
from tongjian.engine._leaf_rows import LeafRows, Row, in_scope, kinds_in, read_records
from tongjian.engine._ledger import LedgerLine, check_columns, ledger_lines, summarise
from tongjian.engine._manifest import make_manifest, result_digest
from tongjian.engine._prepared import prepare, read_years
from tongjian.engine._result_bytes import result_bytes
from tongjian.engine._results import (
    boundaries_of,
    incomplete,
    result_records,
    with_records,
    without_entered,
)
from tongjian.engine._sheet_sql import MISSING, Sources
from tongjian.engine._snapshot import RecordsStore, Snapshot
from tongjian.engine._tables import ResolvedTables
from tongjian.engine._unused import kinds_of_records, unused_records
from tongjian.problems import EngineError, Place, Problem
from tongjian.rules import ATTRIBUTES, CompiledRuleSet, Rulebook, text_not_available

if TYPE_CHECKING:
    from pyspark.sql import SparkSession

# A boundary asked for by name, several whose default rule sets are wanted, or all defaults.
_Boundary = str | frozenset[str] | None
Backend = Literal["auto", "duckdb", "python", "spark"]
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
    accounts: Run | None = None
    """The run whose results were records of this one, where a rule set judges results."""
    asked: Asked = field(default_factory=Asked)

    def result_bytes(self) -> bytes:
        """The results in canonical form: their SHA-256 is ``manifest["result"]``."""
        return b"".join(result_bytes(self.results, self.lines))

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
        """Ledger lines with these values of their columns or of their facility's attributes.

        Raises `EngineError` for a column that does not exist.
        """
        check_columns(where, [*LedgerLine.__slots__, *ATTRIBUTES["facility"]])
        own = [(name, value) for name, value in where.items() if name in LedgerLine.__slots__]
        theirs = {name: value for name, value in where.items() if name in ATTRIBUTES["facility"]}
        inside = {
            facility
            for facility, row in self.facilities.items()
            if all(row.get(name) == value for name, value in theirs.items())
        }
        return [
            line
            for line in self.lines
            if all(getattr(line, name) == value for name, value in own)
            and (not theirs or line.facility in inside)
        ]

    def sheet(self, ruleset: str, name: str) -> list[Row]:
        """All rows of a coarser sheet under a rule set."""
        found = [
            row
            for result in self.results
            if result.ruleset.id == ruleset
            for row in result.sheets.get(name, ())
        ]
        return found


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
    `Run.accounts`. `binds`
    replaces tables by alias (a what-if, e.g. ``{"gwp": "gwp.ar4"}``) and is written into the
    manifest. Rows that cannot be computed are left out of totals, counted and reported in
    `Run.problems`. Raises `EngineError` when nothing can be run at all.

    `backend` "auto" takes Python for few rows and DuckDB for many; "spark" runs on the session
    `spark`, or starts Spark on this machine. The result is the same to the last bit.
    """
    check_backend(backend, get_args(Backend))
    snapshot = store if isinstance(store, Snapshot) else Snapshot.of(store)
    named = None if rulesets is None else list(rulesets)
    wanted_years = None if years is None else set(years)
    judging = _candidates(rulebook, named, boundary)
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
        boundary: _Boundary,
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


def _candidates(
    rulebook: Rulebook, names: Collection[str] | None, boundary: str | None
) -> list[CompiledRuleSet]:
    """The editions that may be chosen, before anything is known of the records."""
    editions = [one for group in rulebook.rulesets.values() for one in group]
    if names is not None:
        return [one for one in editions if one.id in names]
    if boundary is not None:
        return [one for one in editions if one.doc.boundary == boundary]
    return [one for one in editions if one.doc.selected == "by_default"]


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
        boundary: _Boundary,
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
        chosen = _choose(self.rulebook, facilities, rulesets, wanted, boundary, problems)
        self.settle_binds([ruleset for ruleset, _ in chosen], boundary)
        results: list[RuleSetResult] = []
        lines: list[LedgerLine] = []
        for index, (ruleset, its_years) in enumerate(chosen):
            if progress:
                progress(ruleset.id, index, len(chosen))
            bound, engine = prepare(
                self.rulebook, ruleset, read_years(ruleset, its_years), self.binds
            )
            inside = None if rulesets is not None else _of_sectors(bound, facilities)
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
                for name in _shown_leaves(bound):
                    sheets[name] = back.leaf(bound.program.sheets[name], refused=False)
                warned = back.warned()
                back.drop()
            told = _told(bound, sheets, its_years)
            sheets = _coarse(bound, sheets, its_years)
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

    def settle_binds(self, chosen: Sequence[CompiledRuleSet], boundary: _Boundary) -> None:
        """Keep the replacements that these rule sets can take; a name that none knows is an error.

        Where results are judged, a replacement may be meant for either side.
        """
        known = {alias for ruleset in chosen for alias in ruleset.program.tables}
        if not isinstance(boundary, frozenset):
            elsewhere = self.accounts.binds if self.accounts is not None else {}
            _check_binds({k: v for k, v in self.binds.items() if k not in elsewhere}, known)
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
        return sum(map(int, found)) <= _SMALL

    def years(self, kinds: Iterable[Row]) -> list[int]:
        """The years with data."""
        years = {kind["year"] for kind in kinds}
        for name in self.snapshot.wide:
            years.update(
                row["year"] for row in self.engine.fetch(f"SELECT DISTINCT year FROM wide_{name}")
            )
        return sorted(years)


def _of_sectors(ruleset: CompiledRuleSet, facilities: Mapping[str, Row]) -> set[str] | None:
    """The facilities that a rule set is for; None means all."""
    inside = {name for name, row in facilities.items() if row["sector"] in ruleset.doc.sectors}
    return None if len(inside) == len(facilities) else inside


def _check_binds(binds: Mapping[str, str], known: Collection[str]) -> None:
    """A misspelt alias would otherwise change nothing and still stand in the manifest."""
    unknown = [alias for alias in binds if alias not in known]
    if unknown:
        listed = ", ".join(sorted(known))
        raise EngineError(
            Problem("engine.unknown_bind", values={"alias": alias, "known": listed})
            for alias in unknown
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


def _shown_leaves(ruleset: CompiledRuleSet) -> list[str]:
    """The sheets of records that a judgement is told by."""
    sheets = ruleset.program.sheets
    return [one.sheet for one in ruleset.doc.shows if sheets[one.sheet].is_leaf]


def _told(
    ruleset: CompiledRuleSet, sheets: Mapping[str, list[Row]], years: Sequence[int]
) -> dict[str, list[Row]]:
    """Rows of the records that a judgement is told by, with what it says of each."""
    found = {}
    for name in _shown_leaves(ruleset):
        plan = ruleset.program.sheets[name]
        names = dict.fromkeys([*plan.grain, "year", *plan.inputs, *plan.formulas])
        found[name] = [
            {column: row.get(column) for column in names} | {MISSING: 0}
            for row in sheets.get(name, ())
            if row["year"] in years and not row.get("@refused")
        ]
    return found


def _choose(
    rulebook: Rulebook,
    facilities: Mapping[str, Row],
    names: Iterable[str] | None,
    years: Sequence[int],
    boundary: _Boundary,
    problems: list[Problem],
) -> list[tuple[CompiledRuleSet, tuple[int, ...]]]:
    """Editions to run, each with the years it is in force."""
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


def _fits(edition: CompiledRuleSet, sectors: set[str], boundary: _Boundary) -> bool:
    doc = edition.doc
    asked = _is_of(doc.boundary, boundary)
    if not isinstance(boundary, str):
        asked = asked and doc.selected == "by_default"
    return asked and bool(sectors & set(doc.sectors))


def _is_of(one: str, boundary: _Boundary) -> bool:
    if boundary is None:
        return True
    return one in boundary if isinstance(boundary, frozenset) else one == boundary


__all__ = ["Backend", "RuleSetResult", "Run", "result_digest", "run"]

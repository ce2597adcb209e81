"""Every sheet of one rule set, rows of leaf sheets included, on a named back-end."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from tongjian.engine._backend import SqlBackend, SqlEngine
from tongjian.engine._duck import DuckEngine
from tongjian.engine._engines import check_backend, open_engine
from tongjian.engine._leaf_rows import LeafRows, fetch
from tongjian.engine._prepared import prepare
from tongjian.engine._python import PythonEngine
from tongjian.engine._snapshot import Snapshot
from tongjian.rules import CompiledRuleSet, Rulebook

if TYPE_CHECKING:
    from pyspark.sql import SparkSession

COMPUTES = ("duckdb", "python", "decimal", "spark")


def compute_sheets(
    rulebook: Rulebook,
    ruleset: CompiledRuleSet,
    snapshot: Snapshot,
    years: Sequence[int],
    backend: str = "python",
    binds: Mapping[str, str] | None = None,
    *,
    spark: SparkSession | None = None,
    only: Collection[str] | None = None,
) -> dict[str, list[dict[str, Any]]]:
    """All rows of all sheets on back-end "duckdb", "python" (float), "decimal" or "spark".

    Meant for previews and for holding back-ends against each other; `run` is the way to results.
    `only` names the sheets that are wanted, where not all of them are.
    Raises `EngineError` for a back-end that does not exist or is not installed.
    """
    check_backend(backend, COMPUTES)
    ruleset, engine = prepare(rulebook, ruleset, tuple(years), binds or {})
    sources = snapshot.sources()
    if backend in ("duckdb", "spark"):
        with snapshot.connect() as connection:  # one of its own: tables stay behind an error
            few = DuckEngine(connection)
            chosen: SqlEngine = few if backend == "duckdb" else open_engine(snapshot, spark)
            back = SqlBackend(chosen, ruleset.program, engine.tables, sources)
            coarse = back.run(only)
            found = {
                name: back.leaf(sheet) if sheet.is_leaf else coarse[name]
                for name, sheet in ruleset.program.sheets.items()
                if only is None or name in only
            }
            back.drop()
            return found
    with snapshot.borrow() as connection:
        query = "SELECT * FROM facilities"
        facilities = {row["facility"]: row for row in fetch(connection, query)}
        leaves = LeafRows(connection, sources, facilities).read(ruleset.program)
    if backend == "decimal":
        engine = PythonEngine(ruleset.program, engine.tables, "decimal")
    sheets = engine.run(leaves)
    return {name: rows for name, rows in sheets.items() if only is None or name in only}

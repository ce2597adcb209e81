"""Every sheet of one rule set, rows of leaf sheets included, on a named back-end."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from tongjian.engine._backend import DuckBackend
from tongjian.engine._leaf_rows import LeafRows, fetch
from tongjian.engine._prepared import prepare
from tongjian.engine._python import PythonEngine
from tongjian.engine._snapshot import Snapshot
from tongjian.rules import CompiledRuleSet, Rulebook


def compute_sheets(
    rulebook: Rulebook,
    ruleset: CompiledRuleSet,
    snapshot: Snapshot,
    years: Sequence[int],
    backend: str = "python",
    binds: Mapping[str, str] | None = None,
) -> dict[str, list[dict[str, Any]]]:
    """All rows of all sheets on back-end "duckdb", "python" (float) or "decimal".

    Meant for previews and for holding back-ends against each other; `run` is the way to results.
    """
    ruleset, engine = prepare(rulebook, ruleset, tuple(years), binds or {})
    with snapshot.connect() as connection:
        facilities = {r["facility"]: r for r in fetch(connection, "SELECT * FROM facilities")}
        sources = snapshot.sources()
        if backend == "duckdb":
            duck = DuckBackend(connection, ruleset.program, engine.tables, sources)
            coarse = duck.run()
            return {
                name: duck.leaf(sheet) if sheet.is_leaf else coarse[name]
                for name, sheet in ruleset.program.sheets.items()
            }
        leaves = LeafRows(connection, sources, facilities).read(ruleset.program)
    if backend == "decimal":
        engine = PythonEngine(ruleset.program, engine.tables, "decimal")
    return engine.run(leaves)

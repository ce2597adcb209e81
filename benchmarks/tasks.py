"""What is measured: each task runs in a process of its own and prints one JSON line.

python -m benchmarks.tasks TASK DATA_FOLDER
"""

from __future__ import annotations

import json
import resource
import statistics
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import duckdb

from benchmarks import sql
from benchmarks.data import YEARS, Data, open_data
from tongjian.engine import Snapshot, run
from tongjian.engine._backend import SqlBackend
from tongjian.engine._duck import DuckEngine
from tongjian.engine._leaf_rows import LeafRows, fetch
from tongjian.engine._prepared import prepare
from tongjian.engine._python import PythonEngine
from tongjian.rules import load_rulebook

Result = dict[str, Any]
THREADS = 2


def cpu_seconds() -> float:
    """CPU time of this process, all threads."""
    usage = resource.getrusage(resource.RUSAGE_SELF)
    return usage.ru_utime + usage.ru_stime


def measured(work: Callable[[], object]) -> Result:
    """CPU and wall seconds of a piece of work."""
    cpu, wall = cpu_seconds(), time.perf_counter()
    work()
    return {"cpu": cpu_seconds() - cpu, "wall": time.perf_counter() - wall}


def snapshot_of(data: Data, rows: Path | None = None) -> Snapshot:
    """The generated records as a snapshot with one column per input."""
    wide = {"row": rows or data.rows}
    return Snapshot("benchmark", (), data.facilities, data.process_units, wide)


def hand_written(data: Data, statement: str) -> Result:
    """A statement by hand, into a table."""

    def work() -> None:
        connection = duckdb.connect(":memory:", config={"threads": THREADS})
        for view in sql.views(data):
            connection.execute(view)
        connection.execute(statement, sql.GWP_A)

    return measured(work)


def natural(data: Data) -> Result:
    """The natural form of the SQL."""
    return hand_written(data, sql.NATURAL)


def optimised(data: Data) -> Result:
    """The SQL after a day of tuning."""
    return hand_written(data, sql.OPTIMISED)


def engine_tables(data: Data, threads: int) -> tuple[duckdb.DuckDBPyConnection, str]:
    """The engine's facility sheet as a table: everything but reading the rulebook's files."""
    book = load_rulebook(data.rulebook)
    ruleset = book.ruleset(next(iter(book.rulesets)), YEARS[-1])
    assert ruleset is not None
    bound, engine = prepare(book, ruleset, YEARS, {})
    snapshot = snapshot_of(data)
    connection = snapshot.connect(threads)
    back = SqlBackend(DuckEngine(connection), bound.program, engine.tables, snapshot.sources())
    return connection, back.store(bound.program.sheets["facility"])


def engine(data: Data) -> Result:
    """The engine on two threads, factors, joins, exact totals and counts included."""
    load_rulebook(data.rulebook)
    return measured(lambda: engine_tables(data, THREADS))


def same_results(data: Data) -> Result:
    """Engine against the natural SQL, and one thread against two."""
    connection, one = engine_tables(data, 1)
    other, two = engine_tables(data, THREADS)
    columns = ", ".join(f'"{name}"' for name in sql.COLUMNS)

    def digest(where: duckdb.DuckDBPyConnection, table: str) -> object:
        query = f"SELECT bit_xor(hash(facility, year, {columns})), count(*) FROM {table}"
        return where.execute(query).fetchone()

    rows = other.execute(f"SELECT facility, year, {columns} FROM {two}").fetchnumpy()
    third = duckdb.connect(":memory:")
    for view in sql.views(data):
        third.execute(view)
    third.execute(sql.NATURAL, sql.GWP_A)
    by_hand = third.execute(
        f"SELECT facility, year, {columns} FROM result ORDER BY facility, year"
    ).fetchnumpy()
    import numpy as np

    order = np.lexsort((rows["year"], rows["facility"]))
    worst = 0.0
    for name in sql.COLUMNS:
        ours, theirs = np.asarray(rows[name])[order], np.asarray(by_hand[name])
        scale = np.maximum(np.abs(theirs), 1.0)
        worst = max(worst, float(np.max(np.abs(ours - theirs) / scale)))
    return {
        "same_on_1_and_2_threads": digest(connection, one) == digest(other, two),
        "worst_difference_to_sql": worst,
        "rows": len(order),
    }


def sample_rows(data: Data, folder: str, rows: int) -> Path:
    """The first rows of the data as a file of their own (whole plants)."""
    path = Path(folder) / "sample.parquet"
    connection = duckdb.connect(":memory:", config={"threads": 1})
    source, target = str(data.rows).replace("'", "''"), str(path).replace("'", "''")
    connection.execute(
        f"COPY (SELECT * FROM read_parquet('{source}') LIMIT {rows}) TO '{target}' (FORMAT parquet)"
    )
    return path


def decimal(data: Data) -> Result:
    """The engine against the same formulas in 40-digit decimals, on 10,000 rows."""
    book = load_rulebook(data.rulebook)
    ruleset = book.ruleset(next(iter(book.rulesets)), YEARS[-1])
    assert ruleset is not None
    bound, floats = prepare(book, ruleset, YEARS, {})
    with tempfile.TemporaryDirectory() as folder:
        snapshot = snapshot_of(data, sample_rows(data, folder, 10_000))
        with snapshot.connect(1) as connection:
            facilities = {r["facility"]: r for r in fetch(connection, "SELECT * FROM facilities")}
            sources = snapshot.sources()
            leaves = LeafRows(connection, sources, facilities).read(bound.program)
            back = SqlBackend(DuckEngine(connection), bound.program, floats.tables, sources)
            by_sql = back.run()["facility"]
    exact = PythonEngine(bound.program, floats.tables, "decimal").run(leaves)["facility"]
    plain = floats.run(leaves)["facility"]
    worst = max(
        abs(row[name] - float(reference[name])) / max(abs(float(reference[name])), 1e-9)
        for row, reference in zip(by_sql, exact, strict=True)
        for name in sql.COLUMNS
    )
    same = all(a[n] == b[n] for a, b in zip(by_sql, plain, strict=True) for n in sql.COLUMNS)
    return {"worst_relative": worst, "sql_equals_python": same, "rows": len(leaves["row"])}


def trace(data: Data) -> Result:
    """One plant and year with every intermediate value, out of all rows."""
    book = load_rulebook(data.rulebook)
    ruleset = book.ruleset(next(iter(book.rulesets)), YEARS[-1])
    assert ruleset is not None
    bound, engine = prepare(book, ruleset, YEARS, {})
    snapshot = snapshot_of(data)
    with snapshot.borrow(THREADS) as connection:
        facilities = {r["facility"]: r for r in fetch(connection, "SELECT * FROM facilities")}
    names = sorted(facilities)
    times = []
    for name in [names[len(names) * i // 7] for i in range(7)]:
        start = time.perf_counter()
        with snapshot.borrow(THREADS) as connection:
            reader = LeafRows(connection, snapshot.sources(), facilities)
            leaves = reader.read(bound.program, f"facility = '{name}' AND year = 2021")
        rows = engine.run(leaves)
        times.append(time.perf_counter() - start)
        assert rows["facility"][0]["total"]
    return {"median_ms": 1000 * statistics.median(times), "rows": len(leaves["row"])}


def one_plant(data: Data) -> Result:
    """A steel works of the sample province, one year: first and later runs in one process."""
    from tongjian.records import Store
    from tongjian.sample import generate

    sample = generate(plants=8, months=12)
    facility = next(f["facility"] for f in sample.facilities if f["sector"] == "steel")

    def own(rows: list[dict[str, Any]]) -> list[dict[str, Any]]:
        return [row for row in rows if row["facility"] == facility]

    with tempfile.TemporaryDirectory() as folder:
        from tongjian.sample import write_sample

        write_sample(folder, plants=8, months=12)
        everything = Store.open(folder)
        store = Store.create(Path(folder) / "one")
        store.add(
            own(everything.read_activity()),
            own(everything.read_facilities()),
            own(everything.read_process_units()),
            "benchmark",
        )
        start = time.perf_counter()
        book = load_rulebook()
        load_ms = 1000 * (time.perf_counter() - start)
        result: Result = {"load_ms": load_ms, "rows": len(store.read_activity())}
        for backend in ("python", "duckdb"):
            times = []
            for _ in range(9):
                start = time.perf_counter()
                run(book, store, ["cn.steel.ndrc-2013"], backend=backend)  # type: ignore[arg-type]
                times.append(1000 * (time.perf_counter() - start))
            result[f"{backend}_first_ms"] = times[0]
            result[f"{backend}_warm_ms"] = statistics.median(times[2:])
        return result


def load_cold(data: Data) -> Result:
    """The whole rulebook of the package, read and checked anew."""
    return measured(lambda: load_rulebook(cache=False))


def load_warm(data: Data) -> Result:
    """The whole rulebook from its compiled copy."""
    return measured(load_rulebook)


def numpy_columns(data: Data) -> Result:
    """The same formulas with NumPy, column by column."""
    from benchmarks.numpy_form import compute

    return measured(lambda: compute(data))


def excel(data: Data) -> Result:
    """The row formulas in a workbook, computed by an Excel-formula engine from PyPI."""
    from benchmarks.excel_form import compute

    return compute(data)


TASKS: dict[str, Callable[[Data], Result]] = {
    task.__name__: task
    for task in (
        *(natural, optimised, engine, same_results, decimal, trace, one_plant),
        *(load_cold, load_warm, numpy_columns, excel),
    )
}


def main() -> None:
    """Run one task and print its result."""
    name, folder = sys.argv[1:3]
    result = TASKS[name](open_data(Path(folder)))
    result["peak_mb"] = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    print(json.dumps(result))


if __name__ == "__main__":
    main()

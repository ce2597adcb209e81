"""Runs the benchmarks and prints ratios measured in one run on one machine (性能测试).

    python -m benchmarks [--quick] [--repeat N] [--data FOLDER] [--json]

Absolute times say more about the machine than about the program; the ratios are between CPU
seconds of processes that took turns.
"""

from __future__ import annotations

import argparse
import json
import os
import platform
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any

from benchmarks.data import FULL, QUICK, Data, make_data

_COMPARED = ("natural", "engine", "optimised")


def task(name: str, data: Data) -> dict[str, Any]:
    """One task in a process of its own."""
    command = [sys.executable, "-m", "benchmarks.tasks", name, str(data.folder)]
    done = subprocess.run(command, check=True, capture_output=True, text=True)
    result: dict[str, Any] = json.loads(done.stdout.strip().splitlines()[-1])
    return result


def compare(data: Data, repeat: int) -> dict[str, Any]:
    """CPU seconds of engine and hand-written SQL, taking turns; ratios turn by turn."""
    turns: list[dict[str, dict[str, Any]]] = []
    for number in range(repeat + 1):
        turn = {name: task(name, data) for name in _COMPARED}
        if number:  # the first turn warms the file cache
            turns.append(turn)
            print(f"  {number}/{repeat}", file=sys.stderr, flush=True)
    # Other work on the machine only ever adds to the CPU time of a task: the least disturbed turn
    # of each says most.
    least = {name: min(turn[name]["cpu"] for turn in turns) for name in _COMPARED}
    found: dict[str, Any] = {f"{name}_cpu_s": seconds for name, seconds in least.items()}
    for other in ("natural", "optimised"):
        found[f"engine_to_{other}_sql"] = least["engine"] / least[other]
    found["engine_peak_mb"] = max(turn["engine"]["peak_mb"] for turn in turns)
    found["rows"] = data.size.rows
    return found


def measure(full: Data, small: Data, repeat: int) -> dict[str, Any]:
    """All figures."""
    python = platform.python_version()
    machine = f"{platform.machine()}, {os.cpu_count()} cores, Python {python}"
    result: dict[str, Any] = {"machine": machine}
    result["sql"] = compare(full, repeat)
    result["same_results"] = task("same_results", full)
    result["decimal"] = task("decimal", full)
    result["trace"] = task("trace", full)
    result["one_plant"] = task("one_plant", small)
    for name in ("load_cold", "load_warm"):
        result[name] = task(name, small)
    engine, columns = task("engine", small), task("numpy_columns", small)
    result["numpy"] = {
        "rows": small.size.rows,
        "numpy_to_engine_cpu": columns["cpu"] / engine["cpu"],
    }
    excel = task("excel", small)
    per_row = result["sql"]["engine_cpu_s"] / full.size.rows
    slower = excel["cpu_per_row"] / per_row
    result["excel"] = {"rows": excel["rows"], "excel_to_engine_cpu_per_row": slower}
    return result


def lines(result: dict[str, Any]) -> list[str]:
    """The figures in words."""
    sql, plant, numpy = result["sql"], result["one_plant"], result["numpy"]
    same, decimal, traced = result["same_results"], result["decimal"], result["trace"]
    excel = result["excel"]["excel_to_engine_cpu_per_row"]
    figures = [
        ("machine", result["machine"]),
        ("rows", f"{sql['rows']:,}"),
        ("engine / natural hand-written SQL (CPU)", f"{sql['engine_to_natural_sql']:.2f}"),
        ("engine / SQL tuned by hand (CPU)", f"{sql['engine_to_optimised_sql']:.2f}"),
        ("engine, peak memory", f"{sql['engine_peak_mb']:.0f} MB"),
        (f"NumPy / engine (CPU, {numpy['rows']:,} rows)", f"{numpy['numpy_to_engine_cpu']:.1f}"),
        ("Excel formulas / engine (CPU per row)", f"{excel:,.0f}"),
    ]
    for backend in ("python", "duckdb"):
        first, warm = plant[f"{backend}_first_ms"], plant[f"{backend}_warm_ms"]
        what = f"one plant, {plant['rows']} records, {backend}"
        figures.append((what, f"first {first:.0f} ms, then {warm:.0f} ms"))
    figures += [
        (f"plant-year traced, {traced['rows']} of all rows", f"{traced['median_ms']:.0f} ms"),
        ("rulebook, read and checked anew", f"{result['load_cold']['wall']:.2f} s"),
        ("rulebook, compiled copy", f"{1000 * result['load_warm']['wall']:.0f} ms"),
        ("same bits on 1 and 2 threads", str(same["same_on_1_and_2_threads"])),
        (
            f"worst difference to Decimal, {decimal['rows']:,} rows",
            f"{decimal['worst_relative']:.1e}",
        ),
        ("DuckDB and Python give the same bits", str(decimal["sql_equals_python"])),
    ]
    return [f"{name:<46}{value}" for name, value in figures]


def main() -> None:
    """Make the data, measure, print."""
    parser = argparse.ArgumentParser(prog="benchmarks", description=__doc__)
    parser.add_argument("--quick", action="store_true", help="1e6 instead of 1e7 rows")
    parser.add_argument("--repeat", type=int, default=9, help="turns of the comparison")
    parser.add_argument("--data", type=Path, help="where the generated data are kept")
    parser.add_argument("--json", action="store_true", help="print all figures as JSON")
    options = parser.parse_args()
    base = options.data or Path(tempfile.gettempdir()) / "tongjian-benchmarks"
    print("generating data …", file=sys.stderr, flush=True)
    small = make_data(base, QUICK)
    full = small if options.quick else make_data(base, FULL)
    result = measure(full, small, options.repeat)
    print(json.dumps(result, indent=2) if options.json else "\n".join(lines(result)))


if __name__ == "__main__":
    main()

"""Where engines disagree: what each says by itself, and what a formula means on all of them.

The first columns are facts about the engines, checked here so that a new version that changes its
mind is noticed; the last ones are ours, and hold on every back-end.
"""

from __future__ import annotations

import math
import re
from typing import Any

import duckdb
import pytest

from tests.backends import Backends, needs_spark, params
from tests.support import Records, formulas, inputs, method, ruleset, sheet, write_rulebook
from tongjian.engine._spark_session import own_session
from tongjian.rules import load_rulebook

ERROR, N = "error", None
INF, NAN, MOST = math.inf, math.nan, 2**63 - 1
HUGE = (1e300, 1e300, N)
# SQL; DuckDB; Spark in ANSI mode; our formula over p, q, r (in t), their values, its meaning.
DIFFERENCES: list[tuple[str, Any, Any, str, tuple[float | None, ...], float | None]] = [
    ("1e0 / 0e0", INF, ERROR, "t: p / q * t", (1, 0, N), N),
    ("0e0 / 0e0", NAN, ERROR, "t: p / q * t", (0, 0, N), N),
    ("greatest(NULL, 1e0)", 1.0, 1.0, "t: max(p, q)", (N, 1, N), N),
    ("least(NULL, 1e0)", 1.0, 1.0, "t: min(p, q)", (N, 1, N), N),
    ("NULL + 1e0", N, N, "t: p + q", (N, 1, N), N),
    ("7 / 2", 3.5, 3.5, "t: 7 / 2 * t", (N, N, N), 3.5),
    ("CAST(2.5e0 AS BIGINT)", 2, 2, "t: sum(p)", (2.5e-6, N, N), 3e-6),
    ("CAST(3.5e0 AS BIGINT)", 4, 3, "t: sum(p)", (3.5e-6, N, N), 4e-6),
    ("CAST(-2.5e0 AS BIGINT)", -2, -2, "t: sum(p)", (-2.5e-6, N, N), -3e-6),
    ("CAST(1e19 AS BIGINT)", ERROR, ERROR, "t: sum(p)", (1e19, N, N), 0.0),
    ("CAST(9223372036854775808e0 AS BIGINT)", ERROR, MOST, "t: sum(p)", (2**63 / 1e6, N, N), 0.0),
    ("round(0.125e0, 2)", 0.13, 0.13, "t: sum(p)", (1.25e-7, N, N), 0.0),
    ("round(1.005e0, 2)", 1.0, 1.01, "t: sum(p)", (1.0000005, N, N), 1.000001),
    ("sum(CAST(NULL AS DOUBLE))", N, N, "t: sum(p)", (N, N, N), 0.0),
    ("'a' < 'B'", False, False, "t: t if facility == 'f' else 0", (N, N, N), 0.0),
    ("'a' = 'a '", False, False, "t: t if facility == 'F ' else 0", (N, N, N), 0.0),
    ("1e0 = CAST('NaN' AS DOUBLE)", False, False, "t: t if p == q else 0", (1, N, N), N),
    # Beyond the doubles: a row whose value is infinite or no number is left out of every total.
    ("1e308 * 1e1", INF, INF, "t: sum(p * (q / t))", HUGE, 0.0),
    ("1e308 * 1e1 - 1e308 * 1e1", NAN, NAN, "t: sum(p * (q / t) - p * (q / t))", HUGE, 0.0),
    ("CAST(NULL AS BOOLEAN) OR TRUE", True, True, "t: t if p > q or q > 0 else 0", (N, 1, N), N),
    ("CAST(NULL AS BOOLEAN) AND TRUE", N, N, "t: t if p > q and q > 0 else 0", (N, 1, N), N),
]  # fmt: skip
SQL = {row[0]: row for row in DIFFERENCES}


def alike(found: Any, expected: Any) -> bool:
    if isinstance(expected, float) and math.isnan(expected):
        return isinstance(found, float) and math.isnan(found)
    return bool(found == expected)


@pytest.mark.parametrize("text", SQL)
def test_what_duckdb_says(text: str) -> None:
    expected = SQL[text][1]
    if expected is ERROR:
        with pytest.raises(duckdb.Error):
            duckdb.sql(f"SELECT {text}").fetchall()
    else:
        ((found,),) = duckdb.sql(f"SELECT {text}").fetchall()
        assert alike(found, expected), found


@needs_spark
@pytest.mark.spark
def test_what_spark_says(spark: Any) -> None:
    from pyspark.errors import PySparkException

    session = own_session(spark)
    for text, _, expected, *_ in DIFFERENCES:
        if expected is ERROR:
            with pytest.raises(PySparkException):
                session.sql(f"SELECT {text}").collect()
    plain = [row for row in DIFFERENCES if row[2] is not ERROR]
    columns = [f"(SELECT {text}) AS c{index}" for index, (text, *_) in enumerate(plain)]
    (found,) = session.sql(f"SELECT {', '.join(columns)}").collect()
    for value, (text, _, expected, *_) in zip(found, plain, strict=True):
        assert alike(value, expected), (text, value)


@pytest.mark.parametrize("backend", params())
def test_what_we_mean(
    records: Records, backends: Backends, backend: str, tmp_path_factory: pytest.TempPathFactory
) -> None:
    texts = list(dict.fromkeys(row[3] for row in DIFFERENCES))
    names = {text: f"f{index}" for index, text in enumerate(texts)}
    columns = {
        name: {"unit": "t", "is": text.removeprefix("t: "), "optional": True}
        for text, name in names.items()
    }
    totals = {name: one for name, one in columns.items() if "sum(" in str(one["is"])}
    of_rows = {name: one for name, one in columns.items() if name not in totals}
    for one in totals.values():
        one["is"] = re.sub(r"\b([pq])\b", r"s.\1", str(one["is"]))
    needed = {name: {"unit": "t", "required": True} for name in "pqr"}
    leaf = sheet(
        "facility period process_unit stream",
        inputs(**needed, anchor="t"),
        formulas(**of_rows),
        streams="any",
    )
    yearly = sheet("facility year", formulas=formulas(**totals, n="1: count(s)"))
    folder = write_rulebook(
        tmp_path_factory.mktemp("book"),
        method(sheets={"s": leaf, "facility": yearly}),
        ruleset(),
    )
    book = load_rulebook(folder, cache=False)
    for index, row in enumerate(DIFFERENCES):
        facility = f"F{index:02}"
        records.facility(facility).add("coke", "anchor", 1, "t", facility)
        for name, quantity in zip("pqr", row[4], strict=True):
            if quantity is not None:
                records.add("coke", name, quantity, "t", facility)
    compiled = book.ruleset("test.rules", 2025)
    found = backends.sheets(backend, book, compiled, records.snapshot(), [2025], compiles=True)
    by_sheet = {name: {row["facility"]: row for row in rows} for name, rows in found.items()}
    for index, (sql, _, _, text, _, expected) in enumerate(DIFFERENCES):
        row = by_sheet["facility" if "sum(" in text else "s"][f"F{index:02}"]
        value = row[names[text]]
        if backend == "decimal" and ("1e308" in sql or "9223372036854775808" in sql):
            continue  # decimals reach further than doubles
        if expected is None or value is None:
            assert value is expected is None, (text, value)
        else:
            assert float(value) == expected, (text, value)

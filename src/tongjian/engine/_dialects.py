"""Spellings in which SQL engines differ (SQL 方言).

The meaning is the same everywhere; `SqlWriter` and `SheetSql` write it once and ask here for the
few words that an engine has of its own.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Dialect:
    """The spellings of DuckDB; another engine overrides what it says differently."""

    name: str = "duckdb"
    double: str = "DOUBLE"
    integer: str = "BIGINT"
    string: str = "VARCHAR"
    quote: str = '"'
    # Whether a value too large for an integer total is watched for from the start. Elsewhere a
    # plain cast fails on one, and only then is the statement written again with a careful cast.
    always_safe: bool = False
    # Whether several finer sheets come together in a union. DuckDB reads each of them once
    # although the query names it twice; Spark would compute it twice.
    unites: bool = False

    def text(self, value: str) -> str:
        """A text constant."""
        return "'" + value.replace("'", "''") + "'"

    def ratio(self, left: str, right: str) -> str:
        """A quotient that is missing where the divisor is zero."""
        return f"({left} / NULLIF({right}, 0e0))"

    def whole(self, scaled: str, *, safe: bool) -> str:
        """A double as the nearest integer; with `safe`, missing where it does not fit."""
        # A cast rounds to the nearest integer, ties to even.
        return f"{'TRY_CAST' if safe else 'CAST'}({scaled} AS {self.integer})"

    def total(self, integers: str) -> str:
        """The sum of integers over rows."""
        return f"sum({integers})"

    def total_of_largest(self, integers: str, most: int) -> str:
        """The sum of the so many largest integers; missing ones are skipped."""
        return f"list_sum(max({integers}, {most}))"

    def median(self, values: str) -> str:
        """The median of doubles: the mean of the two middle ones; missing ones are skipped."""
        # Engines interpolate between the two in ways of their own, so they are taken by place.
        ordered = f"list_sort(list({values}) FILTER ({values} IS NOT NULL))"
        lower = f"({ordered})[(len({ordered}) + 1) // 2]"
        upper = f"({ordered})[len({ordered}) // 2 + 1]"
        return f"(({lower} + {upper}) / 2e0)"

    def total_as_double(self, total: str, *, safe: bool) -> str:
        """A sum of integers as a double; the sum of nothing is zero."""
        # By way of a 64-bit integer, where the conversion to double rounds the same everywhere.
        if not safe:
            return f"CAST(CAST(coalesce({total}, 0) AS {self.integer}) AS {self.double})"
        small = f"TRY_CAST(coalesce({total}, 0) AS {self.integer})"
        large = f"CAST({total} AS {self.double})"
        return f"coalesce(CAST({small} AS {self.double}), {large})"

    def numbers(self, values: Iterable[int], name: str) -> str:
        """A query with one row per number."""
        return f"SELECT unnest([{', '.join(map(str, values))}]) AS {name}"


@dataclass(frozen=True, slots=True)
class SparkDialect(Dialect):
    """The spellings of Spark SQL with its ANSI mode on (`_spark.SETTINGS`)."""

    name: str = "spark"
    string: str = "STRING"
    quote: str = "`"
    always_safe: bool = True
    unites: bool = True

    def text(self, value: str) -> str:
        """A text constant; Spark reads a backslash as the start of an escape."""
        return "'" + value.replace("\\", "\\\\").replace("'", "\\'") + "'"

    def ratio(self, left: str, right: str) -> str:
        """A quotient that is missing where the divisor is zero (an error in ANSI mode)."""
        return f"try_divide({left}, {right})"

    def whole(self, scaled: str, *, safe: bool) -> str:
        """The nearest integer. A cast truncates here, and takes 2^63 for the largest integer.

        No other double becomes that integer (the next one below lies 1024 lower), so that it
        marks the one value which has to be missing.
        """
        return f"NULLIF(try_cast(rint({scaled}) AS {self.integer}), {2**63 - 1})"

    def total(self, integers: str) -> str:
        """The sum of integers, exact beyond 64 bits.

        A sum of 64-bit integers overflows here, where DuckDB goes on with 128 bits. The upper and
        the lower half are therefore summed apart: each fits for two thousand million rows.
        """
        upper = f"CAST(sum(shiftright({integers}, 32)) AS DECIMAL(20, 0))"
        lower = f"CAST(sum({integers} & {2**32 - 1}) AS DECIMAL(20, 0))"
        return f"({upper} * {2**32} + {lower})"

    def total_of_largest(self, integers: str, most: int) -> str:
        """The sum of the so many largest integers, in decimals of 38 digits."""
        largest = f"slice(sort_array(collect_list({integers}), FALSE), 1, {most})"
        wide = "DECIMAL(38, 0)"
        adding = f"(total, one) -> CAST(total + one AS {wide})"
        return f"aggregate({largest}, CAST(0 AS {wide}), {adding})"

    def median(self, values: str) -> str:
        """The median of doubles; places count from 0 here, and there are none in an empty list."""
        ordered = f"sort_array(collect_list({values}))"
        lower = f"get({ordered}, CAST((size({ordered}) - 1) DIV 2 AS INT))"
        upper = f"get({ordered}, CAST(size({ordered}) DIV 2 AS INT))"
        return f"(({lower} + {upper}) / 2e0)"

    def total_as_double(self, total: str, *, safe: bool) -> str:
        """A sum of integers as a double; decimals are converted to the nearest one."""
        return f"CAST(coalesce({total}, 0) AS {self.double})"

    def numbers(self, values: Iterable[int], name: str) -> str:
        """A query with one row per number."""
        return f"SELECT explode(array({', '.join(map(str, values))})) AS {name}"


DUCKDB = Dialect()
SPARK = SparkDialect()

"""Embedded DuckDB behind the SQL of the sheets (DuckDB 后端)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, ClassVar

import duckdb

from tongjian.engine._dialects import DUCKDB, Dialect
from tongjian.engine._leaf_rows import Row, fetch


@dataclass(slots=True)
class DuckEngine:
    """The `SqlEngine` of one connection; its tables stay there until they are dropped."""

    connection: duckdb.DuckDBPyConnection
    dialect: ClassVar[Dialect] = DUCKDB
    too_large: ClassVar[tuple[type[Exception], ...]] = (duckdb.ConversionException,)

    def fetch(self, query: str) -> list[Row]:
        """Rows of a query as dictionaries."""
        return fetch(self.connection, query)

    def define(self, name: str, query: str) -> None:
        """A small helper table."""
        self.connection.execute(f"CREATE OR REPLACE TEMP TABLE {name} AS {query}")

    def store(self, name: str, query: str) -> None:
        """A table that is computed once and read several times."""
        self.connection.execute(f'CREATE OR REPLACE TEMP TABLE "{name}" AS {query}')

    def fill(
        self, name: str, kinds: Sequence[tuple[str, str]], columns: Sequence[Sequence[Any]]
    ) -> None:
        """A small table from columns of values."""
        selected = ", ".join(f'unnest(?::{kind}[]) AS "{column}"' for column, kind in kinds)
        create = f"CREATE OR REPLACE TEMP TABLE {name} AS SELECT {selected}"
        self.connection.execute(create, list(columns))

    def drop(self, name: str) -> None:
        """Drop a stored table."""
        self.connection.execute(f'DROP TABLE IF EXISTS "{name}"')

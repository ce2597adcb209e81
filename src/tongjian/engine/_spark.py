"""Apache Spark behind the same SQL (Spark 后端): for records that one machine cannot take in.

The executors read the Parquet files of the snapshot themselves, so a cluster needs them under the
same path on every machine. Only finished rows of coarser sheets come back.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any, ClassVar

from tongjian.engine._dialects import SPARK, Dialect
from tongjian.engine._leaf_rows import Row
from tongjian.engine._snapshot import ACTIVITY, FACILITIES, PROCESS_UNITS, Snapshot

if TYPE_CHECKING:
    from pyspark.sql import DataFrame, SparkSession

# Up to so many rows are written into the plan itself, which spares a job for each small table.
_LITERAL_ROWS = 1_000
# Up to so many rows are sent to every executor instead of being sorted for a join.
_BROADCAST_ROWS = 200_000
_TYPES = {"VARCHAR": "STRING", "INTEGER": "INT", "DOUBLE": "DOUBLE"}


@dataclass(slots=True)
class SparkEngine:
    """The `SqlEngine` of one run on a Spark session; its tables are temporary views."""

    session: SparkSession
    stored: dict[str, DataFrame] = field(default_factory=dict)
    dialect: ClassVar[Dialect] = SPARK
    # The SQL for Spark minds values that do not fit; nothing has to be done again.
    too_large: ClassVar[tuple[type[Exception], ...]] = ()

    @classmethod
    def over(cls, session: SparkSession, snapshot: Snapshot) -> SparkEngine:
        """An engine that sees the files of a snapshot under the names of `Snapshot.sources`."""
        engine = cls(session)
        engine.read("activity", snapshot.activity, ACTIVITY)
        engine.read("facilities", _given(snapshot.facilities), FACILITIES, small=True)
        engine.read("process_units", _given(snapshot.process_units), PROCESS_UNITS)
        for sheet, path in snapshot.wide.items():
            engine.read(f"wide_{sheet}", [path])
        return engine

    def read(
        self, name: str, paths: Sequence[Path], columns: str = "", *, small: bool = False
    ) -> None:
        """A view of Parquet files; without `columns` they tell themselves what they hold."""
        schema = columns.replace("VARCHAR", _TYPES["VARCHAR"])
        if paths:
            reader = self.session.read.schema(schema) if schema else self.session.read
            frame = reader.parquet(*map(_pattern, paths))
        else:
            frame = self.session.sql(_nothing(pair.split() for pair in schema.split(", ")))
        frame.createOrReplaceTempView(name)

    def fetch(self, query: str) -> list[Row]:
        """Rows of a query as dictionaries."""
        frame = self.session.sql(query)
        names = frame.columns
        return [dict(zip(names, row, strict=True)) for row in frame.collect()]

    def define(self, name: str, query: str) -> None:
        """A small helper table; Spark works it out where it is used."""
        self.session.sql(query).createOrReplaceTempView(name)

    def store(self, name: str, query: str) -> None:
        """A table that is computed once and read several times."""
        self.drop(name)
        frame = self.session.sql(query).persist()
        frame.createOrReplaceTempView(self.quoted(name))
        self.stored[name] = frame

    def fill(
        self, name: str, kinds: Sequence[tuple[str, str]], columns: Sequence[Sequence[Any]]
    ) -> None:
        """A small table from columns of values; `kinds` are names and DuckDB's types."""
        rows = list(zip(*columns, strict=True))
        typed = [(self.quoted(column), _TYPES[kind]) for column, kind in kinds]
        if not rows:
            frame = self.session.sql(_nothing(typed))
        elif len(rows) <= _LITERAL_ROWS:
            cells = ", ".join(f"({', '.join(map(self.literal, row))})" for row in rows)
            casts = ", ".join(f"CAST({column} AS {kind}) AS {column}" for column, kind in typed)
            names = ", ".join(column for column, _ in typed)
            frame = self.session.sql(f"SELECT {casts} FROM VALUES {cells} AS t({names})")
        else:
            frame = self.session.sql(self.as_json(rows, typed))
        if len(rows) <= _BROADCAST_ROWS:
            frame = frame.hint("broadcast")
        frame.createOrReplaceTempView(name)

    def as_json(self, rows: Sequence[Sequence[Any]], typed: Sequence[tuple[str, str]]) -> str:
        """A query that unpacks rows from one text constant.

        Constants of their own would take Spark seconds to parse, and a table handed over by
        PySpark would need Python on the executors.
        """
        fields = ", ".join(f"c{index}: {kind}" for index, (_, kind) in enumerate(typed))
        keys = [f'"c{index}":' for index in range(len(typed))]
        objects = (
            ",".join(key + json.dumps(cell) for key, cell in zip(keys, row, strict=True))
            for row in rows
        )
        text = self.dialect.text(f"[{','.join(f'{{{one}}}' for one in objects)}]")
        names = ", ".join(f"c{index} AS {name}" for index, (name, _) in enumerate(typed))
        unpacked = f"inline(from_json({text}, 'array<struct<{fields}>>', map('mode', 'FAILFAST')))"
        return f"SELECT {names} FROM (SELECT {unpacked})"

    def drop(self, name: str) -> None:
        """Forget a stored table."""
        frame = self.stored.pop(name, None)
        if frame is not None:
            self.session.catalog.dropTempView(name)
            frame.unpersist()

    def quoted(self, name: str) -> str:
        """An identifier."""
        return f"`{name}`"

    def literal(self, value: Any) -> str:
        """A value as a constant."""
        if value is None:
            return "NULL"
        if isinstance(value, str):
            return self.dialect.text(value)
        if isinstance(value, float):
            text = repr(value)
            return text if "e" in text else f"{text}e0"
        return str(value)


def _nothing(typed: Iterable[Sequence[str]]) -> str:
    """A query without rows."""
    columns = ", ".join(f"CAST(NULL AS {kind}) AS {name}" for name, kind in typed)
    return f"SELECT {columns} WHERE FALSE"


def _given(path: Path | None) -> list[Path]:
    return [] if path is None else [path]


def _pattern(path: Path) -> str:
    """A path for Spark, which takes some characters of a name for a pattern."""
    return "".join(f"\\{mark}" if mark in "{}[]*?\\," else mark for mark in str(path.resolve()))

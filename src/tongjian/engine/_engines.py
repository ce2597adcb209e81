"""Opens the engine that a caller has named (后端的选择)."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

from tongjian.engine._snapshot import Snapshot
from tongjian.problems import EngineError, Problem

if TYPE_CHECKING:
    from pyspark.sql import SparkSession

    from tongjian.engine._spark import SparkEngine


def check_backend(name: str, known: Iterable[str]) -> None:
    """Raises `EngineError` for a back-end that does not exist."""
    names = list(known)
    if name not in names:
        values = {"name": name, "known": ", ".join(names)}
        raise EngineError(Problem("engine.unknown_backend", values=values))


def open_engine(
    snapshot: Snapshot, spark: SparkSession | None, threads: int | None = None
) -> SparkEngine:
    """Spark over the files of a snapshot; see `_spark_session.own_session` for its errors."""
    from tongjian.engine._spark import SparkEngine
    from tongjian.engine._spark_session import own_session

    return SparkEngine.over(own_session(spark, threads), snapshot)

"""The registry of back-ends: whoever adds one here has every conformance test run on it.

`params` gives the names for `pytest.mark.parametrize`, `Backends` computes on one of them. Tests of
meanings compare with expected values; tests of shapes compare all `others` with Python in floats,
bit by bit, and Decimal with a margin.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from importlib.util import find_spec
from typing import Any

import pytest

from tongjian.engine import Run, Snapshot, compute_sheets, local_spark, run
from tongjian.rules import CompiledRuleSet, Rulebook

# Python in floats is what the others are held against.
NAMES = ("python", "duckdb", "decimal", "spark")
RUNS = ("python", "duckdb", "spark")
"""Those that `run` takes."""
needs_spark = pytest.mark.skipif(
    find_spec("pyspark") is None,
    reason="PySpark is not installed (pip install 'tongjian[spark]', or bootstrap.py setup --dev)",
)


def params(names: Sequence[str] = NAMES) -> list[Any]:
    """The names as parameters; Spark is skipped, with the reason, where it is not installed."""
    marks = [needs_spark, pytest.mark.spark]
    return [pytest.param(one, marks=marks if one == "spark" else []) for one in names]


def installed(names: Sequence[str] = NAMES) -> list[str]:
    """The names of those that can run here, for tests that compare them all."""
    return [one for one in names if one != "spark" or find_spec("pyspark") is not None]


@contextmanager
def start_spark(master: str = "local-cluster[1,2,1024]", **config: str) -> Iterator[Any]:
    """Spark as a small cluster: the driver here, an executor with two cores in another process.

    The settings are for hundreds of small statements: no time is spent on the second compiler of
    Java or on plans that are changed while they run.
    """
    java = "-XX:TieredStopAtLevel=1 -XX:+UseSerialGC"
    settings = {
        "spark.sql.adaptive.enabled": "false",
        "spark.sql.shuffle.partitions": "2",
        "spark.driver.memory": "3g",  # plans of a whole rulebook
        "spark.driver.extraJavaOptions": java,
        "spark.executor.extraJavaOptions": java,
        **{name.replace("_", "."): value for name, value in config.items()},
    }
    with local_spark(master, settings) as session:
        yield session


def interpreted(spark: Any) -> Any:
    """A session on the same Spark that walks expressions instead of compiling them to Java.

    Quicker where every statement is another one, and the second of the two ways in which Spark
    computes; both have to give the same.
    """
    session = spark.newSession()
    session.conf.set("spark.sql.codegen.wholeStage", "false")
    session.conf.set("spark.sql.codegen.factoryMode", "NO_CODEGEN")
    return session


@dataclass(frozen=True)
class Backends:
    """Computes on a back-end by its name."""

    spark: Callable[[], Any]

    def sheets(
        self,
        name: str,
        rulebook: Rulebook,
        compiled: CompiledRuleSet,
        snapshot: Snapshot,
        years: Sequence[int],
        *,
        compiles: bool = False,
        only: Collection[str] | None = None,
    ) -> dict[str, list[dict[str, Any]]]:
        """The rows of all sheets; with `compiles`, Spark compiles the statements to Java."""
        return compute_sheets(
            rulebook, compiled, snapshot, years, name,
            spark=self.session(name, compiles=compiles), only=only,
        )  # fmt: skip

    def run(
        self,
        name: Any,
        rulebook: Rulebook,
        snapshot: Any,
        rulesets: list[str] | None = None,
        *,
        compiles: bool = False,
        **more: Any,
    ) -> Run:
        """A whole run."""
        session = self.session(name, compiles=compiles)
        return run(rulebook, snapshot, rulesets, backend=name, spark=session, **more)

    def session(self, name: str, *, compiles: bool) -> Any:
        if name != "spark":
            return None
        return self.spark() if compiles else interpreted(self.spark())

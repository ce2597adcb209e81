"""A connection of a run reaches the files of its snapshot and nothing else."""

from __future__ import annotations

from pathlib import Path

import duckdb
import pytest

from tests.backends import RUNS, Backends, installed, needs_spark
from tests.support import ACTIVITY, Records, write_parquet
from tongjian.engine import Snapshot
from tongjian.engine._spark import SparkEngine
from tongjian.rules import Rulebook


@pytest.fixture
def snapshot(records: Records) -> Snapshot:
    return records.add("coke", "mass", 1, "t").snapshot()


@pytest.fixture
def secret(tmp_path: Path) -> Path:
    path = tmp_path / "secret"
    path.mkdir()
    write_parquet(path / "other.parquet", ACTIVITY, [])
    (path / "text.txt").write_text("secret", encoding="utf-8")
    with duckdb.connect(path / "other.db") as connection:
        connection.execute("CREATE TABLE t (a INTEGER)")
    return path


ATTACKS = [
    "SELECT * FROM read_parquet('{secret}/other.parquet')",
    "SELECT * FROM '{secret}/other.parquet'",
    "SELECT * FROM read_csv('{secret}/text.txt')",
    "SELECT * FROM read_text('{secret}/text.txt')",
    "SELECT * FROM read_blob('{secret}/*')",
    "SELECT * FROM read_json('{secret}/text.txt')",
    "SELECT * FROM glob('{secret}/*')",
    "SELECT * FROM read_text('{own}/../../secret/text.txt')",
    "SELECT * FROM read_parquet('https://example.org/a.parquet')",
    "SELECT * FROM parquet_metadata('{secret}/other.parquet')",
    "SELECT * FROM sniff_csv('{secret}/text.txt')",
    "ATTACH '{secret}/other.db' AS other",
    "ATTACH '{secret}/new.db' AS other",
    "COPY activity TO '{secret}/copy.parquet'",
    "COPY activity TO '{secret}/copy.csv'",
    "COPY (SELECT 1) TO '{own}/copy.csv'",
    "COPY (SELECT 1) TO '{own}/activity0.parquet' (FORMAT parquet)",
    "EXPORT DATABASE '{secret}/export'",
    "EXPORT DATABASE '{own}/export'",
    "ATTACH '{own}/new.db' AS other",
    "SELECT * FROM read_text('{own}/../beside.txt')",
    "INSTALL httpfs",
    "LOAD httpfs",
    "SET enable_external_access = true",
    "SET lock_configuration = false",
    "SET allowed_directories = ['/']",
    "SET allowed_paths = ['{secret}/text.txt']",
    "PRAGMA enable_external_access",
    "RESET enable_external_access",
    "SET temp_directory = '{secret}'",
    "CREATE SECRET s (TYPE s3)",
    "SET allow_unsigned_extensions = true",
]


@pytest.mark.parametrize("attack", ATTACKS)
def test_nothing_else_can_be_reached(snapshot: Snapshot, secret: Path, attack: str) -> None:
    own = snapshot.activity[0].parent
    (own.parent / "beside.txt").write_text("beside", encoding="utf-8")
    before = {path: path.read_bytes() for path in sorted(own.rglob("*")) if path.is_file()}
    with snapshot.connect() as connection, pytest.raises(duckdb.Error):
        connection.execute(attack.format(secret=secret, own=own)).fetchall()
    after = {path: path.read_bytes() for path in sorted(own.rglob("*")) if path.is_file()}
    assert after == before
    assert sorted(path.name for path in secret.iterdir()) == [
        "other.db",
        "other.parquet",
        "text.txt",
    ]


def test_its_own_files_can_be_read(snapshot: Snapshot) -> None:
    with snapshot.connect() as connection:
        assert connection.execute("SELECT count(*) FROM activity").fetchall() == [(1,)]
        assert connection.execute("SELECT count(*) FROM facilities").fetchall() == [(1,)]


def test_a_snapshot_of_nothing_is_locked_too(secret: Path) -> None:
    with Snapshot("empty").connect() as connection:
        for attack in ATTACKS:
            if "{own}" not in attack:
                with pytest.raises(duckdb.Error):
                    connection.execute(attack.format(secret=secret)).fetchall()


NAMES = ["a b", "it's", "燃料", "a[1]", "a*b", "a?b", "{a}", "50%", 'a"b', "a;b"]


@pytest.mark.parametrize("name", NAMES)
def test_folders_may_have_any_name(records: Records, name: str) -> None:
    records.add("coke", "mass", 1, "t").facility()
    with records.snapshot(name, files=2).connect() as connection:
        assert connection.execute("SELECT count(*) FROM activity").fetchall() == [(1,)]


@needs_spark
@pytest.mark.spark
def test_folders_may_have_any_name_for_spark_too(records: Records, backends: Backends) -> None:
    # Spark takes some of these marks for patterns, and would read other files or none.
    records.add("coke", "mass", 1, "t").facility()
    session = backends.session("spark", compiles=False)
    for name in [*NAMES, "a\\b", "year=2024", "a,b", "a#b", "a:b", "_a", ".a"]:
        engine = SparkEngine.over(session, records.snapshot(name, files=2))
        assert engine.fetch("SELECT count(*) AS n FROM activity") == [{"n": 1}], name
        assert "year=2024" not in name or engine.fetch("SELECT * FROM activity")[0]["year"] == 2025


def test_texts_of_the_records_stay_texts(
    rulebook: Rulebook, records: Records, backends: Backends
) -> None:
    texts = ("'; DROP TABLE facilities; --", "a'b", '"', "{x}", "%s", "\\'", "`", "${x}", "\\u0041")
    for text in texts:
        records.facility(text, "steel", province=text)
        records.unit(text, text, kind=text)
        at = {"process_unit": text, "class": "fuel.solid.coke", "evidence": text}
        records.add("coke", "consumed", 1, "t", text, **at)
        records.add(text, "consumed", 1, "t", text, **{**at, "class": "fuel.solid"})
    snapshot = records.snapshot()
    one, *others = (
        backends.run(name, rulebook, snapshot, ["cn.steel.ndrc-2013"]) for name in installed(RUNS)
    )
    for other in others:
        assert one.manifest == other.manifest
        assert [p.as_dict() for p in one.problems] == [p.as_dict() for p in other.problems]
    assert {row["facility"] for row in one.ledger} == set(one.facilities)

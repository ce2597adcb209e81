"""Writers that are killed in the middle of appending lose nothing that was acknowledged."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from tests.book.crash import KINDS, makers, trial
from tongjian.evidence import Act, EvidenceLog, FileStore

needs_fork = pytest.mark.skipif(not hasattr(os, "fork"), reason="needs fork")


@needs_fork
@pytest.mark.slow
@pytest.mark.filterwarnings("ignore:This process.*multi-threaded:DeprecationWarning")
@pytest.mark.parametrize("kind", KINDS)
def test_nothing_acknowledged_is_lost(
    kind: str, tmp_path: Path, request: pytest.FixtureRequest, exhaustive: bool
) -> None:
    """200 rounds of each kind in the exhaustive run, as `python -m tests.book.crash` does."""
    sql = kind in ("postgres", "server")
    conninfo = request.getfixturevalue("postgres") if sql else ""
    rounds = 200 if exhaustive else 2 if kind == "server" else 10

    with makers(kind, tmp_path, conninfo) as make:
        tally = trial(kind, make, rounds, seed=7)

    assert (tally.rounds, tally.lost) == (rounds, 0)
    assert tally.acknowledged > 0


def test_an_append_that_ends_anywhere_is_no_append(tmp_path: Path) -> None:
    """What the power takes: the new lines are on the disk up to any byte, the head is the old."""
    path, head = tmp_path / "log.jsonl", tmp_path / "log.head"
    log = EvidenceLog(FileStore(path))
    first = log.append([Act("note", "张三", "x", {"n": 1}), Act("note", "张三", "x", {"n": 2})])
    old, old_head = path.read_bytes(), head.read_bytes()
    log.append([Act("note", "李四", "y", {"n": 3}), Act("note", "李四", "y", {"n": 4})])
    new = path.read_bytes()

    for end in range(len(old), len(new) + 1):
        path.write_bytes(new[:end])
        head.write_bytes(old_head)
        again = EvidenceLog(FileStore(path))
        assert again.entries() == first
        assert [(one.code, one.severity) for one in again.problems()] == (
            [("evidence.unacknowledged", "warning")] if end > len(old) else []
        )
        if end % 16 == 0 or end == len(new):
            added = again.append([Act("note", "王五", "z")])
            assert EvidenceLog(FileStore(path)).entries() == first + added
            assert again.problems() == []

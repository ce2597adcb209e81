"""Kept runs: all of it is there, once, and no byte of it can be changed unseen."""

from __future__ import annotations

import gzip
import hashlib
import json
import zipfile
from pathlib import Path

import pytest

from tests.support import codes, only, says
from tests.versions.works import BY, FIX, Works, fuel
from tongjian.evidence import workspace_log
from tongjian.problems import TongjianError
from tongjian.records import Store
from tongjian.rules import load_rulebook
from tongjian.versions import KeptRun, RunStore, reproduce


def attachment(works: Works, kept: KeptRun, name: str) -> Path:
    return works.store.files.path(kept.stored[name])


def change(path: Path, at: int = -1) -> None:
    """Turn over one bit of a file that is meant to be only read."""
    path.chmod(0o600)
    data = bytearray(path.read_bytes())
    data[at] ^= 1
    path.write_bytes(bytes(data))


def test_a_kept_run_holds_everything_as_plain_files(works: Works) -> None:
    made = works.run()
    kept = works.store.keep(made, BY)

    (entry,) = workspace_log(works.workspace).entries("run.keep")
    assert (entry.by, entry.subject) == (BY, f"run:{kept.id}")
    assert set(entry.files) == set(kept.stored.values())
    # Read with nothing but the standard library: what an auditor has in twenty years.
    parts = {name: attachment(works, kept, name).read_bytes() for name in kept.stored}
    for name, content in parts.items():
        assert hashlib.sha256(content).hexdigest() == kept.stored[name]
    results = gzip.decompress(parts["results.jsonl.gz"])
    manifest = json.loads(parts["manifest.json"])
    assert results == made.result_bytes()
    assert hashlib.sha256(results).hexdigest() == manifest["result"] == made.manifest["result"]
    assert manifest == made.manifest
    with zipfile.ZipFile(attachment(works, kept, "rulebook.zip")) as packed:
        names = {p.relative_to(works.rules).as_posix() for p in works.rules.rglob("*.*")}
        assert set(packed.namelist()) == names
        packed.extractall(works.workspace / "unpacked")
    assert load_rulebook(works.workspace / "unpacked", cache=False).digest == kept.rulebook


def test_the_results_are_read_back_as_they_were(works: Works) -> None:
    made = works.run()
    opened = works.store.open(works.store.keep(made, BY).id)
    assert list(opened.results.lines) == made.lines
    for result in made.results:
        for name, rows in result.sheets.items():
            back = opened.results.sheets[result.ruleset.id, name]
            assert back == [{column: row[column] for column in back[0]} for row in rows]
            assert {"facility", "total"} <= back[0].keys() or name != "facility"
    assert opened.asked == made.asked
    assert opened.as_dict()["by"] == BY


def test_the_same_run_is_kept_once(works: Works) -> None:
    kept = works.keep()
    files = sorted(works.store.files.folder.rglob("*"))
    again = works.keep()
    assert again.id == kept.id and again.entry == kept.entry
    assert sorted(works.store.files.folder.rglob("*")) == files
    assert len(works.store.log.entries()) == 1
    # On other records, or asked otherwise, it is another; the rulebook is there already.
    works.add(fuel(101), correction=FIX)
    other, asked = works.keep(), works.keep("test.rules", years=[2025])
    assert len({kept.id, other.id, asked.id}) == 3
    assert len({one.stored["rulebook.zip"] for one in (kept, other, asked)}) == 1
    assert list(works.store.runs()) == [kept.id, other.id, asked.id]


def test_no_part_can_be_changed_or_taken_away_unseen(works: Works) -> None:
    kept = works.keep()
    for name in kept.stored:
        path = attachment(works, kept, name)
        content = path.read_bytes()
        for at in (0, len(content) // 2, -1):
            change(path, at)
            found = only(works.store.problems(kept), "evidence.file_changed")
            assert found.place.file == str(path)
            change(path, at)
        path.unlink()
        says(only(works.store.problems(kept), "evidence.file_missing"), path.name)
        path.write_bytes(content)
        assert works.store.problems(kept) == []


def test_a_changed_part_is_refused_wherever_it_is_read(works: Works) -> None:
    kept = works.keep()
    change(attachment(works, kept, "results.jsonl.gz"))
    with pytest.raises(TongjianError) as caught:
        works.store.open(kept.id)
    only(caught.value.problems, "evidence.file_changed")
    with pytest.raises(TongjianError):
        reproduce(works.store, kept)


def test_a_changed_rulebook_archive_is_refused(works: Works) -> None:
    kept = works.keep()
    change(attachment(works, kept, "rulebook.zip"), at=40)
    with pytest.raises(TongjianError) as caught:
        reproduce(works.store, kept)
    assert codes(caught.value.problems) == [
        "evidence.file_changed",
        "versions.rulebook_unreadable",
    ]


def test_a_changed_entry_is_found_by_the_log(works: Works) -> None:
    works.keep()
    path = works.workspace / "evidence" / "log.jsonl"
    change(path, at=path.read_bytes().index(b'"result":"') + 12)
    with pytest.raises(TongjianError) as caught:
        works.store.runs()
    only(caught.value.problems, "evidence.changed")


def test_records_that_were_changed_are_told(works: Works) -> None:
    """The file of the log of imports says another author: the digest is the same, the head not."""
    works.add(fuel(101), correction=FIX)
    kept = works.keep()
    path = works.records.root / "imports.jsonl"
    path.write_text(path.read_text(encoding="utf-8").replace("张三", "李四"), encoding="utf-8")
    says(only(works.store.problems(kept), "versions.records_changed"), "2")


def test_runs_are_named_by_the_beginning_of_their_id(works: Works) -> None:
    kept = works.keep()
    assert works.store.open(kept.id[:6]).id == kept.id
    for mark in ("", "zz", kept.id + "0"):
        with pytest.raises(TongjianError) as caught:
            works.store.open(mark)
        says(only(caught.value.problems, "versions.unknown_run"), kept.id[:16])


def test_what_cannot_be_kept(works: Works, tmp_path: Path) -> None:
    made = works.run()
    with pytest.raises(TongjianError) as caught:
        works.store.keep(made, " ")
    only(caught.value.problems, "versions.nobody")
    # Records of another workspace.
    elsewhere = RunStore(works.store.files, Store.create(tmp_path / "elsewhere"))
    with pytest.raises(TongjianError) as caught:
        elsewhere.keep(made, BY)
    says(only(caught.value.problems, "versions.other_records"), made.manifest["records"][:16])
    # Rules that moved on between the run and its keeping.
    works.edit("gwp.a.csv", "265", "273")
    with pytest.raises(TongjianError) as caught:
        works.store.keep(made, BY)
    only(caught.value.problems, "versions.rulebook_moved")
    assert works.store.log.entries() == []


def test_a_run_may_be_kept_after_the_records_moved_on(works: Works) -> None:
    made = works.run()
    works.add(fuel(101), correction=FIX)
    kept = works.store.keep(made, BY)
    assert kept.records["number"] == 1
    assert reproduce(works.store, kept).identical

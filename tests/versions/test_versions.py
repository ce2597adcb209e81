"""Versions of a report: what they pin, what is refused, and what the log says of them."""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass
from pathlib import Path

import pytest

from tests.book.stores import NAMES, maker
from tests.support import codes, only, says
from tests.versions.works import BY, FIX, Works, fuel
from tongjian.evidence import Attachments, EvidenceLog, MerkleTree, consistent
from tongjian.problems import TongjianError
from tongjian.statutory import Authority, doubts
from tongjian.versions import (
    ReportVersion,
    RunStore,
    make_version,
    report_version,
    report_versions,
    reproduce,
    version_diff,
)

F1 = ("F1", 2025)


def make(works: Works, *runs: str, kind: str = "original", reason: str = "") -> ReportVersion:
    return make_version(works.store, *F1, runs, BY, kind, reason)  # type: ignore[arg-type]


def refused(works: Works, *runs: str, **more: str) -> list[str]:
    entries = len(works.store.log.entries())
    with pytest.raises(TongjianError) as caught:
        make(works, *runs, **more)
    assert len(works.store.log.entries()) == entries
    return codes(caught.value.problems)


def test_a_version_pins_what_it_rests_on(works: Works) -> None:
    kept = works.keep()
    before = works.store.log.tree()

    made = make(works, kept.id[:10])

    assert (made.number, made.kind, made.by, made.diff) == (1, "original", BY, None)
    assert made.runs == (kept.id,) and made.subject == "report:F1/2025/1"
    assert made.root == {"size": 1, "hash": before.root().hex()}
    assert made.records == (dict(kept.records),)
    (ruleset,) = made.rulesets
    assert (ruleset["ruleset"], ruleset["run"]) == ("test.rules", kept.id)
    entry = works.store.log.entries("version.make", subject="report:F1/2025")[0]
    assert entry.number == made.entry and entry.files == (made.statement,)
    assert entry.content["results"] == [kept.document["result"]]
    assert report_version(works.store.log, *F1) == made


def test_the_evidence_root_of_a_version_is_the_beginning_of_the_log(works: Works) -> None:
    """Whoever has the version can prove that the log was not written anew since."""
    made = make(works, works.keep().id)
    works.add(fuel(80), correction=FIX)
    make(works, works.keep().id, kind="supplementary", reason="更正")

    leaves = [bytes.fromhex(entry.hash) for entry in works.store.log.entries()]
    tree = MerkleTree(leaves)
    size, root = made.root["size"], bytes.fromhex(made.root["hash"])
    proof = tree.consistency(size)
    assert consistent(size, root, len(tree), tree.root(), proof)


def test_a_supplementary_version_says_why_and_what_changed(works: Works) -> None:
    first = make(works, works.keep().id)
    works.add(fuel(80), correction=FIX)
    later = works.keep()

    second = make(works, later.id, kind="supplementary", reason=" 磅单重复计入 ")

    assert (second.number, second.reason) == (2, "磅单重复计入")
    assert second.diff is not None
    document = version_diff(works.store, second)
    assert document is not None
    assert (document["left"], document["right"]) == (list(first.runs), [later.id])
    (part,) = document["parts"]
    assert [change["kind"] for change in part["changes"]] == ["record"]
    entry = works.store.log.entries("version.make")[-1]
    assert entry.files == (second.statement, second.diff)
    content = works.store.files.read(second.diff)
    assert hashlib.sha256(content).hexdigest() == second.diff
    assert json.loads(content) == document
    assert report_versions(works.store.log, *F1) == [first, second]
    assert report_version(works.store.log, *F1, 1) == first
    assert version_diff(works.store, first) is None


def test_what_is_refused_says_all_at_once(works: Works) -> None:
    kept = works.keep()
    assert refused(works) == ["versions.no_runs"]
    assert refused(works, kept.id, kind="supplementary") == [
        "versions.nothing_to_supplement",
        "versions.reason",
    ]
    assert refused(works, kept.id, kind="final") == ["versions.kind"]
    assert refused(works, "beef") == ["versions.unknown_run"]
    make(works, kept.id)
    assert refused(works, kept.id) == ["versions.original_again", "versions.same_runs"]
    assert refused(works, kept.id, kind="supplementary", reason=" ") == [
        "versions.reason",
        "versions.same_runs",
    ]
    with pytest.raises(TongjianError) as caught:
        make_version(works.store, *F1, [], " ")
    assert "versions.nobody" in codes(caught.value.problems)


def test_two_runs_may_not_speak_of_one_rule_set(works: Works) -> None:
    kept, other = works.keep(), works.keep(binds={"gwp": "gwp.b"})
    assert refused(works, kept.id, other.id) == ["versions.ruleset_twice"]


def test_a_run_without_the_plant_or_year_makes_no_report(works: Works) -> None:
    kept = works.keep()
    for facility, year in (("F2", 2025), ("F1", 2024)):
        with pytest.raises(TongjianError) as caught:
            make_version(works.store, facility, year, [kept.id], BY)
        says(only(caught.value.problems, "versions.run_without_report"), facility, str(year))


def test_a_version_that_is_not_there(works: Works) -> None:
    make(works, works.keep().id)
    for number in (2, 0):
        with pytest.raises(TongjianError) as caught:
            report_version(works.store.log, *F1, number)
        only(caught.value.problems, "versions.unknown_version")
    with pytest.raises(TongjianError):
        report_version(works.store.log, "F2", 2025)


def test_a_statutory_version_refuses_what_nobody_confirmed(works: Works) -> None:
    works.edit("fuel.csv", "coke,ncv,28.435,GJ/t,,,seen", "coke,ncv,28.435,GJ/t,,,recalled")
    kept = works.keep()
    authority = Authority.of(works.workspace)
    with pytest.raises(TongjianError):
        make_version(works.store, *F1, [kept.id], BY, authority=authority, statutory=True)
    assert len(works.store.log.entries()) == 1
    # Otherwise it is made, and says how much of it is open.
    made = make_version(works.store, *F1, [kept.id], BY, authority=authority)
    assert (made.statutory, made.open_doubts) == (False, 1)
    (doubt,) = works.store.get(made.statement)["doubts"]
    assert doubt["confirmed"] is None and doubt["run"] == kept.id


def test_what_was_confirmed_is_part_of_the_version(works: Works) -> None:
    works.edit("fuel.csv", "coke,ncv,28.435,GJ/t,,,seen", "coke,ncv,28.435,GJ/t,,,recalled")
    run = works.run()
    kept = works.store.keep(run, BY)
    authority = Authority.of(works.workspace)
    authority.grant(BY, ["confirm", "grant"], by=BY)
    authority.confirm(doubts(run), BY, "GB/T 32150 第8页")
    made = make_version(works.store, *F1, [kept.id], BY, authority=authority, statutory=True)
    assert made.open_doubts == 0
    (doubt,) = works.store.get(made.statement)["doubts"]
    assert doubt["confirmed"]["by"] == BY


def test_what_other_plants_lack_is_no_matter_of_this_report(works: Works) -> None:
    """F2 burns wood, for which there is no calorific value: its row is left out, not one of F1."""
    other = {"facility": "F2", "name_zh": "二厂", "sector": "test", "province": "Jiangsu"}
    works.records.add([], [other], source="登记.xlsx")
    works.add(fuel(7, stream="wood", unit="") | {"facility": "F2"})
    kept = works.keep()
    assert [one["code"] for one in kept.problems if one["severity"] == "error"]

    assert make_version(works.store, *F1, [kept.id], BY, statutory=True).statutory
    with pytest.raises(TongjianError) as caught:
        make_version(works.store, "F2", 2025, [kept.id], BY, statutory=True)
    only(caught.value.problems, "statutory.incomplete")


@dataclass(frozen=True, slots=True)
class Interrupted(RunStore):
    """A run store in which somebody else makes the same version while this one is computed."""

    def put(self, document: object) -> str:
        plain = RunStore(self.files, self.records)
        if not report_versions(self.log, *F1):
            make_version(plain, *F1, list(self.runs()), "李四")
        return plain.put(document)


def test_two_people_cannot_make_the_same_version(works: Works) -> None:
    kept = works.keep()
    store = Interrupted(works.store.files, works.records)
    with pytest.raises(TongjianError) as caught:
        make_version(store, *F1, [kept.id], BY)
    only(caught.value.problems, "versions.meanwhile")
    (made,) = report_versions(store.log, *F1)
    assert made.by == "李四"


def test_a_version_rests_on_a_run_that_comes_out_the_same(works: Works) -> None:
    """The records of the run were damaged since: no version is made of it."""
    kept = works.keep()
    (path,) = works.records.activity_files()
    path.write_bytes(path.read_bytes()[:-5])
    assert refused(works, kept.id) == ["records.store_damaged"]


def test_no_file_of_the_log_is_foreign(works: Works, tmp_path: Path) -> None:
    """Everything that runs and versions have put into the attachments is named by an entry."""
    make(works, works.keep().id)
    works.add(fuel(80), correction=FIX)
    make(works, works.keep().id, kind="supplementary", reason="更正")
    assert works.store.files.problems() == []
    assert works.store.log.problems() == []


@pytest.mark.parametrize("name", NAMES)
def test_runs_and_versions_over_every_store_of_the_log(
    works: Works, tmp_path: Path, request: pytest.FixtureRequest, name: str
) -> None:
    make_store = maker(name, tmp_path, request)
    files = Attachments(tmp_path / "attachments", EvidenceLog(make_store()))
    store = RunStore(files, works.records)
    first = store.keep(works.run(), BY)
    make_version(store, *F1, [first.id], BY)
    works.add(fuel(80), correction=FIX)
    second = store.keep(works.run(), BY)
    made = make_version(store, *F1, [second.id], BY, "supplementary", "更正")

    # As somebody else finds it, who opens the log anew.
    again = RunStore(Attachments(files.folder, EvidenceLog(make_store())), works.records)
    assert list(again.runs()) == [first.id, second.id]
    assert report_versions(again.log, *F1)[-1] == made
    assert reproduce(again, again.open(first.id)).identical
    assert again.log.problems() == [] and again.files.problems() == []

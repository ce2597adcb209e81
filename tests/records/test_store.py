"""The store: all or nothing, one writer, nothing overwritten, changes found."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

import tongjian.records.store as store_module
from tests.records.support import FACILITY, FACILITY_HEADER, Bench, row, write_csv
from tests.support import only, says
from tongjian.problems import Place
from tongjian.records import RecordError, Store
from tongjian.records._cross import settle_activity

FACILITY_ROW = {"facility": "F1", "name_zh": "一厂", "sector": "steel", "province": "Jiangsu"}
UNIT_ROW = {"facility": "F1", "process_unit": "U1", "name_zh": "一号炉"}


def datum(**changes: Any) -> dict[str, Any]:
    return {
        "facility": "F1",
        "period": "2025-01",
        "stream": "coal",
        "class": "fuel.solid",
        "item": "consumed",
        "unit": "t",
        "quantity": 5,
        "tier": "monitored",
    } | changes


@pytest.fixture
def store(tmp_path: Path) -> Store:
    return Store.create(tmp_path)


def files(store: Store) -> dict[str, bytes]:
    return {
        str(path.relative_to(store.root)): path.read_bytes()
        for path in store.root.rglob("*")
        if path.is_file() and path.name != ".lock"
    }


def test_an_empty_store(store: Store) -> None:
    assert store.activity_files() == []
    assert not store.facilities_file().exists()
    assert not store.process_units_file().exists()
    assert store.read_activity() == store.read_facilities() == store.read_process_units() == []
    assert store.imports() == [] and store.verify() == []
    assert Store.open(store.root.parent).digest == store.digest


def test_create_opens_what_is_there(store: Store) -> None:
    store.add([datum()], [FACILITY_ROW])
    assert Store.create(store.root.parent).digest == store.digest


def test_add_and_read_back(store: Store) -> None:
    assert store.add([datum()], [FACILITY_ROW], [UNIT_ROW], source="made") is True
    stored = store.read_activity()[0]
    assert stored == datum(
        year=2025,
        process_unit="",
        quantity=5.0,
        entered_quantity="5",
        entered_unit="t",
        evidence="",
        source="made",
    )
    assert store.read_facilities()[0]["fictitious"] is False
    assert store.read_process_units()[0]["capacity"] is None
    entry = store.imports()[0]
    assert (entry["source"], entry["rows"]) == ("made", 1)
    assert store.activity_files()[0].stem == entry["hash"]
    assert store.verify() == []


def test_adding_again_is_false_and_changes_nothing(store: Store) -> None:
    store.add([datum(), datum(period="2025-02")], [FACILITY_ROW])
    before = files(store)
    assert store.add([datum(period="2025-02"), datum()], [FACILITY_ROW]) is False
    assert store.add([datum()]) is False
    assert store.add([]) is False
    assert files(store) == before


def test_only_what_is_new_is_added(store: Store) -> None:
    store.add([datum()], [FACILITY_ROW])
    assert store.add([datum(), datum(period="2025-02")]) is True
    assert [entry["rows"] for entry in store.imports()] == [1, 1]
    assert len(store.read_activity()) == 2


def test_the_digest_does_not_depend_on_the_order_of_imports(tmp_path: Path) -> None:
    digests = set()
    other = FACILITY_ROW | {"facility": "F0"}
    for name, turns in (("a", (0, 1)), ("b", (1, 0))):
        store = Store.create(tmp_path / name)
        for turn in turns:
            store.add([datum(period=f"202{turn}")], [[FACILITY_ROW, other][turn]])
        digests.add(store.digest)
    assert len(digests) == 1


@pytest.mark.parametrize(
    ("activity", "facilities", "code"),
    [
        ([datum(), datum(quantity=6)], [], "duplicate_row"),
        ([datum(period="2025"), datum()], [], "year_and_months"),
        (
            [datum(stream="coke", quantity=1), datum(stream="old", quantity=2)],
            [],
            "differs_from_store",
        ),
        ([], [FACILITY_ROW | {"facility": "F0", "city": "南京"}], "dimension_conflict"),
        ([{"facility": "F1"}], [], "store_row"),
        ([datum(colour="red")], [], "store_row"),
        ([datum(quantity=float("nan"))], [], "store_row"),
    ],
)
def test_add_refuses_contradictions(
    store: Store, activity: list[dict[str, Any]], facilities: list[dict[str, Any]], code: str
) -> None:
    store.add([datum(stream="old", quantity=1)], [FACILITY_ROW | {"facility": "F0"}])
    before = files(store)
    with pytest.raises(RecordError) as raised:
        store.add(activity, facilities, source="made")
    only(raised.value.problems, f"records.{code}")
    assert files(store) == before


# ---- all or nothing ----


@pytest.mark.parametrize("fails_at", range(8))
def test_a_crash_at_any_step_leaves_all_or_nothing(
    bench: Bench, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, fails_at: int
) -> None:
    """Every step that touches the disk fails in turn: writes, renames, the log."""
    bench.load(bench.csv(row(period="2024")))
    before = files(bench.store)
    digest = bench.store.digest
    steps = iter(range(100))

    def breaking(step: Any) -> Any:
        def run(*args: Any, **kwargs: Any) -> Any:
            if next(steps) == fails_at:
                raise OSError("power cut")
            return step(*args, **kwargs)

        return run

    facilities = write_csv(tmp_path / "f2.csv", FACILITY_HEADER, [["F2", *FACILITY[1:]]])
    data = bench.csv(row(), row(facility="F2"))
    with monkeypatch.context() as patch:
        patch.setattr(store_module, "write_parquet", breaking(store_module.write_parquet))
        patch.setattr(store_module, "sync_folder", breaking(store_module.sync_folder))
        patch.setattr(Path, "replace", breaking(Path.replace))
        with pytest.raises(OSError, match="power cut"):
            bench.load(data, facilities)
    store = Store.open(tmp_path / "workspace")
    if fails_at == 7:  # the very last sync: the log is replaced already
        assert len(store.read_activity()) == 3 and len(store.read_facilities()) == 2
    else:
        assert store.digest == digest
        assert len(store.read_activity()) == 1 and len(store.read_facilities()) == 1
    assert store.verify() == []
    assert all(files(store)[name] == data for name, data in before.items() if ".jsonl" not in name)
    assert bench.load(data, facilities).committed
    assert len(store.read_activity()) == 3 and len(store.read_facilities()) == 2
    assert not list(store.root.rglob("*.tmp"))


def test_what_a_killed_writer_leaves_is_no_part_of_the_store(store: Store) -> None:
    store.add([datum()], [FACILITY_ROW])
    digest = store.digest
    activity = store.activity_files()[0]
    (activity.parent / f"{'0' * 64}.parquet").write_bytes(activity.read_bytes())
    (activity.parent / f"{'1' * 64}.tmp").write_bytes(b"half")
    assert (store.digest, len(store.read_activity()), store.verify()) == (digest, 1, [])
    store.add([datum(period="2026")])
    assert not list(store.root.rglob("*.tmp"))


def test_a_reader_keeps_the_state_it_began_with(store: Store) -> None:
    store.add([datum()], [FACILITY_ROW])
    seen = {path: path.read_bytes() for path in (*store.activity_files(), store.facilities_file())}
    store.add([datum(period="2026")], [FACILITY_ROW | {"facility": "F2"}])
    assert {path: path.read_bytes() for path in seen} == seen


def test_one_writer_at_a_time(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(store_module, "_PATIENCE_S", 0.1)
    with store.locked():
        with pytest.raises(RecordError) as raised:
            store.add([datum()], [FACILITY_ROW])
        says(only(raised.value.problems, "records.store_busy"), ".lock", "0.1")
    assert store.add([datum()], [FACILITY_ROW])


# ---- damage ----


def test_verify_finds_what_was_changed(store: Store) -> None:
    store.add([datum()], [FACILITY_ROW])
    other = Store.create(store.root.parent / "other")
    other.add([datum(quantity=4)], [FACILITY_ROW | {"city": "无锡"}])
    store.activity_files()[0].write_bytes(other.activity_files()[0].read_bytes())
    store.facilities_file().unlink()
    problems = store.verify()
    assert [problem.code for problem in problems] == ["records.store_damaged"] * 2
    says(problems[0], str(store.activity_files()[0]), "content hash")


def test_a_torn_log_is_told(store: Store) -> None:
    store.add([datum()], [FACILITY_ROW])
    log = store.root / "imports.jsonl"
    for text in (log.read_text(encoding="utf-8")[:-20], json.dumps({"hash": None}), "[]"):
        log.write_text(text, encoding="utf-8")
        with pytest.raises(RecordError) as raised:
            store.activity_files()
        says(only(raised.value.problems, "records.store_damaged"), "imports.jsonl")


def test_no_store_and_no_place_for_one(tmp_path: Path) -> None:
    with pytest.raises(RecordError) as raised:
        Store.open(tmp_path / "nowhere")
    says(only(raised.value.problems, "records.no_store"), "nowhere")
    (tmp_path / "file").write_text("")
    with pytest.raises(RecordError) as raised:
        Store.create(tmp_path / "file")
    says(only(raised.value.problems, "records.store_path"), "file")


def test_old_contradictions_of_the_store_are_no_fault_of_an_import(store: Store) -> None:
    """A year and months that are both stored already are not reported again and again."""
    store.add([datum(period="2025")], [FACILITY_ROW])
    year = store.read_activity()[0]
    month = year | {"period": "2025-01"}
    stored = [tuple(year.values()), tuple(month.values())]
    settled = settle_activity([tuple(month.values())], stored, lambda _at: Place())
    assert (settled.new, settled.known, settled.problems) == ([], 1, [])

"""Corrections: what was wrong stays known, what is right stands, any earlier state comes back."""

from __future__ import annotations

import json
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

import tongjian.records.store as store_module
from tests.records.support import (
    FACILITY,
    FACILITY_HEADER,
    UNIT,
    UNIT_HEADER,
    Bench,
    row,
    write_csv,
)
from tests.support import only, says
from tongjian.records import Correction, RecordError, Store
from tongjian.records._columns import content_hash

FIX = Correction("张三", "磅单抄错", "磅单 2025-01 第3页")
OUT = Correction("李四", "别厂的数据", withdraw=True)


def quantities(store: Store) -> dict[str, float]:
    return {one["period"]: one["quantity"] for one in store.read_activity()}


def files(store: Store) -> dict[str, bytes]:
    return {str(p): p.read_bytes() for p in store.root.rglob("*.parquet")}


def test_a_correction_takes_the_place_of_a_datum_and_the_first_one_stays(bench: Bench) -> None:
    bench.load(bench.csv(row(), row(period="2025-02", quantity="7")))
    store = bench.store
    before, stored = store.digest, files(store)

    report = bench.load(bench.csv(row(quantity="13"), row(period="2025-02", quantity="7")),
                        correction=FIX)  # fmt: skip

    assert report.committed and report.problems == ()
    counts = report.tables["activity"]
    assert (counts.read, counts.corrected, counts.known, counts.new) == (2, 1, 1, 0)
    assert quantities(store) == {"2025-01": 13.0, "2025-02": 7.0}
    assert store.digest != before
    # Nothing that was stored is touched, and the earlier state is there under its digest.
    assert {name: files(store)[name] for name in stored} == stored
    assert quantities(store.as_of(2)) == {"2025-01": 12.5, "2025-02": 7.0}
    assert store.as_of(2).digest == before and store.as_of(3).digest == store.digest
    said = store.imports()[-1]["correction"]
    assert (said["act"], said["by"], said["reason"]) == ("correct", "张三", "磅单抄错")
    assert said["evidence"] == "磅单 2025-01 第3页"
    assert store.verify() == []


def test_the_digest_is_that_of_the_files_in_force(bench: Bench) -> None:
    """Derived apart from the store: the rows that stand, file by file, hashed as on import."""
    bench.load(bench.csv(row(), row(period="2025-02", quantity="7")))
    bench.load(bench.csv(row(quantity="13")), correction=FIX)
    rows = {one["period"]: tuple(one.values()) for one in bench.store.read_activity()}
    names = {path.stem for path in bench.store.activity_files()}
    assert names == {content_hash("activity", [rows[period]]) for period in rows}


def test_importing_a_correction_again_changes_nothing(bench: Bench) -> None:
    bench.load(bench.csv(row()))
    fixed = bench.csv(row(quantity="13"))
    bench.load(fixed, correction=FIX)
    log = bench.store.imports()
    again = bench.load(fixed, correction=FIX)
    assert again.committed and again.rows_known == 1
    assert bench.store.imports() == log


def test_only_tier_or_evidence_may_be_wrong_too(bench: Bench) -> None:
    bench.load(bench.csv(row()))
    report = bench.load(bench.csv(row(tier="实测", evidence="化验单")), correction=FIX)
    assert (report.rows_corrected, report.problems) == (1, ())
    (stands,) = bench.store.read_activity()
    assert (stands["tier"], stands["evidence"]) == ("tested", "化验单")


def test_correcting_back_gives_the_first_digest_and_three_entries(bench: Bench) -> None:
    bench.load(bench.csv(row()))
    first = bench.store.digest
    bench.load(bench.csv(row(quantity="13")), correction=FIX)
    bench.load(bench.csv(row()), correction=Correction("王五", "原值无误"))
    assert bench.store.digest == first and bench.store.verify() == []
    found = bench.store.history(facility="F1", stream="coal")
    assert [(one.row or {})["quantity"] for one in found] == [12.5, 13.0, 12.5]
    assert [(one.number, one.until) for one in found] == [(2, 3), (3, 4), (4, None)]
    assert [one.by for one in found] == ["", "张三", "王五"]
    assert found[1].reason == "磅单抄错" and found[1].before == found[0].row
    assert found[1].as_dict()["quantity"] == 13.0


def test_a_withdrawal_takes_a_row_out_and_history_says_so(bench: Bench) -> None:
    bench.load(bench.csv(row(), row(period="2025-02")))
    report = bench.load(bench.csv(row()), correction=OUT)
    assert report.committed and (report.rows_withdrawn, report.rows_new) == (1, 0)
    assert list(quantities(bench.store)) == ["2025-02"]
    assert list(quantities(bench.store.as_of(2))) == ["2025-01", "2025-02"]
    last = bench.store.history(facility="F1", period="2025-01")[-1]
    assert (last.row, last.act, last.by, last.reason) == (None, "withdraw", "李四", "别厂的数据")
    # What was withdrawn may be entered once more, as if for the first time.
    assert bench.load(bench.csv(row(quantity="9"))).rows_new == 1
    assert bench.store.verify() == []


def test_the_last_row_of_a_file_may_go(bench: Bench) -> None:
    bench.load(bench.csv(row()))
    bench.load(bench.csv(row()), correction=OUT)
    assert bench.store.activity_files() == [] and bench.store.read_activity() == []
    assert len(bench.store.as_of(2).read_activity()) == 1


def test_a_year_becomes_months_by_withdrawal_and_import(bench: Bench) -> None:
    bench.load(bench.csv(row(period="2025")))
    months = row(period="2025-01"), row(period="2025-02")
    wrong = bench.load(bench.csv(*months), correction=FIX)
    assert "records.year_and_months" in {one.code for one in wrong.problems}
    bench.load(bench.csv(row(period="2025")), correction=OUT)
    assert bench.load(bench.csv(*months)).committed


def test_names_and_technology_may_be_corrected(bench: Bench) -> None:
    bench.load(bench.csv(row(process_unit="U1")))
    units = write_csv(bench.folder / "u.csv", UNIT_HEADER, [["F1", "U1", "一号高炉", *UNIT[3:]]])
    plants = write_csv(bench.folder / "f.csv", FACILITY_HEADER, [["F1", "新厂", *FACILITY[2:]]])
    assert bench.load(units, plants).errors
    report = bench.load(units, plants, correction=FIX)
    assert report.tables["facilities"].corrected == report.tables["process_units"].corrected == 1
    assert bench.store.read_facilities()[0]["name_zh"] == "新厂"
    assert bench.store.as_of(2).read_facilities()[0]["name_zh"] == "一厂"
    names = [(one.row or {})["name_zh"] for one in bench.store.history("process_units")]
    assert names == ["一号炉", "一号高炉"]
    assert bench.store.history("facilities", facility="F1")[-1].by == "张三"


def test_a_facility_goes_only_with_everything_in_it(bench: Bench) -> None:
    data = bench.csv(row(process_unit="U1"))
    bench.load(data)
    plant, units = bench.folder / "facilities.csv", bench.folder / "units.csv"
    kept = bench.load(plant, units, correction=OUT)
    assert [one.code for one in kept.errors] == ["records.withdraw_in_use"] * 2
    assert bench.load(plant, units, data, correction=OUT).rows_withdrawn == 3
    assert bench.store.read_facilities() == bench.store.read_process_units() == []
    assert len(bench.store.as_of(2).read_facilities()) == 1
    assert bench.store.verify() == []


def test_all_errors_of_a_correction_at_once_and_nothing_written(bench: Bench) -> None:
    bench.load(bench.csv(row(), row(period="2025-03")))
    before = bench.store.imports()
    report = bench.load(
        bench.csv(row(quantity="x"), row(period="2025-03"), row(period="2025-03", quantity="2")),
        correction=FIX,
    )
    assert [one.code for one in report.errors] == ["records.number_text", "records.duplicate_row"]
    assert bench.store.imports() == before


def test_dry_run_of_a_correction(bench: Bench) -> None:
    bench.load(bench.csv(row()))
    report = bench.load(bench.csv(row(quantity="13")), dry_run=True, correction=FIX)
    assert (report.rows_corrected, report.committed) == (1, False)
    assert quantities(bench.store) == {"2025-01": 12.5}


def test_programs_correct_by_add(bench: Bench) -> None:
    bench.load(bench.csv(row()))
    (stored,) = bench.store.read_activity()
    right = stored | {"quantity": 14.0, "source": "made"}
    with pytest.raises(RecordError):
        bench.store.add([right])
    assert bench.store.add([right], correction=FIX) is True
    assert quantities(bench.store) == {"2025-01": 14.0}
    assert bench.store.add([right], correction=FIX) is False
    assert bench.store.add([stored], correction=Correction("张三", "原值无误")) is True
    assert quantities(bench.store) == {"2025-01": 12.5}


# ---- earlier states ----


def test_as_of_a_time_a_day_and_a_number(bench: Bench) -> None:
    store = bench.store
    bench.load(bench.csv(row()))
    log = store.root / "imports.jsonl"
    entries = [json.loads(line) for line in log.read_text(encoding="utf-8").splitlines()]
    times = ["2026-01-31T15:00:00+00:00", "2026-02-28T15:00:00+00:00"]
    lines = [
        json.dumps({k: v for k, v in one.items() if k != "previous"} | {"time": time})
        for one, time in zip(entries, times, strict=True)
    ]
    log.write_text("".join(f"{line}\n" for line in lines), encoding="utf-8")
    assert store.as_of("2026-01-31T14:59:59+00:00").number == 0
    assert store.as_of("2026-01-31T15:00:00+00:00").number == 1
    assert store.as_of("2026-02-01T00:00:00+09:00").number == 1
    assert store.as_of(datetime.fromisoformat(times[1]) + timedelta(days=400)).number == 2
    assert store.as_of("2026-01-30").number == 0
    assert store.as_of("2026-03-02").number == 2
    assert store.as_of("1").number == store.as_of(1).number == 1
    assert store.as_of(0).read_facilities() == [] and store.as_of(0).digest != store.digest
    for moment in (3, -1, "9"):
        with pytest.raises(RecordError) as raised:
            store.as_of(moment)
        only(raised.value.problems, "records.no_such_import")


def test_an_earlier_state_can_only_be_read(bench: Bench) -> None:
    with pytest.raises(RecordError) as raised:
        bench.store.as_of(1).add([])
    says(only(raised.value.problems, "records.as_of_read_only"), "1")


# ---- nothing half-written, nothing changed unseen ----


@pytest.mark.parametrize("fails_at", range(8))
def test_a_crash_at_any_step_of_a_correction(
    bench: Bench, monkeypatch: pytest.MonkeyPatch, fails_at: int
) -> None:
    """Three files are written (what stays, what is new, the facilities), then the log."""
    bench.load(bench.csv(row(), row(period="2025-02")))
    digest, log = bench.store.digest, bench.store.imports()
    plants = write_csv(bench.folder / "f.csv", FACILITY_HEADER, [["F1", "新厂", *FACILITY[2:]]])
    data = bench.csv(row(quantity="13"))
    steps = iter(range(100))

    def breaking(step: Any) -> Any:
        def run(*args: Any, **kwargs: Any) -> Any:
            if next(steps) == fails_at:
                raise OSError("power cut")
            return step(*args, **kwargs)

        return run

    with monkeypatch.context() as patch:
        patch.setattr(store_module, "write_parquet", breaking(store_module.write_parquet))
        patch.setattr(store_module, "sync_folder", breaking(store_module.sync_folder))
        patch.setattr(Path, "replace", breaking(Path.replace))
        with pytest.raises(OSError, match="power cut"):
            bench.load(data, plants, correction=FIX)
    assert bench.store.digest == digest and bench.store.imports() == log
    assert bench.load(data, plants, correction=FIX).committed
    assert quantities(bench.store) == {"2025-01": 13.0, "2025-02": 12.5}
    assert bench.store.verify() == [] and not list(bench.store.root.rglob("*.tmp"))


def test_a_superseded_file_that_was_changed_or_lost_is_found(bench: Bench) -> None:
    bench.load(bench.csv(row()))
    (old,) = bench.store.activity_files()
    bench.load(bench.csv(row(quantity="13")), correction=FIX)
    old.write_bytes(bench.store.activity_files()[0].read_bytes())
    says(only(bench.store.verify(), "records.store_damaged"), old.name, "content hash")
    old.unlink()
    says(only(bench.store.verify(), "records.store_damaged"), old.name)
    with pytest.raises(RecordError):
        bench.store.history()


@pytest.mark.parametrize("change", ["张三", "磅单抄错", "12", "drop"])
def test_a_changed_line_of_the_log_is_found(bench: Bench, change: str) -> None:
    bench.load(bench.csv(row()))
    bench.load(bench.csv(row(quantity="13")), correction=FIX)
    bench.load(bench.csv(row(period="2025-02")))
    log = bench.store.root / "imports.jsonl"
    lines = log.read_text(encoding="utf-8").splitlines()
    lines[2] = lines[2].replace(change, "改")
    if change == "drop":
        del lines[2]
    if change == "12":
        lines[2] = lines[2].replace('"rows": 1', '"rows": 2')
    log.write_text("".join(f"{line}\n" for line in lines), encoding="utf-8")
    with pytest.raises(RecordError) as raised:
        bench.store.imports()
    says(only(raised.value.problems, "records.store_damaged"), "imports.jsonl", "previous")


def test_a_log_without_a_chain_is_still_read(bench: Bench) -> None:
    """Workspaces of earlier versions go on, and are chained from here."""
    bench.load(bench.csv(row()))
    log = bench.store.root / "imports.jsonl"
    entries = [json.loads(line) for line in log.read_text(encoding="utf-8").splitlines()]
    for one in entries:
        del one["previous"]
    log.write_text("".join(json.dumps(one) + "\n" for one in entries), encoding="utf-8")
    digest, head = bench.store.digest, bench.store.head
    bench.load(bench.csv(row(quantity="13")), correction=FIX)
    assert bench.store.imports()[-1]["previous"] == head
    assert bench.store.as_of(2).digest == digest and bench.store.as_of(2).head == head

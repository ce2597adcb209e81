"""The same records give the same result, whatever the order, the files, the threads, the engine.

And no row is lost on the way: it is in a total, or it is counted as missing and named.
"""

from __future__ import annotations

import json
import math
import random
import shutil
import threading
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from dataclasses import replace
from fractions import Fraction
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.backends import Backends, installed, params
from tests.engine.plant import DOCUMENTS, FILES, rows_of, spelled
from tests.support import (
    Records,
    formulas,
    inputs,
    method,
    ruleset,
    sheet,
    write_rulebook,
)
from tongjian.engine import Run, Snapshot, run
from tongjian.engine import _snapshot as snapshots
from tongjian.rules import Rulebook, load_rulebook

Book = Callable[..., Rulebook]


@pytest.fixture(scope="module")
def plant(tmp_path_factory: pytest.TempPathFactory) -> Rulebook:
    folder = write_rulebook(tmp_path_factory.mktemp("plant") / "rules", *DOCUMENTS, files=FILES)
    return load_rulebook(folder, cache=False)


def many(records: Records, count: int = 1500, seed: int = 7) -> Records:
    """Rows of several plants and years with awkward numbers and some faults."""
    dice = random.Random(seed)
    for facility in ("F1", "F2", "F3"):
        province = "Hebei" if facility == "F2" else "Jiangsu"
        records.facility(facility, province=province).unit(facility, "u1", technology="dual")
    seen = set()
    while len(seen) < count:
        facility, unit = dice.choice(("F1", "F2", "F3")), dice.choice(("", "u1", "u2", "u3"))
        period = f"{dice.randint(2023, 2025)}-{dice.randint(1, 12):02}"
        stream, item, measure, more = dice.choice(
            [
                ("coke", "consumed", "t", {"class": "fuel.solid"}),
                ("wood", "consumed", "t", {"class": "fuel.solid"}),
                ("old_coal", "consumed", "t", {"class": "fuel"}),
                ("coke", "ncv", "GJ/t", {"class": "fuel.solid"}),
                ("coke", "direct", "tCO2", {"class": "fuel.solid"}),
                ("electricity", "purchased", "MWh", {}),
                ("electricity", "green", "MWh", {"evidence": dice.choice(("", "GEC"))}),
                ("acid", "produced", "t HNO3", {}),
                ("acid", "ef", "kgN2O/t HNO3", {}),
            ]
        )
        key = (facility, period, unit, stream, item)
        if key not in seen:
            seen.add(key)
            quantity = round(dice.lognormvariate(3, 3), dice.randint(0, 9))
            at = {"process_unit": unit, **more}
            records.add(stream, item, quantity, measure, facility, period, **at)
    return records


def outcome(done: Run) -> tuple[Any, ...]:
    manifest = {key: value for key, value in done.manifest.items() if key != "records"}
    return manifest, done.ledger, spelled(done)


def test_order_files_threads_and_back_end_do_not_matter(
    plant: Rulebook, records: Records, backends: Backends
) -> None:
    plain = many(records).snapshot("plain")
    expected = outcome(run(plant, plain, backend="python"))
    assert len(expected[2]) > 50, "some rows are faulty"
    for seed in (1, 2):
        random.Random(seed).shuffle(records.activity)
        shuffled = records.snapshot(f"shuffled{seed}", files=seed + 1)
        assert shuffled.digest == plain.digest
        for backend, threads in (("duckdb", 1), ("duckdb", 2), ("python", None)):
            done = run(plant, shuffled, backend=backend, threads=threads)  # type: ignore[arg-type]
            assert outcome(done) == expected, (seed, backend, threads)
    if "spark" in installed():
        assert outcome(backends.run("spark", plant, shuffled)) == expected


def test_the_size_chooses_the_back_end_and_changes_nothing(
    plant: Rulebook, records: Records, monkeypatch: pytest.MonkeyPatch
) -> None:
    snapshot = many(records, 100).snapshot()
    small = outcome(run(plant, snapshot))
    monkeypatch.setattr("tongjian.engine._run.SMALL", 10)
    assert outcome(run(plant, snapshot)) == small


@pytest.mark.parametrize("backend", params(("duckdb", "spark")))
def test_large_rows_in_other_units_round_alike(
    tmp_path: Path, records: Records, backends: Backends, backend: str
) -> None:
    """A change of unit at the end of a row may be left to the total, but everywhere or nowhere."""
    leaf = sheet(
        "facility period process_unit stream",
        inputs(k={"unit": "kg", "required": True}, e={"unit": "kWh", "required": True}),
        formulas(plain="t: k", product="t: k * 0.7", energy="MWh: e"),
        streams="any",
    )
    middle = sheet(
        "facility year process_unit",
        formulas=formulas(plain="kg: sum(s.plain)", energy="kWh: sum(s.energy)"),
    )
    totals = formulas(
        plain="t: sum(s.plain)",
        product="kg: sum(s.product)",
        energy="MWh: sum(s.energy)",
        two="t: sum_largest(s.plain, 2)",
        least="t: minimum(s.plain)",
        again="t: sum(m.plain)",
        energy_again="MWh: sum(m.energy)",
    )
    sheets = {"s": leaf, "m": middle, "facility": sheet("facility year", formulas=totals)}
    folder = write_rulebook(tmp_path / "book", method(sheets=sheets), ruleset())
    book, dice = load_rulebook(folder, cache=False), random.Random(5)
    for plant in range(150):
        name = f"P{plant:03}"
        records.facility(name)
        for unit in ("u1", "u2", "u3"):
            for item, measure in (("k", "kg"), ("e", "kWh")):
                quantity = 10 ** dice.uniform(8, 12)
                records.add("coke", item, quantity, measure, name, process_unit=unit)
    compiled, snapshot = book.ruleset("test.rules", 2025), records.snapshot()
    ours, theirs = (
        backends.sheets(one, book, compiled, snapshot, [2025])["facility"]
        for one in ("python", backend)
    )
    for one, other in zip(ours, theirs, strict=True):
        assert {name: one[name].hex() for name in totals} == {
            name: other[name].hex() for name in totals
        }


# -- nothing is lost -------------------------------------------------------------------------

KNOWN = {"coke": (28.435, 0.0295), "old_coal": (None, 0.025), "wood": (None, 0.025)}
FACTOR = float(Fraction(44, 12))


def expected_co2(cells: dict[str, float | None], stream: str) -> float | None:
    """A row of the sheet `fuel`, worked out by hand; None for a row that cannot be used."""
    if cells["direct"] is not None:
        return None if (cells["consumed"] or 0) > 0 else cells["direct"]
    ncv, carbon = KNOWN.get(stream, (None, None))
    ncv = ncv if cells["ncv"] is None else cells["ncv"]
    if cells["consumed"] is None or ncv is None or carbon is None:
        return None
    return cells["consumed"] * ncv * carbon * FACTOR


SIZES = st.none() | st.sampled_from([0.0, 1.0, 0.1, 1234.5678]) | st.floats(1e-9, 1e4)
CELLS = st.fixed_dictionaries(dict.fromkeys(("consumed", "ncv", "direct"), SIZES))
MEASURES = {"consumed": "t", "ncv": "GJ/t", "direct": "tCO2"}


@settings(max_examples=15, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    st.dictionaries(
        st.tuples(
            st.sampled_from(["coke", "old_coal", "wood", "peat"]),
            st.sampled_from(["2025-01", "2025-02", "2024-01"]),
            st.sampled_from(["u1", "u2"]),
        ),
        CELLS,
        max_size=6,
    ),
    st.sampled_from(["python", "duckdb"]),
)
def test_every_row_is_in_a_total_or_in_a_problem(
    plant: Rulebook,
    tmp_path: Path,
    cells: dict[tuple[str, str, str], dict[str, float | None]],
    backend: Any,
) -> None:
    shutil.rmtree(tmp_path / "records", ignore_errors=True)
    records = Records(tmp_path / "records")
    total, faulty, first_rows = dict.fromkeys((2024, 2025), 0), dict.fromkeys((2024, 2025), 0), []
    for (stream, period, unit), row in cells.items():
        at = [records.add(stream, item, value, MEASURES[item], period=period, process_unit=unit,
                          **{"class": "fuel.x"}).activity[-1]
              for item, value in row.items() if value is not None]  # fmt: skip
        if not at:
            continue
        value, year = expected_co2(row, stream), int(period[:4])
        if value is None:
            faulty[year] += 1
            sources = sorted(one["source"] for one in at)
            first_rows.append(int(sources[0].rpartition("!")[2]))
        else:
            total[year] += math.floor(value * 1e6 + 0.5)
    if not records.activity:
        return
    done = run(plant, records.snapshot(), backend=backend)
    lines = {row["year"]: row for row in done.ledger if row["category"] == "fuel"}
    for year, line in lines.items():
        # A value whose rounding is a tie may differ by a gram: it is worked out in another order.
        assert abs(line["amount"] * 1e6 - total[year]) <= len(cells) + 1e-15 * total[year]
        assert line["missing"] == faulty[year]
    assert sum(faulty.values()) == sum(line["missing"] for line in lines.values())
    assert rows_of(p for p in done.problems if p.code != "engine.unused_rows") == sorted(first_rows)


def test_no_column_of_a_result_is_silently_empty(plant: Rulebook, records: Records) -> None:
    done = run(plant, many(records, 400).snapshot())
    named = {
        (problem.code, problem.message("en").split(":")[0])
        for problem in done.problems
        if problem.severity == "error"
    }
    for row in done.sheet("test.rules", "facility"):
        for column in ("fuel", "power", "acid", "total"):
            if row[column] is None:
                assert any(f"{row['facility']} {row['year']}" in words for _, words in named)


# -- the manifest ----------------------------------------------------------------------------


def test_the_manifest_names_inputs_and_result_and_no_time_or_place(
    plant: Rulebook, records: Records, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    snapshot = many(records, 60).snapshot()
    first = run(plant, snapshot).manifest
    monkeypatch.setattr("time.time", lambda: 0.0)
    moved = Path(shutil.copytree(records.folder / "snapshot", tmp_path / "elsewhere"))
    copy = Snapshot(
        snapshot.digest,
        tuple(moved / path.name for path in snapshot.activity),
        moved / "tables" / "facilities.parquet",
        moved / "tables" / "process_units.parquet",
    )
    second = run(plant, copy).manifest
    assert second == first
    assert json.loads(json.dumps(first)) == first
    assert str(tmp_path) not in json.dumps(first)
    assert first["rulebook"] == plant.digest
    assert first["records"] == snapshot.digest
    assert first["rulesets"][0]["tables"]["gwp"] == "gwp.a"


def test_the_result_of_the_manifest_changes_with_any_number(
    plant: Rulebook, records: Records
) -> None:
    many(records, 60).add("electricity", "purchased", 1.0, "MWh", process_unit="u9")
    before = run(plant, records.snapshot("before")).manifest
    records.activity[-1]["quantity"] += 1e-5
    after = run(plant, records.snapshot("after")).manifest
    assert before["result"] != after["result"]
    assert before["records"] != after["records"]


# -- connections -----------------------------------------------------------------------------


@pytest.fixture
def no_kept() -> Iterator[None]:
    snapshots._kept.clear()
    yield
    for kept in snapshots._kept.values():
        for connection in kept:
            connection.close()
    snapshots._kept.clear()


@pytest.mark.usefixtures("no_kept")
def test_runs_one_after_another_do_not_disturb_each_other(
    plant: Rulebook, records: Records
) -> None:
    first = many(records, 200).snapshot("first")
    second = many(Records(records.folder / "more"), 300, seed=8).snapshot()
    expected = {one: outcome(run(plant, one, backend="python")) for one in (first, second)}
    snapshots._kept.clear()
    for one in (first, second, first, first, second):
        for threads in (1, 2):
            assert outcome(run(plant, one, backend="duckdb", threads=threads)) == expected[one]


@pytest.mark.usefixtures("no_kept")
def test_a_changed_register_is_seen(plant: Rulebook, records: Records) -> None:
    records.add("electricity", "purchased", 10, "MWh").facility()
    old = records.snapshot("old")
    records.facilities[0]["province"] = "Hebei"
    new = records.snapshot("new")
    assert run(plant, old).ledger != run(plant, new).ledger
    # Even when the file is exchanged under its name, and the digest is the old one.
    assert new.facilities is not None and old.facilities is not None
    shutil.copyfile(new.facilities, old.facilities)
    assert run(plant, replace(old)).ledger == run(plant, new).ledger


@pytest.mark.usefixtures("no_kept")
def test_runs_in_several_threads(plant: Rulebook, records: Records) -> None:
    snapshot = many(records, 200).snapshot()
    expected = outcome(run(plant, snapshot, backend="python"))
    found: list[Any] = []

    def work(backend: Any) -> None:
        try:
            for _ in range(2):
                found.append(outcome(run(plant, snapshot, backend=backend, threads=1)))
        except BaseException as error:  # reported below, in the test's own thread
            found.append(error)

    threads = [threading.Thread(target=work, args=(b,)) for b in ("duckdb", "python", "duckdb")]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(found) == 6
    assert all(one == expected for one in found)


@pytest.mark.usefixtures("no_kept")
def test_a_run_that_fails_leaves_nothing_behind(plant: Rulebook, records: Records) -> None:
    snapshot = many(records, 100).snapshot()
    expected = outcome(run(plant, snapshot, backend="python"))
    snapshots._kept.clear()

    def stop(name: str, done: int, of: int) -> None:
        if done == of:
            raise KeyboardInterrupt

    for _ in range(2):
        with pytest.raises(KeyboardInterrupt):
            run(plant, snapshot, backend="duckdb", progress=stop)
    assert outcome(run(plant, snapshot, backend="duckdb")) == expected


@pytest.mark.usefixtures("no_kept")
def test_more_snapshots_than_connections_that_are_kept(records: Records) -> None:
    records.add("electricity", "purchased", 1.0, "MWh")
    several = [records.snapshot(f"s{number}") for number in range(6)]
    for _ in range(2):
        for one in several:  # one after another
            with one.borrow() as connection:
                assert connection.execute("SELECT count(*) FROM activity").fetchall() == [(1,)]
        with ExitStack() as stack:  # all at once, and twice the same
            for one in [*several, *several]:
                stack.enter_context(one.borrow())
    kept = [connection for group in snapshots._kept.values() for connection in group]
    assert len(kept) == snapshots._MOST_KEPT
    for connection in kept:
        connection.execute("SELECT 1")

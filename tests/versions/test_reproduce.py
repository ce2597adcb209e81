"""Any past report comes back byte for byte, whatever became of records, rules and program."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

import tongjian
from tests.support import only, says
from tests.versions.works import BY, FIX, OUT, Works, acid, fuel, power, small_works
from tongjian.engine import ENGINE_VERSION
from tongjian.problems import Problem, TongjianError
from tongjian.records import Catalogue, Store, import_files
from tongjian.rules import rulebook_folder
from tongjian.versions import (
    KeptRun,
    make_version,
    report_version,
    reproduce,
    require_identical,
    version_diff,
)

ROOT = Path(__file__).resolve().parents[2]
EXAMPLE = ROOT / "examples" / "steel-works"
PLANT, YEAR = "DEMO-STEEL", 2024


@dataclass
class MovedOn:
    """A report of the example plant, and all that happened afterwards."""

    works: Works
    then: bytes
    run: str
    states: list[tuple[str, bytes]] = field(default_factory=list)
    """Every run that was kept since, with its bytes."""


@pytest.fixture(scope="module")
def moved_on(tmp_path_factory: pytest.TempPathFactory, own_cache: Path) -> MovedOn:
    """The report of 2024 is made; then the rulebook is changed and the records are corrected."""
    folder = tmp_path_factory.mktemp("moved-on")
    rules = folder / "rules"
    shutil.copytree(rulebook_folder(), rules)
    works = Works(folder / "plant", rules)
    store = Store.create(works.workspace)
    import_files(store, [EXAMPLE / "facilities.csv", EXAMPLE / "activity.csv"], Catalogue.load())
    made = works.run()
    kept = works.store.keep(made, BY)
    make_version(works.store, PLANT, YEAR, [kept.id], BY)
    found = MovedOn(works, made.result_bytes(), kept.id)

    works.load(f"{PLANT},{YEAR},,焦炭,consumed,90000,t,实测,过磅单更正", correction=FIX)
    works.load(f"{PLANT},{YEAR},,石灰石,consumed,8,万t,发票,结算单 2024", correction=OUT)
    works.load(f"{PLANT},{YEAR},,烟煤,consumed,100,t,实测,补录")
    works.edit("factors/fuel/ndrc-steel-2013.csv", "coke,oxidation,0.93,", "coke,oxidation,0.90,")
    works.edit("methods/steel/enterprise.yaml", "is: -sum(fixed.co2)", "is: -0.5 * sum(fixed.co2)")
    again = works.run()
    found.states.append((works.store.keep(again, BY).id, again.result_bytes()))
    # The rule set that the report was made under is repealed in the new rulebook.
    for name in ("rulesets/steel-ndrc-2013.yaml", "unavailable/steel-gbt32151-5-2026.yaml"):
        (rules / name).unlink()
    last = works.run("cn.steel.mee-v01-2024")
    found.states.append((works.store.keep(last, BY).id, last.result_bytes()))
    return found


def test_the_old_report_comes_back_byte_for_byte(moved_on: MovedOn) -> None:
    works = moved_on.works
    version = report_version(works.store.log, PLANT, YEAR, 1)
    assert version.runs == (moved_on.run,)

    found = reproduce(works.store, works.store.open(version.runs[0]))

    assert found.identical and found.moved == () and found.problems == ()
    assert require_identical(found).result_bytes() == moved_on.then
    assert found.run.manifest == found.kept.manifest
    # The same plant has other results today, under each of the later states.
    for name, content in moved_on.states:
        assert content != moved_on.then
        later = reproduce(works.store, works.store.open(name))
        assert later.identical and later.run.result_bytes() == content


def test_the_supplementary_report_says_what_moved_the_total(moved_on: MovedOn) -> None:
    """Derived by hand, t CO2 from a tonne of coke: 28.6 GJ/t × 0.0294 tC/GJ × 0.93 × 44/12."""
    works = moved_on.works
    version = make_version(
        works.store, PLANT, YEAR, [moved_on.states[0][0]], BY, "supplementary", "磅单与因子更正"
    )
    document = version_diff(works.store, version)
    assert document is not None
    (part,) = [one for one in document["parts"] if one["boundary"] == "enterprise"]

    coke = 28.6 * 0.0294 * 44 / 12
    expected = {
        ("record", "焦炭"): -10_000 * coke * 0.93,
        ("record", "石灰石"): -80_000 * 0.44,
        ("record", "烟煤"): 100 * 19.57 * 0.02618 * 0.93 * 44 / 12,
        ("value", "碳氧化率"): 90_000 * coke * (0.90 - 0.93),
        ("formula", "fixed_carbon"): 0.5 * 300_000 * 0.0154,
    }
    found = {}
    for change in part["changes"]:
        (name,) = [word for _, word in expected if word in change["title_zh"]]
        found[change["kind"], name] = sum(one["amount"] for one in change["effects"])
    assert found == {key: pytest.approx(value, abs=1e-5) for key, value in expected.items()}
    (total,) = part["totals"]
    assert total["left"] == pytest.approx(388_500.024 + 35_200 + 80_490 - 4_620, abs=1e-5)
    moved = sum(one["micro"] for change in part["changes"] for one in change["effects"])
    assert total["right_micro"] - total["left_micro"] == moved == sum(total["moved_micro"].values())


def test_every_engine_gives_the_old_bytes(moved_on: MovedOn) -> None:
    store = moved_on.works.store
    for backend in ("duckdb", "python"):
        found = reproduce(store, store.open(moved_on.run), backend)
        assert found.run.result_bytes() == moved_on.then, backend


_AGAIN = """
import sys
from pathlib import Path
from tongjian.evidence import workspace_files
from tongjian.records import Store
from tongjian.versions import RunStore, reproduce
import json
workspace, name, target = sys.argv[1:]
store = RunStore(workspace_files(workspace), Store.open(workspace))
found = reproduce(store, store.open(name))
Path(target).write_bytes(found.run.result_bytes())
print(json.dumps(found.as_dict()))
"""


_LATER = """
import json, sys
from pathlib import Path
from tongjian.engine import run
from tongjian.evidence import workspace_files
from tongjian.records import Store
from tongjian.rules import load_rulebook
from tongjian.versions import RunStore, make_version, version_diff
workspace, rules = sys.argv[1:]
records = Store.open(workspace)
store = RunStore(workspace_files(workspace), records)
kept = store.keep(run(load_rulebook(rules), records), "later")
made = make_version(store, "F1", 2025, [kept.id], "later", "supplementary", "new program")
print(json.dumps(version_diff(store, made)))
"""


def supplement_under(program: Path, works: Works) -> dict[str, Any]:
    """The difference of a supplementary report that the program in a folder makes."""
    done = subprocess.run(
        [sys.executable, "-c", _LATER, works.workspace, works.rules],
        env={**os.environ, "PYTHONPATH": str(program)},
        capture_output=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr.decode()
    (part,) = json.loads(done.stdout)["parts"]
    moved = sum(one["micro"] for change in part["changes"] for one in change["effects"])
    assert moved == sum(one["right_micro"] - one["left_micro"] for one in part["totals"])
    found: dict[str, Any] = part
    return found


def test_what_a_new_program_moved_is_told_as_its_own(works: Works, tmp_path: Path) -> None:
    """Every line is a tonne more under the new program, and the coke is 20 t less."""
    make_version(works.store, "F1", 2025, [works.keep().id], BY)
    works.add(fuel(80), correction=FIX)

    part = supplement_under(newer_program(tmp_path / "src", ONE_MORE, NEXT), works)

    record, engine = part["changes"]
    coke = 28.435 * 0.0295 * 44 / 12
    assert record["group"] == "records"
    assert record["effects"][0]["amount"] == pytest.approx(-20 * coke, abs=2e-6)
    assert (engine["group"], engine["before"], engine["after"]) == ("engine", "0.1.0", "9.0.0")
    assert engine["detail"]["semantics"] == {"left": ENGINE_VERSION, "right": 90, "now": 90}
    assert {one["category"]: one["amount"] for one in engine["effects"]} == {
        "electricity": 1.0,
        "fuel": 1.0,
        "nitric_acid": 1.0,
    }


def test_a_report_is_not_held_up_by_rules_that_cannot_be_read(works: Works, tmp_path: Path) -> None:
    """A later program wants a rounding of every rule set, which the old one did not have."""
    make_version(works.store, "F1", 2025, [works.keep().id], BY)
    works.add(fuel(80), correction=FIX)
    works.edit("d1.yaml", '"ruleset"', '"rounding": {"mode": "half_up", "places": {}},\n "ruleset"')
    old = '"required": [\n    "ruleset",'
    wanted = ("rules/schema/ruleset.schema.json", old, f'{old}\n    "rounding",')

    part = supplement_under(newer_program(tmp_path / "src", wanted), works)

    (change,) = part["changes"]
    assert (change["group"], change["kind"]) == ("engine", "unread")
    coke = 28.435 * 0.0295 * 44 / 12
    assert change["effects"][0]["amount"] == pytest.approx(-20 * coke, abs=2e-6)
    (problem,) = part["problems"]
    assert problem["code"] == "versions.rulebook_unreadable"
    assert problem["severity"] == "warning" and part["left"]["ruleset"] == "test.rules"


def newer_program(folder: Path, *changes: tuple[str, str, str]) -> Path:
    """The whole package as a later version 9.0.0, with another rulebook and `changes`."""
    target = folder / "tongjian"
    ignored = shutil.ignore_patterns("__pycache__")
    shutil.copytree(Path(tongjian.__file__).parent, target, ignore=ignored)
    always = (
        ("__init__.py", f'__version__ = "{tongjian.__version__}"', '__version__ = "9.0.0"'),
        ("rulebook/factors/fuel/ndrc-steel-2013.csv", "coke,oxidation,0.93,", "coke,oxidation,1,"),
    )
    for name, old, new in (*always, *changes):
        path = target / name
        text = path.read_text(encoding="utf-8")
        assert text.count(old) == 1, (name, old)
        path.write_text(text.replace(old, new), encoding="utf-8")
    return folder


def under(program: Path, moved_on: MovedOn, target: Path) -> tuple[dict[str, object], bytes]:
    """What the program in a folder makes of the old run, and the bytes."""
    environment = {**os.environ, "PYTHONPATH": str(program)}
    done = subprocess.run(
        [sys.executable, "-c", _AGAIN, moved_on.works.workspace, moved_on.run, target],
        env=environment,
        capture_output=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr.decode()
    return json.loads(done.stdout), target.read_bytes()


# Every amount, and every amount in CO2 equivalent, is a tonne more.
_AMOUNT, _CO2E = "amount_micro=to_micro(value, unit),", "co2e_micro=co2e,"
AMOUNTS = ("engine/_ledger.py", _AMOUNT, f"{_AMOUNT[:-1]} + 1_000_000,")
ONE_MORE = ("engine/_ledger.py", _CO2E, "co2e_micro=None if co2e is None else co2e + 1_000_000,")
NEXT = ("engine/_manifest.py", f"ENGINE_VERSION = {ENGINE_VERSION}\n", "ENGINE_VERSION = 90\n")


def test_a_later_program_gives_the_same_bytes(moved_on: MovedOn, tmp_path: Path) -> None:
    """Another version of the package, under other semantics and with another rulebook inside."""
    said, content = under(newer_program(tmp_path / "src", NEXT), moved_on, tmp_path / "bytes")

    assert content == moved_on.then
    assert said["identical"] is True and said["result_now"] == said["result_then"]
    assert said["semantics"] == {"then": ENGINE_VERSION, "now": 90}
    (problem,) = said["problems"]
    assert problem["code"] == "versions.semantics_same"


@pytest.mark.parametrize(
    ("changes", "code"),
    [((NEXT,), "versions.semantics_moved"), ((), "versions.not_reproduced")],
    ids=["announced", "unannounced"],
)
def test_a_program_that_calculates_otherwise_is_told_by_line(
    moved_on: MovedOn,
    tmp_path: Path,
    changes: tuple[tuple[str, str, str], ...],
    code: str,
) -> None:
    """Every ledger line of it is one tonne more."""
    said, content = under(
        newer_program(tmp_path / "src", AMOUNTS, *changes), moved_on, tmp_path / "bytes"
    )

    assert said["identical"] is False and content != moved_on.then
    (problem,) = said["problems"]
    assert problem["code"] == code
    kept = moved_on.works.store.open(moved_on.run)
    moved = said["moved"]
    assert isinstance(moved, list) and len(moved) == len(kept.results.lines)
    for line in moved:
        assert line["now"] - line["then"] == pytest.approx(1, abs=1e-6)
        assert line["facility"] == PLANT and line["column"]


def test_a_rulebook_that_the_program_cannot_read_is_told(works: Works) -> None:
    """Kept under a schema that is no more: the way out is the program of that time."""
    kept = works.keep()
    folder = works.workspace / "unread"
    old, new = (f'"properties": {{\n    "{name}"' for name in ("method", "way"))
    target = newer_program(folder, ("rules/schema/method.schema.json", old, new))
    done = subprocess.run(
        [sys.executable, "-c", _AGAIN, works.workspace, kept.id, folder / "bytes"],
        env={**os.environ, "PYTHONPATH": str(target)},
        capture_output=True,
        check=False,
    )
    said = done.stderr.decode()
    assert done.returncode == 1
    assert f"tongjian=={tongjian.__version__}" in said


def test_records_that_are_gone_or_changed_are_told(works: Works) -> None:
    works.add(fuel(101, stream="tar", unit="u2"))
    kept = works.keep()
    path = works.records.activity_files()[0]
    content = path.read_bytes()
    for damaged in (None, content[:-9]):
        path.unlink(missing_ok=True)
        if damaged is not None:
            path.write_bytes(damaged)
        for problems in (works.store.problems(kept), refused(works, kept)):
            found = only(problems, "records.store_damaged")
            assert found.place.file == str(path)
    path.write_bytes(content)
    assert reproduce(works.store, kept).identical


def test_records_of_another_content_are_told(works: Works) -> None:
    """A whole, readable file with another number in it, put in the place of the one that was."""
    kept = works.keep()
    (path,) = works.records.activity_files()
    other = small_works(works.workspace / "other", [fuel(90), power(50), acid(1000)])
    (false,) = other.records.activity_files()
    path.write_bytes(false.read_bytes())
    assert only(refused(works, kept), "records.store_damaged").place.file == str(path)


def refused(works: Works, kept: KeptRun) -> Sequence[Problem]:
    with pytest.raises(TongjianError) as caught:
        reproduce(works.store, kept)
    return caught.value.problems


def test_a_run_of_chosen_rule_sets_years_and_tables_comes_back(works: Works) -> None:
    works.add(fuel(50, period="2024"))
    kept = works.keep("test.rules", years=[2025], binds={"gwp": "gwp.b"})
    assert kept.asked.binds == {"gwp": "gwp.b"} and kept.asked.years == (2025,)
    works.add(fuel(49, period="2024"), correction=FIX)
    found = reproduce(works.store, kept)
    assert found.identical
    assert {line.year for line in found.run.lines} == {2025}


def test_a_difference_is_refused_where_the_same_is_required(works: Works) -> None:
    """The kept lines are those of another run: as if the program had changed its mind."""
    kept, other = works.keep(), works.keep(binds={"gwp": "gwp.b"})
    found = reproduce(works.store, kept)
    assert require_identical(found) is found.run
    # The entry is put together by hand: the log would not have it.
    forged = type(kept)(kept.entry, kept.files)
    forged.__dict__["result_bytes"] = other.result_bytes
    wrong = reproduce(works.store, forged)
    assert not wrong.identical
    with pytest.raises(TongjianError) as caught:
        require_identical(wrong)
    says(only(caught.value.problems, "versions.not_reproduced"), kept.id[:16])
    (line,) = wrong.moved
    assert (line.sheet, line.column, line.now) == ("facility", "acid", 8.0)

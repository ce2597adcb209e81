"""A workspace: series in, monthly records out, corrected by late data, up to tN2O and kg/t."""

from __future__ import annotations

import json
import shutil
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from typer.testing import CliRunner

from tests.measured.plant import FACILITY, UNIT, Line
from tongjian.cli import app
from tongjian.engine import run
from tongjian.measured import (
    MARK,
    explain_month,
    explain_result,
    line_results,
    measure,
    read_measured,
)
from tongjian.monitoring.series import SeriesStore, Value
from tongjian.problems import RecordError
from tongjian.records import Catalogue, Store, import_files
from tongjian.rules import load_rulebook

EXAMPLE = Path(__file__).parents[2] / "examples" / "adipic-line"
COUNT = 31 * 24 + 5
PPM = 44.013 / 22.4
PROFILE = f"""
[[station]]
mn = "MN1"
password = "123456"
[[station.channel]]
code = "n2o"
quantity = "n2o"
unit = "mg/Nm3"
dry = true
limit = 2000
[[station.channel]]
code = "flow"
quantity = "flow"
unit = "m3/h"
[[station.channel]]
code = "temperature"
quantity = "temperature"
unit = "degC"
[[station.channel]]
code = "pressure"
quantity = "pressure"
unit = "Pa"
[[station.channel]]
code = "moisture"
quantity = "moisture"
unit = "%"
[[station.channel]]
code = "running"
quantity = "running"
unit = "1"
[[station.channel]]
code = "abatement"
quantity = "abatement"
unit = "1"

[[point]]
facility = "{FACILITY}"
process_unit = "{UNIT}"
stream = "adipic_acid"
""".replace('\nunit = "', f'\nfacility = "{FACILITY}"\nprocess_unit = "{UNIT}"\nunit = "')
NAMES = ("n2o", "flow", "temperature", "pressure", "moisture", "running", "abatement")


def put(workspace: Path, line: Line, skip: int | None = None, only: int | None = None) -> None:
    """Hour means as the station sends them; an hour can be left out, or come alone and late."""
    start = datetime(2025, 1, 1)
    values = [
        Value(
            f"MN1/{name}",
            start + timedelta(hours=at),
            3600,
            {"avg": float(getattr(line, name)[at])},
            "N",
            received=datetime(2025, 3, 1 if only is None else 2),
        )
        for at in range(line.count)
        if at != skip and only in (None, at)
        for name in NAMES
    ]
    with SeriesStore.open(workspace / "monitoring" / "series") as series:
        series.put(values)


def test_late_data_correct_the_month_they_belong_to(tmp_path: Path) -> None:
    line = Line(count=COUNT)
    (tmp_path / "monitoring").mkdir()
    (tmp_path / "monitoring" / "monitoring.toml").write_text(PROFILE, encoding="utf-8")
    catalogue, book = Catalogue.load(), load_rulebook()
    store = Store.create(tmp_path)
    assert import_files(store, sorted(EXAMPLE.glob("*.csv")), catalogue).ok
    put(tmp_path, line, skip=300)

    before = store.digest
    first = measure(tmp_path, FACILITY, 2025, rulebook=book)
    assert store.digest != before
    # January is whole; of February five hours came and the rest is missing.
    assert {(one.item, one.period, one.act) for one in first.records} == {
        ("n2o_measured", "2025-01", "new"),
        ("operating_hours", "2025-01", "new"),
        ("abatement_hours", "2025-01", "new"),
    }
    assert "measured.month_open" in {one.code for one in first.problems}
    # what was lost is the greatest mass of the 180 hours before: one with the abatement off
    off = max(line.rate(at) for at in range(120, 300))
    by_hand = sum(
        round((off if at == 300 else line.rate(at)) * line.running[at] * 1e3)
        for at in range(31 * 24)
    )
    (gas,) = (one for one in first.records if one.item == "n2o_measured")
    assert float(gas.quantity) == pytest.approx(by_hand / 1e6, abs=1e-9)
    assert gas.unit == "tN2O" and gas.evidence.startswith(MARK)

    again = measure(tmp_path, FACILITY, 2025, rulebook=book)
    assert {one.act for one in again.records} == {"kept"}
    imports = store.number

    put(tmp_path, line, only=300)
    late = measure(tmp_path, FACILITY, 2025, rulebook=book, by="审核员 / reviewer")
    acts = {one.item: one.act for one in late.records}
    assert acts["n2o_measured"] == "corrected"
    assert store.number == imports + 1
    correction = store.imports()[-1]["correction"]
    assert correction["by"] == "审核员 / reviewer" and "监测" in correction["reason"]
    (stored,) = (one for one in store.read_activity() if one["item"] == "n2o_measured")
    own = sum(round(line.rate(at) * line.running[at] * 1e3) for at in range(31 * 24)) / 1e6
    assert stored["quantity"] == pytest.approx(own, abs=1e-9)
    assert stored["tier"] == "monitored"
    assert read_measured(tmp_path, FACILITY, 2025).as_dict() == late.as_dict()

    # The year is that of the ordinary run of the records, and leads back to the hours.
    done = run(book, store, years=[2025])
    results = {one.column: one for one in line_results(done, late)}
    year = results["n2o"].value
    assert year is not None and year > own  # eleven months by factors, which is told apart
    tree = explain_result(done, late, results["n2o"])
    assert stored["evidence"] in str(tree.as_dict())
    month = explain_month(late, UNIT, late.points[0].gas, "2025-01", book)
    assert month.value == pytest.approx(own, abs=1e-9)
    assert "2025-01-05T0" in str(month.as_dict())  # the hours with the abatement off weigh most


def test_what_somebody_entered_is_left_as_it_is(tmp_path: Path) -> None:
    line = Line(count=31 * 24)
    (tmp_path / "monitoring").mkdir()
    (tmp_path / "monitoring" / "monitoring.toml").write_text(PROFILE, encoding="utf-8")
    store = Store.create(tmp_path)
    shutil.copytree(EXAMPLE, tmp_path / "example")
    with (tmp_path / "example" / "activity.csv").open("a", encoding="utf-8") as file:
        file.write(f"{FACILITY},2025-01,{UNIT},adipic_acid,n2o_measured,33,tN2O,monitored,手工\n")
    assert import_files(store, sorted((tmp_path / "example").glob("*.csv")), Catalogue.load()).ok
    put(tmp_path, line)

    before = store.digest
    dry = measure(tmp_path, FACILITY, 2025, rulebook=load_rulebook(), dry_run=True)
    assert {one.act for one in dry.records} == {"dry", "entered"}
    assert store.digest == before
    found = measure(tmp_path, FACILITY, 2025, rulebook=load_rulebook())
    assert {one.item: one.act for one in found.records}["n2o_measured"] == "entered"
    assert "measured.entered" in {one.code for one in found.problems}
    (stored,) = (one for one in store.read_activity() if one["item"] == "n2o_measured")
    assert stored["quantity"] == 33

    told = CliRunner().invoke(app, ["monitoring", "show", "-w", str(tmp_path), "--json"])
    assert told.exit_code == 0, told.output
    (shown,) = json.loads(told.stdout)
    assert shown["points"][0]["amounts"]["validity"] == 1
    year = {one["column"]: one["value"] for one in shown["results"]}
    assert year["n2o_per_product"] == pytest.approx(1000 * year["n2o"] / year["product"])
    text = CliRunner().invoke(app, ["monitoring", "show", "-w", str(tmp_path), "--lang", "zh"])
    assert "生产装置运行小时数" in text.stdout and "operating_hours" not in text.stdout


def test_a_facility_without_points_is_refused(tmp_path: Path) -> None:
    (tmp_path / "monitoring").mkdir()
    (tmp_path / "monitoring" / "monitoring.toml").write_text(PROFILE, encoding="utf-8")
    Store.create(tmp_path)
    with pytest.raises(RecordError, match=r"measured\.no_points"):
        measure(tmp_path, "F9", 2025)
    with pytest.raises(RecordError, match=r"measured\.none_yet"):
        read_measured(tmp_path, "F9", 2025)

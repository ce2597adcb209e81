"""The joint inspection form: pollutants and carbon of one source on one page."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from typer.testing import CliRunner

from tests.verification.house import codes_of
from tongjian.cli import app
from tongjian.engine import Run, run
from tongjian.records import Catalogue, Store, import_files
from tongjian.rules import Rulebook
from tongjian.verification import Finding, InspectionPage, inspection_form

TABLES = {
    "f.csv": "facility,name_zh,sector,province\nF1,甲厂,steel,江苏省\n",
    "u.csv": (
        "facility,process_unit,name_zh,kind\n"
        "F1,DA001,烧结机头排放口,outlet\nF1,SINTER,烧结,sintering\n"
    ),
    "a.csv": (
        "facility,period,process_unit,stream,item,quantity,unit,tier,evidence\n"
        "F1,2024-01,DA001,so2,monitored,12,t,monitored,CEMS\n"
        "F1,2024-01,DA001,so2,concentration,40,mg/Nm3,tested,T1\n"
        "F1,2024-01,DA001,so2,volume,1000000,Nm3,tested,T1\n"
        "F1,2024-01,SINTER,coke,consumed,1000,t,tested,W\n"
        "F1,2024-01,SINTER,coke,ncv,28,GJ/t,tested,L\n"
        "F1,2024-01,,electricity,purchased,100,MWh,invoiced,I\n"
    ),
}


@pytest.fixture
def workspace(tmp_path: Path) -> Path:
    files = [tmp_path / name for name in TABLES]
    for file in files:
        file.write_text(TABLES[file.name], encoding="utf-8")
    import_files(Store.create(tmp_path), files, Catalogue.load())
    return tmp_path


@pytest.fixture
def made(workspace: Path, rulebook: Rulebook) -> Run:
    return run(rulebook, Store.open(workspace), years=[2024])


def pages(made: Run, *findings: Finding) -> dict[str, InspectionPage]:
    return {one.source: one for one in inspection_form(made, "F1", 2024, (), findings)}


def test_one_page_to_each_source(made: Run) -> None:
    found = pages(made)

    assert list(found) == ["DA001", "SINTER", ""]
    assert found["DA001"].unit["name_zh"] == "烧结机头排放口"
    assert [one["item"] for one in found[""].records] == ["purchased"]


def test_pollutants_and_carbon_stand_on_it(made: Run) -> None:
    found = pages(made)
    outlet = {(one.ruleset, one.title.en): one.value for one in found["DA001"].figures}
    sinter = {(one.ruleset, one.unit): one.value for one in found["SINTER"].figures}

    # Monitoring comes before the test: 12 t and not 40 mg x 10^6 Nm3 = 0.04 t; 12 000 kg / 0.95.
    assert outlet["cn.pollution.air", "SO2"] == 12.0
    equivalents = outlet["cn.pollution.air", "pollution equivalents of all pollutants"]
    assert equivalents == pytest.approx(12_000 / 0.95, abs=1e-3)
    # 1000 t x 28 GJ x 0.02942 x 0.98 x 44/12 = 2960.0443 tCO2; 28 000 GJ / 29.3076 = 955.3836 tce.
    assert sinter["cn.steel.mee-v01-2024", "tCO2"] == pytest.approx(2960.044267, abs=1e-6)
    assert sinter["cn.energy.gbt2589-2020", "tce"] == pytest.approx(955.383587, abs=1e-6)


def test_the_checks_that_fired_are_told(made: Run) -> None:
    """Monitoring and test of SO2 differ by far more than 30 %."""
    fired = pages(made)["DA001"].fired

    assert [(one.name, one.rows) for one in fired] == [("tests_agree", 1)]


def finding(about: str) -> Finding:
    return Finding(
        "finding:F1/2024/1",
        "report:F1/2024",
        "observation",
        about,
        "x",
        None,
        "open",
        "verifier",
        "2026-01-05T00:00:00Z",
    )


@pytest.mark.parametrize(
    ("about", "page"),
    [
        ("source:DA001", "DA001"),
        ("record:F1/2024-01/SINTER/coke/consumed/t", "SINTER"),
        ("record:F1/2024-01//electricity/purchased/MWh", ""),
        ("meter:W1", None),
    ],
)
def test_findings_stand_on_the_page_of_their_source(
    made: Run, about: str, page: str | None
) -> None:
    found = pages(made, finding(about))

    assert [name for name, one in found.items() if one.findings] == ([] if page is None else [page])


def test_nothing_recorded_is_nothing_to_inspect(made: Run) -> None:
    assert codes_of(lambda: inspection_form(made, "F1", 2023)) == ["nothing_recorded"]


def test_the_command(workspace: Path) -> None:
    def call(*more: str, code: int = 0) -> str:
        command = ["verification", "inspection", "F1/2024", "-w", str(workspace), *more]
        result = CliRunner().invoke(app, command)
        assert result.exit_code == code, result.output
        return result.output

    page = call("--source", "DA001")
    assert "联合检查表" in page and "烧结机头排放口" in page and "CEMS" in page
    assert "Joint inspection" in call("--lang", "en")
    (data,) = json.loads(call("--source", "SINTER", "--json"))
    assert data["source"] == "SINTER" and len(data["records"]) == 2
    problems = json.loads(call("--source", "DA999", "--json", code=1))["problems"]
    assert problems[0]["code"] == "verification.no_source"

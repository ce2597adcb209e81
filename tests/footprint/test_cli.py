"""``tongjian footprint`` as a user types it."""

from __future__ import annotations

import json
from pathlib import Path

import openpyxl
import pytest
from typer.testing import CliRunner

from tests.footprint.conftest import EXAMPLE
from tongjian.cli import app


def call(*arguments: object, code: int = 0) -> str:
    result = CliRunner().invoke(app, ["footprint", *map(str, arguments)])
    assert code == result.exit_code, result.output
    return result.output


@pytest.mark.parametrize(
    ("lang", "words"),
    [
        ("zh", ["按经济价值分配", "上游外购投入", "碳足迹", "227.78", "焦炭", "覆盖 1/2"]),
        ("en", ["Economic allocation", "upstream", "227.78", "Coke", "cover 1 of 2", "Seen 1"]),
    ],
)  # fmt: skip
def test_the_table(workspace: Path, lang: str, words: list[str]) -> None:
    page = call("DEMO-COKE", 2024, "焦炭", "-w", workspace, "--allocation", "economic",
                "--lang", lang)  # fmt: skip
    for word in words:
        assert word in page


def test_json_and_exports(workspace: Path, tmp_path: Path) -> None:
    pact, cbam = tmp_path / "pact.json", tmp_path / "cbam"
    told = json.loads(
        call("DEMO-COKE", 2024, "coke", "tar", "-w", workspace, "--about",
             EXAMPLE / "about.yaml", "--pact", pact, "--json")
    )  # fmt: skip
    assert [one["product"] for one in told["footprints"]] == ["coke", "tar"]
    assert told["footprints"][0]["gaps"] == [
        {"stream": "electricity", "amount": 10000, "unit": "MWh"}
    ]
    assert (told["files"], told["problems"]) == ([str(pact)], [])
    assert len(json.loads(pact.read_text(encoding="utf-8"))["data"]) == 2
    call("DEMO-COKE", 2024, "coke", "-w", workspace, "--about", EXAMPLE / "about.yaml",
         "--cbam", cbam)  # fmt: skip
    made = json.loads(cbam.with_suffix(".json").read_text(encoding="utf-8"))
    assert made["warming_potentials"] == "gwp.ar5"
    assert openpyxl.load_workbook(cbam.with_suffix(".xlsx")).sheetnames == ["CBAM"]


def test_what_goes_wrong(workspace: Path, tmp_path: Path) -> None:
    page = call("DEMO-COKE", 2024, "-w", workspace, "--pact", tmp_path / "p.json", code=1)
    assert "footprint.about_needed" in page
    page = call("NOBODY", 2024, "-w", workspace, code=1)
    assert "NOBODY" in page and "DEMO-COKE" in page
    page = call("DEMO-COKE", 2024, "urea", "-w", workspace, "--json", code=1)
    assert json.loads(page)["problems"][0]["code"] == "footprint.no_product"

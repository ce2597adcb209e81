"""``tongjian document`` as a user types it: files written, refusals that say what to do."""

from __future__ import annotations

import hashlib
import json
import zipfile
from pathlib import Path

import pytest
from typer.testing import CliRunner

from tests.reports.verified import FACILITY, YEAR, verified_workspace
from tongjian.cli import app
from tongjian.evidence import verify

EXAMPLE = Path(__file__).parents[2] / "examples" / "steel-works"


def call(*arguments: object, code: int = 0):
    result = CliRunner().invoke(app, ["document", *map(str, arguments)])
    assert code == result.exit_code, result.output
    return result


@pytest.fixture(scope="module")
def workspace(tmp_path_factory):
    return verified_workspace(tmp_path_factory.mktemp("verified"), EXAMPLE)


@pytest.fixture
def plant(workspace):
    return ("-w", workspace, "-f", FACILITY, "-y", YEAR)


def test_a_report_in_three_formats_and_again_the_same(workspace, plant, tmp_path):
    formats = [part for form in ("pdf", "docx", "xlsx") for part in ("--format", form)]
    said = json.loads(
        call("ghg", *plant, *formats, "--lang", "en", "--out", tmp_path, "--json").stdout
    )

    files = [Path(one) for one in said["files"]]
    assert [one.suffix for one in files] == [".pdf", ".docx", ".xlsx"]
    first = [one.read_bytes() for one in files]
    call("ghg", *plant, *formats, "--lang", "en", "--out", tmp_path)
    assert [one.read_bytes() for one in files] == first
    assert said["version"] is None


def test_from_a_version_it_bears_its_number(plant, tmp_path):
    path = tmp_path / "v1.pdf"
    said = json.loads(call("ghg", *plant, "--version", 1, "--out", path, "--json").stdout)

    assert said["files"] == [str(path)] and said["version"] == 1
    assert path.read_bytes().startswith(b"%PDF-1.7")


def test_a_statement_takes_the_version_of_the_opinion(workspace, plant):
    said = json.loads(call("verification", *plant, "--json").stdout)

    assert said["version"] == 1
    assert Path(said["files"][0]).parent == workspace / "documents"


def test_the_pack_has_what_it_lists_and_its_proof_verifies(plant, tmp_path):
    path = tmp_path / "pack.zip"
    call("evidence", *plant, "--version", 1, "--format", "zip", "--out", path)
    first = path.read_bytes()
    with zipfile.ZipFile(path) as pack:
        names = pack.namelist()
        files = [name for name in names if name.startswith("files/")]
        assert files
        for name in files:
            assert hashlib.sha256(pack.read(name)).hexdigest() == name.removeprefix("files/")
        pack.extract("log/proof.json", tmp_path)
        entries = pack.read("log/entries.jsonl").decode().splitlines()
        records = pack.read("data/records.csv").decode("utf-8-sig").splitlines()
    assert {"evidence.pdf", "evidence.docx", "evidence.xlsx", "manifest.json"} <= set(names)
    verdict = verify((tmp_path / "log" / "proof.json").read_bytes())
    assert verdict.ok and verdict.proven, verdict.failed
    assert len(entries) > 10 and len(records) == 7
    call("evidence", *plant, "--version", 1, "--format", "zip", "--out", path)
    assert path.read_bytes() == first
    call("ghg", *plant, "--format", "zip", code=1)


def test_the_enterprise_file_of_the_workspace_is_read(workspace, plant, tmp_path):
    file = tmp_path / "e.yaml"
    file.write_text(f"enterprises: [{{facilities: [{FACILITY}], colour: red}}]", encoding="utf-8")

    page = call("ghg", *plant, "--enterprise", file, code=1).output
    assert "colour" in page and "reports.enterprise_field" in page


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (("poem",), ("poem", "ghg, n2o, energy")),
        (("ghg", "--format", "doc"), ("doc", "pdf, docx, xlsx")),
        (("ghg", "--version", "7"), ("V1",)),
        (("n2o",), ("N2O",)),
        (("ghg", "--date", "March"), ("--date", "2025-03-31")),
    ],
)
def test_what_cannot_be_made_says_why(plant, arguments, words):
    page = call(*arguments, *plant, "--lang", "en", code=1).output

    assert all(word in page for word in words), page


def test_without_verification_the_steps_are_told(tmp_path):
    CliRunner().invoke(app, ["import", *map(str, EXAMPLE.glob("*.csv")), "-w", str(tmp_path)])

    page = call(
        "verification", "-w", tmp_path, "-f", FACILITY, "-y", YEAR, "--lang", "en", code=1
    ).output
    assert "reports.not_verified" in page and "docs/verification.md" in page

"""Judging from the command line and from a notebook, by documents in a folder of one's own."""

from __future__ import annotations

import csv
import json
from pathlib import Path

import pytest
from typer.testing import CliRunner

from tests.support import formulas, method, ruleset, sheet, table, values, write_rulebook
from tongjian.cli import app
from tongjian.engine import explain
from tongjian.judging import judge
from tongjian.problems import EngineError
from tongjian.records import Catalogue, Store, import_files
from tongjian.rules import read_documents

SIZES = {"large": {"zh": "大型", "en": "large"}, "small": {"zh": "小型", "en": "small"}}
TITLE = {"zh": "规模分级", "en": "sizes"}
LIMIT = table("my.limit", columns={"limit": "t"})
LINE = sheet(
    "facility period process_unit",
    {
        "capacity": {"stream": "unit_facts", "item": "capacity", "unit": "t", "required": True,
                     "zh": "产能", "en": "capacity"},
        "grade": {"stream": "plant_facts", "item": "environmental_grade",
                  "choices": ["A", "B", "C", "D"], "zh": "等级", "en": "grade"},
    },
    formulas(
        size={"labels": SIZES, "is": '"large" if capacity >= limit.limit else "small"',
              "zh": "规模", "en": "size", "clause": "3.1"},
        large="t: capacity if size == 'large' else 0",
    ),
    checks=[{"name": "tiny", "when": "capacity < 1 * t"}],
)  # fmt: skip
CITY = sheet("city year", formulas=formulas(large="t: sum(line.large)", lines="1: count(line)"))
DOCUMENTS = (
    method("my.sizes", sheets={"line": LINE, "city": CITY}, uses={"limit": "my.limit"}),
    ruleset(
        "my.levels", "my.sizes", title=TITLE, boundary="levels", selected="on_request",
        sectors=["steel"],
        shows=[{"sheet": "line", "columns": ["size", "capacity"]}, {"sheet": "city"}],
    ),
    LIMIT,
)  # fmt: skip


@pytest.fixture(scope="module")
def rules(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("rules")
    files = {"my.limit.csv": values([], ["limit", "1000", "t"])}
    return write_rulebook(folder, *DOCUMENTS, files=files)


@pytest.fixture(scope="module")
def workspace(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("workspace")
    rows = {
        "facilities": [
            ("facility", "name_zh", "sector", "province", "city", "fictitious"),
            *((f"F{n}", f"厂{n}", "steel", "Jiangsu", f"市{n % 2}", "yes") for n in range(1, 6)),
        ],
        "process_units": [
            ("facility", "process_unit", "name_zh"),
            *((f"F{n}", "U1", "线") for n in range(1, 6)),
        ],
        "activity": [
            ("facility", "period", "process_unit", "stream", "item", "quantity", "unit", "tier"),
            *(
                (f"F{n}", "2025", "U1", "unit_facts", "capacity", 400 * n if n < 5 else 0.5, "t",
                 "monitored")
                for n in range(1, 6)
            ),
            ("F1", "2025", "U1", "plant_facts", "environmental_grade", "B级", "", "monitored"),
        ],
    }  # fmt: skip
    files = []
    for name, lines in rows.items():
        path = folder / f"{name}.csv"
        with path.open("w", encoding="utf-8", newline="") as file:
            csv.writer(file).writerows(lines)
        files.append(path)
    report = import_files(Store.create(folder), files, Catalogue.load())
    assert report.ok, report.problems
    return folder


def say(*arguments: str | Path) -> str:
    result = CliRunner().invoke(app, [str(one) for one in arguments])
    assert result.exit_code == 0, result.output
    return result.output


@pytest.mark.parametrize("backend", ["python", "duckdb"])
def test_tables_from_a_notebook(rules: Path, workspace: Path, backend: str) -> None:
    book = read_documents(rules).book
    found = judge(book, Store.open(workspace), "levels", rulesets=["my.levels"], backend=backend)
    lines, cities = found.tables()
    assert [(row["facility"], row["size"]) for row in lines.rows] == [
        ("F1", "small"),
        ("F2", "small"),
        ("F3", "large"),
        ("F4", "large"),
    ]  # F5 is refused by the check
    (tally,) = lines.tallies()
    assert tally.counts == {"large": 2, "small": 2}
    assert [(row["city"], row["large"]) for row in cities.rows] == [("市0", 1600), ("市1", 1200)]
    (large,) = found.tables(size="large", city="市1")
    assert [row["facility"] for row in large.rows] == ["F3"]
    with pytest.raises(EngineError, match="colour"):
        found.tables(colour="red")
    key = {"facility": "F3", "period": "2025", "process_unit": "U1"}
    node = explain(found.run, "my.levels", "line", key, "size")
    assert node.substituted == '"large"'
    assert [child.value for child in node.children if child.kind == "parameter"] == [1000]
    assert len({one.run.manifest["result"] for one in [found]}) == 1


def test_the_command_line(rules: Path, workspace: Path) -> None:
    told = say("levels", "-w", workspace, "--rules", rules, "-r", "my.levels")
    assert "规模分级" in told and "大型 2，小型 2" in told
    english = say("levels", "-w", workspace, "--rulebook", rules, "-r", "my.levels", "--lang", "en")
    assert "large 2, small 2" in english
    one = say("levels", "-w", workspace, "--rulebook", rules, "-r", "my.levels", "-f", "F3")
    assert "3.1" in one and "1,200" in one
    data = json.loads(
        say("levels", "-w", workspace, "--rulebook", rules, "-r", "my.levels", "--json",
            "--where", "size=small")
    )  # fmt: skip
    assert [row["facility"] for row in data["tables"][0]["rows"]] == ["F1", "F2"]
    assert data["tables"][0]["columns"][0]["labels"]["small"] == SIZES["small"]
    tree = say(
        "levels", "-w", workspace, "--rulebook", rules, "-r", "my.levels", "--explain", "size",
        "--where", "facility=F4",
    )  # fmt: skip
    assert "大型" in tree and "1,000" in tree


def test_another_limit_is_a_change_of_the_rulebook_only(
    rules: Path, workspace: Path, tmp_path: Path
) -> None:
    other = write_rulebook(
        tmp_path, *DOCUMENTS, files={"my.limit.csv": values([], ["limit", "300", "t"])}
    )
    told = say("levels", "-w", workspace, "--rulebook", other, "-r", "my.levels")
    assert "各行相同：规模 = 大型" in told


def test_rows_of_no_interest_are_not_told(rules: Path, workspace: Path, tmp_path: Path) -> None:
    shows = [{"sheet": "line", "columns": ["size"], "unless": {"size": "small"}}]
    documents = (DOCUMENTS[0], {**DOCUMENTS[1], "shows": shows}, LIMIT)
    files = {"my.limit.csv": values([], ["limit", "1000", "t"])}
    folder = write_rulebook(tmp_path, *documents, files=files)
    book = read_documents(folder).book
    (table,) = judge(book, Store.open(workspace), "levels", rulesets=["my.levels"]).tables()
    assert [row["facility"] for row in table.rows] == ["F3", "F4"]
    wrong = [{"sheet": "line", "unless": {"size": "tiny"}}]
    other = write_rulebook(
        tmp_path / "b", DOCUMENTS[0], {**DOCUMENTS[1], "shows": wrong}, LIMIT, files=files
    )
    reading = read_documents(other)
    assert [one.code for one in reading.problems] == ["rules.shown_column"]


def test_faulty_documents_and_filters_are_refused(
    rules: Path, workspace: Path, tmp_path: Path
) -> None:
    wrong = write_rulebook(
        tmp_path, *DOCUMENTS[:1], {**DOCUMENTS[1], "shows": [{"sheet": "line", "columns": ["x"]}]},
        LIMIT, files={"my.limit.csv": values([], ["limit", "300", "t"])},
    )  # fmt: skip
    result = CliRunner().invoke(app, ["levels", "-w", str(workspace), "--rulebook", str(wrong)])
    assert result.exit_code == 1
    assert "shown_column" in result.output
    for option in (["--where", "size"], ["--explain", "nothing"]):
        result = CliRunner().invoke(
            app,
            ["levels", "-w", str(workspace), "--rulebook", str(rules), "-r", "my.levels", *option],
        )
        assert result.exit_code == 1
        assert option[0] in result.output

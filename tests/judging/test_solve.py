"""A value that is published late is solved for, as its rule set describes it."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from typer.testing import CliRunner

from tests.judging.test_judging import say, workspace
from tests.support import formulas, method, ruleset, sheet, table, values, write_rulebook
from tongjian.cli import app
from tongjian.judging import judge
from tongjian.records import Store
from tongjian.rules import read_documents

LINE = sheet(
    "facility period process_unit",
    {"capacity": {"stream": "unit_facts", "item": "capacity", "unit": "t", "required": True,
                  "zh": "产能", "en": "capacity"}},
)  # fmt: skip
PLANT = sheet(
    "facility year",
    formulas=formulas(
        own="t: sum(line.capacity)",
        gap={"unit": "t", "is": "own - mark.mark", "optional": True},
    ),
)
ALL = sheet(
    "sector year",
    formulas=formulas(
        gap={"unit": "t", "is": "sum(plant.own) - count(plant) * mark.mark"},
        low="t: minimum(plant.own)",
        high="t: maximum(plant.own)",
    ),
)
MARK = table("my.mark", ["sector"], {"mark": "t"})
SOLVE = {"cell": "all.gap", "at": "mark.mark", "key": ["sector"], "bracket": ["low", "high"]}
FILES = {
    "my.mark.csv": values(
        ["sector"],
        {"sector": "steel", "column": "mark", "unit": "t", "status": "not-found"},
    )
}


def documents(folder: Path, **more: object) -> Path:
    return write_rulebook(
        folder,
        method("my.marks", sheets={"line": LINE, "plant": PLANT, "all": ALL},
               uses={"mark": "my.mark"}),
        ruleset("my.market", "my.marks", boundary="market", selected="on_request",
                sectors=["steel"], shows=[{"sheet": "plant"}, {"sheet": "all"}], **more),
        MARK,
        files=FILES,
    )  # fmt: skip


def test_solved_over_the_plants_at_hand(workspace: Path, tmp_path: Path) -> None:
    folder = documents(tmp_path, solve=SOLVE)
    book = read_documents(folder).book
    store = Store.open(workspace)
    plain = judge(book, store, "market", rulesets=["my.market"])
    assert plain.solved == ()
    found = judge(book, store, "market", rulesets=["my.market"], solve=True)
    (one,) = found.solved
    # Plants of 400, 800, 1200, 1600 and 0.5 t: the mean leaves no gap.
    assert one.sought.value == pytest.approx(800.1, abs=1e-3)
    assert one.row == {"sector": "steel", "year": 2025}
    plants, whole = found.tables()
    assert whole.rows[0]["gap"] == pytest.approx(0, abs=1e-2)
    assert plants.rows[0]["gap"] == pytest.approx(400 - 800.1, abs=1e-2)
    assert "mark[steel]@2025=" in found.run.manifest["binds"]["mark"]
    again = judge(book, store, "market", rulesets=["my.market"], binds=found.run.binds, solve=True)
    assert again.solved == ()  # what was put in is not sought again


def test_on_the_command_line(workspace: Path, tmp_path: Path) -> None:
    folder = documents(tmp_path, solve=SOLVE)
    told = say("allocate", "-w", workspace, "--rulebook", folder, "-r", "my.market", "--solve")
    assert "求解得" in told and "情景" in told
    data = json.loads(
        say(
            "allocate",
            "-w",
            workspace,
            "--rulebook",
            folder,
            "-r",
            "my.market",
            "--solve",
            "--json",
        )
    )
    assert data["solved"][0]["sector"] == "steel"


def test_what_cannot_be_solved_is_reported(workspace: Path, tmp_path: Path) -> None:
    folder = documents(tmp_path, solve={**SOLVE, "bracket": [1, 2]})
    told = CliRunner().invoke(
        app,
        ["allocate", "-w", str(workspace), "--rulebook", str(folder), "-r", "my.market", "--solve"],
    )
    assert told.exit_code == 0
    assert "seek_none" in told.output


def test_names_that_do_not_exist_are_refused(tmp_path: Path) -> None:
    folder = documents(tmp_path, solve={**SOLVE, "cell": "all.nothing", "key": ["city"]})
    problems = read_documents(folder).problems
    assert [one.code for one in problems] == ["rules.solve_name"]
    assert "nothing, city" in problems[0].message("en")


__all__ = ["workspace"]

"""The page of the documentation: its example runs, and its commands are those that there are."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from typer.main import get_command

from tongjian.cli import app
from tongjian.problems import code_catalogue
from tongjian.records import Catalogue, Store, import_files

ROOT = Path(__file__).resolve().parents[2]
PAGE = (ROOT / "docs" / "versions.md").read_text(encoding="utf-8")
EXAMPLE = ROOT / "examples" / "steel-works"
FIXED = """设施,期间,工序,物料,项目,数量,单位,数据来源,凭证
DEMO-STEEL,2024,,焦炭,consumed,90000,t,实测,
"""


def test_the_example_runs(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    (program,) = re.findall(r"```python\n(.*?)```", PAGE, re.DOTALL)
    monkeypatch.chdir(tmp_path)
    files = [EXAMPLE / "facilities.csv", EXAMPLE / "activity.csv"]
    import_files(Store.create("my-plant"), files, Catalogue.load())
    Path("fixed.csv").write_text(FIXED, encoding="utf-8")

    exec(compile(program, "docs/versions.md", "exec"), {})

    lines = capsys.readouterr().out.splitlines()
    assert "enterprise 2024 coke, net consumption as fuel [-28672.644]" in lines
    assert lines[-1] == "True"


def test_commands_and_codes_of_the_page_exist() -> None:
    command = get_command(app)
    for words in re.findall(r"^tongjian (.+)", PAGE, re.MULTILINE):
        names = words.split()
        found = command
        while hasattr(found, "commands"):
            found = found.commands[names.pop(0)]
        options = {option for one in found.params for option in one.opts}
        assert set(re.findall(r"(?<= )--?[a-z-]+", words)) <= options, words
    named = set(re.findall(r"`((?:versions|records)\.[a-z_]+)`", PAGE))
    assert len(named) >= 6 and named <= code_catalogue().keys()

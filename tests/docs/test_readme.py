"""The README's example runs and prints what the README says it prints."""

import contextlib
import io
import re
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
README = (ROOT / "README.md").read_text(encoding="utf-8")


def test_example_prints_its_output(tmp_path, monkeypatch):
    part = README.partition("<!-- example-begin -->")[2].partition("<!-- example-end -->")[0]
    code = re.search(r"```python\n(.*?)```", part, re.S)[1]
    expected = re.search(r"```text\n(.*?)```", part, re.S)[1]
    (tmp_path / "examples").symlink_to(ROOT / "examples")
    monkeypatch.chdir(tmp_path)
    printed = io.StringIO()

    with contextlib.redirect_stdout(printed):
        exec(compile(code, "README.md", "exec"), {})

    assert expected == printed.getvalue()


def test_links_lead_somewhere():
    for page in [ROOT / "README.md", *sorted((ROOT / "docs").rglob("*.md"))]:
        for target in re.findall(r"\]\(([^)#:]+)\)", page.read_text(encoding="utf-8")):
            assert (page.parent / target).exists(), f"{page.name}: {target}"


def test_both_commands_exist():
    makefile = (ROOT / "Makefile").read_text(encoding="utf-8")

    for command in ("demo", "test"):
        assert f"make {command}" in README
        assert re.search(rf"^{command}:", makefile, re.M)

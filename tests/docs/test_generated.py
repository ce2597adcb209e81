"""The generated pages of docs/ say what the program does."""

import importlib.util
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]


def _make_docs():
    spec = importlib.util.spec_from_file_location("make_docs", ROOT / "scripts" / "make_docs.py")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.mark.parametrize("name", ["cli.md", "crosscheck.md", "errors.md", "rulebook.md"])
def test_page_is_what_the_program_says(name):
    committed = (ROOT / "docs" / name).read_text(encoding="utf-8")

    assert _make_docs().PAGES[name]() == committed, "run: python scripts/make_docs.py"


def test_every_method_has_its_page_and_no_page_is_left_over(shipped):
    folder, pages = ROOT / "docs" / "methods", shipped.pages

    committed = {path.name: path.read_text(encoding="utf-8") for path in folder.glob("*.md")}
    assert committed.keys() == pages.keys(), "run: python scripts/make_docs.py"
    old = [name for name in pages if pages[name] != committed[name]]
    assert old == [], "run: python scripts/make_docs.py"

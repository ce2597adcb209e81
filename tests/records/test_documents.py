"""What is told twice is true: the JSON Schema, the documentation, the exported names."""

from __future__ import annotations

import re
from importlib.resources import files
from pathlib import Path

import pytest
from jsonschema import Draft202012Validator

import tongjian.records
from tongjian.records import Catalogue, Store, import_files, json_schema
from tongjian.records._document import with_generated
from tongjian.records._tables import column_for
from tongjian.records.schema import SCHEMA_FILE, TABLES, schema_text

PAGE = Path(__file__).parents[2] / "docs" / "records.md"
REMAKE = "run: python -m tongjian.records._document docs/records.md"


def test_the_json_schema_is_the_generated_one() -> None:
    kept = (files("tongjian.records") / SCHEMA_FILE).read_text(encoding="utf-8")
    assert kept == schema_text(), REMAKE


def test_the_json_schema_takes_good_rows_and_no_others() -> None:
    validator = Draft202012Validator(json_schema())
    Draft202012Validator.check_schema(json_schema())
    good = {
        "facility": "F1",
        "period": "2025-03",
        "stream": "coal",
        "item": "consumed",
        "quantity": 1.5,
        "unit": "t",
        "tier": "tested",
    }
    assert validator.is_valid({"activity": [good]})
    for change in ({"period": "2025-13"}, {"tier": "x"}, {"quantity": "1"}, {"colour": "red"}):
        assert not validator.is_valid({"activity": [good | change]})


def test_the_tables_of_the_page_are_the_generated_ones() -> None:
    text = PAGE.read_text(encoding="utf-8")
    assert with_generated(text) == text, REMAKE


def test_a_page_without_a_block_is_refused() -> None:
    with pytest.raises(ValueError, match="no block 'activity'"):
        with_generated("# empty")


def test_the_example_of_the_page_imports_without_a_word(tmp_path: Path) -> None:
    text = PAGE.read_text(encoding="utf-8")
    examples = re.findall(r"```csv (\w+)\n(.*?)```", text, re.DOTALL)
    assert [name for name, _content in examples] == [table.name for table in TABLES]
    paths = []
    for name, content in examples:
        paths.append(tmp_path / f"{name}.csv")
        paths[-1].write_text(content, encoding="utf-8")
    report = import_files(Store.create(tmp_path), paths, Catalogue.load())
    assert report.problems == ()
    assert report.rows_new == 6


def test_the_python_example_of_the_page_runs(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    text = PAGE.read_text(encoding="utf-8")
    for name, content in re.findall(r"```csv (\w+)\n(.*?)```", text, re.DOTALL):
        (tmp_path / f"{name}.csv").write_text(content, encoding="utf-8")
    code = "\n".join(re.findall(r"```python\n(.*?)```", text, re.DOTALL))
    monkeypatch.chdir(tmp_path)
    exec(compile(code, str(PAGE), "exec"), {})
    assert capsys.readouterr().out == "6 0 True\n1 2  12345.6\n2 None 张三 12354.6\n"


def test_exported_names_are_sorted_and_there() -> None:
    names = tongjian.records.__all__
    constants = [name for name in names if name.isupper()]
    classes = [name for name in names if name[0].isupper() and name not in constants]
    functions = [name for name in names if name.islower()]
    assert names == sorted(constants) + sorted(classes) + sorted(functions)
    assert all(hasattr(tongjian.records, name) for name in names)


def test_every_name_of_a_column_means_that_column() -> None:
    for table in TABLES:
        for column in table.columns:
            for name in (column.name, column.zh, column.en, column.heading(), *column.aliases):
                assert column_for(name, table) == column.name

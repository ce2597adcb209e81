"""The workbook to fill in: it is understood by the import it is made for."""

from __future__ import annotations

import zipfile
from pathlib import Path
from typing import Any, Literal

import pytest
from openpyxl import load_workbook

from tests.records.support import Bench
from tests.support import only, says
from tongjian.records import TABLES, TIERS, Catalogue, Store, import_files, write_template

Lang = Literal["zh", "en"]
BUILT_IN = Catalogue.load()
SHEETS: dict[Lang, list[str]] = {
    "zh": ["活动数据", "设施", "工序", "说明", "目录"],
    "en": ["activity", "facilities", "process_units", "help", "catalogue"],
}


@pytest.fixture(params=["zh", "en"])
def lang(request: pytest.FixtureRequest) -> Any:
    return request.param


def test_an_untouched_template_has_no_rows(bench: Bench, lang: Lang) -> None:
    path = bench.folder / "t.xlsx"
    write_template(path, bench.catalogue, lang)
    problem = only(bench.load(path).problems, "records.no_rows")
    says(problem, "t.xlsx")
    assert "说明" in problem.repair("zh") and "help" in problem.repair("en")


def test_sheets_headers_and_lists(tmp_path: Path, lang: Lang) -> None:
    write_template(tmp_path / "t.xlsx", BUILT_IN, lang)
    book = load_workbook(tmp_path / "t.xlsx")
    assert book.sheetnames == SHEETS[lang]
    for table, name in zip(TABLES, SHEETS[lang], strict=False):
        headers = [cell.value for cell in book[name][1]]
        assert headers == [f"{column.zh} / {column.en}" for column in table.columns]
    lists = {
        str(rule.sqref).split(":")[0]: rule.formula1
        for rule in book[SHEETS[lang][0]].data_validations.dataValidation
    }
    for place, words in {
        "D2": [getattr(stream, lang) for stream in BUILT_IN.streams.values()],
        "H2": [getattr(tier, lang) for tier in TIERS],
    }.items():
        sheet, _, cells = lists[place].replace("'", "").partition("!")
        assert [cell[0].value for cell in book[sheet][cells.replace("$", "")]] == words
    assert "E2" in lists and SHEETS[lang][1] in lists["A2"]


def test_the_example_imports_without_a_word(tmp_path: Path, lang: Lang) -> None:
    """What the help sheet shows is typed into the tables, cell by cell."""
    write_template(tmp_path / "t.xlsx", BUILT_IN, lang)
    book = load_workbook(tmp_path / "t.xlsx")
    help_rows = [[cell.value for cell in line] for line in book[SHEETS[lang][3]]]
    headers = {
        name: next(
            at for at, line in enumerate(help_rows) if line[0] == f"{name} · {_example(book, lang)}"
        )
        for name in SHEETS[lang][:3]
    }
    typed = 0
    for name, at in headers.items():
        for line in help_rows[at + 2 :]:
            if line[0] != "DEMO-1":
                break
            book[name].append(line)
            typed += 1
    book.save(tmp_path / "filled.xlsx")
    report = import_files(Store.create(tmp_path / "ws"), [tmp_path / "filled.xlsx"], BUILT_IN)
    assert report.problems == ()
    assert report.rows_new == typed == 7


def _example(book: Any, lang: Lang) -> str:
    text = next(
        str(line[0].value)
        for line in book[SHEETS[lang][3]]
        if str(line[0].value).startswith(SHEETS[lang][0])
    )
    assert "示例" in text
    return text.partition(" · ")[2]


def test_only_some_classes(tmp_path: Path) -> None:
    write_template(tmp_path / "t.xlsx", BUILT_IN, "en", classes=["fuel.gas", "energy.heat"])
    names = {line[0].value for line in load_workbook(tmp_path / "t.xlsx")["catalogue"]}
    assert {"natural gas", "heat"} <= names
    assert not {"coke", "electricity", "cement clinker"} & names


def test_no_formula_and_no_link_in_any_cell(bench: Bench, lang: Lang) -> None:
    folder = bench.folder / "hostile"
    folder.mkdir()
    for name in ("items.yaml", "terms.csv"):
        text = (Path(__file__).parent / "catalogue" / name).read_text(encoding="utf-8")
        (folder / name).write_text(text, encoding="utf-8")
    hostile = 'stream,class,zh,en,aliases\nx,fuel,"=1+1","=HYPERLINK(""http://x"")",\n'
    (folder / "streams.csv").write_text(hostile, encoding="utf-8")
    write_template(bench.folder / "t.xlsx", Catalogue.load(folder), lang)
    with zipfile.ZipFile(bench.folder / "t.xlsx") as archive:
        for name in archive.namelist():
            if name.startswith("xl/worksheets/"):
                text = archive.read(name).decode()
                assert "<f>" not in text and "<hyperlink" not in text


def test_the_same_template_is_the_same_bytes(tmp_path: Path, lang: Lang) -> None:
    for name in ("a.xlsx", "b.xlsx"):
        write_template(tmp_path / name, BUILT_IN, lang)
    assert (tmp_path / "a.xlsx").read_bytes() == (tmp_path / "b.xlsx").read_bytes()

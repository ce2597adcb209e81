"""Documents: every kind in every format and language, opened again and looked into.

What a page looks like is looked at by people; here stands what a program can tell: that files open,
are complete and numbered, say the run's figures, speak one language and come out the same again.
"""

from __future__ import annotations

import io
import re
import shutil
import subprocess
import zipfile
from dataclasses import replace
from pathlib import Path

import docx
import openpyxl
import pypdf
import pytest

from tests.reports.verified import (
    FACILITY,
    RULESET,
    YEAR,
    engagement_of,
    verified_workspace,
)
from tongjian.engine import run
from tongjian.evidence import workspace_files, workspace_log
from tongjian.problems import TongjianError
from tongjian.records import Store
from tongjian.reports import Words
from tongjian.reports.documents import (
    Enterprise,
    Logged,
    Material,
    Papers,
    Verified,
    document,
    kind_of,
    kinds,
    read_enterprises,
    written,
)
from tongjian.reports.documents._model import (
    Column,
    Form,
    Heading,
    Number,
    Paragraph,
    Picture,
    Table,
    row,
    text_of,
)
from tongjian.reports.documents._pdf import _ROOM, _SIZES
from tongjian.reports.documents._widths import needed
from tongjian.rules import load_rulebook

EXAMPLE = Path(__file__).parents[2] / "examples" / "steel-works"
OFFICE = shutil.which("soffice") or shutil.which("libreoffice")
LANGS = ("zh", "en")
HAN = re.compile(r"[\u3400-\u9fff]")


@pytest.fixture(scope="module")
def verified(tmp_path_factory):
    return verified_workspace(tmp_path_factory.mktemp("verified"), EXAMPLE)


@pytest.fixture(scope="module")
def steel(verified):
    """The example's year with everything beside it."""
    made = run(load_rulebook(), Store.open(verified), None, [YEAR])
    log = workspace_log(verified)
    papers = Papers(
        logged=Logged.of(log, FACILITY, YEAR, workspace_files(verified, log)),
        verified=Verified.of(log, engagement_of(made)),
    )
    return Material.of(made, FACILITY, YEAR, "enterprise", papers, RULESET)


@pytest.fixture(scope="module")
def acid(finished):
    """A plant of the small run that has nitrous oxide."""
    return finished


def material_of(kind, steel, acid):
    wanted = kind_of(kind)
    if wanted.substance:
        owner = next(line for line in acid.lines if line.substance == wanted.substance
                     and line.amount_micro and line.boundary == wanted.boundary)  # fmt: skip
        return Material.of(
            acid, owner.facility, owner.year, wanted.boundary, substance=wanted.substance
        )
    if wanted.boundary != "enterprise":
        return Material.of(steel.run, FACILITY, YEAR, wanted.boundary, steel.papers)
    return steel


@pytest.fixture(scope="module")
def made(steel, acid):
    return {
        (kind, lang): document(material_of(kind, steel, acid), kind, lang)
        for kind in kinds()
        for lang in LANGS
    }


@pytest.fixture(scope="module")
def files(made):
    return {
        (kind, lang, form): written(one, form)
        for (kind, lang), one in made.items()
        for form in ("pdf", "docx", "xlsx")
    }


ALL = [(kind, lang) for kind in kinds() for lang in LANGS]


# -- what a document says ------------------------------------------------------------------------


@pytest.mark.parametrize(("kind", "lang"), ALL)
def test_headings_tables_and_figures_are_numbered_in_order(made, kind, lang):
    blocks = made[kind, lang].blocks

    tables = [one.number for one in blocks if isinstance(one, Table | Form) and not one.appendix]
    pattern = r"表(\d+)　" if lang == "zh" else r"Table (\d+)  "
    assert [int(re.fullmatch(pattern, one)[1]) for one in tables] == list(range(1, len(tables) + 1))
    figures = [one.number for one in blocks if isinstance(one, Picture)]
    assert len(set(figures)) == len(figures)
    firsts = [one for one in blocks if isinstance(one, Heading) and one.level == 1
              and not one.appendix and not one.plain]  # fmt: skip
    assert [one.number for one in firsts] == [
        Words.of(lang).number(count) if lang == "zh" else f"{count}  "
        for count in range(1, len(firsts) + 1)
    ]


@pytest.mark.parametrize(("kind", "lang"), ALL)
def test_no_chapter_is_empty(made, kind, lang):
    """After a heading comes text, a table or a deeper heading: nothing is left unexplained."""
    blocks = made[kind, lang].blocks

    for one, after in zip(blocks, (*blocks[1:], None), strict=True):
        if isinstance(one, Heading):
            assert after is not None, one
            deeper = isinstance(after, Heading) and after.level > one.level
            assert deeper or not isinstance(after, Heading), (one, after)


@pytest.mark.parametrize(("kind", "lang"), ALL)
def test_rows_have_a_cell_for_each_column(made, kind, lang):
    for table in made[kind, lang].tables():
        for line in table.rows:
            assert len(line.cells) == (1 if line.kind == "group" else len(table.columns)), table


@pytest.mark.parametrize(("kind", "lang"), ALL)
def test_every_table_fits_its_page(made, kind, lang):
    """In the smallest letters no word of a table is broken."""
    landscape = False
    for block in made[kind, lang].blocks:
        landscape = getattr(block, "landscape", landscape)
        if isinstance(block, Table):
            room = _ROOM[landscape] * _SIZES[0] / _SIZES[-1]
            assert needed(block) <= room, block.caption


# Words that stay Latin in Chinese text: names of programs, codes, units, formulas.
_LATIN = re.compile(r"[A-Za-z][A-Za-z]{3,}(?: [a-z]{2,})+")


@pytest.mark.parametrize("kind", [kind for kind in kinds() if kind != "verification"])
def test_a_chinese_document_has_no_english_phrases(made, kind):
    said = [text for text in texts_of(made[kind, "zh"]) if _LATIN.search(text)]

    known = ("tongjian ",)  # commands are what is typed
    assert [text for text in said if not any(one in text for one in known)] == []


@pytest.mark.parametrize("kind", list(kinds()))
def test_an_english_document_is_as_long_as_the_chinese(made, kind):
    zh, en = (made[kind, lang].blocks for lang in LANGS)

    assert [type(one) for one in zh] == [type(one) for one in en]
    tables = [(len(one.rows), len(one.columns)) for one in zh if isinstance(one, Table)]
    assert tables == [(len(one.rows), len(one.columns)) for one in en if isinstance(one, Table)]


@pytest.mark.parametrize("lang", LANGS)
def test_headings_and_heads_of_an_english_document_are_english(made, lang):
    for kind in kinds():
        for block in made[kind, "en"].blocks:
            if isinstance(block, Heading):
                assert not HAN.search(block.full), block
            if isinstance(block, Table):
                assert not any(HAN.search(one.title) for one in block.columns), block.caption


def test_totals_are_those_of_the_run(made, steel):
    """The report of a plant says what the ledger says, to the last digit that is reported."""
    total = sum(
        line.co2e_micro
        for line in steel.run.select(facility=FACILITY, year=YEAR, ruleset=RULESET)
        if line.co2e_micro is not None
    )
    table = next(one for one in made["ghg", "zh"].tables() if one.title == "温室气体排放量汇总")

    cell = table.rows[-1].cells[4]
    assert isinstance(cell, Number)
    assert cell.value * 1e6 == pytest.approx(total, abs=1)
    assert cell.text == f"{round(total / 1e6, 2):,}"


def test_recalled_values_are_marked(made, steel):
    doubtful = [one for one in steel.used if one.value.status == "recalled"]
    table = next(one for one in made["ghg", "zh"].tables() if one.title == "排放因子与计算系数")

    assert doubtful
    assert sum(line.kind == "doubtful" for line in table.rows) >= len(doubtful)
    assert any("凭记忆" in text for text in texts_of(made["ghg", "zh"]))


def test_problems_of_other_plants_are_left_out(finished):
    plants = sorted({line.facility for line in finished.lines})
    for plant in plants:
        line = next(one for one in finished.lines if one.facility == plant)
        found = Material.of(finished, plant, line.year, line.boundary)
        rows = {str(one.values["row"]).split(" ")[0] for one in found.problems
                if "row" in one.values}  # fmt: skip
        assert rows <= {plant}


# -- the statement and the pack ------------------------------------------------------------------


def test_the_statement_says_what_the_log_says(made, steel):
    said = "\n".join(texts_of(made["verification", "zh"]))
    opinion = steel.papers.verified.opinion

    assert "无保留意见" in said and opinion.text.zh in said
    assert "合理保证" in said and "5.00%" in said
    assert "磅单合计比台账少 12 t" in said
    assert "焦炭消耗量比磅单合计多 12 t" in said and "34.20" in said
    assert f"第{opinion.entry.number}条" in said
    assert "各项条件仍然成立" in said


def test_without_an_opinion_it_is_a_working_paper(tmp_path):
    folder = verified_workspace(tmp_path, EXAMPLE, opinion=False)
    found = run(load_rulebook(), Store.open(folder), None, [YEAR])
    log = workspace_log(folder)
    papers = Papers(verified=Verified.of(log, engagement_of(found)))
    material = Material.of(found, FACILITY, YEAR, "enterprise", papers, RULESET)

    said = "\n".join(texts_of(document(material, "verification", "zh")))
    assert "尚未出具核查意见" in said and "不是核查结论" in said
    assert "现在可以出具：无保留意见" in said


def test_an_opinion_on_another_result_is_not_printed(verified, steel):
    moved = engagement_of(steel.run)
    lines = [
        replace(one, amount_micro=one.amount_micro + 1)
        if one.facility == FACILITY and one.ruleset == RULESET
        else one
        for one in steel.run.lines
    ]
    other = replace(moved, run=replace(steel.run, lines=lines))

    with pytest.raises(TongjianError) as caught:
        Verified.of(workspace_log(verified), other)
    assert [one.code for one in caught.value.problems] == ["reports.opinion_on_other"]


def test_without_verification_it_says_what_is_missing(tmp_path, steel):
    with pytest.raises(TongjianError) as caught:
        Verified.of(workspace_log(tmp_path), engagement_of(steel.run))

    [problem] = caught.value.problems
    assert problem.code == "reports.not_verified"
    assert "抽样" in problem.repair("zh") and "sample" in problem.repair("en")


def test_the_pack_lists_log_versions_roots_files_and_records(made, steel):
    logged = steel.papers.logged
    tables = {one.title: one for one in made["evidence", "zh"].tables()}

    assert len(tables["日志条目"].rows) == len(logged.entries) > 10
    assert [text_of(one.cells[0]) for one in tables["报告版本"].rows] == ["V1"]
    [root] = tables["月度根"].rows
    assert text_of(root.cells[0]) == "2025-03" and text_of(root.cells[-1]) == "有效"
    assert any(text_of(one.cells[1]) == "coke-invoices.csv" for one in tables["附件清单"].rows)
    records = [one for one in tables["数据台账"].rows if one.kind != "group"]
    assert len(records) == len(steel.read_records) > 0
    assert all("activity.csv" in text_of(one.cells[-1]) for one in records)


def test_a_lost_attachment_is_told(verified, steel, tmp_path):
    folder = tmp_path / "copy"
    shutil.copytree(verified, folder)
    log = workspace_log(folder)
    files = workspace_files(folder, log)
    digest = next(one["sha256"] for one in steel.papers.logged.attached)
    files.path(digest).write_bytes(b"other")

    logged = Logged.of(log, FACILITY, YEAR, files)
    material = steel.beside(Papers(logged=logged))
    said = "\n".join(texts_of(document(material, "evidence", "zh")))
    assert [one.code for one in logged.lost] == ["evidence.file_changed"]
    assert "缺失或内容已变" in said


def test_a_broken_log_makes_no_pack(verified, tmp_path):
    folder = tmp_path / "copy"
    shutil.copytree(verified, folder)
    path = folder / "evidence" / "log.jsonl"
    path.write_bytes(path.read_bytes().replace("磅单".encode(), "称单".encode(), 1))

    with pytest.raises(TongjianError) as caught:
        Logged.of(workspace_log(folder), FACILITY, YEAR)
    assert "evidence.changed" in {one.code for one in caught.value.problems}


def test_what_is_not_public_is_not_disclosed(steel):
    hidden = Enterprise({"not_public": ["activity", "factors", "process_units", "products"]})
    said = document(steel.beside(replace(steel.papers, enterprise=hidden)), "disclosure", "zh")

    titles = {one.title for one in said.tables()}
    assert "活动水平数据" not in titles and "排放因子与计算系数" not in titles
    assert sum("未予公开" in text for text in texts_of(said)) == 3


# -- files ---------------------------------------------------------------------------------------


@pytest.mark.parametrize(("kind", "lang"), ALL)
def test_the_pdf_opens_and_is_searchable(files, made, kind, lang):
    read = pypdf.PdfReader(io.BytesIO(files[kind, lang, "pdf"]))

    assert len(read.pages) >= 5
    assert read.metadata.title == made[kind, lang].title
    text = "".join(page.extract_text() for page in read.pages)
    assert "\ufffd" not in text
    bare = re.sub(r"\s", "", text)
    for block in made[kind, lang].blocks:
        if isinstance(block, Heading):
            assert re.sub(r"\s", "", block.full) in bare, block
    # Dashes of the outline come from the font within the program; all else from the Chinese ones.
    fonts = {
        str(font["/BaseFont"])
        for page in read.pages
        for font in (one.get_object() for one in page["/Resources"].get("/Font", {}).values())
    }
    assert fonts and all("Noto" in one or "Libertinus" in one for one in fonts), fonts


@pytest.mark.parametrize(("kind", "lang"), ALL)
def test_the_docx_has_every_table_and_picture(files, made, kind, lang):
    book = docx.Document(io.BytesIO(files[kind, lang, "docx"]))

    wanted = [one for one in made[kind, lang].blocks if isinstance(one, Table)]
    found = [one for one in book.tables if one.style.name == "Table Grid"]
    forms = sum(isinstance(one, Form) for one in made[kind, lang].blocks)
    assert len(found) == len(wanted) + forms
    pictures = [one for one in made[kind, lang].blocks if isinstance(one, Picture)]
    assert len(book.inline_shapes) == len(pictures)
    with zipfile.ZipFile(io.BytesIO(files[kind, lang, "docx"])) as archive:
        drawn = [name for name in archive.namelist() if name.endswith(".svg")]
        assert len(drawn) == len(pictures)
        assert archive.testzip() is None


@pytest.mark.parametrize(("kind", "lang"), ALL)
def test_the_workbook_has_numbers_and_an_index(files, made, kind, lang):
    book = openpyxl.load_workbook(io.BytesIO(files[kind, lang, "xlsx"]))

    bodies = [one for one in made[kind, lang].blocks if isinstance(one, Table | Form)]
    assert len(book.sheetnames) > len(bodies)
    cover = book[book.sheetnames[0]]
    links = [cell.hyperlink.location for line in cover for cell in line if cell.hyperlink]
    assert len(links) >= len(bodies)
    assert all(link.partition("!")[0].strip("'") in book.sheetnames for link in links)
    numbers = sum(
        isinstance(cell.value, int | float) for sheet in book for line in sheet for cell in line
    )
    wanted = sum(
        isinstance(cell, Number)
        for table in made[kind, lang].tables()
        for line in table.rows
        for cell in line.cells
    )
    assert numbers >= wanted > 0


@pytest.mark.parametrize("form", ["pdf", "docx", "xlsx"])
def test_the_same_run_gives_the_same_bytes(files, steel, form):
    again = document(replace(steel), "ghg", "zh")

    assert written(again, form) == files["ghg", "zh", form]


def test_text_of_others_is_text_everywhere(steel):
    """A name in a record is no formula, no markup and no command, whatever it looks like."""
    evil = '=HYPERLINK("http://x")#set page(fill: red)<script>&amp;$x$\x07😀'
    enterprise = Enterprise({"name": evil, "activities": evil})
    one = document(steel.beside(Papers(enterprise=enterprise)), "ghg", "zh")

    book = openpyxl.load_workbook(io.BytesIO(written(one, "xlsx")))
    cells = [cell for sheet in book for line in sheet for cell in line]
    assert all(cell.data_type != "f" for cell in cells)
    text = "".join(p.text for p in docx.Document(io.BytesIO(written(one, "docx"))).paragraphs)
    assert "<script>&amp;$x$" in text
    read = pypdf.PdfReader(io.BytesIO(written(one, "pdf")))
    assert "#set page(fill: red)" in "".join(page.extract_text() for page in read.pages)


@pytest.mark.skipif(OFFICE is None, reason="LibreOffice is not installed: soffice not found")
def test_libreoffice_opens_every_document(files, tmp_path, exhaustive):
    """Each is converted to PDF without complaint, and no cell is too narrow or broken.

    A portion of them, every kind of document among it, unless the run is exhaustive.
    """
    names = []
    office = [mark for mark in files if mark[2] in ("docx", "xlsx")]
    for place, (kind, lang, form) in enumerate(office):
        # In the order of kind, language, form: of each kind one form in one language, turn about.
        if not exhaustive and (place // 4 + place) % 4:
            continue
        path = tmp_path / f"{kind}.{lang}.{form}"
        path.write_bytes(files[kind, lang, form])
        names.append(path)
    profile = (tmp_path / "profile").as_uri()
    done = subprocess.run(
        [str(OFFICE), f"-env:UserInstallation={profile}", "--headless", "--convert-to", "pdf",
         "--outdir", str(tmp_path), *map(str, names)],
        capture_output=True, text=True, timeout=600, check=False,
    )  # fmt: skip

    assert done.returncode == 0, done.stderr
    assert "rror" not in done.stdout + done.stderr, done.stdout + done.stderr
    for path in names:
        read = pypdf.PdfReader(path.with_suffix(".pdf"))
        assert len(read.pages) >= 5, path
        text = "".join(page.extract_text() for page in read.pages)
        assert "#REF" not in text and "Err:5" not in text and "###" not in text, path


# -- the enterprise's own file -------------------------------------------------------------------


def test_every_fault_of_the_enterprise_file_is_told_at_once(tmp_path):
    path = tmp_path / "enterprise.yaml"
    path.write_text(
        "enterprises:\n"
        "  - facilities: [A]\n    colour: red\n    established: 2001\n"
        "  - facilities: []\n    name: ''\n",
        encoding="utf-8",
    )

    with pytest.raises(TongjianError) as caught:
        read_enterprises(path)
    found = caught.value.problems
    assert {one.code for one in found} == {"reports.enterprise_field"}
    assert len(found) >= 4


def test_check_characters_and_doubles_of_the_enterprise_file(tmp_path):
    """The check character follows GB 32100: 91350100M000100Y4 has 3 (the standard's example)."""
    path = tmp_path / "enterprise.yaml"
    good, bad = "91350100M000100Y43", "91350100M000100Y44"
    path.write_text(
        f"enterprises:\n  - {{facilities: [A, B], credit_code: {good}}}\n"
        f"  - {{facilities: [B], credit_code: {bad}}}\n",
        encoding="utf-8",
    )

    with pytest.raises(TongjianError) as caught:
        read_enterprises(path)
    assert [one.code for one in caught.value.problems] == [
        "reports.credit_code",
        "reports.enterprise_twice",
    ]
    assert caught.value.problems[0].values["expected"] == "3"


def test_blanks_stay_blanks(made):
    """What nobody filled in is a blank and never made up."""
    form = next(one for one in made["ghg", "zh"].blocks if isinstance(one, Form))
    said = dict(form.fields)

    assert said["统一社会信用代码"] == said["法定代表人"] == "（待填）"


def test_an_unknown_kind_or_format_is_refused(steel, made):
    for wrong in (lambda: document(steel, "poem"), lambda: written(made["ghg", "zh"], "doc")):
        with pytest.raises(TongjianError) as caught:
            wrong()
        assert "ghg" in caught.value.problems[0].repair("en") or "pdf" in (
            caught.value.problems[0].repair("en")
        )


def test_a_table_that_is_small_is_not_drawn_over_the_page():
    from tongjian.reports.documents._widths import column_widths

    table = Table("t", (Column("名称"), Column("值", align="right")), (row("甲", "1"),), "s")

    assert sum(column_widths(table, 100.0)) == pytest.approx(66.0)


def texts_of(one):
    """Every text of a document that is not a number."""
    found = []
    for block in one.blocks:
        match block:
            case Paragraph():
                found.append(block.text)
            case Heading():
                found.append(block.full)
            case Table():
                found += [block.caption, *block.notes, *(c.title for c in block.columns)]
                found += [c for line in block.rows for c in line.cells if isinstance(c, str)]
            case Form():
                found += [block.caption, *block.notes]
                found += [text_of(part) for pair in block.fields for part in pair]
            case _:
                found += list(getattr(block, "items", ()))
    return found

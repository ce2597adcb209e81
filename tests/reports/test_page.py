"""The page: self-contained, true to the run, safe with any name, equal in both languages."""

from __future__ import annotations

import re
from dataclasses import replace
from decimal import Decimal

import pytest

from tests.reports.conftest import EVIL, Plants, facility, nitric_rows, steel_rows
from tests.reports.pages import Element, read_page
from tongjian.engine import Node, explain_total, run
from tongjian.problems import Place, Problem, TongjianError
from tongjian.reports import Annexes, write_html
from tongjian.rules import Words as Title
from tongjian.rules import load_rulebook

LANGUAGES = ["zh", "en"]


def written(finished, tmp_path, lang, node=None) -> str:
    path = tmp_path / f"{lang}.html"
    write_html(finished, path, lang, Annexes(explained=node))
    return path.read_text(encoding="utf-8")


@pytest.fixture(scope="module")
def texts(finished, tmp_path_factory) -> dict[str, str]:
    folder = tmp_path_factory.mktemp("pages")
    node = explain_total(finished, year=2025, boundary="enterprise", substance="CO2")
    return {lang: written(finished, folder, lang, node) for lang in LANGUAGES}


@pytest.fixture(scope="module")
def pages(texts) -> dict[str, Element]:
    return {lang: read_page(text) for lang, text in texts.items()}


def section(page: Element, anchor: str) -> Element:
    (found,) = page.all("section", id=anchor)
    return found


def number(text: str) -> Decimal:
    return Decimal(text.replace(",", "").replace("\u2212", "-"))


# -- one file, no more ---------------------------------------------------------------------------


@pytest.mark.parametrize("lang", LANGUAGES)
def test_page_needs_nothing_but_itself(texts, pages, lang):
    page = pages[lang]

    assert not page.all("script") and not page.all("link") and not page.all("img")
    assert not page.all("iframe")
    assert "@import" not in texts[lang] and "url(" not in texts[lang]
    targets = [link.attributes["href"] for link in page.all("a")]
    assert targets and all(target.startswith("#") for target in targets)
    # The one address is inside the odd name of a facility of this test.
    addresses = set(re.findall(r"https?://[a-z0-9.]+", texts[lang]))
    assert addresses <= {"http://www.w3.org", "http://example.invalid"}


@pytest.mark.parametrize("lang", LANGUAGES)
def test_links_of_the_contents_lead_somewhere(pages, lang):
    page = pages[lang]
    ids = [one.attributes["id"] for one in page.all("section") if "id" in one.attributes]

    assert len(ids) == len(set(ids))
    assert [link.attributes["href"][1:] for link in page.all("a")] == ids


@pytest.mark.parametrize("lang", LANGUAGES)
def test_the_same_run_gives_the_same_bytes(finished, tmp_path, lang):
    assert written(finished, tmp_path, lang) == written(finished, tmp_path, lang)


# -- true to the run -----------------------------------------------------------------------------


@pytest.mark.parametrize("lang", LANGUAGES)
@pytest.mark.parametrize("boundary", ["enterprise", "ets", "energy"])
@pytest.mark.parametrize(("place", "by"), [(0, "sector"), (1, "city"), (-1, "category")])
def test_tables_show_the_inventory(finished, pages, lang, boundary, place, by):
    table = section(pages[lang], boundary).all("table")[place]
    tonnes = 10_000 if lang == "zh" else 1_000
    field = "amount" if boundary == "energy" else "co2e"
    shown = sorted(number(cells[2]) for cells in table.rows()[1:-1])
    rows = finished.inventory([by], boundary=boundary, year=2025)
    expected = sorted(
        (Decimal(repr(row[field])) / tonnes).quantize(Decimal("0.01"), "ROUND_HALF_UP")
        for row in rows
    )

    assert shown == expected


def test_total_and_change_of_a_boundary(finished, pages):
    (total,) = [
        row for row in section(pages["zh"], "ets").all("table")[0].rows() if row[0] == "合计"
    ]
    by_year = {row["year"]: row["co2e"] for row in finished.inventory(["year"], boundary="ets")}

    assert number(total[1]) == round(Decimal(repr(by_year[2024])) / 10_000, 2)
    assert total[3] == f"{100 * (by_year[2025] / by_year[2024] - 1):+.2f}%"


def test_gases_are_shown_in_their_own_mass_and_their_own_decimals(pages):
    rows = section(pages["en"], "enterprise").all("table")[2].rows()

    (n2o,) = [row for row in rows if row[0] == "Nitrous oxide (N₂O)"]

    assert n2o[1:4] == ["tN₂O", "37.6000", "37.6000"]


@pytest.mark.parametrize("lang", LANGUAGES)
def test_boundaries_are_never_added(finished, pages, lang):
    cards = section(pages[lang], "overview").all("section", class_="card")
    exact = {
        boundary: finished.inventory([], boundary=boundary, year=2025)[0]
        for boundary in ("enterprise", "ets", "energy")
    }
    sums = [exact["enterprise"]["co2e"], exact["ets"]["co2e"], exact["energy"]["amount"]]

    assert len(cards) == 3
    for card, value in zip(cards, sums, strict=True):
        assert f"{value:,.2f} t" in card.text
    added = sums[0] + sums[1]
    assert f"{added:,.2f}" not in pages[lang].text
    assert f"{added / 10_000:,.2f}" not in pages[lang].text


def test_headline_units(pages):
    zh = [one.text for one in section(pages["zh"], "overview").all("p", class_="headline")]
    en = [one.text for one in section(pages["en"], "overview").all("p", class_="headline")]

    assert zh[0].endswith("万吨二氧化碳当量") and zh[2].endswith("万吨标准煤")
    assert en[0].endswith("Mt CO₂e") and en[2].endswith("Mt of coal equivalent")


def test_rows_left_out_are_counted_where_they_are_missing(pages):
    rows = section(pages["zh"], "enterprise").all("table")[0].rows()

    (steel,) = [row for row in rows if row[0] == "钢铁"]

    # A year without rows left out has no column for them.
    assert steel[4:] == ["1"]


@pytest.mark.parametrize("lang", LANGUAGES)
def test_every_rule_set_with_its_document_validity_and_notes(finished, pages, lang):
    shown = section(pages[lang], "rules").text

    for result in finished.results:
        doc = result.ruleset.doc
        assert doc.id in shown
        assert doc.basis.document in shown
        assert str(doc.validity.first) in shown
        if doc.notes is not None:
            assert doc.notes[lang][:10] in shown


@pytest.mark.parametrize("lang", LANGUAGES)
def test_recalled_values_are_marked_and_counted(pages, lang):
    chapter = section(pages[lang], "factors")
    marks = [one.attributes.get("class") for one in chapter.all("span")]
    rows = [row for row in chapter.all("tr") if "group" not in (row.attributes.get("class") or "")]
    recalled = marks.count("mark recalled")

    assert recalled > 0
    assert len([row for row in rows if row.attributes.get("class") == "doubtful"]) == recalled
    numbers = re.findall(r"\d+", chapter.all("p", class_="count")[0].text)
    total = str(len(rows) - 1)
    # That every value has a number needs no words.
    assert sorted(numbers) == sorted([total, str(recalled)])


@pytest.mark.parametrize("lang", LANGUAGES)
def test_problems_show_code_place_message_and_repair(finished, pages, lang):
    shown = section(pages[lang], "problems").text

    for problem in finished.problems:
        assert problem.code in shown
        assert problem.place.text(lang) in shown
    assert "gangue" in shown


def test_fifty_kinds_of_problems_are_listed_and_the_others_counted(finished, tmp_path):
    many = [
        Problem("engine.unknown_key", Place(file="a.csv", row=n), {"name": f"n{n}", "known": "x"})
        for n in range(60)
    ]
    column = {"column_zh": "列", "column_en": "column", "formula": "f"}
    alike = [Problem("engine.no_result", Place(), {"row": f"r{n}", **column}) for n in range(7)]
    page = read_page(written(replace(finished, problems=[*alike, *many]), tmp_path, "en"))
    chapter = section(page, "problems")

    assert len(chapter.all("table")[1].rows()) == 1 + 50
    assert "and 11 more kinds" in chapter.text
    assert "7 alike" in chapter.text


@pytest.mark.parametrize("lang", LANGUAGES)
def test_manifest_has_every_digest(finished, pages, lang):
    shown = section(pages[lang], "manifest").text

    for name in ("rulebook", "records", "result"):
        assert finished.manifest[name] in shown


# -- one number explained ------------------------------------------------------------------------


@pytest.mark.parametrize("lang", LANGUAGES)
def test_explained_number_leads_down_to_records(pages, lang):
    chapter = section(pages[lang], "explained")

    assert chapter.all("details")[0].attributes.get("open", "no") is None
    assert "plant.csv" in chapter.text
    assert "44/12" in chapter.text
    assert "consumed" not in chapter.all("table")[0].text


def test_page_without_an_explained_number(finished, tmp_path):
    page = read_page(written(finished, tmp_path, "zh"))

    assert not page.all("section", id="explained")


def test_a_part_that_comes_twice_is_shown_once(finished, tmp_path):
    leaf = Node("input", Title("叶", "leaf"), 1.0, "t", note="default")
    part = Node("formula", Title("部分", "part"), 2.0, "t", formula="a + b", children=(leaf, leaf))
    root = Node("total", Title("合计", "total"), 4.0, "t", children=(part, part), hidden=3,
                hidden_value=1e-7)  # fmt: skip
    chapter = section(read_page(written(finished, tmp_path, "en", root)), "explained")

    assert chapter.text.count("a + b") == 1
    assert "(see above)" in chapter.text
    assert "3 more, together 0.00 t" in chapter.text


# -- names and languages -------------------------------------------------------------------------


@pytest.mark.parametrize("lang", LANGUAGES)
def test_names_from_the_records_are_text_and_nothing_else(texts, pages, lang):
    assert "<b>" not in texts[lang]
    assert "<script" not in texts[lang]
    assert "<b>城</b>" in pages[lang].text


SKIPPED = frozenset({"code"})
_UNITS = {
    "kgce", "gce", "tce", "GJ", "MWh", "kWh", "kJ", "tC", "tCO", "kgN", "tN", "kg", "HNO", "MJ",
    "Nm", "tCFC", "CFC",
}  # fmt: skip
_NAMES = {
    "CO", "CaO", "MgO", "NSCR", "SCR", "IPCC", "SAR", "AR", "GB", "MEE", "CETS", "AG", "SHA", "BF",
    "CSV",
}  # fmt: skip


def test_no_english_word_on_the_chinese_page(texts):
    page = read_page(texts["zh"])
    # Messages name ids of streams and columns, and the facilities of this test have odd names.
    chapter = section(page, "problems")
    chapter.children.clear()
    names = {"plant", "csv", "Plant"} | set(re.findall(r"[A-Za-z]{2,}", EVIL))
    words = set(re.findall(r"[A-Za-z]{2,}", " ".join(page.all("body")[0].texts(SKIPPED))))

    assert words - names <= _UNITS | _NAMES


def test_titles_in_the_attributes_are_in_the_language_of_the_page(pages):
    labels = [
        one.attributes["aria-label"]
        for name in ("svg", "div", "nav")
        for one in pages["zh"].all(name)
        if one.attributes.get("aria-label")
    ]

    assert labels
    assert all(re.search("[\u4e00-\u9fff]", label) for label in labels)


def test_city_names_in_english(pages):
    shown = section(pages["en"], "ets").text

    assert "Nanjing" in shown and "Suzhou" in shown and "南京市" not in shown


def test_unknown_language_is_refused(finished, tmp_path):
    with pytest.raises(TongjianError) as caught:
        write_html(finished, tmp_path / "x.html", "fr")

    assert caught.value.problems[0].code == "reports.language"
    assert not (tmp_path / "x.html").exists()


def test_a_file_that_cannot_be_written_is_a_problem_with_its_place(finished, tmp_path):
    with pytest.raises(TongjianError) as caught:
        write_html(finished, tmp_path / "missing" / "x.html")

    (problem,) = caught.value.problems
    assert problem.code == "reports.not_written"
    assert str(tmp_path) in problem.place.text("en")


# -- charts and tables together ------------------------------------------------------------------


@pytest.mark.parametrize("lang", LANGUAGES)
def test_every_chart_has_a_name_a_caption_and_its_table(pages, lang):
    figures = pages[lang].all("figure")
    holders = [one for one in pages[lang].all("section") if one.all("figure") and not one.all("h2")]

    assert figures
    for holder in holders:
        assert len(holder.all("figure")) == len(holder.all("table")) == 1
    for figure in figures:
        assert figure.all("figcaption")[0].text
        for drawing in figure.all("svg"):
            assert drawing.attributes["role"] == "img"
            assert drawing.attributes["aria-label"] == drawing.all("title")[0].text
            assert all(one.text for one in drawing.all("text"))


# -- runs of other kinds -------------------------------------------------------------------------


def test_two_rule_sets_of_a_boundary_are_not_added_for_one_plant(plants, tmp_path):
    both = run(load_rulebook(), plants.snapshot(), ["cn.steel.ndrc-2013", "cn.chemicals.ndrc-2013"])
    page = read_page(written(both, tmp_path, "en"))
    totals = [row["co2e"] for row in both.inventory(["ruleset"], year=2025)]

    assert page.all("section", id="enterprise-cn.steel.ndrc-2013")
    assert page.all("section", id="enterprise-cn.chemicals.ndrc-2013")
    assert "several rule sets of this boundary" in section(page, "overview").text
    assert f"{sum(totals):,.2f}" not in page.text


def test_part_of_a_year_is_said_to_be_one(tmp_path):
    rows = [*steel_rows("S1", "2024", 1e5), *steel_rows("S1", "2025-01", 1e4)]
    steel = facility("S1", "steel", "南京市", "320100", fictitious=False)
    result = run(load_rulebook(), Plants(tmp_path, rows, [steel], []).snapshot())
    page = read_page(written(result, tmp_path, "en"))

    assert "2025 has data of only 1 months" in section(page, "overview").text
    assert not page.all("p", class_="banner")


def test_one_year_and_one_plant(tmp_path):
    nitric = facility("N1", "nitric_acid", "", "", fictitious=False)
    rows = nitric_rows("N1", "2025")
    result = run(load_rulebook(), Plants(tmp_path, rows, [nitric], []).snapshot())
    for lang in LANGUAGES:
        page = read_page(written(result, tmp_path, lang))

        # The plant is named, and its total is not said again as that of its sector and city.
        name = {"zh": "N1厂（N1） · 江苏", "en": "Plant N1 (N1) · Jiangsu"}[lang]
        assert page.all("p", class_="scope")[0].text.startswith(name)
        chapter = page.all("section", id="enterprise")[0]
        assert [len(one.rows()) for one in chapter.all("table")] == [4, 11]
        # Two bars say no more than the table; a change needs two years.
        assert not chapter.all("figure")
        assert len(chapter.all("table")[1].rows()[0]) == 3
        assert "2024" not in section(page, "overview").text


def test_banner_counts_fictitious_among_real(tmp_path):
    rows = [*steel_rows("S1", "2025", 1e5), *steel_rows("S2", "2025", 1e5)]
    two = [
        facility("S1", "steel", "南京市", "320100", fictitious=False),
        facility("S2", "steel", "南京市", "320100"),
    ]
    result = run(load_rulebook(), Plants(tmp_path, rows, two, []).snapshot())

    banner = read_page(written(result, tmp_path, "zh")).all("p", class_="banner")[0]

    assert banner.text.startswith("2家企业中有1家为虚构")


def test_a_what_if_says_so_at_the_top(plants, tmp_path):
    result = run(load_rulebook(), plants.snapshot(), binds={"gwp": "gwp.ar6"})

    page = read_page(written(result, tmp_path, "en"))

    assert "What-if" in page.all("header")[0].text
    assert "gwp.ar6" in page.all("header")[0].text

"""Words of the reports: both languages everywhere, every phrase used, every code named."""

from __future__ import annotations

import csv
import re
import tomllib
from pathlib import Path
from string import Formatter

import pytest

import tongjian.reports
from tongjian.engine import Run
from tongjian.problems import code_catalogue
from tongjian.records.schema import TIERS
from tongjian.reports._words import Words, chemical, unit_text
from tongjian.rules import Validity, load_rulebook
from tongjian.rules._documents import STATUSES

PACKAGE = Path(tongjian.reports.__file__).parent
TEXTS = tomllib.loads((PACKAGE / "texts.toml").read_text(encoding="utf-8"))
ZH, EN = Words("zh"), Words("en")


def fields(text: str) -> set[str]:
    return {name for _, name, _, _ in Formatter().parse(text) if name}


@pytest.mark.parametrize("key", TEXTS)
def test_phrases_are_in_both_languages_with_the_same_values(key):
    zh, en = TEXTS[key]["zh"], TEXTS[key]["en"]

    assert fields(zh) == fields(en)
    assert not re.search("[\u3400-\u9fff]", en)
    words = re.findall(r"[A-Za-z]{2,}", re.sub(r"\{.*?\}", "", zh))
    assert set(words) <= {"SHA", "tCO", "tce"}


def test_every_phrase_is_used():
    source = "".join(path.read_text(encoding="utf-8") for path in PACKAGE.glob("*.py"))
    built = {f"valid_{one}" for one in ("span", "from", "until", "always")}
    built |= {"measure_co2e", "measure_tce", "measure_"}
    built |= {f"confirm_{one}" for one in ("value", "method", "ruleset")}
    built |= {f"step_{one}" for one in ("formula", "only_left", "only_right")}

    assert not {key for key in TEXTS if f'"{key}"' not in source} - built


def test_names_are_in_both_languages():
    with (PACKAGE / "words.csv").open(encoding="utf-8", newline="") as stream:
        for row in csv.DictReader(stream):
            assert row["zh"] and row["en"], row
            assert not re.search("[\u3400-\u9fff]", row["en"])


def test_codes_of_the_rulebook_have_names(terms):
    book = load_rulebook()
    documents = [edition.doc for editions in book.rulesets.values() for edition in editions]
    codes = {("sector", sector) for doc in documents for sector in doc.sectors}
    codes |= {("boundary", doc.boundary) for doc in documents}
    codes |= {("status", status) for status in STATUSES}
    for editions in book.rulesets.values():
        for edition in editions:
            for sheet in edition.program.sheets.values():
                for formula in sheet.formulas.values():
                    if formula.doc.ledger:
                        codes.add(("category", formula.doc.ledger.category))
                        codes.add(("substance", formula.doc.ledger.substance))

    unnamed = {code for code in codes if ZH.term(*code) == code[1] or EN.term(*code) == code[1]}

    assert not unnamed


def test_keys_of_factor_tables_have_names(finished: Run):
    for table in load_rulebook().tables.values():
        for value in table.values:
            for name, key in zip(table.keys, value.key, strict=True):
                if name in ("stream", "province", "region"):
                    assert ZH.key(name, key) != key or re.search("[\u3400-\u9fff]", key), key


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("tCO2e", "tCO₂e"),
        ("kgN2O/t HNO3", "kgN₂O/t HNO₃"),
        ("CO2回收利用", "CO₂回收利用"),
        ("total CO2, CF4 and C2F6", "total CO₂, CF₄ and C₂F₆"),
        ("carbon_CO2x SAMPLE-CO21", "carbon_CO2x SAMPLE-CO21"),
    ],
)
def test_chemical_formulas_are_set_in_subscript(text, expected):
    assert chemical(text) == expected


@pytest.mark.parametrize(
    ("unit", "expected"),
    [
        ("1", "—"),
        ("GJ/10^4Nm3", "GJ/10⁴Nm³"),
        ("kg/m2", "kg/m²"),
        ("tCO2/t clinker", "tCO₂/t clinker"),
        ("degC", "°C"),
        ("kgN2O/t adipic_acid", "kgN₂O/t adipic acid"),
    ],
)
def test_units_are_set_in_print(unit, expected):
    assert unit_text(unit) == expected


@pytest.mark.parametrize(
    ("unit", "zh", "en"),
    [
        ("kgN2O/t adipic_acid", "kgN₂O/t 己二酸", "kgN₂O/t adipic acid"),
        ("kgCF4/t aluminium/min*pot_d", "kgCF₄/t 原铝/min·槽日", "kgCF₄/t aluminium/min·pot d"),
        ("kgN2O/t HNO3", "kgN₂O/t HNO₃", "kgN₂O/t HNO₃"),
        ("tfluoride", "t氟化物", "tfluoride"),
        ("kg/peq", "kg/污染当量", "kg/peq"),
        ("GJ/t coke", "GJ/t 焦炭", "GJ/t coke"),
        ("tce", "tce", "tce"),
    ],
)
def test_what_a_unit_is_a_tonne_of_is_said_in_the_language_of_the_page(unit, zh, en):
    assert (ZH.unit(unit), EN.unit(unit)) == (zh, en)


def test_tiers_are_called_what_an_import_takes():
    for tier in TIERS:
        assert (ZH.term("tier", tier.code), EN.term("tier", tier.code).lower()) == (
            tier.zh,
            tier.en,
        )


def test_problems_of_a_run_are_named():
    codes = {
        code
        for code, one in code_catalogue().items()
        if code.startswith("engine.") and "{row}" in one["zh"]
    }

    assert codes
    for code in codes:
        assert ZH.term("problem", code) != code and EN.term("problem", code) != code


def test_chapters_are_numbered_as_the_language_does():
    assert [ZH.number(n) for n in (1, 9, 10, 11, 20, 23)] == [
        "一、", "九、", "十、", "十一、", "二十、", "二十三、",
    ]  # fmt: skip
    assert EN.number(10) == "10. "


def test_days_in_force_are_words():
    book = load_rulebook()
    (edition,) = book.rulesets["cn.steel.mee-v01-2024"]

    assert ZH.validity(edition.doc.validity) == "2024-01-01起"
    assert EN.validity(edition.doc.validity) == "from 2024-01-01"
    assert EN.validity(Validity()) == "no dates given"


def test_parts_of_a_source_in_chinese():
    assert ZH.clause("Annex 2 Table 2.1") == "附录2 表2.1"
    assert ZH.clause("V3 Table 4.16") == "卷3 表4.16"
    assert ZH.clause("2024 No.12") == "2024年第12号"
    assert EN.clause("Annex 2 Table 2.1") == "Annex 2 Table 2.1"


def test_an_unknown_code_is_shown_as_it_is():
    assert ZH.term("category", "brand_new") == "brand_new"
    assert ZH.item("no_such_stream", "consumed") == "consumed"
    assert ZH.key("stream", "no_such_stream") == "no_such_stream"

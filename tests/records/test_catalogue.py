"""The catalogue: names, inheritance, units, and faults of its files."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from tests.records.support import CATALOGUE_FOLDER
from tests.support import codes, only, says
from tongjian.records import Catalogue, RecordError
from tongjian.units import parse_unit

BUILT_IN = Catalogue.load()


@pytest.fixture(scope="module")
def catalogue() -> Catalogue:
    return Catalogue.load(CATALOGUE_FOLDER)


@pytest.mark.parametrize(
    "text", ["natural_gas", "天然气", "Natural Gas", "natural-gas", " NG ", "ｎｇ"]
)
def test_a_stream_goes_by_id_name_or_alias(catalogue: Catalogue, text: str) -> None:
    stream = catalogue.resolve_stream(text)
    assert stream is not None
    assert stream.id == "natural_gas"


def test_similar_names_are_suggested(catalogue: Catalogue) -> None:
    assert [stream.id for stream in catalogue.suggest_streams("焦碳")] == ["coke"]
    assert "natural_gas" in [stream.id for stream in catalogue.suggest_streams("naturalgas")]
    assert catalogue.suggest_streams("xyzzy") == []


def test_a_class_inherits_from_the_classes_above(catalogue: Catalogue) -> None:
    assert list(catalogue.items_of("fuel.solid.coke")) == [
        "consumed",
        "ncv",
        "oxidation",
        "produced",
    ]
    assert "produced" not in catalogue.items_of("fuel.solid")
    assert catalogue.items_of("unheard.of") == {}


def test_an_item_names_its_units_and_limits(catalogue: Catalogue) -> None:
    item = catalogue.item("天然气", "净消耗量")
    assert (item.id, [unit.text for unit in item.units]) == ("consumed", ["t", "Nm3", "GJ"])
    assert (item.minimum, item.maximum) == (0, None)
    assert catalogue.item("coal", "oxidation").maximum == 1


@pytest.mark.parametrize(
    ("stream", "item", "entered", "canonical"),
    [
        ("coal", "consumed", "kg", "t"),
        ("coal", "consumed", "万Nm3", "Nm3"),
        ("coal", "ncv", "MJ/kg", "GJ/t"),
        ("clinker", "produced", "万t", "t clinker"),
        ("clinker", "produced", "kg clinker", "t clinker"),
        ("nitric_acid", "n2o_generation", "gN2O/kg", "kgN2O/t HNO3"),
        ("clinker", "produced", "t cement", None),
        ("coal", "consumed", "m3", None),
        ("electricity", "purchased", "GJ", None),
    ],
)
def test_the_canonical_unit(
    catalogue: Catalogue, stream: str, item: str, entered: str, canonical: str | None
) -> None:
    found = catalogue.item(stream, item).canonical(parse_unit(entered))
    assert (found.text if found else None) == canonical


def test_unknown_names_are_told_with_what_there_is(catalogue: Catalogue) -> None:
    with pytest.raises(RecordError) as no_stream:
        catalogue.item("焦碳", "consumed")
    problem = only(no_stream.value.problems, "records.unknown_stream")
    says(problem, "焦碳")
    assert "焦炭" in problem.repair("zh") and "coke" in problem.repair("en")
    with pytest.raises(RecordError) as no_item:
        catalogue.item("electricity", "ncv")
    says(only(no_item.value.problems, "records.unknown_item"), "ncv", "purchased")


def test_terms_go_by_code_or_name(catalogue: Catalogue) -> None:
    for text in ("Jiangsu", "江苏", "江苏省", "jiangsu"):
        term = catalogue.resolve_term("province", text)
        assert term is not None and term.code == "Jiangsu"
    region = catalogue.resolve_term("province", "内蒙古自治区")
    assert region is not None and region.code == "InnerMongolia"
    assert catalogue.resolve_term("province", "江") is None
    assert catalogue.resolve_term("technology", "高压法", "steel") is None


def test_the_catalogue_of_the_package_is_sound() -> None:
    assert len(BUILT_IN.streams) > 100
    for stream in BUILT_IN.streams.values():
        items = BUILT_IN.items_of(stream.stream_class)
        for item in items.values():
            # A value may always be given in the very unit that is kept.
            assert all(item.canonical(unit) == unit for unit in item.units)
            for name in (item.id, item.zh, item.en):
                assert BUILT_IN.resolve_item(stream, name) == item
        for name in (stream.id, stream.zh, stream.en, *stream.aliases):
            assert BUILT_IN.resolve_stream(name) == stream


def _with(folder: Path, name: str, text: str | None) -> Path:
    shutil.copytree(CATALOGUE_FOLDER, folder)
    if text is None:
        (folder / name).unlink()
    else:
        (folder / name).write_text(text, encoding="utf-8")
    return folder


STREAMS_HEAD = "stream,class,zh,en,aliases\n"


@pytest.mark.parametrize(
    ("name", "text", "code"),
    [
        ("streams.csv", None, "unreadable"),
        ("streams.csv", "id,class\n", "unreadable"),
        ("streams.csv", STREAMS_HEAD + "a,fuel,甲\n", "unreadable"),
        ("streams.csv", STREAMS_HEAD + "a,fuel,甲,a,\na,fuel,乙,b,\n", "unreadable"),
        ("streams.csv", STREAMS_HEAD + 'a,fuel,"甲,a,\n', "unreadable"),
        ("streams.csv", STREAMS_HEAD + "a,fuel,甲,a,\nb,fuel,甲,b,\n", "name_twice"),
        ("streams.csv", STREAMS_HEAD + "a,nothing,甲,a,\n", "class"),
        ("items.yaml", None, "unreadable"),
        ("items.yaml", "classes: [", "unreadable"),
        ("items.yaml", "items: {}", "unreadable"),
        ("items.yaml", "classes: {fuel: {x: {units: [t]}}}", "unreadable"),
        ("items.yaml", "classes: {fuel: {x: {units: [furlong], zh: 甲, en: x}}}", "unreadable"),
        ("items.yaml", "classes: {fuel: {x: {units: [t, kg], zh: 甲, en: x}}}", "unreadable"),
    ],
)
def test_faults_of_its_files(tmp_path: Path, name: str, text: str | None, code: str) -> None:
    with pytest.raises(RecordError) as raised:
        Catalogue.load(_with(tmp_path / "catalogue", name, text))
    assert codes(raised.value.problems)[0] == f"records.catalogue_{code}"
    says(raised.value.problems[0], "items.yaml" if code == "class" else name)


def test_one_name_for_two_items_is_a_fault(tmp_path: Path) -> None:
    text = (CATALOGUE_FOLDER / "items.yaml").read_text(encoding="utf-8")
    folder = _with(tmp_path / "catalogue", "items.yaml", text.replace("低位发热量", "净消耗量"))
    with pytest.raises(RecordError) as raised:
        Catalogue.load(folder)
    assert "records.catalogue_name_twice" in codes(raised.value.problems)
    says(raised.value.problems[0], "净消耗量", "consumed", "ncv")


def test_terms_are_optional(tmp_path: Path) -> None:
    assert Catalogue.load(_with(tmp_path / "catalogue", "terms.csv", None)).terms == ()

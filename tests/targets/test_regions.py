"""Regions, coverage, national totals without a share, and what a user enters."""

from pathlib import Path

import pytest

from tests.support import codes, says
from tests.targets.made import SHARE, A, Made, policy, rules, target, why
from tongjian.problems import TongjianError
from tongjian.targets import Entries, Options, Region, evaluate, read_entries

HEAD = "target,region,kind,year,value,unit,source\n"
TOTAL = {"unit": "t", "value": 1000, "measure": {"of": A}}


def two_provinces(made: Made) -> Made:
    made.plant("F1", {2025: (10.0, 100.0)}, city="南京市")
    made.plant("F2", {2025: (20.0, 100.0)}, city="无锡市")
    return made.plant("F3", {2025: (60.0, 100.0)}, province="Hebei")


@pytest.mark.parametrize(
    ("region", "value"),
    [
        (Region(), 30.0),  # 90 of 300
        (Region("Jiangsu"), 15.0),
        (Region("Jiangsu", "无锡市"), 20.0),
        (Region("Hebei"), 60.0),
    ],
)
def test_nation_province_and_city(made: Made, region: Region, value: float):
    found = two_provinces(made).judge(target(), region=region)
    assert found.value == pytest.approx(value)


def test_a_national_total_is_not_judged_for_a_province(made: Made):
    """What was forwarded without a share stays a number of the nation; no share is invented."""
    forwarded = {"zh": "江苏转发", "en": "forwarded by Jiangsu"}
    figures = two_provinces(made).figures(target(**TOTAL), forwarded=forwarded)
    one = figures.book.targets["T"]
    found = evaluate(one, figures, Region("Jiangsu"), 2025)
    assert (found.status, found.value, found.goal) == ("not_measurable", 30.0, None)
    assert why(found) == ["targets.no_share"]
    assert found.as_dict()["forwarded"] == forwarded
    # The nation itself can be held against it.
    assert evaluate(one, figures, Region(), 2025).status == "missed"


def test_a_share_of_the_user_is_used_and_shown(made: Made, tmp_path: Path):
    figures = two_provinces(made).figures(target(**TOTAL))
    file = tmp_path / "shares.csv"
    file.write_text(HEAD + "T,Jiangsu,share,,30,t,省政府文件第3页\n", encoding="utf-8")
    entries = read_entries(file, figures.book.targets)
    one = figures.book.targets["T"]
    found = evaluate(one, figures, Region("Jiangsu"), 2025, Options(entries))
    assert (found.status, found.short) == ("met", 0.0)
    assert found.as_dict()["goal_source"]["source"] == "省政府文件第3页"
    # It is that of Jiangsu and of nobody else.
    assert why(evaluate(one, figures, Region("Hebei"), 2025, Options(entries))) == [
        "targets.no_share"
    ]


def test_none_of_something_needs_no_share(made: Made):
    none_left = target(comparator="==", value=0, unit="t", measure={"of": A})
    assert two_provinces(made).judge(none_left, region=Region("Jiangsu")).status == "missed"


def entered(made: Made, tmp_path: Path, one: dict, rows: str, region: Region | None = None):
    figures = made.figures(one)
    file = tmp_path / "entries.csv"
    file.write_text(HEAD + rows, encoding="utf-8")
    options = Options(read_entries(file, figures.book.targets))
    return evaluate(figures.book.targets["T"], figures, region or Region(), 2025, options)


def test_a_base_that_a_user_enters(made: Made, tmp_path: Path):
    """From 0.5 (entered in kg/t: 500) to 0.45: 10 %."""
    made.plant("F1", {2025: (45.0, 100.0)})
    cut = target(base_year=2020, value=10, measure={"as": "cut", **SHARE})
    found = entered(made, tmp_path, cut, "T,nation,base,2020,500,kg/t,yearbook p. 7\n")
    assert (found.status, found.value) == ("met", pytest.approx(10.0))
    assert found.as_dict()["base_source"]["source"] == "yearbook p. 7"


def test_a_base_of_another_kind(made: Made, tmp_path: Path):
    made.plant("F1", {2025: (45.0, 100.0)})
    cut = target(base_year=2020, value=10, measure={"as": "cut", **SHARE})
    found = entered(made, tmp_path, cut, "T,nation,base,2020,500,tce,yearbook\n")
    assert why(found) == ["targets.entry_unit"]


@pytest.mark.parametrize(("value", "status"), [(9.0, "met"), (11.0, "missed")])
def test_a_reference_where_the_document_has_no_number(
    made: Made, tmp_path: Path, value: float, status: str
):
    """Falling, and at the reference of 10 %."""
    made.plant("F1", {2024: (12.0, 100.0), 2025: (value, 100.0)})
    falls = target(comparator="trend_down")
    found = entered(made, tmp_path, falls, "T,nation,reference,,10,%,peer set 2024\n")
    assert found.status == status


def test_at_the_reference_but_rising(made: Made, tmp_path: Path):
    made.plant("F1", {2024: (8.0, 100.0), 2025: (9.0, 100.0)})
    falls = target(comparator="trend_down")
    found = entered(made, tmp_path, falls, "T,nation,reference,,10,%,peer set 2024\n")
    assert found.status == "missed"


def test_a_published_value_takes_the_place_of_records(made: Made, tmp_path: Path):
    made.plant("F1", {2025: (1.0, 100.0)})
    found = entered(made, tmp_path, target(), "T,nation,value,2025,16,%,bulletin\n")
    assert (found.value, found.status) == (16.0, "met")
    assert found.as_dict()["value_source"]["source"] == "bulletin"


def test_a_closed_period_from_a_published_value(made: Made, tmp_path: Path):
    """2015 is long over, no plant has records of it, and it can still be told."""
    made.plant("F1", {2025: (1.0, 100.0)})
    old = target(year=2015, base_year=2010, value=21, measure={"as": "cut", **SHARE})
    found = entered(made, tmp_path, old, "T,nation,value,2015,23,%,bulletin\n")
    assert (found.status, found.value_year) == ("met", 2015)


def test_yaml_entries(made: Made, tmp_path: Path):
    book = rules(made.folder, policy(target()))
    file = tmp_path / "entries.yaml"
    file.write_text(
        "references:\n- {target: T, region: Jiangsu, kind: share, value: 12, unit: '%', "
        "source: notice}\n",
        encoding="utf-8",
    )
    found = read_entries(file, book.targets).find("T", "Jiangsu", "share")
    assert found is not None
    assert (found.value, found.source) == (12.0, "notice")
    assert read_entries(file, book.targets).find("T", "nation", "share") is None


@pytest.mark.parametrize(
    ("row", "code", "said"),
    [
        ("X,nation,share,,1,%,s", "targets.unknown_target", "X"),
        ("T,nation,guess,,1,%,s", "targets.entry_kind", "guess"),
        ("T,nation,share,,1,%,", "targets.entry_source", "T"),
        ("T,nation,share,,many,%,s", "targets.entry_number", "many"),
        ("T,nation,value,soon,1,%,s", "targets.entry_number", "soon"),
        ("T,nation,share,,1,tce,s", "targets.entry_unit", "tce"),
        ("T,nation,share,,1,florins,s", "units.unknown", "florins"),
    ],
)
def test_entries_that_are_refused(made: Made, tmp_path: Path, row: str, code: str, said: str):
    book = rules(made.folder, policy(target()))
    file = tmp_path / "entries.csv"
    file.write_text(HEAD + row + "\n" + row + "\n", encoding="utf-8")
    with pytest.raises(TongjianError) as caught:
        read_entries(file, book.targets)
    assert codes(caught.value.problems) == [code, code]  # all at once
    says(caught.value.problems[0], said)


@pytest.mark.parametrize(
    ("name", "text"),
    [("a.csv", "id,number\nT,1\n"), ("a.yaml", "shares: []\n"), ("b.yaml", "references: [1]\n")],
)
def test_files_that_are_no_entries(made: Made, tmp_path: Path, name: str, text: str):
    book = rules(made.folder, policy(target()))
    (tmp_path / name).write_text(text, encoding="utf-8")
    with pytest.raises(TongjianError) as caught:
        read_entries(tmp_path / name, book.targets)
    assert codes(caught.value.problems) == ["targets.entry_file"]


def test_coverage_counts_plants_and_capacity(made: Made):
    """F3 reported nothing of it, F4 is of another sector; of 500 t capacity 400 t have data."""
    made.plant("F1", {2025: (10.0, 100.0)}).plant("F2", {2025: (20.0, 100.0)})
    made.plant("F3", {2025: (None, 100.0)}).plant("F4", {2025: (1.0, 1.0)}, sector="other")
    for name, capacity in (("F1", 300.0), ("F2", 100.0), ("F3", 100.0)):
        made.say(name, 2025, "rated", capacity)
    found = made.judge(target(measure={**SHARE, "capacity": "made.rules:year.capacity"}))
    assert found.coverage is not None
    assert (found.coverage.with_data, found.coverage.scope) == (2, 3)
    assert found.coverage.capacity == pytest.approx(0.8)
    assert found.value == pytest.approx(15.0)


def test_a_region_without_plants(made: Made):
    found = two_provinces(made).judge(target(), region=Region("Gansu"))
    assert (found.status, why(found)) == ("not_measurable", ["targets.no_plants"])


def test_only_the_sectors_of_the_target(made: Made):
    made.plant("F1", {2025: (10.0, 100.0)})
    assert why(made.judge(target(sectors=["steel"]))) == ["targets.no_plants"]


def test_no_entries_is_the_default():
    assert Entries().find("T", "nation", "share") is None
    assert Entries().years("T", "nation") == {}

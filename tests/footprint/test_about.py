"""The user's file of company and products: every fault at once, with its line."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.support import codes, only, says
from tongjian.footprint import About
from tongjian.problems import TongjianError

GOOD = """
company: {name: A, ids: ["urn:a:b"]}
products:
  urea: {name: Urea, description: prilled, ids: ["urn:a:urea"], fossil_carbon: 0.2}
"""


def read(folder: Path, text: str) -> About:
    path = folder / "about.yaml"
    path.write_text(text, encoding="utf-8")
    return About.read(path)


def test_what_need_not_be_said(tmp_path: Path) -> None:
    about = read(tmp_path, GOOD)
    assert about.standards == ("ISO14067", "PACT-3.0")
    assert (about.exempted_percent, about.installation, about.geography) == (0, {}, {})
    product = about.product("urea")
    assert product is not None and (product.fossil_carbon, product.ratings) == (0.2, {})
    assert about.product("ammonia") is None


def test_all_faults_at_once(tmp_path: Path) -> None:
    text = GOOD.replace("urn:a:b", "a:b").replace("fossil_carbon: 0.2", "fossil_carbon: 20")
    text += "geography: {country: China}\nowner: nobody\n"
    with pytest.raises(TongjianError) as caught:
        read(tmp_path, text)
    found = caught.value.problems
    assert sorted(codes(found)) == ["rules.bad_value"] * 3 + ["rules.unknown_key"]
    assert {problem.place.line for problem in found} == {2, 4, 5, 6}
    assert all(problem.place.file == "about.yaml" for problem in found)


def test_ratings_lie_between_one_and_five(tmp_path: Path) -> None:
    ratings = "ratings: {technological: 0, temporal: 1, geographical: 6}"
    with pytest.raises(TongjianError):
        read(tmp_path, GOOD.replace("fossil_carbon: 0.2", f"fossil_carbon: 0.2, {ratings}"))


def test_a_file_that_is_not_there(tmp_path: Path) -> None:
    with pytest.raises(TongjianError) as caught:
        About.read(tmp_path / "no.yaml")
    says(only(caught.value.problems, "footprint.about_file"), "no.yaml")

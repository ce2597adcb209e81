"""Documents on the substitution of hours: what is in the rulebook, what a faulty one is told."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest

from tests.support import BASIS, WORDS, codes, only, says, write_rulebook
from tests.targets.made import METHOD
from tongjian.contract import check_contract
from tongjian.problems import Problem, RuleError
from tongjian.rules import Rulebook, read_documents

NEIGHBOURS = {"is": "mean", "over": "neighbours"}
LATEST = {"is": "maximum", "over": "look_back", "hours": 10}


def band(name: str = "only", use: object = NEIGHBOURS, **more: object) -> dict:
    return {"id": name, "use": use, **more}


def part(*bands: dict, **more: object) -> dict:
    return {
        "id": "part",
        "title": WORDS,
        "of": ["so2"],
        "states": ["missing"],
        "bands": list(bands) or [band()],
        **more,
    }


def rule(*parts: dict, **more: object) -> dict:
    return {
        "substitution": "made.rule",
        "title": WORDS,
        "basis": BASIS,
        "in_force": {"from": "2020-01-01"},
        "parts": list(parts) or [part()],
        **more,
    }


def problems(folder: Path, *documents: dict) -> list[Problem]:
    return list(read_documents(write_rulebook(folder, METHOD, *documents)).problems)


def test_every_rule_of_the_rulebook_says_how_well_it_is_known(rulebook: Rulebook):
    counted = {
        name: sum(band.basis.status == "recalled" for part in one.parts for band in part.bands)
        for name, (one,) in rulebook.substitutions.items()
    }
    assert counted == {
        "cn.hjt75-2007": 0,
        "cn.ceap-2020": 0,
        "cn.hj75-2017": 8,
        "eu.mrr-2018-2066": 0,
        "us.40cfr75-33": 9,
        "us.40cfr98": 0,
        "us.mats-pm": 0,
    }
    for editions in rulebook.substitutions.values():
        for one in editions:
            assert one.title.zh != one.title.en
            assert all(band.basis.clause for part in one.parts for band in part.bands)


def test_the_edition_of_a_day(tmp_path: Path):
    late = rule(in_force={"from": "2024-01-01"})
    early = rule(in_force={"from": "2020-01-01", "to": "2023-12-31"})
    book = read_documents(write_rulebook(tmp_path, METHOD, late, early)).book
    first, second = book.substitutions["made.rule"]
    assert book.substitution("made.rule", date(2023, 12, 31)) is first
    assert book.substitution("made.rule", date(2024, 1, 1)) is second
    assert book.substitution("made.rule", date(2019, 1, 1)) is second  # none: the latest
    assert book.substitution("made.rule") is second
    with pytest.raises(RuleError) as caught:
        book.substitution("made.role")
    says(only(caught.value.problems, "rules.unknown_substitution"), "made.role", "made.rule")


def test_two_editions_at_one_time(tmp_path: Path):
    found = problems(tmp_path, rule(), rule(in_force={"from": "2024-01-01"}))
    assert codes(found) == ["rules.edition_overlap"]


def test_a_sound_rule_has_no_faults(tmp_path: Path):
    greatest = {"greater_of": [LATEST, {**LATEST, "is": "percentile", "percentile": 95}]}
    bands = (
        band("good", NEIGHBOURS, availability={"from": 0.9}, gap={"to": 24}),
        band("long", greatest, availability={"from": 0.9}),
        band("poor", {"is": "potential"}, history={"from": 1}),
        band("rest", "none"),
    )
    sound = rule(part(*bands, anchor="calibration"), availability={"window": "quarter"})
    assert problems(tmp_path, sound) == []


def test_cases_without_a_band_and_bands_without_a_case(tmp_path: Path):
    open_at_25 = part(band("a", gap={"to": 24}), band("b", gap={"above": 25}))
    found = problems(tmp_path / "a", rule(open_at_25))
    says(only(found, "rules.substitution_open"), "25")

    between = part(band("a", availability={"from": 0.9}), band("b", availability={"below": 0.8}))
    found = problems(tmp_path / "b", rule(between, availability={"window": "year"}))
    says(only(found, "rules.substitution_open"), "0.8")

    hidden = part(band("a", gap={"to": 24}), band("b", gap={"to": 8}), band("c"))
    found = problems(tmp_path / "c", rule(hidden))
    says(only(found, "rules.substitution_unreachable"), "b")

    empty = part(band("a", gap={"above": 24, "to": 24}), band("b"))
    found = problems(tmp_path / "d", rule(empty))
    assert codes(found) == ["rules.substitution_empty", "rules.substitution_unreachable"]


def test_what_else_can_be_wrong(tmp_path: Path):
    shares = part(band("a", availability={"from": 0.9}), band("b"))
    assert codes(problems(tmp_path / "a", rule(shares))) == ["rules.substitution_availability"]
    twice = part(band("a", gap={"to": 24}), band("a"))
    found = problems(tmp_path / "b", rule(twice, part(band())))
    assert codes(found) == ["rules.substitution_twice"] * 2


@pytest.mark.parametrize(
    "faulty",
    [
        rule(part(of=[], analogy=["so2"])),
        rule(part(states=["stopped"])),  # a source that stands is never substituted
        rule(part(states=["valid"])),
        rule(part(band(use={"is": "median", "over": "neighbours"}))),
        rule(part(band(use={"is": "maximum", "over": "look_back"}))),  # over how many hours?
        rule(part(band(use={**LATEST, "percentile": 90}))),
        rule(part(band(use={**LATEST, "is": "percentile"}))),
        rule(part(band(use={**LATEST, "deviations": 2}))),  # of a maximum
        rule(part(band(use={**NEIGHBOURS, "deviations": 2}))),
        rule(part(band(use={**LATEST, "alone": ["after"]}))),
        rule(part(band(use={"is": "potential", "over": "year"}))),
        rule(part(band(use={"is": "maximum"}))),
        rule(part(band(use="nothing"))),
        rule(part(band(use={"greater_of": [LATEST]}))),
        rule(availability={"window": "operating_hours"}),
        rule(availability={"window": "year", "hours": 3}),
        rule(part(band(status="certain"))),
    ],
)
def test_what_the_schema_refuses(tmp_path: Path, faulty: dict):
    assert set(codes(problems(tmp_path, faulty))) <= {
        "rules.bad_value",
        "rules.missing_key",
        "rules.unknown_key",
    }
    assert problems(tmp_path / "again", faulty)


def test_the_contract_check(tmp_path: Path):
    odd = rule(
        part(of=["so2", "mass.so2", "gas", "so3"], analogy=["masse.so2", "gas.nox"]),
        part(band(status="recalled"), band("b", gap={"to": 1}), id="two"),
        basis={"document": "d"},
    )
    odd["parts"][1]["bands"].reverse()
    done = check_contract((), write_rulebook(tmp_path, METHOD, odd))
    found = [one.problem for one in done.findings if one.check == "substitutions"]
    assert codes(found) == [
        *["contract.policy_clause"] * 3,
        "contract.recalled",
        *["contract.unknown_quantity"] * 2,
    ]
    named = {p.values["name"] for p in found if p.code == "contract.unknown_quantity"}
    assert named == {"so3", "masse.so2"}

"""The cross-check against published factors: every difference is explained, nothing is stale.

These need none of the published files; tests/real/test_crosscheck.py reads them.
"""

from __future__ import annotations

import copy
from typing import Any

import crosscheck
import pytest
from crosscheck import Comparison, comparisons, complaints, half_digit

from tongjian.rules import Rulebook


@pytest.fixture(scope="module")
def document() -> dict[str, Any]:
    return crosscheck.read()


@pytest.fixture(scope="module")
def made(document: dict[str, Any], rulebook: Rulebook) -> list[Comparison]:
    return list(comparisons(document, rulebook))


def changed(document: dict[str, Any], **line: Any) -> dict[str, Any]:
    """The document with its first line (NSCR, 0.002 kg/kg, equal to ours) altered."""
    other = copy.deepcopy(document)
    other["groups"][0]["lines"][0].update(line)
    return other


def test_every_difference_is_explained_and_every_explanation_used(
    document: dict[str, Any], made: list[Comparison]
) -> None:
    assert complaints(document, made) == []


def test_everything_is_said_in_both_languages(document: dict[str, Any]) -> None:
    said = [*document["explanations"].values(), *document["findings"], *document["not_compared"]]
    said += [one["short"] for one in document["explanations"].values()]
    said += [one["title"] for one in document["groups"]]
    said += [one["note"] for one in document["groups"] if "note" in one]
    said += [document["introduction"], *document["steps"].values()]
    assert all(one["zh"].strip() and one["en"].strip() for one in said)
    for source in document["sources"].values():
        assert source["licence"] and source["edition"] and source["publisher"]


def test_the_conflicts_that_are_named_are_registered(
    document: dict[str, Any], rulebook: Rulebook
) -> None:
    text = crosscheck.FILE.read_text(encoding="utf-8")
    for name in (
        "aluminium.anode-consumption",
        "chemicals.product-carbon",
        "fuel.bituminous-carbon",
        "fuel.lng-carbon",
        "fuel.lng-heat",
        "fuel.lpg-heat",
        "fuel.naphtha-heat",
        "steel.crude-steel-carbon",
    ):
        assert f"`{name}`" in text and name in rulebook.conflicts


def test_recalled_ipcc_values_that_amee_has_are_equal(made: list[Comparison]) -> None:
    """The first finding of the page, held true."""
    tables = (
        "n2o.nitric.ipcc",
        "n2o.adipic.utilisation",
        "aluminium.pfc.ipcc",
        "aluminium.pfc.ipcc-tier1",
        "chemicals.ammonia.ipcc",
    )
    found = [one for one in made if one.expression.split()[0] in tables]
    assert len(found) == 5 + 5 + 10 + 8 + 2
    assert {one.verdict for one in found} == {"equal"}


def test_units_are_converted_by_hand_figures(made: list[Comparison]) -> None:
    """Numbers derived apart from the program.

    Bituminous coal: 0.10296 short tons of CO2 per million Btu of gross heat are 0.10296 × 907.18474
    kg / 1.05505585262 GJ = 88.53 kg/GJ; / 0.95 = 93.19 kg/GJ net; × 12/44 = 25.415 kg C/GJ.
    Wall-fired boilers: 12 lb/short ton = 12/2000 = 0.006 t/t. Prebake anodes: 1.6 t CO2 × 12/44 =
    0.43636 t of carbon, / 0.976 = 0.44709 t of anode. Ammonia: 0.0302 TJ = 30.2 GJ.
    """
    wanted = {
        "fuel.ndrc-chem-2013 [bituminous] carbon": ("0.10296", 0.0254152, -0.0301),
        "copollutant.cement.cn-coal [nsp] NOx": ("12.0", 6.0, -0.8167),
        "aluminium.anode.ndrc-2013 net_consumption": ("1.6", 0.447094, 0.0606),
        "chemicals.ammonia.ipcc [natural_gas_reforming] fuel": ("0.0302", 30.2, 0.0),
    }
    found = {
        expression: next(
            one for one in made if (one.expression, one.printed) == (expression, printed)
        )
        for expression, (printed, _theirs, _difference) in wanted.items()
    }
    for expression, (_printed, theirs, difference) in wanted.items():
        assert found[expression].theirs == pytest.approx(theirs, rel=1e-5)
        # Ours over theirs, minus 1: a sign turned around would be seen here.
        assert found[expression].difference == pytest.approx(-difference, abs=5e-5)


@pytest.mark.parametrize(
    ("printed", "half"),
    [("0.52", 0.005 / 0.52), ("5", 0.1), ("15.3000", 0.00005 / 15.3), ("1e-2", 0.5), ("44/56", 0)],
)
def test_half_of_the_last_digit(printed: str, half: float) -> None:
    assert float(half_digit(printed)) == pytest.approx(half)


def test_zero_has_no_relative_digit() -> None:
    assert half_digit("0.00") == 0


def test_a_changed_value_of_theirs_is_unexplained(
    document: dict[str, Any], rulebook: Rulebook
) -> None:
    other = changed(document, printed="0.0023")
    found = complaints(other, list(comparisons(other, rulebook)))
    # 2 / 2.3 - 1 = -13.04 %, for both of our values beside it.
    assert [line.partition(" and ")[2] for line in found] == ["0.0023: -13.04% unexplained"] * 2


def test_rounding_is_no_excuse_beyond_the_margin(
    document: dict[str, Any], rulebook: Rulebook
) -> None:
    # 0.0021 with half a digit of 0.00005 and ours, 2 with half a digit of 0.5: within the print
    # of ours (25 %), but 4.8 % apart.
    other = changed(document, printed="0.0021")
    first = next(comparisons(other, rulebook))
    assert first.within_print and first.verdict == "different"


def test_coarse_print_must_be_true(document: dict[str, Any], rulebook: Rulebook) -> None:
    ours = {"n2o.nitric.ipcc [medium_pressure] generation": "coarse-print"}
    other = changed(document, printed="0.0050", ours=ours)
    found = complaints(other, list(comparisons(other, rulebook)))
    assert found == [
        "n2o.nitric.ipcc [medium_pressure] generation: +40.00% is more than their last digit"
    ]


def test_names_that_do_not_exist_are_told(document: dict[str, Any], rulebook: Rulebook) -> None:
    other = changed(document, ours={"n2o.nitric.ipcc [nscr] emission": "no-such-reason"})
    other["explanations"]["unused"] = {}
    other["groups"][0]["source"] = "nobody"
    other["groups"][1]["lines"][0]["steps"] = []
    found = complaints(other, list(comparisons(other, rulebook)))
    assert found == [
        "n2o.nitric.ipcc [nscr] emission: no explanation called no-such-reason",
        "explanation unused is not used",
        "no source called nobody",
    ]


@pytest.mark.parametrize(
    "expression",
    [
        "n2o.nitric.ipcc",
        "n2o.nitric.ipcc [no_such_plant] emission",
        "copollutant.census coefficient",
    ],
)
def test_a_reference_must_name_one_value(
    document: dict[str, Any], rulebook: Rulebook, expression: str
) -> None:
    with pytest.raises(ValueError, match=r"not 'table|names \d values"):
        list(comparisons(changed(document, ours={expression: None}), rulebook))

"""The PACT export, held against our schema and, where it is at hand, the public one."""

from __future__ import annotations

import os
import uuid
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
import yaml

from tests.support import codes, only, says
from tongjian.engine import Run
from tongjian.footprint import About, Footprint, check_pact, footprints, pact_document
from tongjian.problems import TongjianError

WHEN = datetime(2025, 3, 1, 8, 30, tzinfo=UTC)
PUBLIC = "TONGJIAN_PACT_OPENAPI"


def found(run: Run, *products: str, allocation: str = "mass") -> list[Footprint]:
    return footprints(run, "DEMO-COKE", 2024, products, allocation)


def document(run: Run, about: About, *products: str, **more: Any) -> dict[str, Any]:
    return pact_document(found(run, *products, **more), about, "d" * 64, WHEN)


def test_a_product_footprint(coke_works: Run, about: About) -> None:
    made = document(coke_works, about, "coke")
    assert (made["specVersion"], made["created"]) == ("3.0.3", "2025-03-01T08:30:00Z")
    assert uuid.UUID(made["id"]).version == 5
    pcf = made["pcf"]
    # 20,500 t over 88,000 t, in kg per kg.
    assert pcf["pcfExcludingBiogenicUptake"] == pcf["fossilGhgEmissions"] == "0.232955"
    assert (pcf["declaredUnitOfMeasurement"], pcf["declaredUnitAmount"]) == ("kilogram", "1")
    assert pcf["ipccCharacterizationFactors"] == ["AR6"]
    assert (pcf["primaryDataShare"], pcf["fossilCarbonContent"]) == ("100", "0.86")
    assert pcf["geographyCountrySubdivision"] == "CN-JS"
    assert "electricity 10000 MWh" in pcf["exemptedEmissionsDescription"]
    assert "net / plant_output.net" in pcf["allocationRulesDescription"]
    # The only value of a table behind it is a warming potential, which is no emission factor.
    assert "secondaryEmissionFactorSources" not in pcf
    assert pcf["dqi"] == {"technologicalDQR": "1", "geographicalDQR": "2", "temporalDQR": "1"}


def test_ratings_are_weighted_by_the_parts(coke_works: Run, about: About) -> None:
    made = document(coke_works, about, "tar")
    # Combustion 4400, process 1100, electricity 5000, upstream 10000 of 20500:
    # technological (4400 + 1100 + 3 x 5000 + 2 x 10000) / 20500 = 1.98, temporal 40500 / 20500.
    assert made["pcf"]["dqi"] == {
        "technologicalDQR": "1.98",
        "temporalDQR": "1.98",
        "geographicalDQR": "1.73",
    }


def test_several_are_a_list_and_identifiers_follow_the_figures(
    coke_works: Run, about: About
) -> None:
    made = document(coke_works, about, "coke", "tar")
    assert [one["productNameCompany"] for one in made["data"]] == ["Metallurgical coke", "Coal tar"]
    again = document(coke_works, about, "coke", "tar")
    assert made == again
    other = document(coke_works, about, "coke", allocation="economic")
    assert other["id"] != made["data"][0]["id"]


def test_what_the_users_file_adds(coke_works: Run, about: About) -> None:
    product = replace(about.products["coke"], biogenic_carbon=0.1, biogenic_uptake=-0.3666)
    about = replace(
        about,
        products={"coke": product},
        comment="First issue.",
        exempted_percent=2.5,
        exempted_note="catering",
        geography={"region": "Eastern Asia"},
        verification={"coverage": "product level", "providerName": "A Verifier"},
        preceding={"coke": ("f4b1225a-bd44-4c8e-861d-079e4e1dfd69",)},
    )
    made = document(coke_works, about, "coke")
    pcf = made["pcf"]
    assert pcf["pcfIncludingBiogenicUptake"] == "-0.133645"
    assert (pcf["biogenicCO2Uptake"], pcf["biogenicCarbonContent"]) == ("-0.3666", "0.1")
    assert pcf["exemptedEmissionsPercent"] == "2.5"
    assert pcf["exemptedEmissionsDescription"].startswith("catering; no upstream")
    assert pcf["geographyRegionOrSubregion"] == "Eastern Asia"
    assert made["comment"].startswith("First issue. ")
    assert made["precedingPfIds"] == ["f4b1225a-bd44-4c8e-861d-079e4e1dfd69"]
    assert pcf["verification"]["providerName"] == "A Verifier"


def test_sources_of_default_values_are_named(coke_works: Run, about: About) -> None:
    (coke,) = found(coke_works, "coke")
    table = "value:fuel.ndrc-chem-2013/oxidation/cog"
    source = replace(coke.sources[0], id=table, document="A guideline", clause="table 2")
    made = pact_document([replace(coke, sources=(*coke.sources, source))], about, "d", WHEN)
    assert made["pcf"]["secondaryEmissionFactorSources"] == [
        {"name": "A guideline", "version": "table 2"}
    ]


def test_credits_and_biogenic_carbon_are_told(coke_works: Run, about: About) -> None:
    (coke,) = found(coke_works, "coke")
    credit = replace(coke.parts[-1], amount=-100.0, per_t=-4.0)
    changed = replace(coke, parts=(*coke.parts[:-1], credit), biogenic_per_t=90.0)
    comment = pact_document([changed], about, "d", WHEN)["comment"]
    assert "credits" in comment and "-0.004" in comment and "0.09 kgCO2/kg" in comment


def test_what_cannot_be_stated_is_refused(coke_works: Run, about: About) -> None:
    coke, tar = found(coke_works, "coke", "tar")
    wrong = [
        replace(coke, per_t=-1.0, gwp="gwp.sar"),
        replace(tar, missing=3),
    ]
    with pytest.raises(TongjianError) as caught:
        pact_document(wrong, about, "d", WHEN)
    expected = ["footprint.gwp_report", "footprint.negative", "footprint.rows_left_out"]
    assert codes(caught.value.problems) == expected
    with pytest.raises(TongjianError) as caught:
        document(coke_works, about, "cog")
    says(only(caught.value.problems, "footprint.not_described"), "cog", "coke, tar")
    with pytest.raises(TongjianError) as caught:
        document(coke_works, replace(about, geography={"country": "China"}), "coke")
    says(only(caught.value.problems, "footprint.pact_schema"), "geographyCountry", "China")


@pytest.mark.parametrize(
    ("path", "value"),
    [
        ("specVersion", "2.3.0"),
        ("companyIds", ["company 1"]),
        ("productIds", []),
        ("id", "not-a-uuid"),
        ("pcf.fossilGhgEmissions", "-1"),
        ("pcf.fossilGhgEmissions", 1.5),
        ("pcf.pcfExcludingBiogenicUptake", "1e-3"),
        ("pcf.ipccCharacterizationFactors", ["SAR"]),
        ("pcf.geographyCountry", "CN"),
        ("pcf.biogenicCO2Uptake", "0.5"),
        ("pcf.declaredUnitOfMeasurement", "tonne"),
        ("pcf.invented", "1"),
    ],
)
def test_our_schema_sees_faults(coke_works: Run, about: About, path: str, value: object) -> None:
    made = document(coke_works, about, "coke")
    assert check_pact(made) == []
    *owners, last = path.split(".")
    target = made
    for name in owners:
        target = target[name]
    target[last] = value
    assert check_pact(made)


def _public() -> Any:
    """The schema of the public OpenAPI document that the environment names."""
    named = os.environ.get(PUBLIC)
    if not named:
        pytest.skip(f"{PUBLIC} names no copy of the public PACT OpenAPI document (v3)")
    return yaml.safe_load(Path(named).read_text(encoding="utf-8"))


def test_against_the_public_schema(coke_works: Run, about: About) -> None:
    from jsonschema import Draft202012Validator, FormatChecker
    from referencing import Registry, Resource
    from referencing.jsonschema import DRAFT202012

    public = _public()
    assert public["info"]["version"].startswith("3.")
    resource = Resource(contents=public, specification=DRAFT202012)
    validator = Draft202012Validator(
        {"$ref": "urn:public#/components/schemas/ProductFootprint"},
        registry=Registry().with_resource("urn:public", resource),
        format_checker=FormatChecker(),
    )
    schemas = public["components"]["schemas"]
    for allocation in ("mass", "energy", "economic", "subdivision"):
        made = document(coke_works, about, "coke", "tar", allocation=allocation)
        for one in made["data"]:
            assert list(validator.iter_errors(one)) == []
            assert set(one) <= set(schemas["ProductFootprint"]["properties"])
            assert set(one["pcf"]) <= set(schemas["CarbonFootprint"]["properties"])


def test_our_schema_has_the_public_fields() -> None:
    import json
    from importlib.resources import files

    schemas = _public()["components"]["schemas"]
    path = files("tongjian.footprint") / "schema" / "pact-product-footprint-3.schema.json"
    own = json.loads(path.read_text(encoding="utf-8"))
    for theirs, ours in (("ProductFootprint", own), ("CarbonFootprint", own["properties"]["pcf"])):
        assert set(schemas[theirs]["properties"]) == set(ours["properties"])
        assert set(schemas[theirs]["required"]) == set(ours["required"])

"""A footprint as a PACT ProductFootprint, data model 3.0 (产品碳足迹交换).

The declared unit is one kilogram, so that every figure is kgCO2e per kg. The JSON Schema beside
this module was written from the field list of the specification and holds for all that we write.
"""

from __future__ import annotations

import json
import re
import uuid
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from functools import lru_cache
from importlib.resources import files
from typing import Any

from tongjian.footprint._about import RATINGS, About, ProductAbout
from tongjian.footprint._read import Footprint
from tongjian.problems import Problem, TongjianError

SPEC_VERSION = "3.0.3"
_REPORT = re.compile(r"ar(\d+)")
_GEOGRAPHY = {
    "region": "geographyRegionOrSubregion",
    "country": "geographyCountry",
    "subdivision": "geographyCountrySubdivision",
}
_PLACES = 6


def pact_document(
    found: Sequence[Footprint], about: About, digest: str, created: datetime | None = None
) -> dict[str, Any]:
    """One footprint as it is, several as the answer to a list request (``{"data": [...]}``).

    `digest` is that of the run's result: the same result gives the same identifiers. Raises
    `TongjianError` with everything that keeps a footprint from being stated.
    """
    about.demand([one.product for one in found])
    _demand_values(found)
    footprints = [pact_footprint(one, about, digest, created) for one in found]
    problems = [problem for one in footprints for problem in check_pact(one)]
    if problems:
        raise TongjianError(problems)
    return footprints[0] if len(footprints) == 1 else {"data": footprints}


def pact_footprint(
    found: Footprint, about: About, digest: str, created: datetime | None = None
) -> dict[str, Any]:
    """A footprint in the data model of PACT; the file `about` has to describe its product."""
    product = about.products[found.product]
    # The result's digest knows nothing of outputs and prices: the figure itself goes in as well.
    own = f"{found.facility}:{found.product}:{found.allocation}:{found.per_t!r}"
    name = f"tongjian:{digest}:{own}"
    document: dict[str, Any] = {
        "id": str(uuid.uuid5(uuid.NAMESPACE_URL, name)),
        "specVersion": SPEC_VERSION,
        "created": _time(created or datetime.now(UTC)),
        "status": "Active",
        "companyName": about.company["name"],
        "companyIds": list(about.company["ids"]),
        "productDescription": product.description,
        "productIds": list(product.ids),
        "productNameCompany": product.name,
        "comment": _comment(found, about, digest),
        "pcf": _pcf(found, about, product),
    }
    if product.classifications:
        document["productClassifications"] = list(product.classifications)
    if found.product in about.preceding:
        document["precedingPfIds"] = list(about.preceding[found.product])
    return document


def check_pact(document: Mapping[str, Any]) -> list[Problem]:
    """Every way in which a ProductFootprint departs from our schema of the data model."""
    return [
        Problem(
            "footprint.pact_schema",
            values={"field": ".".join(map(str, error.absolute_path)) or "-",
                    "detail": error.message[:200]},
        )
        for error in _validator().iter_errors(document)
    ]  # fmt: skip


def _pcf(found: Footprint, about: About, product: ProductAbout) -> dict[str, Any]:
    per_kg = found.per_t / 1000
    uptake = product.biogenic_uptake or 0.0
    pcf: dict[str, Any] = {
        "declaredUnitOfMeasurement": "kilogram",
        "declaredUnitAmount": "1",
        "productMassPerDeclaredUnit": "1",
        "referencePeriodStart": f"{found.year}-01-01T00:00:00Z",
        "referencePeriodEnd": f"{found.year}-12-31T23:59:59Z",
        "boundaryProcessesDescription": _boundary(found),
        "pcfExcludingBiogenicUptake": _decimal(per_kg),
        "pcfIncludingBiogenicUptake": _decimal(per_kg + uptake),
        "fossilCarbonContent": _decimal(product.fossil_carbon),
        "fossilGhgEmissions": _decimal(per_kg),
        "packagingEmissionsIncluded": False,
        "ipccCharacterizationFactors": [_report(found.gwp)],
        "crossSectoralStandards": list(about.standards),
        "exemptedEmissionsPercent": _decimal(about.exempted_percent),
        "allocationRulesDescription": _allocation(found),
    }
    for name, value in about.geography.items():
        pcf[_GEOGRAPHY[name]] = value
    if product.biogenic_carbon is not None:
        pcf["biogenicCarbonContent"] = _decimal(product.biogenic_carbon)
    if product.biogenic_uptake is not None:
        pcf["biogenicCO2Uptake"] = _decimal(product.biogenic_uptake)
    left_out = "; ".join(filter(None, [about.exempted_note, _gaps(found)]))
    if left_out:
        pcf["exemptedEmissionsDescription"] = left_out
    sources = _sources(found)
    if sources:
        pcf["secondaryEmissionFactorSources"] = sources
    if found.primary_share is not None:
        pcf["primaryDataShare"] = _decimal(100 * found.primary_share, 2)
    ratings = _ratings(found, product)
    if ratings:
        pcf["dqi"] = ratings
    if about.verification:
        pcf["verification"] = dict(about.verification)
    return pcf


def _demand_values(found: Sequence[Footprint]) -> None:
    problems = []
    for one in found:
        values = {"product": one.product}
        if one.per_t < 0:
            # The data model has no place for a product that takes more away than it emits.
            problems.append(Problem("footprint.negative", values={**values, "found": one.per_t}))
        if not _REPORT.search(one.gwp):
            problems.append(Problem("footprint.gwp_report", values={**values, "table": one.gwp}))
        if one.missing:
            problems.append(Problem("footprint.rows_left_out",
                                    values={**values, "count": one.missing}))  # fmt: skip
    if problems:
        raise TongjianError(problems)


def _report(table: str) -> str:
    matched = _REPORT.search(table)
    return f"AR{matched[1]}" if matched else ""


def _ratings(found: Footprint, product: ProductAbout) -> dict[str, str]:
    """Ratings weighted by the size of the parts that they are about (加权平均)."""
    weights = {one.name: abs(one.amount) for one in found.parts}
    result = {}
    for name in RATINGS:
        rated = [
            (weight, (product.ratings.get(part) or product.ratings.get("", {})).get(name))
            for part, weight in weights.items()
            if weight
        ]
        if not rated or any(rating is None for _, rating in rated):
            return {}
        total = sum(weight for weight, _ in rated)
        mean = sum(weight * rating for weight, rating in rated if rating is not None) / total
        result[f"{name}DQR"] = _decimal(mean, 2)
    return result


def _sources(found: Footprint) -> list[dict[str, str]]:
    """The documents of default values, the warming potentials apart (二次数据来源)."""
    seen = {}
    for one in found.sources:
        table = one.id.removeprefix("value:").partition("/")[0]
        if table != found.gwp and one.document:
            version = one.clause or table
            seen[one.document, version] = {"name": one.document, "version": version}
    return [seen[key] for key in sorted(seen)]


def _boundary(found: Footprint) -> str:
    parts = "; ".join(f"{one.title.en} {one.per_t / 1000:.4g} kgCO2e/kg" for one in found.parts)
    covered = found.bought - len({gap.stream for gap in found.gaps})
    return (
        f"Cradle to gate. {parts}. Upstream emissions cover {covered} of {found.bought} purchased "
        "inputs."
    )


def _gaps(found: Footprint) -> str:
    named = ", ".join(f"{one.stream} {one.amount:.6g} {one.unit}" for one in found.gaps)
    return f"no upstream factor for: {named}" if named else ""


def _allocation(found: Footprint) -> str:
    return (
        f"{found.allocation_title.en} (share {found.share:.6g} = {found.allocation_formula}), "
        f"rule set {found.ruleset}"
    )


def _comment(found: Footprint, about: About, digest: str) -> str:
    lines = [about.comment] if about.comment else []
    if found.biogenic_per_t:
        lines.append(
            f"Biogenic CO2 of fuels, not included: {found.biogenic_per_t / 1000:.4g} kgCO2/kg."
        )
    credits = [one for one in found.parts if one.amount < 0]
    lines += [f"Included: {one.title.en} {one.per_t / 1000:.4g} kgCO2e/kg." for one in credits]
    lines.append(f"Computed by Tongjian, result {digest[:16]}.")
    return " ".join(lines)


def _decimal(value: float, places: int = _PLACES) -> str:
    """A number as the data model wants it: plain digits, no exponent, no minus zero."""
    text = f"{value:.{places}f}".rstrip("0").rstrip(".")
    return "0" if text in ("-0", "") else text


def _time(when: datetime) -> str:
    return when.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


@lru_cache(maxsize=1)
def _validator() -> Any:
    from jsonschema import Draft202012Validator, FormatChecker

    path = files("tongjian.footprint") / "schema" / "pact-product-footprint-3.schema.json"
    schema = json.loads(path.read_text(encoding="utf-8"))
    return Draft202012Validator(schema, format_checker=FormatChecker())


__all__ = ["SPEC_VERSION", "check_pact", "pact_document", "pact_footprint"]

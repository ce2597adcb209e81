"""What no rule can know (企业与产品说明): company, installation, identifiers, codes of products.

A YAML file that the user keeps; it is checked against its schema as a whole, and every fault is
reported at once with its line.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from tongjian.problems import Place, Problem, RuleError, TongjianError
from tongjian.rules import check_schema, read_yaml

RATINGS = ("technological", "temporal", "geographical")
Ratings = dict[str, float]


@dataclass(frozen=True, slots=True)
class ProductAbout:
    """What the user says of one product (产品说明)."""

    name: str
    description: str
    ids: tuple[str, ...]
    classifications: tuple[str, ...] = ()
    fossil_carbon: float = 0.0
    """kg of fossil carbon in one kg of product."""
    biogenic_carbon: float | None = None
    biogenic_uptake: float | None = None
    """kgCO2e taken up per kg of product, zero or negative."""
    ratings: dict[str, Ratings] = field(default_factory=dict)
    """Data quality ratings 1 to 5 by part of the footprint; ``""`` for those not named."""
    cbam: dict[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class About:
    """The user's file (说明文件). Use `About.read`."""

    company: dict[str, Any]
    installation: dict[str, Any]
    geography: dict[str, str]
    standards: tuple[str, ...]
    exempted_percent: float
    exempted_note: str
    comment: str
    verification: dict[str, str]
    preceding: dict[str, tuple[str, ...]]
    products: dict[str, ProductAbout]
    precursors: dict[str, dict[str, str]]
    """What is known of bought precursors, by stream."""
    place: Place

    @classmethod
    def read(cls, path: Path | str) -> About:
        """Read and check the file; raises `TongjianError` with every fault."""
        path = Path(path)
        try:
            text = path.read_text(encoding="utf-8")
        except OSError as error:
            values = {"path": str(path), "detail": error.strerror or str(error)}
            problem = Problem("footprint.about_file", Place(file=str(path)), values)
            raise TongjianError(problem) from None
        source = read_yaml(text, path.name)
        problems = check_schema(source, "about", "tongjian.footprint")
        if problems:
            raise RuleError(problems)
        data = source.data
        products = {str(name): _product(spec) for name, spec in data["products"].items()}
        return cls(
            company=data["company"],
            installation=data.get("installation", {}),
            geography=data.get("geography", {}),
            standards=tuple(data.get("standards", ("ISO14067", "PACT-3.0"))),
            exempted_percent=float(data.get("exempted_percent", 0)),
            exempted_note=data.get("exempted_note", ""),
            comment=data.get("comment", ""),
            verification=data.get("verification", {}),
            preceding={
                str(name): tuple(spec["preceding"])
                for name, spec in data["products"].items()
                if "preceding" in spec
            },
            products=products,
            precursors={str(name): dict(one) for name, one in data.get("precursors", {}).items()},
            place=Place(file=path.name),
        )

    def product(self, name: str) -> ProductAbout | None:
        """What the file says of a product, if anything."""
        return self.products.get(name)

    def demand(self, names: list[str]) -> None:
        """Raises `TongjianError` for every product that the file does not describe."""
        unknown = [name for name in names if name not in self.products]
        if unknown:
            known = ", ".join(self.products)
            raise TongjianError(
                Problem("footprint.not_described", self.place, {"product": name, "known": known})
                for name in unknown
            )


def _product(spec: dict[str, Any]) -> ProductAbout:
    ratings = spec.get("ratings", {})
    if ratings and set(ratings) <= set(RATINGS):
        ratings = {"": ratings}
    return ProductAbout(
        name=spec["name"],
        description=spec["description"],
        ids=tuple(spec["ids"]),
        classifications=tuple(spec.get("classifications", ())),
        fossil_carbon=float(spec["fossil_carbon"]),
        biogenic_carbon=_number(spec.get("biogenic_carbon")),
        biogenic_uptake=_number(spec.get("biogenic_uptake")),
        ratings={part: {k: float(v) for k, v in one.items()} for part, one in ratings.items()},
        cbam=spec.get("cbam", {}),
    )


def _number(value: Any) -> float | None:
    return None if value is None else float(value)


__all__ = ["RATINGS", "About", "ProductAbout"]

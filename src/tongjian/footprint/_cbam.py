"""The fields of an operator's communication under CBAM (欧盟碳边境调节机制经营者通报).

Which fields there are, in whose words and how well their source was seen, is data: ``cbam.toml``.
What the rules give is filled in, what the user's file gives too; the carbon price paid is left to
the user.
"""

from __future__ import annotations

import json
import tomllib
from collections.abc import Iterator, Mapping, Sequence
from functools import lru_cache
from importlib.resources import files
from io import BytesIO
from typing import Any

from tongjian.footprint._about import About
from tongjian.footprint._read import Footprint
from tongjian.problems import Problem, TongjianError

_FOLDER = files("tongjian.footprint")
_RULES = tomllib.loads((_FOLDER / "cbam.toml").read_text(encoding="utf-8"))
CBAM_GWP: str = _RULES["gwp"]
"""The table of warming potentials with which a communication is computed."""
_OPERATOR = ("name", "registration", "address", "contact", "email", "phone")
_PLANT = (
    *("name", "registry_id", "economic_activity", "address", "city", "country", "unlocode"),
    *("latitude", "longitude", "heat_transferred", "waste_gases", "co2_capture"),
)
_PRECURSOR = ("name", "cn_code", "country", "operator", "installation", "period")
_HEADINGS = (
    ("部分 / part", 14),
    ("字段", 34),
    ("field", 44),
    ("值 / value", 30),
    ("单位 / unit", 12),
    ("依据 / clause", 34),
    ("依据状态 / status", 12),
    ("填写 / by", 10),
)


def cbam_communication(found: Sequence[Footprint], about: About, digest: str) -> dict[str, Any]:
    """The communication about some products of one plant and year, as plain data.

    Raises `TongjianError` with everything that keeps it from being made: another table of warming
    potentials, an allocation that CBAM does not know, fields that the user's file lacks.
    """
    about.demand([one.product for one in found])
    problems = list(_problems(found, about))
    if problems:
        raise TongjianError(problems)
    first = found[0]
    plant = about.installation
    known = about.precursors
    document: dict[str, Any] = {
        "format": "tongjian-cbam-communication-1",
        "basis": list(_RULES["basis"]),
        "operator": {name: about.company.get(name) for name in _OPERATOR},
        "installation": {
            **{name: plant.get(name) for name in _PLANT},
            "direct_emissions": first.plant["direct"],
            "indirect_emissions": first.plant["electricity"],
        },
        "period": {"start": f"{first.year}-01-01", "end": f"{first.year}-12-31"},
        "goods": [_good(one, about) for one in found],
        "precursors": [
            {
                "stream": one.stream,
                **{name: known.get(one.stream, {}).get(name) for name in _PRECURSOR},
                "quantity": one.quantity,
                "specific_direct": one.direct,
                "specific_indirect": one.indirect,
            }
            for one in first.precursors
        ],
        "carbon_price": dict.fromkeys(("due", "currency", "rebate", "legal_basis")),
        "warming_potentials": first.gwp,
        "result": digest,
    }
    problems = check_communication(document)
    if problems:
        raise TongjianError(problems)
    return document


def check_communication(document: Mapping[str, Any]) -> list[Problem]:
    """Every way in which a communication departs from its schema."""
    return [
        Problem(
            "footprint.cbam_schema",
            values={"field": ".".join(map(str, error.absolute_path)) or "-",
                    "detail": error.message[:200]},
        )
        for error in _validator().iter_errors(document)
    ]  # fmt: skip


def cbam_workbook(document: Mapping[str, Any]) -> bytes:
    """The communication as a workbook: one row per field, with its clause and who fills it in."""
    import xlsxwriter

    stream = BytesIO()
    options = {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False}
    with xlsxwriter.Workbook(stream, options) as book:
        page = book.add_worksheet("CBAM")
        head = book.add_format({"bold": True, "bottom": 1, "bg_color": "#EEF2F6"})
        for at, (name, width) in enumerate(_HEADINGS):
            page.set_column(at, at, width)
            page.write_string(0, at, name, head)
        for line, row in enumerate(_rows(document), start=1):
            for at, value in enumerate(row):
                if isinstance(value, int | float) and not isinstance(value, bool):
                    page.write_number(line, at, value)
                elif value not in (None, ""):
                    page.write_string(line, at, str(value))
        page.freeze_panes(1, 0)
    return stream.getvalue()


def _rows(document: Mapping[str, Any]) -> Iterator[tuple[Any, ...]]:
    """The fields in the order in which they are declared; goods and precursors one by one."""
    for part in dict.fromkeys(one["path"].partition(".")[0] for one in _RULES["field"]):
        content = document[part]
        members = content if isinstance(content, list) else [content]
        for number, member in enumerate(members, start=1):
            name = part if not isinstance(content, list) else f"{part} {number}"
            for one in _RULES["field"]:
                owner, _, key = one["path"].partition(".")
                if owner == part:
                    value = member.get(key)
                    if isinstance(value, dict):
                        value = "; ".join(f"{k} = {v}" for k, v in value.items())
                    unit, clause = one.get("unit", ""), one["clause"]
                    yield (
                        name, one["zh"], one["en"], value, unit, clause, one["status"], one["by"]
                    )  # fmt: skip


def _good(found: Footprint, about: About) -> dict[str, Any]:
    product = about.products[found.product]
    return {
        "product": found.product,
        "name": product.name,
        "cn_code": product.cbam["cn_code"],
        "category": product.cbam["category"],
        "route": product.cbam["route"],
        "quantity": found.net,
        "specific_direct": found.direct,
        "specific_indirect": found.indirect,
        "electricity_factor_source": about.installation.get("electricity_factor_source"),
        "measured_share": found.primary_share,
        "allocation": found.allocation_title.en,
        "parameters": dict(product.cbam.get("parameters", {})),
    }


def _problems(found: Sequence[Footprint], about: About) -> Iterator[Problem]:
    first = found[0]
    if first.gwp != CBAM_GWP:
        yield Problem("footprint.cbam_gwp", values={"want": CBAM_GWP, "table": first.gwp})
    if first.allocation not in _RULES["allocations"]:
        known = ", ".join(_RULES["allocations"])
        values = {"name": first.allocation, "known": known}
        yield Problem("footprint.cbam_allocation", values=values)
    if first.missing:
        left_out = {"product": first.product, "count": first.missing}
        yield Problem("footprint.rows_left_out", values=left_out)
    if not about.installation:
        yield Problem("footprint.cbam_installation", about.place)
    for one in found:
        lacking = [
            name
            for name in ("cn_code", "category", "route")
            if not about.products[one.product].cbam.get(name)
        ]
        if lacking:
            values = {"product": one.product, "fields": ", ".join(lacking)}
            yield Problem("footprint.cbam_fields", about.place, values)


@lru_cache(maxsize=1)
def _validator() -> Any:
    from jsonschema import Draft202012Validator

    path = _FOLDER / "schema" / "cbam-communication.schema.json"
    return Draft202012Validator(json.loads(path.read_text(encoding="utf-8")))


__all__ = ["CBAM_GWP", "cbam_communication", "cbam_workbook", "check_communication"]

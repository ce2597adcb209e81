"""The chapter on the enterprise (企业基本情况): who it is, what it makes, what is counted."""

from __future__ import annotations

from collections.abc import Iterator

from tongjian.reports._numbers import NOTHING
from tongjian.reports.documents._model import (
    Block,
    Bullets,
    Column,
    Form,
    Heading,
    Paragraph,
    Table,
    figure,
    row,
)
from tongjian.reports.documents._teller import Teller

_FIELDS = (
    *("legal_form", "industry", "industry_code", "established", "registered_address"),
    *("production_address", "legal_representative", "permit", "department", "contact"),
    *("telephone", "email", "prepared_by"),
)
# What a page for the public shows of it.
_PUBLIC = (
    *("legal_form", "industry", "industry_code", "production_address", "legal_representative"),
    *("permit", "department", "telephone", "email"),
)


def basics(teller: Teller, *, public: bool = False) -> Iterator[Block]:
    """The chapter's blocks; `public` leaves out what the enterprise keeps to itself."""
    material, words, text = teller.material, teller.words, teller.text
    hidden = set(material.enterprise.list_of("not_public")) if public else set()
    yield Heading(1, text("basics"))
    yield identity(teller, public=public)
    yield Heading(2, text("activities"))
    yield Paragraph(teller.field("activities"))
    products = material.enterprise.list_of("products")
    if products and "products" not in hidden:
        columns = (
            Column(text("product")),
            Column(text("capacity"), align="right"),
            Column(text("unit"), align="center"),
        )
        lines = tuple(
            row(
                material.enterprise.words_of(one["name"], words),
                figure(one.get("capacity"), 10),
                str(one.get("unit", NOTHING)),
            )
            for one in products
        )
        yield Table(text("products"), columns, lines, text("products"))
    yield Heading(2, text("boundary_title"))
    yield Paragraph(boundary_said(teller))
    yield Paragraph(teller.field("boundary"))
    if material.enterprise.has("exclusions"):
        yield Paragraph(text("exclusions", text=teller.field("exclusions")))
    if material.enterprise.has("changes"):
        yield Paragraph(text("changes", text=teller.field("changes")))
    if "process_units" in hidden:
        yield Paragraph(text("not_public"), "note")
    else:
        yield from process_units(teller)


def identity(teller: Teller, *, public: bool = False) -> Form:
    """Who the enterprise is, as a form."""
    material, words, text = teller.material, teller.words, teller.text
    plant = material.row
    place = " ".join(
        filter(
            None,
            [
                words.term("province", str(plant.get("province") or "")),
                words.city(str(plant.get("city") or ""), str(plant.get("division") or "")),
            ],
        )
    )
    fields = [
        (text("enterprise_name"), teller.name),
        (text("credit_code"), teller.field("credit_code")),
        (text("facility_code"), material.facility),
        (text("sector"), words.term("sector", str(plant.get("sector") or ""))),
        (text("place_of_plant"), f"{place} {plant.get('division') or ''}".strip()),
    ]
    names = _PUBLIC if public else _FIELDS
    fields += [(text(f"field_{name}"), teller.field(name)) for name in names]
    blank = text("to_be_filled_in")
    notes = (text("basics_note"),) if any(value == blank for _, value in fields) else ()
    return Form(text("identity"), tuple(fields), text("identity"), notes)


def boundary_said(teller: Teller) -> str:
    """Under which rules and boundary the figures were computed."""
    doc = teller.material.doc
    clause = teller.words.clause(doc.basis.clause)
    basis = f"{doc.basis.document} {clause}".strip()
    return teller.text(
        "boundary_said",
        title=teller.words.pick(doc.title.zh, doc.title.en),
        id=doc.id,
        basis=basis,
        boundary=teller.inline("boundary", doc.boundary),
        validity=teller.words.validity(doc.validity),
        status=teller.words.term("status", doc.basis.status),
    )


def process_units(teller: Teller) -> Iterator[Block]:
    """The process units that the records name."""
    material, words, text = teller.material, teller.words, teller.text
    found = material.units_used
    if not found:
        yield Paragraph(text("no_process_units"), "note")
        return
    columns = (
        Column(text("process_unit_code")),
        Column(text("process_unit_name")),
        Column(text("kind_of_unit")),
        Column(text("technology")),
        Column(text("abatement")),
        Column(text("capacity"), align="right"),
        Column(text("unit"), align="center"),
    )
    lines = tuple(
        row(
            str(one["process_unit"]),
            words.pick(one["name_zh"] or "", one["name_en"] or "") or NOTHING,
            words.term("kind", one["kind"]) if one["kind"] else NOTHING,
            words.term("technology", one["technology"]) if one["technology"] else NOTHING,
            words.term("abatement", one["abatement"]) if one["abatement"] else NOTHING,
            figure(one["capacity"], 10),
            words.unit(one["capacity_unit"]) if one["capacity_unit"] else NOTHING,
        )
        for one in found
    )
    yield Table(text("process_units"), columns, lines, text("process_units"))


def others(teller: Teller) -> Iterator[Block]:
    """The last chapter of a report: measures, the reason of a new version, what else there is."""
    material, words, text = teller.material, teller.words, teller.text
    yield Heading(1, text("other_matters"))
    yield Paragraph(teller.field("other"))
    measures = material.enterprise.list_of("measures")
    if measures:
        yield Paragraph(text("measures_lead"))
        yield Bullets(tuple(material.enterprise.words_of(one, words) for one in measures))


__all__ = ["basics", "boundary_said", "identity", "others", "process_units"]

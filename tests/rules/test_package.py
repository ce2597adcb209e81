"""The rulebook of the package: what it asks for can be recorded, what it names exists."""

from __future__ import annotations

import pytest

from tongjian.records import Catalogue
from tongjian.rules import Rulebook, SheetPlan
from tongjian.rules import _ir as ir
from tongjian.units import parse_unit


@pytest.fixture(scope="module")
def catalogue() -> Catalogue:
    return Catalogue.load()


def leaves(rulebook: Rulebook) -> dict[str, SheetPlan]:
    """Leaf sheets of all rule sets, by rule set and name."""
    return {
        f"{name}: {sheet.name}": sheet
        for name, editions in rulebook.rulesets.items()
        for edition in editions
        for sheet in edition.program.sheets.values()
        if sheet.is_leaf
    }


def within(stream_class: str, classes: tuple[str, ...]) -> bool:
    return classes == ("any",) or any(
        stream_class == one or stream_class.startswith(f"{one}.") for one in classes
    )


def test_every_input_can_be_recorded(rulebook: Rulebook, catalogue: Catalogue) -> None:
    """The engine compares units as texts, so an input must be in a canonical unit of its item."""
    lost = []
    for where, sheet in leaves(rulebook).items():
        for item in sheet.inputs.values():
            doc = item.doc
            streams = (
                [catalogue.streams[doc.stream]]
                if doc.stream
                else [
                    one
                    for one in catalogue.streams.values()
                    if within(one.stream_class, sheet.doc.streams)
                ]
            )
            units = {
                unit.text
                for one in streams
                for unit in getattr(catalogue.items_of(one.stream_class).get(doc.item), "units", ())
            }
            if doc.unit.text not in units:
                lost.append((where, doc.name, doc.item, doc.unit.text, sorted(units)))
    assert lost == []


def test_classes_and_streams_in_formulas_exist(rulebook: Rulebook, catalogue: Catalogue) -> None:
    known = set()
    for stream in catalogue.streams.values():
        parts = stream.stream_class.split(".")
        known |= {".".join(parts[:length]) for length in range(1, len(parts) + 1)}
    for where, sheet in leaves(rulebook).items():
        assert set(sheet.doc.streams) <= {*known, "any"}, where
    for editions in rulebook.rulesets.values():
        for sheet in editions[-1].program.sheets.values():
            for node in sheet.nodes():
                for part in node.walk():
                    if isinstance(part, ir.Within):
                        assert part.name in known, part.name


def test_rule_sets_name_terms_of_the_catalogue(rulebook: Rulebook, catalogue: Catalogue) -> None:
    def codes(key: str) -> set[str]:
        return {term.code for term in catalogue.terms_of(key)}

    for name, editions in rulebook.rulesets.items():
        for edition in editions:
            assert set(edition.doc.sectors) <= codes("sector"), name
            assert edition.doc.boundary in codes("boundary"), name
            for sheet in edition.program.sheets.values():
                for formula in sheet.formulas.values():
                    if formula.doc.ledger is not None:
                        assert formula.doc.ledger.category in codes("category"), name


def test_streams_of_factor_tables_exist(rulebook: Rulebook, catalogue: Catalogue) -> None:
    lost = sorted(
        {
            (table.id, value.key[table.keys.index("stream")])
            for table in rulebook.tables.values()
            if "stream" in table.keys
            for value in table.values
            if value.key[table.keys.index("stream")] not in catalogue.streams
        }
    )
    assert lost == []


def test_provinces_and_technologies_of_tables_exist(
    rulebook: Rulebook, catalogue: Catalogue
) -> None:
    lost = sorted(
        {
            (table.id, key, part)
            for table in rulebook.tables.values()
            for value in table.values
            for key, part in zip(table.keys, value.key, strict=True)
            if key in ("province", "technology", "abatement", "sector")
            and part not in {term.code for term in catalogue.terms_of(key)}
        }
    )
    assert lost == []


def test_every_value_says_where_it_is_from(rulebook: Rulebook) -> None:
    for table in rulebook.tables.values():
        for value in table.values:
            assert value.source if value.number is not None else value.note, value.place
            assert (value.number is None) == (not value.printed), value.place


def test_tables_are_in_units_that_the_registry_can_write(rulebook: Rulebook) -> None:
    for table in rulebook.tables.values():
        for column in table.columns.values():
            assert parse_unit(column.unit.text) == column.unit

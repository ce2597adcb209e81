"""Which records a rule set reads (方法读取的数据), without knowing any sector."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from functools import cache

from tongjian.control_plan._link import Reads, Row
from tongjian.records import Catalogue
from tongjian.rules import CompiledRuleSet, InputDoc, Rulebook, SheetPlan, Words


@dataclass(frozen=True, slots=True)
class Need:
    """An item of a stream that a rule set reads (所需数据): in which units, and whether it must be.

    `has_default` says that the method has a default for want of a record.
    """

    stream: str
    item: str
    units: tuple[str, ...]
    title: Words
    required: bool
    has_default: bool


_BOUNDARIES = ("enterprise", "ets")


def accounts_of(rulebook: Rulebook, sector: str, year: int) -> list[CompiledRuleSet]:
    """The rule sets by which the plants of a sector report in a year (核算规则集)."""
    return [
        one
        for editions in rulebook.rulesets.values()
        for one in editions
        if one.doc.boundary in _BOUNDARIES
        and sector in one.doc.sectors
        and one.doc.validity.covers(date(year, 12, 31))
    ]


def reads(rulesets: Sequence[CompiledRuleSet], catalogue: Catalogue) -> Reads:
    """Whether any of `rulesets` reads a row of the activity data."""

    @cache
    def known(stream: str) -> frozenset[tuple[str, str]]:
        return frozenset(
            (one.item, unit) for one in needs(rulesets, stream, catalogue) for unit in one.units
        )

    def read(row: Row) -> bool:
        return (str(row["item"]), str(row["unit"])) in known(str(row["stream"]))

    return read


def needs(
    rulesets: Iterable[CompiledRuleSet], stream: str, catalogue: Catalogue
) -> tuple[Need, ...]:
    """Every item of a stream that any of `rulesets` reads, in the order of their documents."""
    found: dict[str, Need] = {}
    its = catalogue.streams.get(stream)
    its_class = "" if its is None else its.stream_class
    for ruleset in rulesets:
        for sheet in ruleset.program.sheets.values():
            if not sheet.is_leaf:
                continue
            for one in sheet.inputs.values():
                if _takes(sheet, one.doc, stream, its_class) and (
                    its is None or one.doc.item in catalogue.items_of(its_class)
                ):
                    need = _need(one.doc, stream, has_default=one.default is not None)
                    other = found.get(need.item)
                    found[need.item] = need if other is None else _both(other, need)
    return tuple(found.values())


def _takes(sheet: SheetPlan, doc: InputDoc, stream: str, its_class: str) -> bool:
    if doc.stream is not None:
        return doc.stream == stream
    if "stream" not in sheet.grain:
        return False
    classes = sheet.doc.streams
    return classes in ((), ("any",)) or any(f"{its_class}.".startswith(f"{c}.") for c in classes)


def _need(doc: InputDoc, stream: str, *, has_default: bool) -> Need:
    return Need(stream, doc.item, (doc.unit.text,), doc.title, doc.required, has_default)


def _both(one: Need, other: Need) -> Need:
    units = tuple(dict.fromkeys([*one.units, *other.units]))
    return Need(
        one.stream,
        one.item,
        units,
        one.title,
        one.required or other.required,
        one.has_default or other.has_default,
    )


__all__ = ["Need", "accounts_of", "needs", "reads"]

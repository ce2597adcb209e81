"""The grid of a plant's year (填报表格), made from what its rule sets read."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from functools import lru_cache
from typing import Any

from tongjian.control_plan import Plan, Wanted, accounts_of, history, needs, wanted, ways
from tongjian.engine import DefaultValue
from tongjian.records import TIERS, Item
from tongjian.rules import CompiledRuleSet, SheetPlan, Words
from tongjian.site.entry.models import Draft
from tongjian.site.entry.reading import defaults, feeds, items_of
from tongjian.site.registry.models import Plant, stored
from tongjian.site.workspaces import Workspace, catalogue, rulebook
from tongjian.units import Unit, UnitError, parse_unit, unit_names

Row = Mapping[str, Any]
LineKey = tuple[str, str, str, str]
"""Process unit, stream, item, canonical unit (empty where nothing is recorded)."""
_SUGGESTED = 14


@dataclass(slots=True)
class Cell:
    """A datum of the grid (单元格): what is recorded, and what was typed since."""

    period: str
    stored: Row | None = None
    draft: Draft | None = None

    @property
    def shown(self) -> str:
        """What stands in the field."""
        if self.draft is not None:
            return self.draft.value
        return "" if self.stored is None else str(self.stored["entered_quantity"])

    @property
    def version(self) -> int:
        return 0 if self.draft is None else self.draft.version

    @property
    def state(self) -> str:
        """ "empty", "stored", "draft" or "error"."""
        if self.draft is not None:
            return "error" if self.draft.faulty else "draft"
        return "empty" if self.stored is None else "stored"


@dataclass(slots=True)
class Line:
    """An item of a stream of a process unit (一行), over the periods of the year."""

    key: LineKey
    title: Words
    unit: str
    tier: str
    evidence: str
    item: Item
    feeds: tuple[str, ...]
    needed: bool
    occurs: bool
    default: DefaultValue | None
    cells: list[Cell] = field(default_factory=list)
    number: int = 0
    unit_list: int = 0
    """The number of the first line that suggests the same units: they share a list."""

    @property
    def busy(self) -> bool:
        """Whether anything stands in it."""
        return any(cell.state != "empty" for cell in self.cells)

    @property
    def units(self) -> tuple[str, ...]:
        """Units that may be entered, the canonical ones first."""
        slot = self.key[3]
        return suggested_units(self.item.id, (slot,) if slot else _texts(self.item))

    @property
    def status(self) -> str:
        """How sure the default is: of several sources, the least sure."""
        found = [value.status for _, value in self.default.sources] if self.default else []
        least = (one for one in ("recalled", "derived", "seen", "seen-twice") if one in found)
        return next(least, found[0] if found else "")


@dataclass(slots=True)
class Group:
    """A stream of a process unit (物料或能源), with its items."""

    process_unit: str
    stream: str
    title: Words
    lines: list[Line] = field(default_factory=list)
    more: list[Line] = field(default_factory=list)

    @property
    def all(self) -> list[Line]:
        return [*self.lines, *self.more]


@dataclass(slots=True)
class Grid:
    """All that the page of a plant's year shows."""

    plant: Plant
    year: int
    periods: list[str]
    groups: list[Group]
    rulesets: list[CompiledRuleSet]
    drafts: int

    @property
    def lines(self) -> list[Line]:
        return [line for group in self.groups for line in group.all]

    def line(self, key: LineKey) -> Line | None:
        """The line of this key."""
        return next((one for one in self.lines if one.key == key), None)


def rulesets_of(sector: str, year: int) -> list[CompiledRuleSet]:
    """Every rule set that a plant of the sector feeds in a year: carbon, energy, pollutants."""
    book = rulebook()
    found = {
        one.id: one
        for editions in book.rulesets.values()
        for one in editions
        if one.doc.selected == "by_default"
        and not one.doc.results_of
        and sector in one.doc.sectors
        and one.doc.validity.covers(date(year, 12, 31))
    }
    return list((found | {one.id: one for one in accounts_of(book, sector, year)}).values())


def make_grid(
    workspace: Workspace,
    plant: Plant,
    year: int,
    by: str = "",
    added: Iterable[tuple[str, str]] = (),
) -> Grid:
    """The grid by "month" or "year" (as recorded if empty), with streams `added` to it."""
    rows = workspace.store.read_activity(plant.code, year)
    drafts = list(Draft.every.filter(plant=plant, year=year))
    rulesets = rulesets_of(plant.sector, year)
    places = {(one.process_unit, one.stream): None for one in drafts} | dict.fromkeys(added)
    found = _wanted(rows, rulesets, places)
    streams = {
        (one.process_unit, one.need.stream): None for one in found
    }  # in the order of the plan
    known = _defaults(plant, year, rulesets, streams)
    plan = _plan(workspace, plant, year)
    periods = _periods(year, by or _shape(rows, drafts, year))
    maker = _Maker(rows, drafts, rulesets, known, plan, periods)
    groups = [maker.group(unit, stream, found) for unit, stream in streams]
    first: dict[tuple[str, ...], int] = {}
    for number, line in enumerate((line for group in groups for line in group.all), start=1):
        line.number, line.unit_list = number, first.setdefault(line.units, number)
    return Grid(plant, year, periods, groups, rulesets, len(drafts))


def _wanted(
    rows: Sequence[Row],
    rulesets: Sequence[CompiledRuleSet],
    places: Iterable[tuple[str, str]],
) -> list[Wanted]:
    known = list(wanted(rows, rulesets, catalogue()))
    there = {(one.process_unit, one.need.stream) for one in known}
    for unit, stream in places:
        if (unit, stream) not in there and stream in catalogue().streams:
            known += [
                Wanted(unit, need, "", False) for need in needs(rulesets, stream, catalogue())
            ]
    return known


def _defaults(
    plant: Plant,
    year: int,
    rulesets: Sequence[CompiledRuleSet],
    places: Iterable[tuple[str, str]],
) -> Mapping[tuple[str, str, str], DefaultValue]:
    streams = catalogue().streams
    asked = [(unit, name, streams[name].stream_class) for unit, name in places if name in streams]
    units = [stored(one) for one in plant.process_units.all()]
    return defaults(rulesets, year, stored(plant), units, asked)


def _plan(workspace: Workspace, plant: Plant, year: int) -> Plan | None:
    known = history(workspace.log, plant.code)
    revision = known.for_period(str(year))
    return None if revision is None else revision.plan


def _shape(rows: Sequence[Row], drafts: Sequence[Draft], year: int) -> str:
    periods = {str(row["period"]) for row in rows} | {one.period for one in drafts}
    return "year" if periods == {str(year)} else "month"


def _periods(year: int, by: str) -> list[str]:
    months = [f"{year}-{month:02d}" for month in range(1, 13)]
    return [str(year)] if by == "year" else [str(year), *months]


@dataclass(slots=True)
class _Maker:
    """Makes groups from what was read."""

    rows: Sequence[Row]
    drafts: Sequence[Draft]
    rulesets: Sequence[CompiledRuleSet]
    defaults: Mapping[tuple[str, str, str], DefaultValue]
    plan: Plan | None
    periods: Sequence[str]

    def group(self, unit: str, stream: str, found: Sequence[Wanted]) -> Group:
        its = catalogue().streams.get(stream)
        title = Words(stream, stream) if its is None else _title(its.zh, its.en)
        group = Group(unit, stream, title)
        items = {} if its is None else catalogue().items_of(its.stream_class)
        mine = {
            one.need.item: one
            for one in found
            if (one.process_unit, one.need.stream) == (unit, stream)
        }
        recorded = [
            row for row in self.rows if (row["process_unit"] or "", row["stream"]) == (unit, stream)
        ]
        typed = any((one.process_unit, one.stream) == (unit, stream) for one in self.drafts)
        fresh = not recorded and not typed
        for name in [*mine, *dict.fromkeys(str(row["item"]) for row in recorded)]:
            if name in items and not any(line.key[2] == name for line in group.all):
                for line in self.lines(unit, stream, items[name], mine.get(name), recorded):
                    # Of a stream that was just added nobody knows yet which amounts it has.
                    leads = line.item.kind == "activity" and (fresh or not group.lines)
                    prominent = line.busy or line.occurs or leads
                    (group.lines if prominent else group.more).append(line)
        return group

    def lines(
        self,
        unit: str,
        stream: str,
        item: Item,
        need: Wanted | None,
        recorded: Sequence[Row],
    ) -> list[Line]:
        rows = [row for row in recorded if row["item"] == item.id]
        drafts = [
            one
            for one in self.drafts
            if (one.process_unit, one.stream, one.item) == (unit, stream, item.id)
        ]
        slots = dict.fromkeys([*(str(row["unit"]) for row in rows), *(one.slot for one in drafts)])
        return [self.line(unit, stream, item, slot, need, rows, drafts) for slot in slots or [""]]

    def line(
        self,
        unit: str,
        stream: str,
        item: Item,
        slot: str,
        need: Wanted | None,
        rows: Sequence[Row],
        drafts: Sequence[Draft],
    ) -> Line:
        stored_rows = {str(row["period"]): row for row in rows if row["unit"] == slot}
        typed = {one.period: one for one in drafts if one.slot == slot}
        last = max(stored_rows.values(), key=lambda row: str(row["period"]), default=None)
        fresh = max(typed.values(), key=lambda one: one.at, default=None)
        planned = self.planned(unit, stream, item.id)
        tier = fresh.tier if fresh else str(last["tier"]) if last else planned
        default = self.defaults.get((unit, stream, item.id))
        # Whoever types over a default types in its unit.
        canonical = need.need.units[0] if need else item.units[0].text
        canonical = default.unit if default else canonical
        return Line(
            key=(unit, stream, item.id, slot),
            title=_title(item.zh, item.en),
            unit=fresh.unit if fresh else str(last["entered_unit"]) if last else slot or canonical,
            tier=tier,
            evidence=fresh.evidence if fresh else str(last["evidence"] or "") if last else "",
            item=item,
            feeds=feeds(self.rulesets, stream, item.id),
            needed=need is not None and need.needed,
            occurs=need is not None and need.occurs,
            default=default,
            cells=[Cell(one, stored_rows.get(one), typed.get(one)) for one in self.periods],
        )

    def planned(self, unit: str, stream: str, item: str) -> str:
        """The tier by which the control plan has it obtained."""
        its = self.plan.parameter_of(unit, stream, item) if self.plan else None
        tiers = ways()[its.obtained] if its else ()
        return tiers[0] if tiers else ""


def clauses(
    rulesets: Iterable[CompiledRuleSet], stream: str, item: str
) -> list[tuple[CompiledRuleSet, str, str]]:
    """Where each rule set asks for an item: document and clause of the method that reads it."""
    its = catalogue().streams.get(stream)
    found: dict[tuple[str, str, str], tuple[CompiledRuleSet, str, str]] = {}
    for one in rulesets:
        if its is None or item not in items_of(one, stream):
            continue
        for sheet in one.program.sheets.values():
            asks = any(
                plan.doc.item == item
                and (
                    plan.doc.stream == stream
                    if plan.doc.stream
                    else _inside(sheet, its.stream_class)
                )
                for plan in sheet.inputs.values()
            )
            for formula in list(sheet.formulas.values())[:1] if asks else ():
                basis = formula.method.basis
                clause = formula.doc.clause or basis.clause
                found[one.id, basis.document, clause] = (one, basis.document, clause)
    return list(found.values())


def _inside(sheet: SheetPlan, its_class: str) -> bool:
    """Whether a sheet takes in streams of a class."""
    classes = sheet.doc.streams
    if "stream" not in sheet.grain:
        return False
    return classes in ((), ("any",)) or any(
        f"{its_class}.".startswith(f"{one}.") for one in classes
    )


def _title(zh: str, en: str) -> Words:
    return Words(zh, en[:1].upper() + en[1:])


def _texts(item: Item) -> tuple[str, ...]:
    return tuple(unit.text for unit in item.units)


@lru_cache(maxsize=512)
def suggested_units(_item: str, canonical: tuple[str, ...]) -> tuple[str, ...]:
    """Units that convert to one of the canonical ones; others that do are taken as well."""
    found = dict.fromkeys(canonical)
    for text in canonical:
        above, slash, below = text.partition("/")
        for name in unit_names():
            if name.endswith((" product", "_equivalent")) or len(found) >= _SUGGESTED:
                continue
            wanted = parse_unit(text)
            if not slash:
                if _same(name, wanted):
                    found[name] = None
            elif _same(name, parse_unit(above)):
                found[f"{name}/{below}"] = None
    return tuple(found)


def _same(text: str, unit: Unit) -> bool:
    try:
        return parse_unit(text).same_dimension(unit)
    except UnitError:
        return False


TIER_CODES = tuple(tier.code for tier in TIERS)

__all__ = [
    "TIER_CODES",
    "Cell",
    "Grid",
    "Group",
    "Line",
    "LineKey",
    "clauses",
    "feeds",
    "make_grid",
    "rulesets_of",
    "suggested_units",
]

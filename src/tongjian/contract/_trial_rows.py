"""Rows that bring out one input each (试算行): the fewest entries with which it tells."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import combinations as choose
from itertools import islice
from typing import Any, Literal

from tongjian.contract._attributes import Attributes, by_keys_alone, constants_of
from tongjian.contract._plausible import Plausible, is_amount
from tongjian.engine import PythonEngine
from tongjian.records import Item
from tongjian.rules import EVIDENCE, RAW, InputPlan, SheetPlan, month_of
from tongjian.rules import _ir as ir

Row = dict[str, Any]
FACILITY = "TRIAL"
# Sheets ask for at most so many further inputs beside one.
_FURTHER = 3
_PER_CLASS = 2
_SETS = 6
_MOST = 800
# The second and third are for inputs that may not exceed another, or be exceeded by it.
_SIZES = (0.5, 1.0, 2.0)


@dataclass(frozen=True, slots=True)
class TrialRow:
    """A raw row of a leaf sheet that brings out one input."""

    sheet: str
    focus: str
    row: Row

    @property
    def entered(self) -> list[str]:
        """The inputs entered in the row."""
        return [name.removesuffix(RAW) for name, value in self.row.items() if _is_raw(name, value)]


@dataclass(slots=True)
class TrialRows:
    """Finds trial rows for the sheets of one engine in one year."""

    engine: PythonEngine
    plausible: Plausible
    year: int
    known: dict[tuple[Any, ...], list[TrialRow]] = field(default_factory=dict)
    key_nodes: dict[str, list[ir.Node]] = field(default_factory=dict)
    values: dict[tuple[str, str, str], tuple[Attributes, float]] = field(default_factory=dict)
    blanks: dict[str, Row] = field(default_factory=dict)
    offers: dict[tuple[str, str], dict[str, Item]] = field(default_factory=dict)
    ranks: dict[str, dict[str, int]] = field(default_factory=dict)
    asked: dict[str, list[tuple[ir.Node, bool]]] = field(default_factory=dict)
    sized: dict[str, bool] = field(default_factory=dict)

    def of(self, sheet: SheetPlan, attributes: Attributes) -> list[TrialRow]:
        """Trial rows for every input of a sheet, as far as there are any."""
        mark = self.mark(sheet, attributes)
        if mark not in self.known:
            self.known[mark] = [
                row for name in sheet.inputs for row in self.for_input(sheet, name, attributes)
            ]
        return [
            TrialRow(one.sheet, one.focus, {**one.row, **attributes}) for one in self.known[mark]
        ]

    def mark(self, sheet: SheetPlan, attributes: Attributes) -> tuple[Any, ...]:
        """What decides how rows of a sheet with these attributes come out.

        Not the attributes but what formulas make of them and of each stream: a table that goes by
        sector has nothing for most sectors, and to look there again would take the longest.
        """
        if sheet.name not in self.key_nodes:
            nodes = [*sheet.nodes(), *(node for node, _ in self.read(sheet))]
            self.key_nodes[sheet.name] = by_keys_alone(nodes)
        streams = dict.fromkeys([""])
        if "stream" in sheet.grain:
            offers = (self.offered(sheet, name) for name in sheet.inputs)
            streams = dict.fromkeys(stream for offer in offers for stream in offer)
        rows = [self.row(sheet, {}, stream, attributes) for stream in streams]
        nodes = self.key_nodes[sheet.name]
        return (sheet.name, *(self.engine.row_value(node, row) for row in rows for node in nodes))

    def for_input(self, sheet: SheetPlan, focus: str, attributes: Attributes) -> list[TrialRow]:
        """The trial rows of one input: with every set of further entries of the smallest size.

        A row for each class of streams, because coarser sheets often sum up by class.
        """
        classes = self.streams(sheet, focus)
        found = self._rows(sheet, focus, attributes, classes, self.sets(sheet, focus, _FURTHER))
        # The tables may know only a stream that comes late in its class (gases after the waters).
        later = self.streams(sheet, focus, later=True)
        found = found or self._rows(sheet, focus, attributes, later, self.sets(sheet, focus, 1))
        if found:
            return found
        step = self.first_step(sheet, focus, attributes, classes)
        if not step:
            return []
        sets = self.sets(sheet, focus, _FURTHER, step)
        return self._rows(sheet, focus, attributes, classes, sets)

    def first_step(
        self, sheet: SheetPlan, focus: str, attributes: Attributes, classes: list[list[str]]
    ) -> tuple[str, ...]:
        """The fewest further entries with which an input moves any formula of its own row.

        An input that tells only through a formula that itself needs company (the hours of a
        treatment through its running rate, the rate through what is removed) is found in two
        steps, each of which is short: more entries at once would be too many sets to try.
        """
        base = self.base(sheet, focus)
        for sets in self.sets(sheet, focus, _FURTHER - 1):
            for entered in islice(sets, _MOST):
                for stream in (one for streams in classes for one in streams):
                    if self.moves(sheet, focus, entered, stream, attributes):
                        return entered[len(base) :]
        return ()

    def moves(
        self,
        sheet: SheetPlan,
        focus: str,
        entered: Sequence[str],
        stream: str,
        attributes: Attributes,
    ) -> bool:
        """Whether more of an input changes any formula of a row with these entries."""
        if not all(self.enterable(sheet, name, stream) for name in entered):
            return False
        values = {name: self.value(sheet, name, stream, attributes) for name in entered}
        rows = []
        for size in (1.0, 1.01):
            row = self.row(sheet, {**values, focus: values[focus] * size}, stream, attributes)
            self.engine.fill(sheet, [row])
            rows.append(row)
        return any(
            None not in (rows[0][name], rows[1][name]) and rows[0][name] != rows[1][name]
            for name in sheet.formulas
        )

    def _rows(
        self,
        sheet: SheetPlan,
        focus: str,
        attributes: Attributes,
        classes: list[list[str]],
        tried: Iterable[list[tuple[str, ...]]],
    ) -> list[TrialRow]:
        for sets in tried:
            found: list[TrialRow] = []
            for entered in islice(sets, _MOST):
                for streams in classes:
                    # One stream of a class shows it: the first of which tables know enough.
                    rows = (self.telling(sheet, focus, entered, one, attributes) for one in streams)
                    row = next((one for one in rows if one is not None), None)
                    if row is not None:
                        found.append(TrialRow(sheet.name, focus, row))
                if len(found) >= _SETS * len(classes):
                    break
            if found:
                return found
        return []

    def base(self, sheet: SheetPlan, focus: str) -> list[str]:
        """What every trial row of an input has: the input, and what the sheet requires."""
        needed = [name for name, plan in sheet.inputs.items() if plan.doc.required]
        return list(dict.fromkeys([focus, *needed]))

    def sets(
        self, sheet: SheetPlan, focus: str, further: int, step: Sequence[str] = ()
    ) -> Iterator[list[tuple[str, ...]]]:
        """Sets of inputs to enter, by size; those with inputs that lower the total last.

        With a first `step` so many further inputs beside it.

        What a carbon content does is judged beside what comes in; beside what goes out the total
        answers the other way round, and that is no fault.
        """
        base = [*self.base(sheet, focus), *step]
        others = [name for name in sheet.inputs if name not in base]
        raising = [name for name in others if sheet.inputs[name].doc.direction in ("up", "none")]
        for pool in (raising, others):
            for count in range(min(further, len(pool)) + 1):
                yield [(*base, *beside) for beside in choose(pool, count)]

    def telling(
        self,
        sheet: SheetPlan,
        focus: str,
        entered: Sequence[str],
        stream: str,
        attributes: Attributes,
    ) -> Row | None:
        """A row with these entries in which the input tells; None if it does not."""
        if not all(self.enterable(sheet, name, stream) for name in entered):
            return None
        values = {name: self.value(sheet, name, stream, attributes) for name in entered}
        for size in _SIZES:
            value = values[focus] * size
            row = self.row(sheet, {**values, focus: value}, stream, attributes)
            before = self.result(sheet, row)
            if before == "missing" and not self.by_size(sheet):
                return None  # an entry is missing, and is at any size
            if not isinstance(before, tuple):
                continue
            if sheet.inputs[focus].doc.direction == "none":
                return row
            more = self.row(sheet, {**values, focus: value * 1.01}, stream, attributes)
            after = self.result(sheet, more)
            if isinstance(after, tuple) and after != before:
                return row
        return None

    # -- one row -----------------------------------------------------------------------------

    def row(
        self, sheet: SheetPlan, values: Mapping[str, float], stream: str, attributes: Attributes
    ) -> Row:
        """A raw row of a leaf sheet."""
        blank = self.blanks.get(sheet.name)
        if blank is None:  # millions of rows are tried: what they have in common is made once
            blank = {"facility": FACILITY, "period": str(self.year), "year": self.year}
            blank |= {"process_unit": "", "month": month_of(str(self.year))}
            blank |= {name + RAW: None for name in sheet.inputs}
            blank |= {name + EVIDENCE: False for name in sheet.inputs}
            self.blanks[sheet.name] = blank
        row = {**blank, **attributes, "@source": []}
        if stream:
            row["stream"] = stream
            row["stream_class"] = self.plausible.catalogue.streams[stream].stream_class
        for name, value in values.items():
            row[name + RAW] = value
            row[name + EVIDENCE] = True
        return row

    def result(self, sheet: SheetPlan, row: Row) -> tuple[Any, ...] | Literal["refused", "missing"]:
        """What coarser sheets read of a row, or why there is nothing or not all of it."""
        filled = dict(row)
        self.engine.fill(sheet, [filled])
        if filled["@refused"]:
            return "refused"
        values = []
        for node, needed in self.read(sheet):
            value = self.engine.row_value(node, filled)
            if value is None and needed:  # as of most rows: what follows need not be known
                return "missing"
            values.append(value)
        return tuple(values)

    def by_size(self, sheet: SheetPlan) -> bool:
        """Whether a value may be missing at one size and there at another: tables with axes."""
        if sheet.name not in self.sized:
            parts = (part for node in sheet.nodes() for part in node.walk())
            self.sized[sheet.name] = any(isinstance(part, ir.Interpolate) for part in parts)
        return self.sized[sheet.name]

    def read(self, sheet: SheetPlan) -> list[tuple[ir.Node, bool]]:
        """What coarser sheets read of a row, and whether it has to be there.

        The formulas of the sheet if they read nothing.
        """
        if sheet.name not in self.asked:
            parts: dict[ir.Node, bool] = {}  # many coarser columns read the same
            for other in self.engine.program.sheets.values():
                for part in other.aggregates:
                    if part.sheet == sheet.name and part.name != "count":
                        parts[part.node] = parts.get(part.node, False) or not part.skips
            own = {one.node: True for one in sheet.formulas.values() if not one.doc.optional}
            self.asked[sheet.name] = list((parts or own).items())
        return self.asked[sheet.name]

    def value(self, sheet: SheetPlan, name: str, stream: str, attributes: Attributes) -> float:
        """The default where there is one, else something plausible."""
        mark = (sheet.name, name, stream)
        known = self.values.get(mark)
        if known is None or known[0] is not attributes:
            plan = sheet.inputs[name]
            found = self.default(plan, sheet, stream, attributes)
            if not found:
                found = self.plausible.value(plan.doc, self.item(sheet, name, stream))
            known = self.values[mark] = (attributes, found)
        return known[1]

    def default(
        self, plan: InputPlan, sheet: SheetPlan, stream: str, attributes: Attributes
    ) -> float | None:
        if plan.default is None:
            return None
        found = self.engine.row_value(plan.default, self.row(sheet, {}, stream, attributes))
        return None if found is None else float(found)

    # -- streams -----------------------------------------------------------------------------

    def streams(self, sheet: SheetPlan, focus: str, *, later: bool = False) -> list[list[str]]:
        """Streams to try an input with, by class; those first of which tables know most.

        With `later` those that come after the first ones and of which tables know something.
        """
        if "stream" not in sheet.grain:
            return [] if later else [[""]]
        named = {text for node in sheet.nodes() for text in constants_of(node, "stream")}
        ranks = self.known_values(sheet)
        by_class: dict[str, list[str]] = {}
        for stream in self.offered(sheet, focus):
            its_class = self.plausible.catalogue.streams[stream].stream_class
            by_class.setdefault(its_class, []).append(stream)
        chosen: list[list[str]] = []
        for members in by_class.values():
            ranked = sorted(members, key=lambda one: -ranks.get(one, 0))
            if later:
                chosen.append([one for one in ranked[_PER_CLASS:] if ranks.get(one)])
                continue
            chosen.append([*ranked[:_PER_CLASS], *(s for s in ranked[_PER_CLASS:] if s in named)])
        return chosen

    def known_values(self, sheet: SheetPlan) -> dict[str, int]:
        """How many look-ups of a sheet find a number for each stream."""
        if sheet.name not in self.ranks:
            looks = {
                part
                for node in sheet.nodes()
                for part in node.walk()
                if isinstance(part, ir.Lookup) and any(map(_is_stream, part.keys))
            }
            found: Counter[str] = Counter()
            for look in looks:
                at = next(n for n, key in enumerate(look.keys) if _is_stream(key))
                values = self.engine.tables.values[look.table, look.column].get(self.year, {})
                found.update({key[at] for key, one in values.items() if one.number})
            self.ranks[sheet.name] = dict(found)
        return self.ranks[sheet.name]

    def offered(self, sheet: SheetPlan, name: str) -> dict[str, Item]:
        mark = (sheet.name, name)
        if mark not in self.offers:
            found = self.plausible.offered(sheet.doc, sheet.inputs[name].doc)
            self.offers[mark] = {stream.id: item for stream, item in found}
        return self.offers[mark]

    def enterable(self, sheet: SheetPlan, name: str, stream: str) -> bool:
        return bool(sheet.inputs[name].doc.stream) or stream in self.offered(sheet, name)

    def item(self, sheet: SheetPlan, name: str, stream: str) -> Item | None:
        doc = sheet.inputs[name].doc
        return self.offered(sheet, name).get(doc.stream or stream)

    def is_entered(self, row: Row, name: str) -> bool:
        """Whether an input was entered in a row."""
        return row.get(name + RAW) is not None

    def amounts(self, one: TrialRow) -> Iterable[str]:
        """The amounts entered in a trial row."""
        sheet = self.engine.program.sheets[one.sheet]
        stream = str(one.row.get("stream") or "")
        for name in one.entered:
            if is_amount(sheet.inputs[name].doc, self.item(sheet, name, stream)):
                yield name


def _is_raw(name: str, value: object) -> bool:
    return name.endswith(RAW) and value is not None


def _is_stream(node: ir.Node) -> bool:
    return isinstance(node, ir.Column) and node.name == "stream"


__all__ = ["FACILITY", "Row", "TrialRow", "TrialRows"]

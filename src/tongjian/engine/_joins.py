"""Joins what the formulas of a row read to the row: attributes, factors, values between those of a
table, and other columns of the same row.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field

from tongjian.engine._cells import Cells, interpolations
from tongjian.engine._relations import Sources
from tongjian.engine._sql import FactorSet, SqlWriter, factor_sets, lookups
from tongjian.rules import ATTRIBUTES, SheetPlan, own_columns
from tongjian.rules import _ir as ir


@dataclass(slots=True, kw_only=True)
class Joins:
    """Widens queries by what formulas read, and keeps the small tables that this needs."""

    writer: SqlWriter
    sources: Sources
    is_year_free: Callable[[FactorSet], bool] = lambda one: False
    years: Sequence[int] = ()
    sets: list[FactorSet] = field(default_factory=list)
    owners: dict[str, str] = field(default_factory=dict)
    """Queries of the small tables that join factors to facilities or process units."""
    cells_of: Callable[[str, ir.Interpolate], Cells] | None = None
    """Makes the table of a table's cells, between which a formula interpolates."""
    cells: list[Cells] = field(default_factory=list)

    def forget(self) -> None:
        """Forget in which columns factors stand: another sheet has its own."""
        self.writer.joined.clear()
        self.writer.between.clear()

    def interpolated(self, query: str, nodes: Iterable[ir.Node]) -> str:
        """`query` with a column for every value between those of a table that `nodes` read."""
        for node in nodes:
            for part in interpolations(node):
                if part not in self.writer.between:
                    assert self.cells_of is not None
                    cells = self.cells_of(f"z{len(self.cells)}", part)
                    self.cells.append(cells)
                    query = cells.joined(query, self.writer)
                    self.writer.between[part] = cells.name
        return query

    def joined(
        self,
        base: str,
        sheet: SheetPlan,
        nodes: Sequence[ir.Node],
        shown: Iterable[str] = (),
        there: Iterable[str] = (),
        *,
        by_owner: bool = False,
    ) -> str:
        """`base` with the attributes and factors that `nodes` read.

        Attributes in `shown` come in any case, those already `there` not again. With `by_owner`
        factors are joined to facilities and process units first, which pays for many rows.
        """
        q = self.writer.quote
        looks = [
            look for node in nodes for look in lookups(node) if not self.writer.is_constant(look)
        ]
        groups: dict[str, list[ir.Lookup]] = {}
        for look in looks:
            owner = owner_of(look, sheet.grain) if by_owner else ""
            groups.setdefault(owner, []).append(look)
        direct = groups.pop("", [])
        ready = {look for owned in groups.values() for look in owned}
        read = {name for node in nodes for name in columns_read(node, ready)}
        wanted = (read | set(shown)).difference(there)
        columns: list[str] = ["b.*"]
        joins: list[str] = []
        for owner in ("facility", "process_unit"):
            names = [n for n in ATTRIBUTES[owner] if n in wanted and owner in sheet.grain]
            owned = groups.get(owner, [])
            if names or owned:
                columns += self.join_owner(owner, names, owned, joins)
        query = f"SELECT {', '.join(columns)} FROM ({base}) b {' '.join(joins)}" if joins else base
        sets = self.new_sets(direct)
        if not sets:
            return query
        columns, joins = ["b.*"], []
        for one in sets:
            tests = [f"{one.name}.{q(key)} = b.{q(key)}" for key in one.keys]
            if not self.is_year_free(one):
                tests.append(f"{one.name}.year = b.year")
            joins.append(f"LEFT JOIN {one.name} ON {' AND '.join(tests) or 'TRUE'}")
            columns += self.set_columns(one, one.name)
        return f"SELECT {', '.join(columns)} FROM ({query}) b {' '.join(joins)}"

    def new_sets(self, looks: Iterable[ir.Lookup]) -> list[FactorSet]:
        sets = factor_sets(looks, f"f{len(self.sets)}")
        self.sets.extend(sets)
        return sets

    def set_columns(self, one: FactorSet, relation: str) -> list[str]:
        """The columns of a factor set as they stand in `relation`, noted for the formulas."""
        for index, look in enumerate(one.lookups):
            self.writer.joined[look] = one.column(index)
        return [f"{relation}.{one.column(index)}" for index in range(len(one.lookups))]

    def join_owner(
        self, owner: str, names: Sequence[str], looks: Sequence[ir.Lookup], joins: list[str]
    ) -> list[str]:
        """Joins what hangs on a facility or process unit alone: attributes, factors by them.

        The factors are joined to the few owners first, so that the many rows need one join.
        """
        q = self.writer.quote
        sets = self.new_sets(looks)
        relation = self.sources.facilities if owner == "facility" else self.sources.process_units
        by_year = any(not self.is_year_free(one) for one in sets)
        if sets:
            relation = f"o{len(self.owners)}"
            self.owners[relation] = self.owner_query(owner, names, sets, by_year)
        alias = f"x{len(joins)}"
        on = f"{alias}.facility = b.facility"
        if owner == "process_unit":
            on += f" AND {alias}.process_unit = b.process_unit"
        if by_year:
            on += f" AND {alias}.year = b.year"
        joins.append(f"LEFT JOIN {relation} {alias} ON {on}")
        columns = [f"coalesce({alias}.{q(n)}, '') AS {q(n)}" for n in names]
        return columns + [column for one in sets for column in self.set_columns(one, alias)]

    def owner_query(
        self, owner: str, names: Sequence[str], sets: Sequence[FactorSet], by_year: bool
    ) -> str:
        """One row per facility or process unit (and year) with its attributes and factors."""
        q = self.writer.quote
        facilities, units = self.sources.facilities, self.sources.process_units
        source, columns = f"{facilities} x", ["x.facility"]
        if owner == "process_unit":
            source = f"{units} x LEFT JOIN {facilities} z ON z.facility = x.facility"
            columns.append("x.process_unit")
        if by_year:
            source += f" CROSS JOIN ({self.writer.dialect.numbers(self.years, 'year')}) y"
            columns.append("y.year")
        columns += [f"x.{q(name)}" for name in names]

        def key(name: str) -> str:
            holder = "z" if owner == "process_unit" and name in ATTRIBUTES["facility"] else "x"
            return f"coalesce({holder}.{q(name)}, '')"

        for one in sets:
            tests = [f"{one.name}.{q(name)} = {key(name)}" for name in one.keys]
            if not self.is_year_free(one):
                tests.append(f"{one.name}.year = y.year")
            source += f" LEFT JOIN {one.name} ON {' AND '.join(tests)}"
            columns += [f"{one.name}.{one.column(index)}" for index in range(len(one.lookups))]
        return f"SELECT {', '.join(columns)} FROM {source}"

    def levels(self, query: str, steps: dict[str, ir.Node], sheet: SheetPlan) -> str:
        """Formulas stacked so that each reads only columns below it."""
        q = self.writer.quote
        depth: dict[str, int] = {}
        for name, node in steps.items():
            below = [depth[ref] for ref in own_columns(node) if ref in depth]
            depth[name] = 1 + max(below, default=0)
        for level in range(1, max(depth.values(), default=0) + 1):
            here = [name for name, at in depth.items() if at == level]
            query = self.interpolated(query, [steps[name] for name in here])
            columns = [f"{self.writer.code(steps[name])} AS {q(name)}" for name in here]
            query = f"SELECT *, {', '.join(columns)} FROM ({query})"
        return query


def owner_of(look: ir.Lookup, grain: Sequence[str]) -> str:
    """Which of facility and process unit alone decides a look-up's value in a year, if any."""
    names = {key.name for key in look.keys if isinstance(key, ir.Column)}
    own: set[str] = set()
    for owner in ("facility", "process_unit"):
        if owner not in grain:
            break
        own |= set(ATTRIBUTES[owner])
        if owner == "facility":
            # A process unit may be missing in the register and still have a factor of its own.
            own.add(owner)
        if names and names <= own:
            return owner
    return ""


def columns_read(node: ir.Node, ready: set[ir.Lookup]) -> Iterator[str]:
    """Columns of the same row that an expression reads, but not as keys of look-ups in `ready`."""
    if isinstance(node, ir.Aggregate):
        if node.plan is not None:
            yield from columns_read(node.plan, ready)
        return
    if isinstance(node, ir.Column):
        yield node.name
    if not (isinstance(node, ir.Lookup) and node in ready):
        for child in node.children():
            yield from columns_read(child, ready)

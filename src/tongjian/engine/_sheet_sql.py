"""Writes the SQL of whole sheets: leaf rows from the records, coarser sheets by aggregation."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from fractions import Fraction

from tongjian.engine._cells import Cells, interpolations
from tongjian.engine._sql import FactorSet, SqlWriter, factor_sets, lookups
from tongjian.rules import ATTRIBUTES, EVIDENCE, RAW, Program, SheetPlan, key_columns, own_columns
from tongjian.rules import _ir as ir

MISSING = "@missing"


@dataclass(frozen=True, slots=True)
class Sources:
    """Names of the relations that hold the records.

    `wide` names a relation with one column per input for some leaf sheets; the others are read
    from the long table `activity`. `scope`, if any, lists the facilities to run.
    """

    activity: str = "activity"
    facilities: str = "facilities"
    process_units: str = "process_units"
    scope: str | None = None
    wide: dict[str, str] = field(default_factory=dict)


@dataclass(slots=True)
class SheetSql:
    """The SQL of a program's sheets, and the factor sets that it joins."""

    program: Program
    writer: SqlWriter
    sources: Sources
    results: dict[str, str]
    """Names of the tables with finished coarser sheets."""
    is_year_free: Callable[[FactorSet], bool] = lambda one: False
    years: Sequence[int] = ()
    sets: list[FactorSet] = field(default_factory=list)
    owners: dict[str, str] = field(default_factory=dict)
    """Queries of the small tables that join factors to facilities or process units."""
    cells_of: Callable[[str, ir.Interpolate], Cells] | None = None
    """Makes the table of a table's cells, between which a formula interpolates."""
    cells: list[Cells] = field(default_factory=list)

    # -- leaf sheets -------------------------------------------------------------------------

    def leaf(self, sheet: SheetPlan, nodes: Sequence[ir.Node], where: str = "") -> str:
        """A query with the key columns of `sheet` and whatever `nodes` read.

        Formulas that none of the nodes needs are left out.
        """
        needed = needed_columns(sheet, nodes)
        inner = [
            *(formula.node for name, formula in sheet.formulas.items() if name in needed),
            *(
                item.default
                for name, item in sheet.inputs.items()
                if name in needed and item.default is not None
            ),
            *nodes,
        ]
        self.writer.raw_columns = frozenset(
            name for name, item in sheet.inputs.items() if item.default is not None
        )
        base = self.base_rows(sheet, needed, where)
        query = self.joined(base, sheet, inner, by_owner=True)
        defaults = {
            name: ir.Call(
                ir.Kind("number"),
                "coalesce",
                (ir.Column(ir.Kind("number"), name + RAW), item.default),
            )
            for name, item in sheet.inputs.items()
            if name in needed and item.default is not None
        }
        steps = {name: f.node for name, f in sheet.formulas.items() if name in needed}
        return self.interpolated(self.levels(query, {**defaults, **steps}, sheet), nodes)

    def base_rows(self, sheet: SheetPlan, needed: set[str], where: str) -> str:
        if sheet.name in self.sources.wide:
            return self.wide_rows(sheet, needed, where)
        q = self.writer.quote
        keys = [key for key in [*sheet.grain, "year"] if key in key_columns(sheet.grain)]
        keys = list(dict.fromkeys(keys))
        columns = [q(key) for key in keys]
        if "stream" in sheet.grain:
            columns.append(f"{q('class')} AS {q('stream_class')}")
        group = ", ".join([*map(q, keys), *([q("class")] if "stream" in sheet.grain else [])])
        # Every input is pivoted in even if no formula at hand needs it: a row exists because of
        # any of its items, and that must not depend on which total is being asked for.
        for name, item in sheet.inputs.items():
            test = self.input_test(sheet, name)
            raw = name + RAW if item.default is not None else name
            if name in needed:
                columns.append(f"max(CASE WHEN {test} THEN quantity END) AS {q(raw)}")
            if name + EVIDENCE in needed:
                proof = f"{test} AND evidence <> ''"
                columns.append(f"coalesce(bool_or({proof}), FALSE) AS {q(name + EVIDENCE)}")
        tests = dict.fromkeys(self.input_test(sheet, name) for name in sheet.inputs)
        conditions = [f"({' OR '.join(tests)})", *([where] if where else [])]
        if sheet.doc.streams and sheet.doc.streams != ("any",):
            conditions.insert(0, self.writer.class_test("class", sheet.doc.streams))
        if self.sources.scope:
            conditions.append(f"facility IN (SELECT facility FROM {self.sources.scope})")
        return (
            f"SELECT {', '.join(columns)} FROM {self.sources.activity} "
            f"WHERE {' AND '.join(conditions)} GROUP BY {group}"
        )

    def input_test(self, sheet: SheetPlan, name: str) -> str:
        """Which rows of the long table feed an input: its item, unit and, if named, stream."""
        doc = sheet.inputs[name].doc
        text = self.writer.dialect.text
        test = f"item = {text(doc.item)} AND unit = {text(doc.unit.text)}"
        return f"stream = {text(doc.stream)} AND {test}" if doc.stream else test

    def wide_rows(self, sheet: SheetPlan, needed: set[str], where: str) -> str:
        q = self.writer.quote
        keys = list(dict.fromkeys([*sheet.grain, "year"]))
        columns = [q(key) for key in keys]
        for name, item in sheet.inputs.items():
            if name in needed:
                raw = name + RAW if item.default is not None else name
                columns.append(f"{q(name)} AS {q(raw)}")
            if name + EVIDENCE in needed:
                columns.append(f"FALSE AS {q(name + EVIDENCE)}")
        condition = f" WHERE {where}" if where else ""
        return f"SELECT {', '.join(columns)} FROM {self.sources.wide[sheet.name]}{condition}"

    # -- coarser sheets ----------------------------------------------------------------------

    def coarse(self, sheet: SheetPlan) -> str:
        """A query with one row per key of `sheet`, all its formulas and ``@missing``."""
        q = self.writer.quote
        parts = sheet.aggregates
        children = list(dict.fromkeys(part.sheet for part in parts))
        gathered = [self.gathered(sheet, child, parts) for child in children]
        carried = self.carried_columns(sheet)
        keys = [*sheet.grain, *carried]
        # One finer sheet has all the keys; several may each have some of them.
        if len(children) == 1:
            ctes, relations, holders = [f"g0 AS ({gathered[0]})"], "g0 spine", ["spine"]
        elif self.writer.dialect.unites:
            ctes, relations = [], f"({self.united(sheet, gathered, parts, children)}) spine"
            holders = ["spine"] * len(children)
        else:
            holders = [f"g{index}" for index in range(len(children))]
            ctes = [f"{name} AS ({one})" for name, one in zip(holders, gathered, strict=True)]
            shared = ", ".join(map(q, keys))
            spine = " UNION ".join(f"SELECT {shared} FROM {name}" for name in holders)
            ctes.append(f"spine AS ({spine})")
            relations = "spine " + " ".join(
                f"LEFT JOIN {name} ON "
                + " AND ".join(f"{name}.{q(key)} = spine.{q(key)}" for key in sheet.grain)
                for name in holders
            )
        missing = {
            child: f"CAST(coalesce({holder}.{q(missing_column(child))}, 0) "
            f"AS {self.writer.dialect.integer})"
            for child, holder in zip(children, holders, strict=True)
        }
        columns = [f"spine.{q(key)} AS {q(key)}" for key in keys]
        for number, part in enumerate(parts):
            total = f"{holders[children.index(part.sheet)]}.{q(f'a{number}')}"
            columns.append(f"{self.writer.from_integer(total, part)} AS {q(f'v{number}')}")
            self.writer.aggregates[part] = q(f"v{number}")
        relations += self.read_above(sheet, columns, missing)
        columns += [f"{count} AS {q(missing_column(child))}" for child, count in missing.items()]
        columns.append(f"{' + '.join(missing.values())} AS {q(MISSING)}")
        base = f"SELECT {', '.join(columns)} FROM {relations}"
        # From here on `given` means columns of this sheet and no longer inputs of the finer ones.
        self.writer.raw_columns = frozenset()
        nodes = [formula.node for formula in sheet.formulas.values()]
        query = self.joined(base, sheet, nodes, key_columns(sheet.grain), carried)
        steps = {name: formula.node for name, formula in sheet.formulas.items()}
        body = self.levels(query, steps, sheet)
        counts = [missing_column(child) for child in missing]
        read = [part.name for part in sheet.reads]
        shown = [*key_columns(sheet.grain), *read, *sheet.formulas, *counts, MISSING]
        given = f"WITH {', '.join(ctes)} " if ctes else ""
        return f"{given}SELECT {', '.join(map(q, shown))} FROM ({body})"

    def read_above(self, sheet: SheetPlan, columns: list[str], missing: dict[str, str]) -> str:
        """Joins of the coarser sheets that `sheet` reads; adds to `columns` and `missing`."""
        q = self.writer.quote
        joins = []
        rows = dict.fromkeys((part.sheet, part.back) for part in sheet.reads)
        for index, (name, back) in enumerate(rows):
            alias = f"u{index}"
            tests = [
                f"{alias}.{q(key)} = spine.{q(key)}{f' - {back}' if back and key == 'year' else ''}"
                for key in self.program.sheets[name].grain
            ]
            joins.append(f" LEFT JOIN {self.results[name]} {alias} ON {' AND '.join(tests)}")
            columns += [
                f"{alias}.{q(part.column)} AS {q(part.name)}"
                for part in sheet.reads
                if (part.sheet, part.back) == (name, back)
            ]
            left_out = f"coalesce({alias}.{q(MISSING)}, 0)"
            counted = f"{missing[name]} + {left_out}" if name in missing else left_out
            missing[name] = f"CAST({counted} AS {self.writer.dialect.integer})"
        return "".join(joins)

    def united(
        self,
        sheet: SheetPlan,
        gathered: Sequence[str],
        parts: Sequence[ir.Aggregate],
        children: Sequence[str],
    ) -> str:
        """What several finer sheets give, one row per key: as a union, each of them read once."""
        q = self.writer.quote
        counts = [missing_column(child) for child in children]
        values = [q(name) for name in (*(f"a{n}" for n in range(len(parts))), *counts)]
        sheets = [*(part.sheet for part in parts), *children]
        keys = [*map(q, sheet.grain), *map(q, self.carried_columns(sheet))]
        branches = []
        for child, query in zip(children, gathered, strict=True):
            own = [
                name if of == child else f"NULL AS {name}"
                for name, of in zip(values, sheets, strict=True)
            ]
            branches.append(f"SELECT {', '.join([*keys, *own])} FROM ({query})")
        # One of the rows of a key has the value, the others have none.
        columns = [f"max({name}) AS {name}" for name in [*keys[len(sheet.grain) :], *values]]
        grain = ", ".join(keys[: len(sheet.grain)])
        union = " UNION ALL ".join(branches)
        return f"SELECT {grain}, {', '.join(columns)} FROM ({union}) GROUP BY {grain}"

    def gathered(self, sheet: SheetPlan, child_name: str, parts: Sequence[ir.Aggregate]) -> str:
        q = self.writer.quote
        child = self.program.sheets[child_name]
        own = [(n, part) for n, part in enumerate(parts) if part.sheet == child_name]
        carried = self.carried_columns(sheet)
        # The child's factors must not be taken for this sheet's when both read the same table.
        self.forget()
        if child.is_leaf:
            checks = [check.node for check in child.refuses]
            keys = [ir.Column(ir.Kind("text"), key) for key in (*sheet.grain, *carried)]
            regions = [key for key in keys if key.name in ATTRIBUTES["facility"]]
            source = self.leaf(child, [*(part.node for _, part in own), *checks, *regions])
            refused = " OR ".join(f"coalesce({self.writer.code(node)}, FALSE)" for node in checks)
        else:
            self.writer.raw_columns = frozenset()
            finished = f"SELECT * FROM {self.results[child_name]}"
            present = set(key_columns(child.grain))
            nodes = [part.node for _, part in own]
            source = self.interpolated(self.joined(finished, child, nodes, (), present), nodes)
            refused = ""
        columns, values, staged = [], [], []
        for number, part in own:
            node, factor = unscaled(child, part)
            value = self.writer.summand(part, node, factor, refused)
            if value is not None:
                if self.writer.safe:  # it is read several times; worked out once
                    staged.append(f"{value} AS {q(f'@i{number}')}")
                    value = q(f"@i{number}")
                if not part.skips_missing:
                    values.append(value)
            total = self.writer.gathered(part, value, factor)
            columns.append(f"{total} AS {q(f'a{number}')}")
        if staged:
            source = f"SELECT *, {', '.join(staged)} FROM ({source})"
        left_out = "0"
        if values:
            there = " AND ".join(f"{value} IS NOT NULL" for value in dict.fromkeys(values))
            left_out = f"count(*) - count(CASE WHEN {there} THEN 1 END)"
        if not child.is_leaf:
            left_out += f" + sum({q(MISSING)})"
        columns.append(f"{left_out} AS {q(missing_column(child_name))}")
        for name in carried:
            # The same in all rows of a key; a wide table has no classes.
            absent = name == "stream_class" and child_name in self.sources.wide
            nothing = f"CAST(NULL AS {self.writer.dialect.string})"
            columns.append(f"{nothing if absent else f'min({q(name)})'} AS {q(name)}")
        grain = ", ".join(map(q, sheet.grain))
        self.forget()
        return f"SELECT {grain}, {', '.join(columns)} FROM ({source}) GROUP BY {grain}"

    def carried_columns(self, sheet: SheetPlan) -> list[str]:
        """What rows have by their key before any register is joined.

        Year and class, and the region by which a coarser row is read.
        """
        read = {key for part in sheet.reads for key in self.program.sheets[part.sheet].grain}
        return [
            name
            for name in key_columns(sheet.grain)
            if name not in sheet.grain and (name in ("year", "stream_class") or name in read)
        ]

    # -- shared ------------------------------------------------------------------------------

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


def unscaled(sheet: SheetPlan, part: ir.Aggregate) -> tuple[ir.Node, Fraction]:
    """What a sum adds up, and a factor that is left to the scale of the total.

    A change of unit (kg to t) at the end of a row's formula is then no work of its own for
    millions of rows. The rounding of a large row can depend on it by one micro-unit, and so every
    back-end does the same. A coarser sheet is finished when it is read, its inner values are gone.
    """
    node = part.node
    in_formula = sheet.is_leaf and isinstance(node, ir.Column) and node.name in sheet.formulas
    if part.name == "sum" and in_formula and isinstance(node, ir.Column):
        formula = sheet.formulas[node.name].node
        if isinstance(formula, ir.Scale):
            return formula.node, formula.factor
    return node, Fraction(1)


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


def missing_column(sheet: str) -> str:
    """The column that counts rows of a finer sheet left out of totals."""
    return f"{MISSING} {sheet}"


def needed_columns(sheet: SheetPlan, nodes: Iterable[ir.Node]) -> set[str]:
    """Every column of the sheet that `nodes` read, directly or through formulas."""
    needed: set[str] = set()
    stack = [name for node in nodes for name in own_columns(node)]
    while stack:
        name = stack.pop()
        if name in needed:
            continue
        needed.add(name)
        if name in sheet.formulas:
            stack.extend(own_columns(sheet.formulas[name].node))
        default = sheet.inputs[name].default if name in sheet.inputs else None
        if default is not None:
            stack.extend(own_columns(default))
    return needed

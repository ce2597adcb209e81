"""Writes the SQL of whole sheets: leaf rows from the records, coarser sheets by aggregation."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from tongjian.engine._leaf_sql import LeafSql
from tongjian.engine._left_out import MISSING, missing_column
from tongjian.engine._resolution import unscaled
from tongjian.rules import ATTRIBUTES, Program, SheetPlan
from tongjian.rules import _ir as ir


@dataclass(slots=True, kw_only=True)
class SheetSql(LeafSql):
    """The SQL of a program's sheets, and the small tables that it joins."""

    program: Program
    results: dict[str, str]
    """Names of the tables with finished coarser sheets."""

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
        query = self.joined(base, sheet, nodes, self.program.key_columns(sheet.grain), carried)
        steps = {name: formula.node for name, formula in sheet.formulas.items()}
        body = self.levels(query, steps, sheet)
        counts = [missing_column(child) for child in missing]
        read = [part.name for part in sheet.reads]
        shown = [*self.program.key_columns(sheet.grain), *read, *sheet.formulas, *counts, MISSING]
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
            asked = [key for key in keys if key.name in (*ATTRIBUTES["facility"], "month")]
            source = self.leaf(child, [*(part.node for _, part in own), *checks, *asked])
            refused = " OR ".join(f"coalesce({self.writer.code(node)}, FALSE)" for node in checks)
        else:
            self.writer.raw_columns = frozenset()
            finished = f"SELECT * FROM {self.results[child_name]}"
            present = set(self.program.key_columns(child.grain))
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
                if not part.skips:
                    values.append(value)
                elif refused:
                    values.append(f"CASE WHEN {refused} THEN NULL ELSE 1 END")
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

        Month, year and class, and the region by which a coarser row is read.
        """
        read = {key for part in sheet.reads for key in self.program.sheets[part.sheet].grain}
        return [
            name
            for name in self.program.key_columns(sheet.grain)
            if name not in sheet.grain
            and (name in ("month", "year", "stream_class") or name in read)
        ]

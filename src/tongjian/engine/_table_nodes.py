"""Nodes of an explanation for values of tables, with their document, clause and status."""

from __future__ import annotations

from tongjian.engine._interpolation import Grid
from tongjian.engine._leaf_rows import Row
from tongjian.engine._node import Node
from tongjian.engine._python import PythonEngine
from tongjian.rules import STATUSES, Words
from tongjian.rules import _ir as ir


def parameter_node(engine: PythonEngine, look: ir.Lookup, row: Row) -> Node:
    """The value that a look-up reads in a row, as it is printed; why there is none, if so."""
    tables, key = engine.tables, engine.key_of(look, row)
    table = tables.tables[look.table]
    column = table.columns[look.column]
    value = tables.value(look.table, look.column, row["year"], key)
    title = Words(
        f"{column.title.zh}（{'、'.join(key)}）" if key else column.title.zh,
        f"{column.title.en} ({', '.join(key)})" if key else column.title.en,
    )
    if value is None:
        problem = tables.why_missing(look.table, look.column, row["year"], key)
        return Node("parameter", title, None, look.kind.unit.text, note=problem.message("en"))
    number = tables.number(look.table, look.column, row["year"], key)
    assert number is not None
    return Node(
        kind="parameter",
        title=title,
        value=float(number),
        unit=look.kind.unit.text,
        key={"table": table.id, **dict(zip(table.keys, key, strict=True))},
        formula=f"{value.printed} {value.printed_unit}",
        document=value.source or table.basis.document,
        clause=value.clause or table.basis.clause,
        status=value.status,
        note="; ".join(part for part in (str(value.validity), value.note) if part),
    )


def interpolation_node(engine: PythonEngine, node: ir.Interpolate, row: Row) -> Node:
    """A value between those of a table: its neighbours in the table."""
    tables = engine.tables
    table = tables.tables[node.table]
    positions = [engine.row_value(one, row) for one in node.positions]
    known = [value for value in positions if value is not None]
    grid = Grid.of(node, tables)
    near = grid.near(known) if len(known) == len(positions) else None
    corners = [] if near is None else grid.corners(near)
    children = tuple(parameter_node(engine, look, row) for look in corners)
    # What lies between is known no better than the worst known of its neighbours.
    statuses = [one.status for one in children if one.status] or [table.basis.status]
    return Node(
        kind="parameter",
        title=table.columns[node.column].title,
        value=engine.row_value(node, row),
        unit=node.kind.unit.text,
        key={
            "table": table.id,
            **{
                name: f"{value:.10g} {one.kind.unit.text}"
                for name, one, value in zip(table.axes, node.positions, positions, strict=True)
                if value is not None
            },
        },
        document=table.basis.document,
        clause=table.basis.clause,
        status=max(statuses, key=STATUSES.index),
        children=children,
    )

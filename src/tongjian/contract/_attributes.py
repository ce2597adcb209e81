"""Which attributes a trial row can have (试算行的属性): those that formulas and tables know."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from itertools import product

from tongjian.engine import PythonEngine
from tongjian.rules import ATTRIBUTES, KEYS, CompiledRuleSet
from tongjian.rules import _ir as ir

Attributes = dict[str, str]
_OF_FACILITY, _OF_UNIT = ATTRIBUTES["facility"], ATTRIBUTES["process_unit"]
_KEY_COLUMNS = {*KEYS, *(name for names in ATTRIBUTES.values() for name in names)}
# Of a table's keys, two show whether a formula works; fifty provinces would show the same.
_KEYS = 2


def combinations(ruleset: CompiledRuleSet, engine: PythonEngine) -> list[Attributes]:
    """Facility and process unit as formulas may find them, the plainest first."""
    facility = dict.fromkeys(_OF_FACILITY, "")
    facility |= {name: keys[0] for name in _OF_FACILITY if (keys := _keys(engine, name))}
    facility["sector"] = ruleset.doc.sectors[0]
    options = [
        ["", *dict.fromkeys([*_constants(engine, name), *_keys(engine, name)])] for name in _OF_UNIT
    ]
    found: list[Attributes] = []
    # A kind is not tried together with every technology: the two rarely meet in one formula.
    for chosen in product(*options):
        unit = dict(zip(_OF_UNIT, chosen, strict=True))
        if not (unit["kind"] and (unit["technology"] or unit["abatement"])):
            found.append({**facility, **unit})
    # Where a table goes by sector, the other sectors are tried in the plainest unit only.
    for sector in _keys(engine, "sector"):
        if sector in ruleset.doc.sectors[1:]:
            found.append({**facility, "sector": sector, **dict.fromkeys(_OF_UNIT, "")})
    return found


def by_keys_alone(nodes: Iterable[ir.Node]) -> list[ir.Node]:
    """The largest parts of expressions that read keys and attributes of a row and nothing else.

    What they come to is all that expressions can tell of a row's stream and attributes.
    """
    found: dict[ir.Node, None] = {}
    for node in nodes:
        columns = [part.name for part in node.walk() if isinstance(part, ir.Column | ir.Above)]
        if columns and all(name in _KEY_COLUMNS for name in columns):
            found[node] = None
        elif columns:
            found |= dict.fromkeys(by_keys_alone(node.children()))
    return list(found)


def constants_of(node: ir.Node, name: str) -> Iterator[str]:
    """Texts with which a column is compared in an expression, each way of comparing it."""
    for part in node.walk():
        if isinstance(part, ir.Compare):
            sides = (part.left, part.right)
            for one, other in (sides, sides[::-1]):
                if isinstance(one, ir.Column) and one.name == name and isinstance(other, ir.Text):
                    yield other.value
        if isinstance(part, ir.Within) and getattr(part.node, "name", None) == name:
            yield part.name


def _constants(engine: PythonEngine, name: str) -> list[str]:
    nodes = (node for sheet in engine.program.sheets.values() for node in sheet.nodes())
    return list(dict.fromkeys(text for node in nodes for text in constants_of(node, name)))


def _keys(engine: PythonEngine, name: str) -> list[str]:
    """The first keys of each table that a formula reads by this attribute."""
    found: dict[str, None] = {}
    for look in engine.program.lookups():
        if isinstance(look, ir.Interpolate):
            continue  # its places are numbers
        for position, key in enumerate(look.keys):
            if isinstance(key, ir.Column) and key.name == name:
                by_year = engine.tables.values[look.table, look.column]
                known = {one[position] for values in by_year.values() for one in values}
                found |= dict.fromkeys(sorted(known)[:_KEYS])
    return list(found)


__all__ = ["Attributes", "by_keys_alone", "combinations", "constants_of"]

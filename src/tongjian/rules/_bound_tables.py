"""The tables that a method reads: those it names itself and those that a rule set binds."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field

from tongjian.problems import Place
from tongjian.rules._documents import Method, Signature, Table
from tongjian.rules._faults import Faults


@dataclass(slots=True)
class BoundTables:
    """Finds the table of each alias and holds it against what methods declare.

    `binds` (a rule set's choice of tables, at place `at`) has to name every table; without it a
    table that a method does not name itself is known by what the method declares.
    """

    table: Callable[[str], Table | None]
    binds: dict[str, str] | None
    at: Place
    faults: Faults
    named: dict[str, str | None] = field(default_factory=dict)
    """Alias of each table → its id; None where only a rule set names it."""

    def signatures(self, method: Method) -> dict[str, Signature]:
        """What formulas of a method can read, by alias."""
        result = {}
        for alias, use in method.uses.items():
            named = (self.binds or {}).get(alias, use if isinstance(use, str) else None)
            if named is None:
                assert isinstance(use, Signature)
                if self.binds is not None:
                    self.faults.complain("not_bound", self.at, alias=alias, method=method.id)
                result[alias] = use
                self.named.setdefault(alias, None)
                continue
            table = self.table(named)
            if table is None:
                self.faults.complain("unknown_table", self.at, name=named, alias=alias)
                continue
            have = Signature(
                table.keys,
                {name: column.unit for name, column in table.columns.items()},
                table.place,
                table.axes,
                table.steps is not None,
            )
            if isinstance(use, Signature):
                self.hold_against(use, have, alias, named)
                # Formulas are checked in the declared units; values are converted to them.
                columns = {**have.columns, **use.columns}
                have = Signature(have.keys, columns, use.place, have.axes, have.steps)
            other = self.named.setdefault(alias, named)
            if other not in (None, named):
                self.faults.complain("alias_twice", method.place, alias=alias, one=other, two=named)
            self.named[alias] = named
            result[alias] = have
        return result

    def hold_against(self, want: Signature, have: Signature, alias: str, table: str) -> None:
        # A table with fewer keys fits too: a national factor serves where a provincial one may.
        # The order counts, because a formula may give keys by position.
        fewer = tuple(key for key in want.keys if key in have.keys)
        # Numbers between which values are interpolated are no keys, and none of them can be left.
        wanted = {name: unit.dimension for name, unit in want.axes.items()}
        axes = {name: unit.dimension for name, unit in have.axes.items()}
        if have.steps != want.steps:
            self.faults.complain("table_steps", self.at, table=table, alias=alias)
        if have.keys != fewer or axes != wanted:
            self.faults.complain(
                "table_keys",
                self.at,
                table=table,
                alias=alias,
                want=", ".join(want.keys) or "-",
                have=", ".join(have.keys) or "-",
            )
        for name, unit in want.columns.items():
            found = have.columns.get(name)
            if found is None:
                self.faults.complain("table_column", self.at, table=table, alias=alias, column=name)
            elif not found.same_dimension(unit):
                self.faults.complain(
                    "table_unit",
                    self.at,
                    table=table,
                    column=name,
                    want=unit.text,
                    have=found.text,
                )

    def refuse_unused(self, methods: Iterable[Method]) -> None:
        """A table bound under an alias that no method has is a mistake."""
        known = {alias for method in methods for alias in method.uses}
        for alias in sorted(set(self.binds or {}) - known):
            self.faults.complain(
                "unknown_alias", self.at, alias=alias, known=", ".join(sorted(known))
            )

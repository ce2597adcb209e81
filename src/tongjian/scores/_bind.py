"""Weights as a table of the rulebook, so that a run can be bound to them (权重入表)."""

from __future__ import annotations

from collections.abc import Mapping

from tongjian.problems import Problem, TongjianError
from tongjian.rules import Rulebook, with_values
from tongjian.scores._weights import Weights


def bind_weights(
    rulebook: Rulebook,
    table: str,
    weights: Weights,
    *,
    named: Mapping[str, str] | None = None,
) -> tuple[Rulebook, str]:
    """The rulebook with a variant of `table` that holds `weights`, and the id of the variant.

    The columns of the table are those of the weights; `named` says which column of the table an
    indicator goes to where they differ (``{"z_carbon": "carbon"}``). The variant
    (``table~entropy.1a2b3c4d``) is source "computed", status "derived"; its id ends in a digest of
    its values, so that the manifest of a run bound to it names these very weights. Raises
    `TongjianError` for a table without such columns.
    """
    found = rulebook.table(table)
    names = {column: (named or {}).get(column, column) for column in weights.by_column}
    columns = set() if found is None else set(found.columns)
    if columns != set(names.values()):
        values = {
            "table": table,
            "columns": ", ".join(sorted(columns)) or "-",
            "weights": ", ".join(names.values()),
        }
        raise TongjianError(Problem("scores.weight_table", values=values))
    given = {names[column]: value for column, value in weights.by_column.items()}
    note = "; ".join(f"{name}: {value}" for name, value in weights.facts.items())
    return with_values(rulebook, table, weights.method, given, note=note)


__all__ = ["bind_weights"]

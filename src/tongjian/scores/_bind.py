"""Weights as a table that a run can be bound to (权重入表)."""

from __future__ import annotations

from collections.abc import Mapping

from tongjian.problems import Problem, TongjianError
from tongjian.rules import PutIn, Rulebook, with_value
from tongjian.scores._weights import Weights


def bind_weights(
    rulebook: Rulebook,
    table: str,
    weights: Weights,
    *,
    named: Mapping[str, str] | None = None,
) -> str:
    """The id of `table` with `weights` put in, for ``run(..., binds={alias: id})``.

    The columns of the table (which has no keys) are those of the weights; `named` says which
    column an indicator goes to where they differ (``{"z_carbon": "carbon"}``). The weights stand
    in the id itself, so that the manifest of the run has them, and anybody can repeat it. Raises
    `TongjianError` for a table without such columns.
    """
    found = rulebook.table(table)
    names = {column: (named or {}).get(column, column) for column in weights.by_column}
    columns = set() if found is None or found.keys else set(found.columns)
    if columns != set(names.values()):
        values = {
            "table": table,
            "columns": ", ".join(sorted(columns)) or "-",
            "weights": ", ".join(names.values()),
        }
        raise TongjianError(Problem("scores.weight_table", values=values))
    for column, value in weights.by_column.items():
        table = with_value(table, PutIn(names[column], (), repr(value)))
    return table


__all__ = ["bind_weights"]

"""Rows as programs give and get them: dictionaries in the columns of the store."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import Any

from tongjian.problems import Place, Problem, RecordError
from tongjian.records._columns import STORED, StoredRow, in_order
from tongjian.records._text import number_text


def dictionaries(table: str, rows: Sequence[StoredRow]) -> list[dict[str, Any]]:
    names = list(STORED[table])
    return [dict(zip(names, row, strict=True)) for row in rows]


def stored_rows(table: str, rows: Sequence[Mapping[str, Any]], source: str) -> list[StoredRow]:
    """`rows` as tuples in stored order; what can be told from the rest may be left out."""
    result, problems = [], []
    for number, given in enumerate(rows, start=1):
        row = {**_left_out(table, given, source), **given}
        missing = [name for name in STORED[table] if name not in row]
        unknown = [name for name in row if name not in STORED[table]]
        if table == "activity" and not math.isfinite(row.get("quantity") or 0):
            unknown.append(f"quantity = {row['quantity']}")
        if missing or unknown:
            values = {"missing": ", ".join(missing) or "—", "unknown": ", ".join(unknown) or "—"}
            place = Place(file=source, row=number)
            problems.append(Problem("records.store_row", place, {"table": table, **values}))
        else:
            result.append(tuple(_typed(kind, row[name]) for name, kind in STORED[table].items()))
    if problems:
        raise RecordError(problems)
    return in_order(table, result)


def _typed(kind: str, value: Any) -> Any:
    if kind == "VARCHAR":
        return "" if value is None else str(value)
    if value is None:
        return None
    return {"DOUBLE": float, "INTEGER": int, "BOOLEAN": bool}[kind](value)


def _left_out(table: str, row: Mapping[str, Any], source: str) -> dict[str, Any]:
    if table == "facilities":
        return {"name_en": "", "city": "", "division": "", "fictitious": False}
    if table == "process_units":
        texts = dict.fromkeys(("name_en", "kind", "technology", "abatement", "capacity_unit"), "")
        return {**texts, "capacity": None}
    made: dict[str, Any] = {"process_unit": "", "evidence": "", "source": source}
    if "period" in row:
        made["year"] = int(str(row["period"])[:4])
    if "quantity" in row and "unit" in row:
        made["entered_quantity"] = number_text(float(row["quantity"]))
        made["entered_unit"] = row["unit"]
    return made

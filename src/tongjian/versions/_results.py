"""Kept results read back: sheets and ledger lines from their canonical bytes."""

from __future__ import annotations

import ast
import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from tongjian.engine import LedgerLine, to_micro
from tongjian.units import parse_unit

Row = dict[str, Any]


@dataclass(frozen=True, slots=True)
class KeptResults:
    """The results of a kept run (存档结果): rows by rule set and sheet, and the ledger."""

    sheets: Mapping[tuple[str, str], list[Row]]
    lines: tuple[LedgerLine, ...]


def read_results(content: bytes, ledger_lines: int) -> KeptResults:
    """Read canonical bytes, of which the last `ledger_lines` lines are the ledger.

    A rule set of several editions has a block for each; their rows come together.
    """
    texts = content.decode().split("\n")[:-1]  # other ends of lines may stand within a text
    cut = len(texts) - ledger_lines
    sheets: dict[tuple[str, str], list[Row]] = {}
    at = 0
    while at < cut:
        mark = (texts[at], texts[at + 1])
        columns = ast.literal_eval(texts[at + 2])
        rows = sheets.setdefault(mark, [])
        at += 3
        while at < cut and texts[at].startswith("["):
            rows.append(dict(zip(columns, json.loads(texts[at]), strict=True)))
            at += 1
    return KeptResults(sheets, tuple(_line(json.loads(text)) for text in texts[cut:]))


def _line(values: list[Any]) -> LedgerLine:
    facility, year, ruleset, boundary, category, substance = values[:6]
    amount, unit, co2e, missing, sheet, column = values[6:]
    return LedgerLine(
        facility=facility,
        year=year,
        ruleset=ruleset,
        boundary=boundary,
        category=category,
        substance=substance,
        unit=unit,
        amount_micro=to_micro(amount, parse_unit(unit)),
        co2e_micro=None if co2e is None else to_micro(co2e, parse_unit("tCO2e")),
        missing=missing,
        sheet=sheet,
        column=column,
    )


__all__ = ["KeptResults", "read_results"]

"""The sheets of a workbook that go with a report's annexes (附录工作表)."""

from __future__ import annotations

from collections.abc import Iterator

from tongjian.reports._annexes import Annexes
from tongjian.reports._confirmed import confirmation_rows
from tongjian.reports._detail import detail_rows
from tongjian.reports._side_by_side import bridge_rows, conflict_rows
from tongjian.reports._spreadsheet import Column, Sheet
from tongjian.reports._words import Words

_DETAIL = (
    Column("ruleset", 28), Column("detail_sheet", 30), Column("period", 10),
    Column("process_unit", 16), Column("stream", 20), Column("figure", 36), Column("value", 20),
    Column("unit", 14), Column("origin", 14), Column("clause", 60),
)  # fmt: skip
_SIDE_BY_SIDE = (
    Column("left_ruleset", 28), Column("right_ruleset", 28), Column("year", 8),
    Column("step", 50), Column("category", 34), Column("co2e", 22, 2),
)  # fmt: skip
_CONFLICTS = (
    Column("ruleset", 28), Column("conflict", 34), Column("alternative", 40), Column("adopted", 8),
    Column("basis", 50), Column("status", 18), Column("change_of_total", 22, 2),
    Column("reason", 80),
)  # fmt: skip
_CONFIRMATIONS = (
    Column("confirm_what", 12), Column("confirm_id", 50), Column("parameter", 50),
    Column("confirm_content", 60), Column("basis", 60), Column("confirmed_person", 16),
    Column("confirmed_time", 26), Column("confirmed_reference", 60),
)  # fmt: skip


def annex_sheets(annexes: Annexes, words: Words) -> Iterator[Sheet]:
    """One sheet for each annex that there is."""
    if annexes.details:
        yield Sheet("sheet_detail", _DETAIL, detail_rows(annexes.details, words))
    if annexes.bridges:
        yield Sheet("sheet_side_by_side", _SIDE_BY_SIDE, bridge_rows(annexes.bridges, words))
    if annexes.conflicts:
        yield Sheet("sheet_conflicts", _CONFLICTS, conflict_rows(annexes.conflicts, words))
    if annexes.statement is not None:
        rows = confirmation_rows(annexes.statement, words)
        yield Sheet("sheet_confirmations", _CONFIRMATIONS, rows)


__all__ = ["annex_sheets"]

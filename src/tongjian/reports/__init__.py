"""Reports of a finished run (核算报告): one HTML page per language, and a workbook.

A report reads a run and shows it. It adds nothing up itself: every sum is one of the run's, and
figures are rounded for display only.
"""

from __future__ import annotations

from pathlib import Path

from tongjian.engine import Run
from tongjian.reports._annexes import Annexes, annexes_of
from tongjian.reports._changes import change_sides, change_title, idle_changes
from tongjian.reports._files import write_whole
from tongjian.reports._page import page
from tongjian.reports._rounding import round_reported
from tongjian.reports._side_by_side import grouped_conflicts, step_reason, step_source
from tongjian.reports._views import views
from tongjian.reports._words import Words
from tongjian.reports._workbook import workbook


def write_html(
    run: Run, path: Path | str, lang: str = "zh", annexes: Annexes | None = None
) -> None:
    """Write the report of `run` as one self-contained page in `lang` ("zh" or "en").

    `annexes` are chapters besides the inventory. Raises `TongjianError` when the file cannot be
    written.
    """
    write_whole(Path(path), page(run, Words.of(lang), annexes or Annexes()).encode())


def write_xlsx(
    run: Run, path: Path | str, lang: str = "zh", annexes: Annexes | None = None
) -> None:
    """Write the figures of `run` as a workbook with headings in both languages, names in `lang`.

    The same run gives the same bytes. Raises `TongjianError` when the file cannot be written.
    """
    write_whole(Path(path), workbook(run, Words.of(lang), annexes or Annexes()))


__all__ = [
    "Annexes",
    "Words",
    "annexes_of",
    "change_sides",
    "change_title",
    "grouped_conflicts",
    "idle_changes",
    "round_reported",
    "step_reason",
    "step_source",
    "views",
    "write_html",
    "write_whole",
    "write_xlsx",
]

"""Reports of a finished run (核算报告): one HTML page per language, and a workbook.

A report reads a run and shows it. It adds nothing up itself: every sum is one of the run's, and
figures are rounded for display only.
"""

from __future__ import annotations

from pathlib import Path

from tongjian.engine import Node, Run
from tongjian.reports._files import write_whole
from tongjian.reports._page import page
from tongjian.reports._rounding import round_reported
from tongjian.reports._views import views
from tongjian.reports._words import Words
from tongjian.reports._workbook import workbook


def write_html(run: Run, path: Path | str, lang: str = "zh", explained: Node | None = None) -> None:
    """Write the report of `run` as one self-contained page in `lang` ("zh" or "en").

    `explained` is the tree of one number, from `explain` or `explain_total`. Raises
    `TongjianError` when the file cannot be written.
    """
    write_whole(Path(path), page(run, Words.of(lang), explained).encode())


def write_xlsx(run: Run, path: Path | str, lang: str = "zh") -> None:
    """Write the figures of `run` as a workbook with headings in both languages, names in `lang`.

    The same run gives the same bytes. Raises `TongjianError` when the file cannot be written.
    """
    write_whole(Path(path), workbook(run, Words.of(lang)))


__all__ = ["Words", "round_reported", "views", "write_html", "write_xlsx"]

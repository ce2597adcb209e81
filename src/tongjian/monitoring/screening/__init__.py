"""Screening of monitored series (在线监测筛查): contradictions first, statistics after.

Exact checks hold what a telegram says against itself, with a tolerance that follows from the digits
sent. Statistical tests look at hourly series. Every finding has its statistic, its bound with
source and status, its rows and the inputs to compute it again; a score orders months by what to
look at first. It asks questions and gives no verdict.
"""

from tongjian.monitoring.screening._balance import carbon_balance, flow_balance
from tongjian.monitoring.screening._conventions import Conventions, read_conventions
from tongjian.monitoring.screening._finding import Finding
from tongjian.monitoring.screening._panel import Panel, Watched, panel_of_hours
from tongjian.monitoring.screening._risk import Reason, Score, risk
from tongjian.monitoring.screening._screen import TESTS, Screened, screen_series, test_titles
from tongjian.monitoring.screening._series_checks import check_order, check_whole
from tongjian.monitoring.screening._table import Columns, read_panel
from tongjian.monitoring.screening._telegrams import Setting, check_readings

__all__ = [
    "TESTS",
    "Columns",
    "Conventions",
    "Finding",
    "Panel",
    "Reason",
    "Score",
    "Screened",
    "Setting",
    "Watched",
    "carbon_balance",
    "check_order",
    "check_readings",
    "check_whole",
    "flow_balance",
    "panel_of_hours",
    "read_conventions",
    "read_panel",
    "risk",
    "screen_series",
    "test_titles",
]

"""Statistical screening of recorded series (统计筛查): what to look at first, and why.

It knows no sector and no regulation: step changes between months, values that repeat, a year that
copies the one before, jumps from year to year, and digits where a test of them is valid. A finding
carries its evidence and its severity; it is a question to the plant and never a verdict.
"""

from tongjian.screening._finding import Finding
from tongjian.screening._screen import Limits, screen
from tongjian.screening._series import Series, monthly_series

__all__ = ["Finding", "Limits", "Series", "monthly_series", "screen"]

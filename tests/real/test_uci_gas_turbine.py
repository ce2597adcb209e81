"""The public gas-turbine series: the frozen analyser is found, and little else."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from pathlib import Path

import pytest

from tongjian.monitoring.screening import Columns, read_conventions, read_panel, screen_series

pytestmark = pytest.mark.real_data


def test_the_frozen_analyser_and_the_rest(published_file: Callable[[str], Path]) -> None:
    known = read_conventions()
    found = {
        year: screen_series(read_panel(published_file(f"gt_{year}.csv"), Columns()), known)
        for year in range(2011, 2016)
    }

    flat = [(year, one) for year, it in found.items() for one in it.findings if one.test == "flat"]
    assert len(flat) == 1
    year, one = flat[0]
    # Rows 1337 to 1438 of the file, counted from 1: 102 hours at 60.38 mg/m3.
    assert (year, one.channels, one.first + 1, one.last + 1) == (2011, ("NOX",), 1337, 1438)
    assert (one.statistic, one.inputs["value"], one.severity) == (102, 60.38, "serious")
    assert found[2011].scores[0].channel == "NOX"

    counts = Counter(one.test for it in found.values() for one in it.findings)
    assert counts == {"flat": 1, "hold": 2, "straight": 3, "quiet": 3, "shift": 10}
    # Straight lines and small variation are all where values were filled in: rows 40-114 and
    # 5881-5957 of 2014.
    events = [range(40, 115), range(5881, 5959)]
    for year, it in found.items():
        for one in it.findings:
            if one.test in ("straight", "quiet"):
                assert year == 2014
                assert any(one.first + 1 in rows and one.last + 1 in rows for rows in events)

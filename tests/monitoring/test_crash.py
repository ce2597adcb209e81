"""A gateway that is killed under load has every telegram that it answered, and once."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from tests.monitoring.crash import trial


@pytest.mark.slow
@pytest.mark.skipif(not hasattr(os, "kill"), reason="needs SIGKILL")
def test_what_was_answered_stands_once(tmp_path: Path, exhaustive: bool) -> None:
    """10 rounds, 200 in the exhaustive run, as `python -m tests.monitoring.crash` does."""
    tally = trial(tmp_path, 200 if exhaustive else 10)

    assert (tally.lost, tally.doubled) == (0, 0)
    assert tally.answered > 0

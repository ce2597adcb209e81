"""A store whose writer is killed at any moment has all that was acknowledged, and no half file."""

from __future__ import annotations

import os
import random
import signal
import subprocess
import sys
import threading
from pathlib import Path

import numpy as np
import pytest

from tests.monitoring.series_crash import KEY
from tests.monitoring.station import MN, minute
from tests.monitoring.test_series_ingest import PROFILE, journal
from tongjian.monitoring.series import SeriesStore

FAR = np.datetime64("2030-01-01")
_TELEGRAMS = 300


@pytest.mark.slow
@pytest.mark.skipif(not hasattr(os, "kill"), reason="needs SIGKILL")
def test_what_was_acknowledged_stands(tmp_path: Path, exhaustive: bool) -> None:
    """2 rounds, 60 in the exhaustive run."""
    dice = random.Random(7)
    for number in range(60 if exhaustive else 2):
        first = number * _TELEGRAMS
        journal(tmp_path / "journal", *(minute(first + n) for n in range(_TELEGRAMS)))
        acknowledged = killed(tmp_path, number, dice.uniform(0.02, 0.6))
        with SeriesStore.open(tmp_path / "series") as store:
            found = store.parsed(KEY, 60, np.datetime64("2025-01-01"), FAR).avg
            # What was put comes in order, so that nothing is missing before the last.
            assert found.tolist() == list(range(len(found)))
            assert len(found) >= acknowledged
            assert store.verify() == []
            told = store.ingest(tmp_path / "journal", PROFILE)
            assert told.open == 0
            start = np.datetime64("2024-01-01")
            taken = store.parsed(f"{MN}/a21026", 60, start, np.datetime64("2025-01-01"))
            assert sorted(taken.avg.tolist()) == [n + 0.5 for n in range(first + _TELEGRAMS)]
            (listed,) = [one for one in store.listing() if one.key.startswith(MN)]
            assert listed.count == len(taken)  # each record once


def killed(folder: Path, seed: int, seconds: float) -> int:
    """A writer that lives for `seconds`: how many values it was told are kept."""
    command = [sys.executable, "-m", "tests.monitoring.series_crash", str(folder), str(seed)]
    acknowledged = 0
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as writer:
        assert writer.stdout is not None
        for line in writer.stdout:
            word, _, number = line.strip().partition(" ")
            if word == "ready":
                threading.Timer(seconds, writer.send_signal, (signal.SIGKILL,)).start()
            elif line.endswith("\n"):
                acknowledged = int(number)
    assert writer.returncode == -signal.SIGKILL
    return acknowledged

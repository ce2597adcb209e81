"""Writes to a store until it is killed; says on the standard output what was acknowledged.

python -m tests.monitoring.series_crash FOLDER SEED
"""

from __future__ import annotations

import random
import sys
from datetime import datetime, timedelta
from pathlib import Path

import numpy as np

from tests.monitoring.station import stations
from tongjian.monitoring.profile import Profile
from tongjian.monitoring.series import SeriesStore, Value

START = datetime(2025, 1, 1)
KEY = "A1/a21026"


def value(number: int) -> Value:
    """One value of each minute, over several days and months."""
    return Value(KEY, START + timedelta(minutes=137 * number), 60, {"avg": number}, "N", START)


def main(folder: Path, seed: int) -> None:
    """Put, flush, join and take in, in an order by chance."""
    dice = random.Random(seed)
    store = SeriesStore.open(folder / "series")
    last = store.parsed(KEY, 60, *(_day(one) for one in (0, 3000))).avg
    number = 0 if not len(last) else int(last.max()) + 1
    print("ready", flush=True)
    while True:
        match dice.choice(["put", "put", "put", "flush", "compact", "ingest"]):
            case "put":
                count = dice.randint(1, 40)
                store.put([value(number + more) for more in range(count)])
                number += count
                sys.stdout.write(f"put {number}\n")
                sys.stdout.flush()
            case "flush":
                store.flush()
            case "compact":
                store.compact(_day(dice.choice([0, 3000])))
            case "ingest":
                store.ingest(folder / "journal", Profile(stations()))


def _day(number: int) -> np.datetime64:
    return np.datetime64("2025-01-01") + np.timedelta64(number, "D")


if __name__ == "__main__":
    main(Path(sys.argv[1]), int(sys.argv[2]))

"""One writer at a time (写入锁)."""

from __future__ import annotations

import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO

from tongjian.problems import Place, Problem, RecordError

if sys.platform == "win32":
    import msvcrt

    def _try_lock(stream: IO[bytes]) -> None:
        msvcrt.locking(stream.fileno(), msvcrt.LK_NBLCK, 1)
else:
    import fcntl

    def _try_lock(stream: IO[bytes]) -> None:
        fcntl.flock(stream, fcntl.LOCK_EX | fcntl.LOCK_NB)


@contextmanager
def exclusive(path: Path, patience: float) -> Iterator[None]:
    """Hold the lock file `path`; gives up after `patience` seconds with a `RecordError`.

    The system frees the lock when the process ends, however it ends.
    """
    give_up = time.monotonic() + patience
    with path.open("ab") as stream:
        while True:
            try:
                _try_lock(stream)
                break
            except OSError:
                if time.monotonic() >= give_up:
                    values = {"seconds": f"{patience:g}"}
                    problem = Problem("records.store_busy", Place(file=str(path)), values)
                    raise RecordError(problem) from None
                time.sleep(0.05)
        yield

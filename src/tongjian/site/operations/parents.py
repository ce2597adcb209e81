"""Ending with the parent (随父进程结束): nothing is left behind by a process that was killed."""

from __future__ import annotations

import os
import signal
import threading


def end_with_parent(parent: int | None = None, grace: float | None = None) -> None:
    """Stop this process when the one that started it is gone, however it went.

    `parent` is its number, for whom it may be gone already; by default whoever is there now. This
    process is told to end (SIGTERM), and where `grace` is given, ended after so many seconds.
    """
    known = os.getppid() if parent is None else parent

    def watch() -> None:
        waiting = threading.Event()
        while not waiting.wait(1.0):
            if os.getppid() != known:
                os.kill(os.getpid(), signal.SIGTERM)
                if grace is not None:
                    waiting.wait(grace)
                    os._exit(1)
                return

    threading.Thread(target=watch, daemon=True).start()


__all__ = ["end_with_parent"]

"""The processes that `serving` starts (子进程入口): ``python -m … PARENT web|work``.

Each ends when its parent is gone, so that none is left behind by a parent that was killed.
"""

from __future__ import annotations

import sys

from tongjian.site.boot import boot
from tongjian.site.operations.parents import end_with_parent


def web(host: str, port: str, workers: str) -> None:
    """The web server."""
    from granian.constants import Interfaces
    from granian.log import LogLevels
    from granian.server import Server

    from tongjian.site.operations.serving import THREADS

    Server(
        "tongjian.site.operations.served:application",
        address=host,
        port=int(port),
        interface=Interfaces.WSGI,
        workers=int(workers),
        blocking_threads=THREADS,
        respawn_failed_workers=True,
        log_level=LogLevels.warning,
        websockets=False,
    ).serve()


def main(arguments: list[str]) -> None:
    """One of them."""
    end_with_parent(int(arguments.pop(0)))
    boot()
    if arguments[0] == "web":
        web(*arguments[1:])
        return
    from tongjian.site.operations.workers import run_worker
    from tongjian.site.workspaces import warm

    warm()
    run_worker()


if __name__ == "__main__":
    main(sys.argv[1:])

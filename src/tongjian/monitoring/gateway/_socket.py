"""Where a running gateway is spoken to: a socket in the folder of its journal (控制通道).

No port and no password: who may write the journal may speak to its gateway, nobody else.
"""

from __future__ import annotations

import os
import socket
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

NAME = "control.sock"
_LONGEST = 100  # bytes of a path; systems take 104 to 108


@contextmanager
def address_of(folder: Path) -> Iterator[str]:
    """The path of the socket of `folder`, a short one where that is too long for a socket."""
    path = folder / NAME
    if len(os.fsencode(path)) <= _LONGEST:
        yield str(path)
        return
    opened = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        yield f"/proc/self/fd/{opened}/{NAME}"
    finally:
        os.close(opened)


def connected(folder: Path, seconds: float = 5.0) -> socket.socket | None:
    """A connection to the gateway of `folder`; None where none runs."""
    if not (folder / NAME).exists():
        return None
    connection = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
    connection.settimeout(seconds)
    try:
        with address_of(folder) as address:
            connection.connect(address)
    except (ConnectionRefusedError, FileNotFoundError):
        connection.close()
        return None  # one that was killed leaves its socket behind
    except BaseException:
        connection.close()
        raise
    return connection


def listening(folder: Path) -> socket.socket:
    """The socket that the gateway of `folder` listens on, for the owner alone."""
    (folder / NAME).unlink(missing_ok=True)
    listener = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
    before = os.umask(0o177)  # from the first moment on, not only after a chmod
    try:
        with address_of(folder) as address:
            listener.bind(address)
    except BaseException:
        listener.close()
        raise
    finally:
        os.umask(before)
    listener.listen(16)
    return listener

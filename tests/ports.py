"""Ports for servers that tests start; loopback only."""

from __future__ import annotations

import socket

HERE = "127.0.0.1"


def free_port() -> int:
    """A port that nobody listens on."""
    with socket.socket() as one:
        one.bind((HERE, 0))
        return int(one.getsockname()[1])

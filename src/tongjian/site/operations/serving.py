"""Serving the site (提供服务): web server and worker, started, watched and stopped together."""

from __future__ import annotations

import ipaddress
import os
import signal
import socket
import subprocess  # nosec B404
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from types import FrameType

from tongjian.problems import Problem, TongjianError
from tongjian.site.config import Config

READY_S = 120.0
STOP_S = 20.0
_MOST_STARTS, _WITHIN_S = 5, 60.0
THREADS = 4
"""Requests that one web process answers at a time."""


def require_safe(host: str, config: Config) -> None:
    """Refuse an address that others can reach where passwords would go over it in the clear."""
    if is_loopback(host):
        return
    missing = []
    if not config.https:
        missing.append("TONGJIAN_HTTPS")
    if not config.proxies:
        missing.append("TONGJIAN_PROXIES")
    if all(is_loopback(one.strip("[]")) for one in config.hosts):
        missing.append("TONGJIAN_HOSTS")
    if missing:
        values = {"host": host, "missing": ", ".join(missing)}
        raise TongjianError(Problem("site.not_loopback", values=values))


def is_loopback(host: str) -> bool:
    """Whether a name or address is of this machine alone."""
    if host == "localhost":
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


def require_free(host: str, port: int) -> None:
    """Refuse a port on which something listens already."""
    kind = socket.AF_INET6 if ":" in host else socket.AF_INET
    with socket.socket(kind, socket.SOCK_STREAM) as one:
        one.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            one.bind((host, port))
        except (OSError, OverflowError) as error:
            values = {"host": host, "port": port, "detail": str(error)}
            raise TongjianError(Problem("site.port_taken", values=values)) from error


@dataclass(slots=True)
class Child:
    """A process that belongs to the service (子进程), in a session of its own."""

    name: str
    command: Sequence[str]
    process: subprocess.Popen[bytes] | None = None
    starts: list[float] = field(default_factory=list)

    def start(self) -> None:
        """Start it, or start it again; raises `TongjianError` where it never stays up."""
        now = time.monotonic()
        self.starts = [one for one in self.starts if now - one < _WITHIN_S]
        if len(self.starts) >= _MOST_STARTS:
            code = self.process.returncode if self.process else "-"
            values = {"name": self.name, "code": code}
            raise TongjianError(Problem("site.child_ended", values=values))
        self.starts.append(now)
        # Ctrl+C is for the parent, which tells each of them. The command is this program's own.
        self.process = subprocess.Popen(self.command, start_new_session=True)  # nosec B603

    @property
    def ended(self) -> bool:
        """Whether it is not there any more."""
        return self.process is not None and self.process.poll() is not None

    def tell(self, number: signal.Signals) -> None:
        """Send it a signal."""
        if self.process is not None and not self.ended:
            self.process.send_signal(number)


class Service:
    """All processes of the service (服务)."""

    def __init__(self, host: str, port: int, workers: int) -> None:
        self.host, self.port = host, port
        python = [sys.executable, "-m", "tongjian.site.operations.children", str(os.getpid())]
        self.children = [
            Child("web", [*python, "web", host, str(port), str(workers)]),
            Child("worker", [*python, "work"]),
        ]
        self.stopping = False

    @property
    def address(self) -> str:
        """Where a browser on this machine finds it."""
        any_address = {"0.0.0.0": "127.0.0.1", "::": "::1"}  # nosec B104
        host = any_address.get(self.host, self.host)
        return f"http://{f'[{host}]' if ':' in host else host}:{self.port}/"

    def run(self, ready: Callable[[str], None]) -> None:
        """Serve until told to stop; `ready` is called with the address when pages answer.

        Raises `TongjianError` where a process does not stay up; all are stopped in any case.
        """
        told = {one: signal.signal(one, self._stop) for one in (signal.SIGINT, signal.SIGTERM)}
        try:
            for child in self.children:
                child.start()
            self._wait_until_ready()
            if not self.stopping:
                ready(self.address)
            while not self.stopping:
                self._mind()
                time.sleep(0.3)
        finally:
            self._end()
            for number, handler in told.items():
                signal.signal(number, handler)

    def _stop(self, number: int, frame: FrameType | None) -> None:
        self.stopping = True

    def _mind(self) -> None:
        for child in self.children:
            if child.ended:
                child.start()

    def _wait_until_ready(self) -> None:
        until = time.monotonic() + READY_S
        while not self.stopping:
            self._mind()
            if answers(f"{self.address}operations/alive"):
                return
            if time.monotonic() > until:
                raise TongjianError(Problem("site.not_ready", values={"seconds": int(READY_S)}))
            time.sleep(0.1)

    def _end(self) -> None:
        for child in self.children:
            child.tell(signal.SIGTERM)
        until = time.monotonic() + STOP_S
        for child in self.children:
            if child.process is None:
                continue
            try:
                child.process.wait(max(0.1, until - time.monotonic()))
            except subprocess.TimeoutExpired:  # a long job: it is told as cut short by the next
                os.killpg(child.process.pid, signal.SIGKILL)
                child.process.wait()


def answers(address: str) -> bool:
    """Whether a page is there, whatever it says."""
    try:
        # The address is one that this program listens on itself.
        with urllib.request.urlopen(address, timeout=5):  # nosec B310
            return True
    except urllib.error.HTTPError:
        return True
    except (OSError, ValueError):
        return False


__all__ = ["THREADS", "Child", "Service", "answers", "is_loopback", "require_free", "require_safe"]

"""Requests from the site to addresses that somebody has named (外发请求): never inwards.

A name is resolved once, every address of it is looked at, and the connection is made to the address
that was looked at: a name that points elsewhere a moment later gains nothing. Loopback, private,
link-local and other special addresses are refused, unless the site was told that it may reach the
host. Redirections are not followed and proxies not used.
"""

from __future__ import annotations

import ipaddress
import socket
import ssl
from collections.abc import Mapping
from contextlib import suppress
from http.client import HTTPConnection, HTTPException, HTTPSConnection
from threading import Event, Timer
from urllib.parse import SplitResult, urlsplit

from django.conf import settings

from tongjian.problems import Problem, TongjianError

TIMEOUT_S = 10.0
LONGEST_S = 20.0
"""For the whole request, however slowly it is answered."""
_MOST_ANSWER = 4096
_PORTS = {"https": 443, "http": 80}


def checked(url: str) -> SplitResult:
    """The parts of an address that may be asked; raises `TongjianError` for any other."""
    try:
        parts = urlsplit(url)
        host, port = parts.hostname or "", parts.port
    except ValueError:
        host, port, parts = "", None, urlsplit("")
    plain = host in settings.WEBHOOK_HOSTS
    fits = parts.scheme == "https" or (parts.scheme == "http" and plain)
    odd = parts.username is not None or parts.password is not None or parts.fragment
    # No address has such characters; a request that is put together could be broken up by them.
    clean = url.isascii() and url.isprintable() and " " not in url
    if not (fits and host and clean) or odd or port == 0:
        raise TongjianError(Problem("site.webhook_url", values={"url": url[:200]}))
    return parts


def resolved(parts: SplitResult) -> str:
    """The address to connect to; raises `TongjianError` where any of the name's is within."""
    host = parts.hostname or ""
    port = parts.port or _PORTS[parts.scheme]
    try:
        found = [str(one[4][0]) for one in socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)]
    except (OSError, UnicodeError) as error:
        raise TongjianError(Problem("site.webhook_host", values={"host": host})) from error
    if host not in settings.WEBHOOK_HOSTS and not all(_outside(one) for one in found):
        raise TongjianError(Problem("site.webhook_inside", values={"host": host}))
    return found[0]


def _outside(text: str) -> bool:
    found = ipaddress.ip_address(text.partition("%")[0])
    if isinstance(found, ipaddress.IPv6Address):
        # Ways to write an address of the old kind are judged as what they lead to.
        inner = found.ipv4_mapped or found.sixtofour or (found.teredo or (None, None))[1]
        if inner is not None:
            return _outside(str(inner))
        if found in ipaddress.ip_network("64:ff9b::/96"):
            return _outside(str(ipaddress.IPv4Address(int(found) & 0xFFFFFFFF)))
    # Reserved ones (such as old ways to write an address of the old kind) lead nowhere one means.
    return found.is_global and not (found.is_multicast or found.is_reserved)


def post(url: str, body: bytes, headers: Mapping[str, str]) -> int:
    """Send a body; returns the status. Raises `TongjianError` where it is refused or fails."""
    parts = checked(url)
    address, host = resolved(parts), parts.hostname or ""
    port = parts.port or _PORTS[parts.scheme]
    target = parts.path or "/"
    if parts.query:
        target = f"{target}?{parts.query}"
    secure = parts.scheme == "https"
    cut: Timer | None = None
    late = Event()
    connection = (HTTPSConnection if secure else HTTPConnection)(host, port, timeout=TIMEOUT_S)
    try:
        pinned = socket.create_connection((address, port), timeout=TIMEOUT_S)
        if secure:
            context = ssl.create_default_context()
            connection.sock = context.wrap_socket(pinned, server_hostname=host)
        else:
            connection.sock = pinned
        cut = Timer(LONGEST_S, _cut, [connection.sock, late])
        cut.daemon = True
        cut.start()
        connection.request("POST", target, body, dict(headers))
        answer = connection.getresponse()
        answer.read(_MOST_ANSWER)
        if late.is_set():  # what was broken off looks as if it had ended
            raise TimeoutError
        return answer.status
    except (OSError, HTTPException, ValueError) as error:
        values = {"host": host, "detail": type(error).__name__}
        raise TongjianError(Problem("site.webhook_unreached", values=values)) from error
    finally:
        if cut is not None:
            cut.cancel()
        connection.close()


def _cut(sock: socket.socket, late: Event) -> None:
    """Break off: an answer that comes drop by drop keeps nobody waiting."""
    late.set()
    with suppress(OSError):
        sock.shutdown(socket.SHUT_RDWR)


__all__ = ["checked", "post", "resolved"]

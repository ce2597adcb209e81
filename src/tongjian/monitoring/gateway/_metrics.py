"""Counters of a gateway (运行指标), as text for a monitoring system to fetch."""

from __future__ import annotations

import asyncio
from collections import Counter

_HELP = {
    "lines": ("gauge", "open connections"),
    "lines_total": ("counter", "connections accepted"),
    "lines_refused_total": ("counter", "connections refused: too many"),
    "telegrams_total": ("counter", "telegrams kept"),
    "bytes_total": ("counter", "bytes received"),
    "duplicates_total": ("counter", "telegrams that had come before"),
    "answers_total": ("counter", "answers sent"),
    "refused_total": ("counter", "things refused, by reason"),
    "deviations_total": ("counter", "departures of frames, by code"),
    "denied_total": ("counter", "telegrams of unknown stations or with a wrong password"),
    "closed_total": ("counter", "connections closed by the gateway, by reason"),
    "commits_total": ("counter", "batches written to the disk"),
    "missing_hours": ("gauge", "hours that stations skipped and may still be asked for"),
    "history_requests_total": ("counter", "requests for data of the past, by command"),
    "hours_given_up_total": ("counter", "missing hours that are asked for no more"),
    "pending_bytes": ("gauge", "bytes that wait for the disk"),
}


class Metrics:
    """Counters by name and label."""

    def __init__(self) -> None:
        self._values: Counter[tuple[str, str]] = Counter()

    def add(self, name: str, label: str = "", by: float = 1) -> None:
        """Count `by` more."""
        self._values[name, label] += by  # type: ignore[assignment]

    def set(self, name: str, value: float) -> None:
        """Set a gauge."""
        self._values[name, ""] = value  # type: ignore[assignment]

    def get(self, name: str, label: str = "") -> float:
        """The value of a counter; 0 if it never counted."""
        return self._values[name, label]

    def total(self, name: str) -> float:
        """A counter over all its labels."""
        return sum(value for (one, _), value in self._values.items() if one == name)

    def text(self) -> str:
        """In the text format of Prometheus, every name once with its meaning."""
        lines = []
        for name, (kind, meaning) in _HELP.items():
            full = f"tongjian_gateway_{name}"
            lines += [f"# HELP {full} {meaning}", f"# TYPE {full} {kind}"]
            found = sorted(
                (label, value) for (one, label), value in self._values.items() if one == name
            )
            for label, value in found or [("", 0)]:
                marks = f'{{reason="{label}"}}' if label else ""
                lines.append(f"{full}{marks} {value}")
        return "\n".join(lines) + "\n"


async def serve_metrics(metrics: Metrics, host: str, port: int) -> asyncio.Server:
    """Answer ``GET /metrics`` on `host` and `port`; anything else is not found."""

    async def answer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            request = await asyncio.wait_for(reader.readuntil(b"\r\n"), 5)
            found = request.split()[1:2] == [b"/metrics"]
            body = metrics.text().encode() if found else b"not found\n"
            head = "200 OK" if found else "404 Not Found"
            writer.write(
                f"HTTP/1.1 {head}\r\nContent-Type: text/plain; version=0.0.4\r\n"
                f"Content-Length: {len(body)}\r\nConnection: close\r\n\r\n".encode()
                + body
            )
            await writer.drain()
        except (TimeoutError, asyncio.IncompleteReadError, asyncio.LimitOverrunError, OSError):
            pass  # whoever asked has gone, or never asked
        finally:
            writer.close()

    return await asyncio.start_server(answer, host, port)

"""What bounds a gateway (网关设置)."""

from __future__ import annotations

from dataclasses import dataclass

ANY_RATE = 1e9
"""A rate of telegrams that bounds nothing (不限)."""


@dataclass(frozen=True, slots=True)
class Settings:
    """Limits of one gateway; times in seconds, sizes in bytes.

    `group_s` is how long the first telegram of a batch waits for others before the disk is asked;
    `pending_bytes` how much may wait for the disk before every line is held. `rate` and `burst`
    bound the telegrams of one line: what comes faster waits in the line, nothing is lost. A line is
    closed when it is silent for `idle_s`, does not take its answers (`unread_bytes`) or sends
    `faults` things that are refused; a frame that does not go on for `frame_s` is given up.
    `over_time_s` and `resends` are those of HJ 212-2017, table 1; a command that is being carried
    out may take `command_s` while its station goes on sending. With `history`, hours that are
    missing for `history_after_s` are asked for, up to `history_hours` before the newest, at most
    `history_span` in a request and `history_tries` times.
    """

    group_s: float = 0.002
    pending_bytes: int = 32 << 20
    connections: int = 10_000
    rate: float = 200.0
    burst: float = 2_000.0
    idle_s: float = 3_900.0
    frame_s: float = 30.0
    unread_bytes: int = 1 << 20
    faults: int = 50
    remembered: int = 1_000_000
    over_time_s: float = 10.0
    resends: int = 3
    command_s: float = 600.0
    history: bool = True
    history_after_s: float = 60.0
    history_hours: int = 720
    history_span: int = 24
    history_tries: int = 3

"""How a station behaves on the line, and what came of it (发送方式与统计)."""

from __future__ import annotations

from dataclasses import dataclass, field


@dataclass(slots=True)
class Habits:
    """How a station behaves on the line.

    `window` telegrams wait for their answers at once (most loggers wait for each: 1). `speed` is
    simulated over real time, None as fast as the host answers. `stay_s` it listens after all is
    sent; `patience_s` without an answer it gives up.
    """

    window: int = 100
    speed: float | None = None
    stay_s: float = 0.0
    patience_s: float = 120.0
    heartbeat_s: float = 60.0
    asks_clock: bool = False


@dataclass(slots=True)
class Sent:
    """What came of a station (发送统计)."""

    telegrams: int = 0
    answered: int = 0
    resent: int = 0
    lines: int = 0
    commands: dict[str, int] = field(default_factory=dict)

"""What a gateway knows of each station (站点状态): what came last, and how much of it."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field


@dataclass(slots=True)
class Heard:
    """What came from one station.

    `last_us` (µs since 1970, UTC) and `last_cn` are of the newest telegram that was kept, before
    this start of the gateway as well; `counts` are telegrams by CN since it. `system` is the ST
    that its data come under.
    """

    last_us: int = 0
    last_cn: bytes = b""
    system: bytes = b""
    counts: Counter[bytes] = field(default_factory=Counter)

"""How a running gateway is (运行状态): who is connected, what came last, how much."""

from __future__ import annotations

import os
import time
from typing import TYPE_CHECKING, Any

from tongjian.monitoring.gateway._heard import Heard
from tongjian.monitoring.hj212 import EDITIONS
from tongjian.monitoring.profile import Station

if TYPE_CHECKING:
    from tongjian.monitoring.gateway._gateway import Gateway

_COUNTED = ("telegrams_total", "duplicates_total", "history_requests_total", "refused_total",
            "denied_total", "deviations_total", "hours_given_up_total")  # fmt: skip


def status(gateway: Gateway) -> dict[str, Any]:
    """The gateway and each station of its profile, as plain data; no password, no key."""
    return {
        "pid": os.getpid(),
        "started": gateway.local(gateway.started_us),
        "lines": gateway.metrics.get("lines"),
        "counts": {name: gateway.metrics.total(name) for name in _COUNTED},
        "stations": [_station(gateway, one) for one in gateway.stations],
    }


def _station(gateway: Gateway, one: Station) -> dict[str, Any]:
    line = gateway.line_of(one.mn)
    heard = gateway.heard.get(one.mn.encode(), Heard())
    edition = None if line is None else line.edition_bits >> 2
    return {
        "mn": one.mn,
        "name": one.name,
        "plant": one.plant,
        "outlet": one.outlet,
        "connected": line is not None,
        "silent_s": None if line is None else round(time.monotonic() - line.heard, 1),
        "edition": EDITIONS[edition] if edition is not None and edition < len(EDITIONS) else None,
        "crc": one.crc if line is None else line.crc,
        "last": gateway.local(heard.last_us) if heard.last_us else None,
        "last_cn": heard.last_cn.decode("ascii", "replace") or None,
        "telegrams": {cn.decode("ascii", "replace"): n for cn, n in sorted(heard.counts.items())},
        "missing_hours": len(gateway.history.missing(one.mn)),
    }

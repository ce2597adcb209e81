"""The gateway that stations send to (数据接收网关): HJ 212 over TCP, kept before it is answered."""

from tongjian.monitoring.gateway._asking import ask, is_running
from tongjian.monitoring.gateway._commands import Command, Outcome
from tongjian.monitoring.gateway._committer import share_time
from tongjian.monitoring.gateway._control import Control
from tongjian.monitoring.gateway._gateway import Gateway
from tongjian.monitoring.gateway._metrics import serve_metrics
from tongjian.monitoring.gateway._records import ENCIPHERED, FRAME, REFUSED, Kept, packed, unpacked
from tongjian.monitoring.gateway._settings import ANY_RATE, Settings
from tongjian.monitoring.journal import Journal
from tongjian.monitoring.profile import Station, Stations, read_stations

__all__ = [
    "ANY_RATE",
    "ENCIPHERED",
    "FRAME",
    "REFUSED",
    "Command",
    "Control",
    "Gateway",
    "Journal",
    "Kept",
    "Outcome",
    "Settings",
    "Station",
    "Stations",
    "ask",
    "is_running",
    "packed",
    "read_stations",
    "serve_metrics",
    "share_time",
    "unpacked",
]

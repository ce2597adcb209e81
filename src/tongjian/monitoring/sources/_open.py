"""From a profile to the sources that it names (打开数据源)."""

from __future__ import annotations

from collections.abc import Callable
from importlib.util import find_spec
from pathlib import Path

from tongjian.monitoring.sources import _modbus, _mqtt, _opcua
from tongjian.monitoring.sources._modbus import ModbusSource
from tongjian.monitoring.sources._mqtt import MqttSource, SparkplugSource
from tongjian.monitoring.sources._opcua import OpcUaSource
from tongjian.monitoring.sources._settings import Kind, SourceSettings, read_settings
from tongjian.monitoring.sources._source import Source
from tongjian.problems import Problem, RecordError

KINDS: dict[str, Kind] = {
    "modbus": _modbus.KIND,
    "opcua": _opcua.KIND,
    "mqtt": _mqtt.KIND,
    "sparkplug": _mqtt.SPARKPLUG,
}
# The package that a kind needs, and the extra that brings it.
_NEEDS = {
    "modbus": ("pymodbus", "modbus"),
    "opcua": ("asyncua", "opcua"),
    "mqtt": ("paho", "mqtt"),
    "sparkplug": ("paho", "mqtt"),
}


def read_sources(path: Path) -> list[SourceSettings]:
    """The ``[[source]]`` parts of a profile; raises `RecordError` with every fault."""
    return read_settings(path, KINDS)


def open_sources(settings: list[SourceSettings]) -> list[Source]:
    """The sources themselves, not connected yet.

    Raises
    ------
    RecordError
        For each kind whose extra is not installed.
    """
    missing = {one.kind for one in settings if find_spec(_NEEDS[one.kind][0]) is None}
    if missing:
        raise RecordError(
            [
                Problem("monitoring.source_extra", values={"kind": kind, "extra": _NEEDS[kind][1]})
                for kind in sorted(missing)
            ]
        )
    return [_OPENED[one.kind](one) for one in settings]


_OPENED: dict[str, Callable[[SourceSettings], Source]] = {
    "modbus": ModbusSource,
    "opcua": OpcUaSource,
    "mqtt": MqttSource,
    "sparkplug": SparkplugSource,
}

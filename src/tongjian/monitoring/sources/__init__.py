"""Other sources than HJ 212 (其他数据源): Modbus TCP, OPC UA, MQTT, Sparkplug B, meters."""

from tongjian.monitoring.sources._collector import Collector, CollectorSettings, Counts
from tongjian.monitoring.sources._minutes import MinuteMaker
from tongjian.monitoring.sources._modbus import ModbusSource
from tongjian.monitoring.sources._settings import SourceSettings, Tag
from tongjian.monitoring.sources._source import Batch, Source, SourceError, Tell
from tongjian.monitoring.sources._value import Sink, Value

__all__ = [
    "Batch",
    "Collector",
    "CollectorSettings",
    "Counts",
    "MinuteMaker",
    "ModbusSource",
    "Sink",
    "Source",
    "SourceError",
    "SourceSettings",
    "Tag",
    "Tell",
    "Value",
]

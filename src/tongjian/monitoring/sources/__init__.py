"""Other sources than HJ 212 (其他数据源): Modbus TCP, OPC UA, MQTT, Sparkplug B, meters."""

from tongjian.monitoring.sources._collector import Collector, CollectorSettings, Counts
from tongjian.monitoring.sources._meter_file import MeterFile, ratio, read_meter_file
from tongjian.monitoring.sources._meters import (
    Consumption,
    Meter,
    MeterReading,
    Step,
    consumption,
)
from tongjian.monitoring.sources._minutes import MinuteMaker
from tongjian.monitoring.sources._modbus import ModbusSource
from tongjian.monitoring.sources._mqtt import MqttSource, SparkplugSource
from tongjian.monitoring.sources._opcua import OpcUaSource
from tongjian.monitoring.sources._open import open_sources, read_sources
from tongjian.monitoring.sources._registers_kept import kept_readings
from tongjian.monitoring.sources._settings import SourceSettings, Tag
from tongjian.monitoring.sources._source import Batch, Source, SourceError, Tell
from tongjian.monitoring.sources._totals import Period, Total, totals
from tongjian.monitoring.sources._value import Sink, Value

__all__ = [
    "Batch",
    "Collector",
    "CollectorSettings",
    "Consumption",
    "Counts",
    "Meter",
    "MeterFile",
    "MeterReading",
    "MinuteMaker",
    "ModbusSource",
    "MqttSource",
    "OpcUaSource",
    "Period",
    "Sink",
    "Source",
    "SourceError",
    "SourceSettings",
    "SparkplugSource",
    "Step",
    "Tag",
    "Tell",
    "Total",
    "Value",
    "consumption",
    "kept_readings",
    "open_sources",
    "ratio",
    "read_meter_file",
    "read_sources",
    "totals",
]

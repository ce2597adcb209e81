"""The store of monitoring data (监测数据库): raw, parsed, validated and used values kept apart."""

from tongjian.monitoring.series._across import Across
from tongjian.monitoring.series._averages import Averages
from tongjian.monitoring.series._compact import Compacted
from tongjian.monitoring.series._derived import Stale
from tongjian.monitoring.series._ingest import Ingested, raw_telegram
from tongjian.monitoring.series._listing import Listed
from tongjian.monitoring.series._reading import Parsed
from tongjian.monitoring.series._store import SeriesStore
from tongjian.monitoring.series._value import Rows, Value

__all__ = [
    "Across",
    "Averages",
    "Compacted",
    "Ingested",
    "Listed",
    "Parsed",
    "Rows",
    "SeriesStore",
    "Stale",
    "Value",
    "raw_telegram",
]

"""An append-only log of records that a crash cannot tear (日志), of gateways and of the store."""

from tongjian.monitoring.journal._journal import FILE_BYTES, Journal, read_batches, read_file

__all__ = ["FILE_BYTES", "Journal", "read_batches", "read_file"]

"""Readers for files as their publishers print them (公开数据文件读取).

Each reader knows one published layout, turns it into records and keeps the publisher's own results
beside them for comparison. The files are not part of this project; docs/real-data.md says where
they come from.
"""

from tongjian.records.readers.bc_obps import read_bc_obps
from tongjian.records.readers.epa_adipic import read_epa_adipic
from tongjian.records.readers.reading import Reading
from tongjian.records.readers.uci_steel import read_uci_steel
from tongjian.records.readers.uk_ets import read_uk_ets_accounts, read_uk_ets_allocation

__all__ = [
    "Reading",
    "read_bc_obps",
    "read_epa_adipic",
    "read_uci_steel",
    "read_uk_ets_accounts",
    "read_uk_ets_allocation",
]

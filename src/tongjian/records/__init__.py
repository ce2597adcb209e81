"""Activity data (活动数据): import, validation, exact conversion of units, storage.

`import_files` takes XLSX, CSV and Parquet files in, all or nothing, and reports every problem at
once with its place; `Store` keeps the rows as Parquet by content hash; `Catalogue` says what may
be recorded in which unit; `write_template` makes the workbook to fill in.
Nothing here knows a sector, an engine or the web.
"""

from tongjian.problems import RecordError
from tongjian.records._checking import Checked, check_rows
from tongjian.records._coded import parse_coded
from tongjian.records._correction import Correction
from tongjian.records._entries import Item, Stream, Term
from tongjian.records._exporting import export_rows
from tongjian.records._history import Entered
from tongjian.records._limits import Limits
from tongjian.records._lock import exclusive
from tongjian.records._marking import write_marked
from tongjian.records._metering import metered
from tongjian.records._xlsx import read_sheets
from tongjian.records.catalogue import Catalogue
from tongjian.records.importing import ImportReport, Progress, TableCount, import_files
from tongjian.records.schema import TABLES, TIERS, Column, Table, Tier, json_schema
from tongjian.records.store import Store
from tongjian.records.template import write_template

__all__ = [
    "TABLES",
    "TIERS",
    "Catalogue",
    "Checked",
    "Column",
    "Correction",
    "Entered",
    "ImportReport",
    "Item",
    "Limits",
    "Progress",
    "RecordError",
    "Store",
    "Stream",
    "Table",
    "TableCount",
    "Term",
    "Tier",
    "check_rows",
    "exclusive",
    "export_rows",
    "import_files",
    "json_schema",
    "metered",
    "parse_coded",
    "read_sheets",
    "write_marked",
    "write_template",
]

"""Opens a file of activity data: looks at its size and its first bytes, then chooses a reader."""

from __future__ import annotations

from pathlib import Path

from tongjian.problems import Place, Problem
from tongjian.records._csv import read_csv
from tongjian.records._limits import Limits, megabytes
from tongjian.records._parquet import read_parquet
from tongjian.records._tables import RawTable, Sink
from tongjian.records._xlsx import read_xlsx

_ZIP, _PARQUET, _OLE = b"PK\x03\x04", b"PAR1", b"\xd0\xcf\x11\xe0"
_WORKBOOKS = (".xlsx", ".xlsm", ".xltx", ".xls")


def read_file(path: Path, limits: Limits, sink: Sink) -> list[RawTable]:
    """The tables of one file; everything that prevents reading goes to `sink`.

    Content decides, not the name: many an ``.xls`` is a web page.
    """
    name = path.name
    place = Place(file=name)
    try:
        size = path.stat().st_size
        if path.is_dir():
            raise IsADirectoryError(f"{path} is a folder")
        with path.open("rb") as stream:
            start = stream.read(8)
    except OSError as error:
        sink(Problem("records.file_missing", place, {"file": str(path), "detail": str(error)}))
        return []
    if size == 0:
        sink(Problem("records.file_empty", place))
        return []
    if size > limits.file_bytes:
        values = {"size": megabytes(size), "limit": megabytes(limits.file_bytes)}
        sink(Problem("records.file_too_large", place, values))
        return []
    if start.startswith(_OLE):
        sink(Problem("records.old_excel", place))
        return []
    if start.startswith(_ZIP):
        return read_xlsx(path, name, limits, sink)
    if start.startswith(_PARQUET) or path.suffix.lower() == ".parquet":
        return read_parquet(path, name, limits, sink)
    if path.suffix.lower() in _WORKBOOKS:
        sink(Problem("records.not_a_spreadsheet", place))
        return []
    return read_csv(path, name, sink)

"""What an import may cost: refused above these, before anything large is read (导入上限)."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Limits:
    """Guard rails of an import (导入上限).

    A spreadsheet is a compressed archive and is laid out as a full rectangle when read, so its
    size on disk says little about the memory it takes.
    """

    file_bytes: int = 200 * 1024**2
    unpacked_bytes: int = 2 * 1024**3
    sheet_cells: int = 30_000_000
    rows: int = 5_000_000


def megabytes(size: int) -> str:
    """`size` in MB, for a message."""
    return f"{size / 1024**2:,.1f} MB"

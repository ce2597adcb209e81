"""Documentation pages that are there and say what the documents say (说明页)."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path

from tongjian.problems import Place, Problem


def check_docs(pages: Mapping[str, str], folder: Path) -> Iterator[Problem]:
    """Pages that are missing from `folder` or differ from what the documents give."""
    for name, text in pages.items():
        path = folder / name
        values = {"page": name, "folder": folder.as_posix()}
        if not path.is_file():
            yield Problem("contract.page_missing", Place(file=path.as_posix()), values)
        elif path.read_text(encoding="utf-8") != text:
            yield Problem("contract.page_outdated", Place(file=path.as_posix()), values)


def write_docs(pages: Mapping[str, str], folder: Path) -> list[Path]:
    """Write the pages into `folder`, which is made if need be."""
    folder.mkdir(parents=True, exist_ok=True)
    written = []
    for name, text in pages.items():
        path = folder / name
        path.write_text(text, encoding="utf-8")
        written.append(path)
    return written


__all__ = ["check_docs", "write_docs"]

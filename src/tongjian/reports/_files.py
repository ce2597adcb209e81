"""Writes a finished file in one step: a reader never finds half a report."""

from __future__ import annotations

import os
from pathlib import Path

from tongjian.problems import Place, Problem, TongjianError


def write_whole(path: Path, content: bytes) -> None:
    """Write `content` to `path`; raises `TongjianError` where that cannot be done."""
    draft = path.with_name(f".{path.name}.{os.getpid()}.draft")
    try:
        draft.write_bytes(content)
        draft.replace(path)
    except OSError as error:
        draft.unlink(missing_ok=True)
        values = {"path": str(path), "detail": error.strerror or str(error)}
        raise TongjianError(
            Problem("reports.not_written", Place(file=str(path)), values)
        ) from error


__all__ = ["write_whole"]

"""The factors of a run, asked for once: page and workbook, in two languages, show the same."""

from __future__ import annotations

import json
from collections import OrderedDict
from threading import Lock

from tongjian.engine import FactorUsed, Run, factors_used

_KEPT = 4
_known: OrderedDict[str, list[FactorUsed]] = OrderedDict()
_lock = Lock()


def used_factors(run: Run, facility: str | None = None) -> list[FactorUsed]:
    """Every value that `run` has read (for one `facility` if named), kept by its manifest."""
    key = json.dumps([run.manifest, facility], sort_keys=True)
    with _lock:
        if key in _known:
            return _known[key]
    found = factors_used(run, facility)
    with _lock:
        _known[key] = found
        while len(_known) > _KEPT:
            _known.popitem(last=False)
    return found


__all__ = ["used_factors"]

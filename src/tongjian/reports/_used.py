"""The factors of a run, asked for once: page and workbook, in two languages, show the same."""

from __future__ import annotations

import json
from collections import OrderedDict
from threading import Lock

from tongjian.engine import FactorUsed, Run, factors_used

_KEPT = 4
_known: OrderedDict[str, list[FactorUsed]] = OrderedDict()
_lock = Lock()


def used_factors(run: Run) -> list[FactorUsed]:
    """Every value that `run` has read; runs with the same manifest have read the same."""
    key = json.dumps(run.manifest, sort_keys=True)
    with _lock:
        if key in _known:
            return _known[key]
    found = factors_used(run)
    with _lock:
        _known[key] = found
        while len(_known) > _KEPT:
            _known.popitem(last=False)
    return found


__all__ = ["used_factors"]

"""Kept runs made again for looking into (复算台): lineage, drivers and documents read a whole run.

A kept run is computed again from its own rulebook and records to the very same bytes, or refused.
The last few are held in memory, under what they are made of.
"""

from __future__ import annotations

from collections import OrderedDict
from threading import Lock

from tongjian.engine import Run
from tongjian.site.workspaces import Workspace
from tongjian.versions import KeptRun, reproduce, require_identical

_MOST_KEPT = 8
_known: OrderedDict[tuple[str, str], Run] = OrderedDict()
_lock = Lock()


def run_again(workspace: Workspace, kept: KeptRun) -> Run:
    """A kept run, with everything behind its numbers; raises `TongjianError` if it differs."""
    key = (str(workspace.folder), kept.id)
    with _lock:
        if key in _known:
            _known.move_to_end(key)
            return _known[key]
    made = require_identical(reproduce(workspace.runs, kept))
    with _lock:
        _known[key] = made
        while len(_known) > _MOST_KEPT:
            _known.popitem(last=False)
    return made


__all__ = ["run_again"]

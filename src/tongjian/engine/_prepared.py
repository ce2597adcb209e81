"""Programs made ready for a set of years, kept for the next run in the same process."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Iterable, Mapping
from threading import Lock

from tongjian.engine._python import PythonEngine
from tongjian.engine._tables import resolve_tables
from tongjian.rules import CompiledRuleSet, Rulebook

_KEPT = 64
# Up to so many records plain Python is quicker than preparing SQL; both give the same bits.
SMALL = 20_000
_Key = tuple[str, str, str, tuple[int, ...], tuple[tuple[str, str], ...]]
_prepared: OrderedDict[_Key, tuple[CompiledRuleSet, PythonEngine]] = OrderedDict()
_lock = Lock()


def read_years(ruleset: CompiledRuleSet, years: Iterable[int]) -> tuple[int, ...]:
    """`years` and those before them that their rows can read."""
    back = ruleset.program.looks_back
    return tuple(sorted({year - step for year in years for step in range(back + 1)}))


def prepare(
    rulebook: Rulebook,
    ruleset: CompiledRuleSet,
    years: tuple[int, ...],
    binds: Mapping[str, str],
) -> tuple[CompiledRuleSet, PythonEngine]:
    """The rule set with `binds` applied, and its Python engine with tables read for `years`."""
    edition = str(ruleset.doc.validity)
    key = (rulebook.digest, ruleset.id, edition, years, tuple(sorted(binds.items())))
    with _lock:
        found = _prepared.get(key)
        if found is not None:
            _prepared.move_to_end(key)
            return found
    bound = rulebook.rebound(ruleset, binds) if binds else ruleset
    # Rows of the year before have factors of their own, whoever asks.
    tables = resolve_tables(bound.program, rulebook, bound.doc, read_years(bound, years))
    made = (bound, PythonEngine(bound.program, tables, "float"))
    with _lock:
        _prepared[key] = made
        while len(_prepared) > _KEPT:
            _prepared.popitem(last=False)
    return made

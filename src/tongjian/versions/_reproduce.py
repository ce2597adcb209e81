"""Computing a kept run again (重现): the same bytes, or a reason why not."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from tongjian.engine import Backend, LedgerLine, Run, run
from tongjian.problems import Problem, TongjianError
from tongjian.versions._kept_run import KeptRun
from tongjian.versions._run_store import RunStore


@dataclass(frozen=True, slots=True)
class MovedLine:
    """A ledger line that came out otherwise (不一致的台账行); None where there is none."""

    facility: str
    year: int
    ruleset: str
    sheet: str
    column: str
    then: float | None
    now: float | None
    unit: str

    def as_dict(self) -> dict[str, Any]:
        """It as plain data."""
        return {name: getattr(self, name) for name in MovedLine.__slots__}


@dataclass(frozen=True, slots=True)
class Reproduction:
    """A kept run and the same run made now (重现结果).

    `identical` says that every byte of the results is the same. `semantics` are the numbers of the
    engine's meaning, then and now; `problems` say why the bytes differ, or may.
    """

    kept: KeptRun
    run: Run
    identical: bool
    semantics: tuple[int, int]
    moved: tuple[MovedLine, ...]
    problems: tuple[Problem, ...]

    def as_dict(self) -> dict[str, Any]:
        """It as plain data."""
        return {
            "run": self.kept.id,
            "identical": self.identical,
            "result_then": self.kept.document["result"],
            "result_now": self.run.manifest["result"],
            "semantics": {"then": self.semantics[0], "now": self.semantics[1]},
            "moved": [line.as_dict() for line in self.moved],
            "problems": [problem.as_dict() for problem in self.problems],
        }


def reproduce(store: RunStore, kept: KeptRun, backend: Backend = "auto") -> Reproduction:
    """Compute a kept run from its own rulebook and the records as they were.

    Raises `TongjianError` when rulebook or records are not what they were, or the present program
    cannot read the rulebook of then.
    """
    then = kept.document["engine"]
    view = store.records_of(kept)
    damaged = view.verify()
    if damaged:
        raise TongjianError(damaged)
    try:
        book = store.load_rulebook(kept)
    except TongjianError as error:
        values = {"id": kept.id[:16], "version": then["version"], "rulebook": kept.rulebook[:16]}
        head = Problem("versions.rulebook_unreadable", values=values)
        raise TongjianError([head, *error.problems]) from error
    asked = kept.asked
    made = run(
        book,
        view,
        asked.rulesets,
        asked.years,
        binds=asked.binds,
        boundary=asked.boundary,
        backend=backend,
    )
    identical = made.result_bytes() == kept.result_bytes
    semantics = (int(then["semantics"]), int(made.manifest["engine"]["semantics"]))
    moved = () if identical else tuple(_moved(kept, made))
    return Reproduction(
        kept, made, identical, semantics, moved, tuple(_problems(kept, identical, semantics, moved))
    )


def require_identical(found: Reproduction) -> Run:
    """The run, if it came out the same; raises `TongjianError` otherwise."""
    if not found.identical:
        raise TongjianError(found.problems)
    return found.run


def _problems(
    kept: KeptRun, identical: bool, semantics: tuple[int, int], moved: tuple[MovedLine, ...]
) -> Iterator[Problem]:
    then, now = semantics
    values = {"id": kept.id[:16], "then": then, "now": now, "count": len(moved)}
    values["version"] = kept.document["engine"]["version"]
    if identical and then != now:
        yield Problem("versions.semantics_same", values=values, severity="note")
    elif not identical and then != now:
        yield Problem("versions.semantics_moved", values=values)
    elif not identical:
        yield Problem("versions.not_reproduced", values=values)


def _moved(kept: KeptRun, made: Run) -> Iterator[MovedLine]:
    before = {_mark(line): line for line in kept.results.lines}
    after = {_mark(line): line for line in made.lines}
    for mark in sorted({*before, *after}):
        old, new = before.get(mark), after.get(mark)
        if old is None or new is None or old.as_row() != new.as_row():
            either = old or new
            assert either is not None
            then = None if old is None else old.as_row()["amount"]
            now = None if new is None else new.as_row()["amount"]
            yield MovedLine(*mark, then=then, now=now, unit=either.unit)


def _mark(line: LedgerLine) -> tuple[str, int, str, str, str]:
    return line.facility, line.year, line.ruleset, line.sheet, line.column


__all__ = ["MovedLine", "Reproduction", "reproduce", "require_identical"]

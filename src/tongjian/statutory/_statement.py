"""Whether a run may become a statutory return (法定报送), and what it rests on."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from tongjian.engine import FactorUsed, Run
from tongjian.problems import Problem, TongjianError
from tongjian.statutory._authority import Authority, Confirmation
from tongjian.statutory._doubts import Doubt, doubts

_UNCONFIRMED = {
    "value": "statutory.unconfirmed_value",
    "method": "statutory.unconfirmed_method",
    "ruleset": "statutory.unconfirmed_ruleset",
}


@dataclass(frozen=True, slots=True)
class Statement:
    """The recalled parts of a run (依据说明), confirmed and not."""

    doubts: tuple[Doubt, ...]
    confirmed: dict[str, Confirmation]
    """Confirmations by the id of what they confirm, for this run's values and formulas only."""

    @property
    def open(self) -> tuple[Doubt, ...]:
        """What nobody has confirmed."""
        return tuple(one for one in self.doubts if one.id not in self.confirmed)


class Unconfirmed(TongjianError):
    """A return rests on what nobody has confirmed; `doubts` are what is to be looked up."""

    def __init__(self, problems: Sequence[Problem], doubts: Sequence[Doubt]) -> None:
        super().__init__(problems)
        self.doubts = tuple(doubts)


def statement(
    run: Run, authority: Authority | None, used: Sequence[FactorUsed] | None = None
) -> Statement:
    """What `run` has from memory, and who has confirmed which of it."""
    found = doubts(run, used)
    known = authority.confirmations() if authority is not None else {}
    confirmed = {
        one.id: known[one.id, one.digest] for one in found if (one.id, one.digest) in known
    }
    return Statement(tuple(found), confirmed)


def require_statutory(run: Run, said: Statement) -> None:
    """Raise `TongjianError`, with everything at once, where `run` must not be returned.

    A return has no row left out, replaces no table and rests on nothing unconfirmed.
    """
    problems = [
        Problem(
            _UNCONFIRMED[one.kind],
            values={
                "id": one.id,
                "title_zh": one.title.zh,
                "title_en": one.title.en,
                "content": one.content,
                "document": one.document,
                "clause": one.clause or "-",
            },
        )
        for one in said.open
    ]
    if run.binds:
        binds = ", ".join(f"{alias} → {table}" for alias, table in sorted(run.binds.items()))
        problems.append(Problem("statutory.what_if", values={"binds": binds}))
    left_out = sum(one.severity == "error" for one in run.problems)
    if left_out:
        problems.append(Problem("statutory.incomplete", values={"count": left_out}))
    if said.open:
        raise Unconfirmed(problems, said.open)
    if problems:
        raise TongjianError(problems)


__all__ = ["Statement", "Unconfirmed", "require_statutory", "statement"]

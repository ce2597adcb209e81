"""Where a subject stands: what its entries say, read in order (状态即日志的折叠)."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from tongjian.evidence import Entry
from tongjian.problems import Place, Problem, TongjianError
from tongjian.workflow._document import Flow, Transition


@dataclass(frozen=True, slots=True)
class Step:
    """One transition that was taken (一次转换), with the entry that says so."""

    transition: Transition
    source: str
    to: str
    role: str
    reason: str
    entry: Entry

    def as_dict(self) -> dict[str, Any]:
        """The step as plain data, for JSON."""
        return {
            "number": self.entry.number,
            "time": self.entry.time,
            "by": self.entry.by,
            "role": self.role,
            "transition": self.transition.name,
            "from": self.source,
            "to": self.to,
            "reason": self.reason,
            "content": dict(self.entry.content.get("content", {})),
            "files": list(self.entry.files),
        }


@dataclass(frozen=True, slots=True)
class History:
    """What became of a subject (经过): its steps and where it stands."""

    flow: Flow
    subject: str
    steps: tuple[Step, ...]

    @property
    def state(self) -> str:
        """The state it is in."""
        return self.steps[-1].to if self.steps else self.flow.initial

    @property
    def facts(self) -> dict[str, str]:
        """The attributes of the subject, as its first entry has them."""
        return dict(self.steps[0].entry.content.get("facts", {})) if self.steps else {}

    def last(self, *transitions: str) -> Step | None:
        """The newest step by one of these transitions."""
        return next(
            (one for one in reversed(self.steps) if one.transition.name in transitions), None
        )

    @classmethod
    def of(cls, flow: Flow, subject: str, entries: Iterable[Entry]) -> History:
        """The history that the entries of a log tell.

        Raises `TongjianError` for an entry that cannot have been made by this library: a transition
        from a state in which it is not possible.
        """
        steps: list[Step] = []
        state = flow.initial
        prefix = f"{flow.id}."
        for entry in entries:
            name = entry.act.removeprefix(prefix)
            if entry.subject != subject or name == entry.act or name not in flow.transitions:
                continue
            one = flow.transitions[name]
            to = flow.target(one, state)
            said = entry.content.get("from"), entry.content.get("to")
            if state not in one.sources or said != (state, to):
                values = {"number": entry.number, "transition": name, "state": state}
                place = Place(line=entry.number)
                raise TongjianError(Problem("workflow.impossible", place, values))
            role, reason = str(entry.content.get("role", "")), str(entry.content.get("reason", ""))
            steps.append(Step(one, state, to, role, reason, entry))
            state = to
        return cls(flow, subject, tuple(steps))


@dataclass(frozen=True, slots=True)
class Situation:
    """What a decision rests on (情形), and what a guard may look at.

    `entries` are all of the log up to now; `content` is what comes with the transition.
    """

    history: History
    entries: Sequence[Entry]
    by: str
    content: Mapping[str, Any]
    now: datetime

    @property
    def subject(self) -> str:
        """Upon what a transition is to be taken."""
        return self.history.subject

    def about(self, *acts: str, since: Step | None = None) -> list[Entry]:
        """Entries of these acts that belong to the subject, those after a step if one is given.

        An entry belongs to it by its own subject, by one below it (``subject/…``), or by a field
        of its content named as the flow is.
        """
        after = since.entry.number if since is not None else 0
        return [
            entry
            for entry in self.entries
            if entry.act in acts and entry.number > after and self._is_about(entry)
        ]

    def _is_about(self, entry: Entry) -> bool:
        if entry.subject == self.subject or entry.subject.startswith(f"{self.subject}/"):
            return True
        return entry.content.get(self.history.flow.id) == self.subject


__all__ = ["History", "Situation", "Step"]

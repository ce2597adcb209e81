"""Progress of tasks and the rounds in which it is called in (任务进展与调度): entries of a log."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Literal

from tongjian.evidence import Act, Entry, EvidenceLog
from tongjian.problems import Problem, TongjianError
from tongjian.rules import Task

State = Literal["open", "under_way", "done"]
STATES: tuple[State, ...] = ("open", "under_way", "done")
_ROUND, _REPORT = "task.round", "task.report"


@dataclass(frozen=True, slots=True)
class Round:
    """A round of dispatch (调度): by when who has to say how far which tasks are."""

    name: str
    due: date
    by: str
    on: str
    tasks: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Progress:
    """One entry of progress (进展): what an agency says about a task, with its evidence."""

    task: str
    agency: str
    by: str
    on: str
    state: State
    text: str
    evidence: str
    round: str


@dataclass(frozen=True, slots=True)
class Unanswered:
    """An agency that has not answered for a task in a round."""

    task: str
    agency: str
    overdue: bool


class Register:
    """The register of tasks, as the evidence log has it.

    Entries are never changed; a later one speaks for itself. Raises `TongjianError` where the log
    was tampered with.
    """

    def __init__(self, log: EvidenceLog, tasks: Mapping[str, Task]) -> None:
        self._log = log
        self._tasks = tasks

    def open_round(self, name: str, due: date, by: str, tasks: Sequence[str] = ()) -> Round:
        """Begin a round over `tasks`, by default all of them; a name is used once."""
        self._check([("--by", by), ("NAME", name)], tasks)
        content = {"due": due.isoformat(), "tasks": list(tasks or self._tasks)}
        with self._log.locked():
            if any(one.name == name for one in self.rounds()):
                raise TongjianError(Problem("targets.round_twice", values={"name": name}))
            act = Act(_ROUND, by, f"round:{name}", {"name": name, **content})
            return _round(self._log.append_locked([act])[0])

    def report(
        self,
        task: str,
        agency: str,
        by: str,
        state: str,
        text: str,
        evidence: str = "",
        round_name: str = "",
    ) -> Progress:
        """Enter progress on a task, in answer to a round if one is named."""
        self._check([("--by", by), ("--text", text)], [task])
        known = self._tasks[task].agencies
        if agency not in known:
            values = {"task": task, "agency": agency, "known": ", ".join(known)}
            raise TongjianError(Problem("targets.other_agency", values=values))
        if state not in STATES:
            values = {"state": state, "known": ", ".join(STATES)}
            raise TongjianError(Problem("targets.unknown_state", values=values))
        content = {"task": task, "agency": agency, "state": state, "text": text}
        content |= {"evidence": evidence, "round": round_name}
        with self._log.locked():
            if round_name:
                asked = self.round(round_name)
                if task not in asked.tasks:
                    values = {"task": task, "name": round_name}
                    raise TongjianError(Problem("targets.not_in_round", values=values))
            act = Act(_REPORT, by, f"task:{task}", content)
            return _progress(self._log.append_locked([act])[0])

    def rounds(self) -> list[Round]:
        """All rounds, oldest first."""
        return [_round(one) for one in self._log.entries(_ROUND)]

    def round(self, name: str) -> Round:
        """The round of this name; raises `TongjianError` when there is none."""
        found = {one.name: one for one in self.rounds()}
        if name not in found:
            values = {"name": name, "known": ", ".join(found) or "-"}
            raise TongjianError(Problem("targets.unknown_round", values=values))
        return found[name]

    def progress(self, task: str = "") -> list[Progress]:
        """Entries on a task, or all of them, oldest first."""
        subject = f"task:{task}" if task else None
        return [_progress(one) for one in self._log.entries(_REPORT, subject=subject)]

    def unanswered(self, name: str, today: date) -> list[Unanswered]:
        """Who has not answered for what in a round (未反馈)."""
        asked = self.round(name)
        answered = {(one.task, one.agency) for one in self.progress() if one.round == name}
        return [
            Unanswered(task, agency, today > asked.due)
            for task in asked.tasks
            if task in self._tasks
            for agency in self._tasks[task].agencies
            if (task, agency) not in answered
        ]

    def _check(self, texts: Iterable[tuple[str, str]], tasks: Iterable[str]) -> None:
        problems = [
            Problem("targets.empty_text", values={"field": name})
            for name, text in texts
            if not text.strip()
        ]
        problems += [
            Problem("targets.unknown_task", values={"name": one})
            for one in tasks
            if one not in self._tasks
        ]
        if problems:
            raise TongjianError(problems)


def _round(entry: Entry) -> Round:
    said = entry.content
    due = date.fromisoformat(said["due"])
    return Round(said["name"], due, entry.by, entry.time, tuple(said["tasks"]))


def _progress(entry: Entry) -> Progress:
    return Progress(by=entry.by, on=entry.time, **entry.content)


__all__ = ["STATES", "Progress", "Register", "Round", "State", "Unanswered"]

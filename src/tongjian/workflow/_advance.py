"""Taking a transition: reading, deciding and entering it under one lock (推进流程)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from tongjian.evidence import Act, Entry, EvidenceLog
from tongjian.problems import Problem, TongjianError
from tongjian.workflow._decide import Guard, Option, decide, instead, known_transition
from tongjian.workflow._document import Flow
from tongjian.workflow._history import History, Situation


def history(log: EvidenceLog, flow: Flow, subject: str) -> History:
    """What became of `subject`, from the log; raises `TongjianError` where the log is broken."""
    return History.of(flow, subject, log.entries())


def options(
    log: EvidenceLog,
    flow: Flow,
    subject: str,
    by: str,
    guards: Mapping[str, Guard],
    facts: Mapping[str, str] | None = None,
) -> list[Option]:
    """Every transition from where `subject` stands: open to `by`, or what stands in the way."""
    return options_in(_situation(log, flow, subject, by, {}), guards, facts)


def options_in(
    situation: Situation, guards: Mapping[str, Guard], facts: Mapping[str, str] | None = None
) -> list[Option]:
    """As `options`, for a situation that was read already."""
    flow, state = situation.history.flow, situation.history.state
    standing = _facts(situation, facts)
    return [
        decide(situation, name, guards, standing)
        for name, one in flow.transitions.items()
        if state in one.sources
    ]


def advance(
    log: EvidenceLog,
    flow: Flow,
    subject: str,
    transition: str,
    by: str,
    *,
    guards: Mapping[str, Guard],
    role: str | None = None,
    reason: str = "",
    content: Mapping[str, Any] | None = None,
    files: Sequence[str] = (),
    facts: Mapping[str, str] | None = None,
) -> Entry:
    """Take a transition on `subject` and enter it (办理一次转换).

    `guards` brings the predicates that the flow names; `facts` are attributes of the subject, such
    as its division, to which roles may be limited: they are entered with the first transition and
    hold from then on. Of two who try at once, one is refused. Raises `TongjianError` with every
    reason why it cannot be taken and with what can be done instead.
    """
    with log.locked():
        situation = _situation(log, flow, subject, by, content or {})
        known_transition(flow, transition)
        standing = _facts(situation, facts)
        option = decide(situation, transition, guards, standing, role, reason)
        if not option.allowed:
            others = instead(situation.history, options_in(situation, guards, facts))
            raise TongjianError([*option.problems, others])
        state = situation.history.state
        entered: dict[str, Any] = {
            "from": state,
            "to": flow.target(option.transition, state),
            "role": option.role,
            "reason": reason.strip(),
            "content": dict(content or {}),
        }
        if not situation.history.steps:
            entered["facts"] = standing
        act = Act(flow.act(transition), by, subject, entered, tuple(files))
        return log.append_locked([act])[0]


def audit(log: EvidenceLog, flow: Flow, subject: str, guards: Mapping[str, Guard]) -> list[Problem]:
    """What was entered although it was not allowed at its time (复查).

    Somebody who writes into the log without this library can chain an entry well and still break a
    rule: every step is decided again by what stood before it.
    """
    entries = log.entries()
    found: list[Problem] = []
    try:
        whole = History.of(flow, subject, entries)
    except TongjianError as error:
        return list(error.problems)
    for step in whole.steps:
        before = [entry for entry in entries if entry.number < step.entry.number]
        said = step.entry.content
        situation = Situation(
            History.of(flow, subject, before),
            before,
            step.entry.by,
            said.get("content", {}),
            datetime.fromisoformat(step.entry.time),
        )
        facts = _facts(situation, said.get("facts"))
        option = decide(
            situation, step.transition.name, guards, facts, step.role or None, step.reason
        )
        if not option.allowed:
            values = {"number": step.entry.number, "transition": step.transition.name}
            found += [Problem("workflow.broke_a_rule", values=values), *option.problems]
    return found


def _facts(situation: Situation, facts: Mapping[str, str] | None) -> dict[str, str]:
    return situation.history.facts if situation.history.steps else dict(facts or {})


def _situation(
    log: EvidenceLog, flow: Flow, subject: str, by: str, content: Mapping[str, Any]
) -> Situation:
    entries = log.entries()
    return Situation(History.of(flow, subject, entries), entries, by, content, log.clock())


__all__ = ["advance", "audit", "history", "options", "options_in"]

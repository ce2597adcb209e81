"""Entering what a verifier or an enterprise does: rights first, under one lock (登记)."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from tongjian.evidence import Act, Entry, EvidenceLog
from tongjian.problems import Problem, TongjianError
from tongjian.verification._settings import Settings
from tongjian.workflow import History, Roles, report_flow

Build = Callable[[Sequence[Entry], History, str], Act]
"""Makes the act from what stands; raises `TongjianError` where it cannot be done."""


def enter(
    log: EvidenceLog, settings: Settings, act: str, by: str, report: str, build: Build
) -> Entry:
    """Enter what `build` makes of the log, if `by` may do `act` on `report` now.

    Raises `TongjianError` with every reason why not: the state of the report, the role of the
    person, or that the person has acted for another party on this report.
    """
    with log.locked():
        entries = log.entries()
        history = History.of(report_flow(), report, entries)
        role, problems = _rights(settings, act, by, entries, history)
        if problems:
            raise TongjianError(problems)
        return log.append_locked([build(entries, history, role)])[0]


def _rights(
    settings: Settings, act: str, by: str, entries: Sequence[Entry], history: History
) -> tuple[str, list[Problem]]:
    flow = history.flow
    wanted = settings.rights.get(act, ())
    roles = Roles.of(entries)
    able = [one for one in roles.of_person(by, history.facts) if one in wanted]
    problems = []
    if history.state not in settings.verifying:
        title = flow.states[history.state].title
        values: dict[str, object] = {
            "act": act,
            "state_zh": title.zh,
            "state_en": title.en,
            "states_zh": "、".join(flow.states[one].title.zh for one in settings.verifying),
            "states_en": ", ".join(flow.states[one].title.en for one in settings.verifying),
        }
        problems.append(Problem("verification.not_now", values=values))
    if not able:
        values = {
            "by": by or "-",
            "act": act,
            "roles_zh": "、".join(flow.roles[one].title.zh for one in wanted if one in flow.roles),
            "roles_en": ", ".join(flow.roles[one].title.en for one in wanted if one in flow.roles),
            "having": ", ".join(roles.having(wanted)) or "-",
        }
        problems.append(Problem("verification.no_right", values=values))
    elif flow.parties_apart:
        mine = flow.roles[able[0]].party
        for step in history.steps:
            party = flow.roles[step.role].party
            if step.entry.by == by and party != mine:
                values = {"by": by, "number": step.entry.number, "act": act}
                values |= {"party_zh": flow.parties[party].zh, "party_en": flow.parties[party].en}
                problems.append(Problem("verification.other_party", values=values))
                break
    return (able[0] if able else ""), problems


__all__ = ["Build", "enter"]

"""Whether somebody may take a transition now, and if not, every reason why not (判断)."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from tongjian.problems import Problem, TongjianError
from tongjian.workflow._document import Flow, Transition
from tongjian.workflow._history import History, Situation
from tongjian.workflow._roles import Roles

Guard = Callable[[Situation], Sequence[Problem]]
"""A named predicate (条件): what still stands in the way, nothing if it holds."""


@dataclass(frozen=True, slots=True)
class Option:
    """A transition that leads on from the present state, and what stands in its way (可选操作)."""

    transition: Transition
    role: str
    problems: tuple[Problem, ...]

    @property
    def allowed(self) -> bool:
        """Whether nothing stands in the way."""
        return not self.problems

    def as_dict(self) -> dict[str, Any]:
        """The option as plain data, for JSON."""
        return {
            "transition": self.transition.name,
            "zh": self.transition.title.zh,
            "en": self.transition.title.en,
            "role": self.role,
            "allowed": self.allowed,
            "problems": [one.as_dict() for one in self.problems],
        }


def decide(
    situation: Situation,
    name: str,
    guards: Mapping[str, Guard],
    facts: Mapping[str, str],
    role: str | None = None,
    reason: str | None = None,
) -> Option:
    """Whether `situation.by` may take the transition `name`.

    A `reason` of None asks about the person only: what has to be filled in is not asked for yet.
    Raises `TongjianError` for a transition or a guard that nobody knows.
    """
    flow = situation.history.flow
    one = known_transition(flow, name)
    _demand_guards(one, guards)
    held = Roles.of(situation.entries).of_person(situation.by, facts)
    able = [each for each in one.roles if each in held and role in (None, each)]
    problems = list(_place_and_person(situation, one, able, role, facts))
    problems += _four_eyes(situation, one)
    if able and flow.parties_apart:
        problems += _other_party(situation, able[0])
    if reason is not None:
        problems += _filled_in(situation, one, reason)
    if situation.history.state in one.sources:
        for guard in one.guards:
            problems += guards[guard](situation)
    return Option(one, able[0] if able else (role or one.roles[0]), tuple(problems))


def known_transition(flow: Flow, name: str) -> Transition:
    """The transition of that name; raises `TongjianError` where there is none."""
    if name not in flow.transitions:
        values = {"name": name, "flow": flow.id, "known": ", ".join(flow.transitions)}
        raise TongjianError(Problem("workflow.no_transition", values=values))
    return flow.transitions[name]


def _demand_guards(one: Transition, guards: Mapping[str, Guard]) -> None:
    lacking = [name for name in one.guards if name not in guards]
    if lacking:
        raise TongjianError(
            Problem("workflow.no_guard", values={"guard": name, "transition": one.name})
            for name in lacking
        )


def _place_and_person(
    situation: Situation,
    one: Transition,
    able: Sequence[str],
    role: str | None,
    facts: Mapping[str, str],
) -> Iterator[Problem]:
    flow, state = situation.history.flow, situation.history.state
    if state not in one.sources:
        values = _transition(one) | _standing(flow, state)
        yield Problem("workflow.wrong_state", values=values | _sources(flow, one))
    for name in one.after:
        if situation.history.last(name) is None:
            before = flow.transitions[name]
            values = _transition(one) | _before(before)
            yield Problem("workflow.not_yet", values=values)
    if able:
        return
    roles = Roles.of(situation.entries)
    wanted = one.roles if role is None else tuple(r for r in one.roles if r == role)
    values = {
        "by": situation.by or "-",
        **_transition(one),
        "roles_zh": "、".join(flow.roles[r].title.zh for r in wanted or one.roles),
        "roles_en": ", ".join(flow.roles[r].title.en for r in wanted or one.roles),
        "having": ", ".join(roles.having(wanted or one.roles)) or "-",
    }
    grant = roles.grants.get(situation.by)
    if grant is not None and not grant.reaches(facts) and set(grant.roles) & set(wanted):
        values["within"] = ", ".join(f"{k}={v}" for k, v in grant.within.items())
        values["facts"] = ", ".join(f"{k}={facts.get(k) or '-'}" for k in grant.within)
        yield Problem("workflow.out_of_reach", values=values)
    else:
        yield Problem("workflow.no_role", values=values)


def _four_eyes(situation: Situation, one: Transition) -> Iterator[Problem]:
    flow = situation.history.flow
    for name in one.not_by:
        act = name if "." in name else flow.act(name)
        theirs = [entry for entry in situation.about(act) if entry.by == situation.by]
        if theirs:
            done = flow.transitions.get(name)
            values = {
                "by": situation.by,
                **_transition(one),
                "done_zh": done.title.zh if done else act,
                "done_en": done.title.en if done else act,
                "number": theirs[-1].number,
            }
            yield Problem("workflow.four_eyes", values=values)


def _other_party(situation: Situation, role: str) -> Iterator[Problem]:
    flow = situation.history.flow
    mine = flow.roles[role].party
    for step in situation.history.steps:
        other = flow.roles.get(step.role)
        if step.entry.by == situation.by and other is not None and other.party != mine:
            values = {
                "by": situation.by,
                "number": step.entry.number,
                "other_zh": flow.parties[other.party].zh,
                "other_en": flow.parties[other.party].en,
                "mine_zh": flow.parties[mine].zh,
                "mine_en": flow.parties[mine].en,
            }
            yield Problem("workflow.two_parties", values=values)
            return


def _filled_in(situation: Situation, one: Transition, reason: str) -> Iterator[Problem]:
    if one.reason and not reason.strip():
        yield Problem("workflow.no_reason", values=_transition(one))
    for name in one.needs:
        if situation.content.get(name) in (None, ""):
            values = {**_transition(one), "field": name}
            yield Problem("workflow.not_filled_in", values=values)


def _transition(one: Transition) -> dict[str, object]:
    return {"transition_zh": one.title.zh, "transition_en": one.title.en}


def _before(one: Transition) -> dict[str, object]:
    return {"before_zh": one.title.zh, "before_en": one.title.en}


def _standing(flow: Flow, state: str) -> dict[str, object]:
    title = flow.states[state].title
    return {"state_zh": title.zh, "state_en": title.en}


def _sources(flow: Flow, one: Transition) -> dict[str, object]:
    titles = [flow.states[state].title for state in one.sources]
    return {
        "sources_zh": "、".join(title.zh for title in titles),
        "sources_en": ", ".join(title.en for title in titles),
    }


def instead(history: History, options: Sequence[Option]) -> Problem:
    """What is open to the person instead, in one note."""
    able = [one for one in options if one.allowed]
    values = {
        **_standing(history.flow, history.state),
        "able_zh": "、".join(f"{o.transition.title.zh}（{o.transition.name}）" for o in able),
        "able_en": ", ".join(f"{o.transition.title.en} ({o.transition.name})" for o in able),
    }
    if able:
        return Problem("workflow.instead", values=values, severity="note")
    others = {
        **_standing(history.flow, history.state),
        "roles_zh": "、".join(
            f"{o.transition.title.zh}：{_roles(history.flow, o, 'zh')}" for o in options
        )
        or "-",
        "roles_en": "; ".join(
            f"{o.transition.title.en}: {_roles(history.flow, o, 'en')}" for o in options
        )
        or "-",
    }
    return Problem("workflow.nothing_open", values=others, severity="note")


def _roles(flow: Flow, option: Option, lang: str) -> str:
    return "/".join(flow.roles[role].title[lang] for role in option.transition.roles)


__all__ = ["Guard", "Option", "decide", "instead", "known_transition"]

"""A flow as a document (流程文档): read, and checked for everything that would make it stick."""

from __future__ import annotations

import tomllib
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import lru_cache
from importlib.resources import files
from pathlib import Path
from typing import Any

from tongjian.problems import Place, Problem, TongjianError
from tongjian.rules import STATUSES, Basis, Words

_KEYS = {
    *("name", "from", "to", "roles", "zh", "en"),
    *("guards", "not_by", "after", "needs", "reason"),
}


@dataclass(frozen=True, slots=True)
class State:
    """Where a subject can stand (状态); in a `final` one it may rest."""

    id: str
    title: Words
    final: bool


@dataclass(frozen=True, slots=True)
class Role:
    """In which function somebody acts (角色), and for whom (一方)."""

    id: str
    title: Words
    party: str


@dataclass(frozen=True, slots=True)
class Transition:
    """One way from state to state (转换).

    `to` empty leaves the state as it is. `not_by` names transitions and acts of the log (with a
    dot): whoever took one may not take this (四眼原则). `after` names transitions that must have
    been taken before; `needs` are fields of the content that
    have to be filled; `guards` are predicates that the caller brings.
    """

    name: str
    title: Words
    sources: tuple[str, ...]
    to: str
    roles: tuple[str, ...]
    guards: tuple[str, ...] = ()
    not_by: tuple[str, ...] = ()
    after: tuple[str, ...] = ()
    needs: tuple[str, ...] = ()
    reason: bool = False


@dataclass(frozen=True, slots=True)
class Flow:
    """A flow (流程): states and transitions of one kind of subject, such as ``report``."""

    id: str
    title: Words
    basis: Basis
    initial: str
    parties: Mapping[str, Words]
    roles: Mapping[str, Role]
    states: Mapping[str, State]
    transitions: Mapping[str, Transition]
    parties_apart: bool

    def act(self, transition: str) -> str:
        """The act by which a transition stands in the log."""
        return f"{self.id}.{transition}"

    def target(self, transition: Transition, state: str) -> str:
        """Where a transition leads from `state`."""
        return transition.to or state

    @property
    def guards(self) -> tuple[str, ...]:
        """The guards that a caller has to bring."""
        return tuple(dict.fromkeys(g for one in self.transitions.values() for g in one.guards))


@lru_cache(maxsize=1)
def report_flow() -> Flow:
    """The flow of a report that comes with the package."""
    return read_flow(Path(str(files("tongjian.workflow") / "report.toml")))


def read_flow(path: Path) -> Flow:
    """The flow in a TOML file; raises `TongjianError` with everything that is wrong with it."""
    place = Place(file=str(path))
    try:
        data = tomllib.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        values = {"detail": str(error)}
        raise TongjianError(Problem("workflow.unreadable", place, values)) from error
    problems = list(_wrong_form(data, place))
    if problems:
        raise TongjianError(problems)
    flow = _flow(data)
    problems = [*_unknown_names(flow, place), *_where_it_sticks(flow, place)]
    if problems:
        raise TongjianError(problems)
    return flow


def _flow(data: Mapping[str, Any]) -> Flow:
    basis = data.get("basis", {})
    return Flow(
        id=data["flow"],
        title=_words(data["title"]),
        basis=Basis(
            basis.get("document", ""),
            basis.get("clause", ""),
            basis.get("status", "seen"),
            basis.get("note", ""),
        ),
        initial=data["initial"],
        parties={name: _words(one) for name, one in data["parties"].items()},
        roles={
            name: Role(name, _words(one), one.get("party", ""))
            for name, one in data["roles"].items()
        },
        states={
            name: State(name, _words(one), bool(one.get("final")))
            for name, one in data["states"].items()
        },
        transitions={
            one["name"]: Transition(
                name=one["name"],
                title=_words(one),
                sources=tuple(one["from"]),
                to=one.get("to", ""),
                roles=tuple(one["roles"]),
                guards=tuple(one.get("guards", ())),
                not_by=tuple(one.get("not_by", ())),
                after=tuple(one.get("after", ())),
                needs=tuple(one.get("needs", ())),
                reason=bool(one.get("reason")),
            )
            for one in data["transitions"]
        },
        parties_apart=bool(data.get("parties_apart")),
    )


def _words(one: Mapping[str, Any]) -> Words:
    return Words(one["zh"], one["en"])


def _wrong_form(data: Mapping[str, Any], place: Place) -> Iterator[Problem]:
    """What is missing, misspelt or there twice."""

    def missing(where: str, field: str) -> Problem:
        return Problem("workflow.missing", place, {"where": where, "field": field})

    for name in ("flow", "title", "initial", "parties", "roles", "states", "transitions"):
        if not data.get(name):
            yield missing("-", name)
    if data.get("basis", {}).get("status", "seen") not in STATUSES:
        values = {"kind": "status", "name": data["basis"]["status"], "where": "basis"}
        yield Problem("workflow.unknown", place, {**values, "known": ", ".join(STATUSES)})
    titled: list[tuple[str, Mapping[str, Any]]] = [("title", data.get("title", {}))]
    for kind in ("parties", "roles", "states"):
        titled += [(f"{kind}.{name}", one) for name, one in data.get(kind, {}).items()]
    seen: set[str] = set()
    for index, one in enumerate(data.get("transitions", ()), start=1):
        name = str(one.get("name", "")) or f"[{index}]"
        where = f"transitions.{name}"
        titled.append((where, one))
        if name in seen:
            yield Problem("workflow.twice", place, {"name": name})
        seen.add(name)
        yield from (missing(where, key) for key in ("name", "from", "roles") if not one.get(key))
        for key in sorted(set(one) - _KEYS):
            values = {"kind": "key", "name": key, "where": where}
            yield Problem("workflow.unknown", place, {**values, "known": ", ".join(sorted(_KEYS))})
    for where, words in titled:
        yield from (missing(where, lang) for lang in ("zh", "en") if not words.get(lang))


def _unknown_names(flow: Flow, place: Place) -> Iterator[Problem]:
    def check(
        kind: str, names: Iterable[str], known: Iterable[str], where: str
    ) -> Iterator[Problem]:
        listed = list(known)
        for name in names:
            if name not in listed:
                values = {"kind": kind, "name": name, "where": where, "known": ", ".join(listed)}
                yield Problem("workflow.unknown", place, values)

    yield from check("state", [flow.initial], flow.states, "initial")
    for role in flow.roles.values():
        yield from check("party", [role.party], flow.parties, f"roles.{role.id}")
    for one in flow.transitions.values():
        where = f"transitions.{one.name}"
        yield from check("state", [*one.sources, *filter(None, [one.to])], flow.states, where)
        yield from check("role", one.roles, flow.roles, where)
        taken = [name for name in one.not_by if "." not in name]
        yield from check("transition", [*taken, *one.after], flow.transitions, where)


def _where_it_sticks(flow: Flow, place: Place) -> Iterator[Problem]:
    """States that cannot be reached, or from which no final one can be."""
    if not any(state.final for state in flow.states.values()):
        yield Problem("workflow.no_end", place)
        return
    steps = [(a, one.to) for one in flow.transitions.values() if one.to for a in one.sources]
    reached = _closure({flow.initial}, steps)
    ends = {name for name, state in flow.states.items() if state.final}
    ending = _closure(ends, [(b, a) for a, b in steps])
    for name in flow.states:
        if name not in reached:
            yield Problem("workflow.unreachable", place, {"state": name, "initial": flow.initial})
        if name not in ending:
            yield Problem("workflow.dead_end", place, {"state": name, "ends": ", ".join(ends)})


def _closure(start: set[str], steps: Iterable[tuple[str, str]]) -> set[str]:
    found, listed = set(start), list(steps)
    while more := {b for a, b in listed if a in found} - found:
        found |= more
    return found


__all__ = ["Flow", "Role", "State", "Transition", "read_flow", "report_flow"]

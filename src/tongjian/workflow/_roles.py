"""Who may act in which role, and for what (角色授予): entries ``role.grant`` of the log."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from tongjian.evidence import Act, Entry, EvidenceLog
from tongjian.problems import Problem, TongjianError
from tongjian.workflow._document import Flow

GRANT = "role.grant"
GRANTOR = "grantor"
"""The role of those who give roles (授权人)."""


@dataclass(frozen=True, slots=True)
class Grant:
    """The roles of a person, and the attributes of a subject that they are limited to.

    A limit such as ``{"division": "3201*"}`` holds for every division that begins so.
    """

    person: str
    roles: tuple[str, ...]
    within: Mapping[str, str]

    def reaches(self, facts: Mapping[str, str]) -> bool:
        """Whether a subject with these attributes is within the limits."""
        return all(_fits(facts.get(name, ""), limit) for name, limit in self.within.items())


@dataclass(frozen=True, slots=True)
class Roles:
    """The grants that stand (现行授权); a later one of a person replaces the earlier."""

    grants: Mapping[str, Grant]

    @classmethod
    def of(cls, entries: Iterable[Entry]) -> Roles:
        """What the entries of a log grant."""
        found: dict[str, Grant] = {}
        for entry in entries:
            if entry.act == GRANT:
                said = entry.content
                person = str(said["person"])
                found[person] = Grant(person, tuple(said["roles"]), dict(said["within"]))
        return cls(found)

    def of_person(self, person: str, facts: Mapping[str, str] | None = None) -> tuple[str, ...]:
        """The roles of a person, where `facts` are given for a subject with these attributes."""
        grant = self.grants.get(person)
        if grant is None or (facts is not None and not grant.reaches(facts)):
            return ()
        return grant.roles

    def having(self, roles: Iterable[str]) -> list[str]:
        """The persons with any of these roles."""
        wanted = set(roles)
        return sorted(one.person for one in self.grants.values() if wanted & set(one.roles))


def grant(
    log: EvidenceLog,
    flow: Flow,
    person: str,
    roles: Iterable[str],
    by: str,
    within: Mapping[str, str] | None = None,
) -> Entry:
    """Give `person` all of these roles and no other (授予角色); none takes them away.

    The first grant of a log is open to whoever sets it up, who becomes a grantor by it if
    ``grantor`` is among the roles; every later one needs that role. Raises `TongjianError`.
    """
    wanted = list(dict.fromkeys(roles))
    known = [*flow.roles, GRANTOR]
    problems = [
        Problem("workflow.role", values={"role": one, "known": ", ".join(known)})
        for one in wanted
        if one not in known
    ]
    if not person.strip() or not by.strip():
        problems.append(Problem("workflow.nobody"))
    with log.locked():
        entries = log.entries(GRANT)
        standing = Roles.of(entries)
        if not entries and GRANTOR not in wanted:
            problems.append(Problem("workflow.first_grant"))
        if entries and GRANTOR not in standing.of_person(by):
            having = ", ".join(standing.having([GRANTOR])) or "-"
            problems.append(Problem("workflow.no_grantor", values={"by": by, "having": having}))
        if problems:
            raise TongjianError(problems)
        content = {"person": person, "roles": wanted, "within": dict(within or {})}
        return log.append_locked([Act(GRANT, by, f"person:{person}", content)])[0]


def _fits(value: str, limit: str) -> bool:
    if limit.endswith("*"):
        return value.startswith(limit.removesuffix("*"))
    return value == limit


__all__ = ["GRANT", "GRANTOR", "Grant", "Roles", "grant"]

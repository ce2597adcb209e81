"""Roles of the site entered in the log of an enterprise (授权入日志).

The flow of a report decides by what its own log grants, so that anyone who has the log alone can
check every step. Whoever acts on an enterprise here is granted there, before the act, what they
have on the site at that moment; the site is the grantor.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from tongjian.evidence import Act, Entry, EvidenceLog
from tongjian.site.access.models import Assignment, Membership, User
from tongjian.site.registry.models import Enterprise
from tongjian.workflow import GRANT, GRANTOR, Flow, Roles, grant, report_flow

SITE = "通鉴平台（site）"
"""How the site itself signs."""


def ensure_grants(log: EvidenceLog, enterprise: Enterprise, user: User) -> None:
    """Enter what `user` may do for `enterprise`, unless the log says just that already."""
    flow = report_flow()
    wanted, within = _held(flow, enterprise, user)
    standing = Roles.of(log.entries(GRANT))
    if GRANTOR not in standing.of_person(SITE):
        grant(log, flow, SITE, [GRANTOR], by=SITE)
    found = standing.grants.get(user.signature)
    if found is None and not wanted:
        return
    if found is None or (found.roles, dict(found.within)) != (wanted, dict(within)):
        grant(log, flow, user.signature, wanted, by=SITE, within=within)


def with_grants(entries: Sequence[Entry], enterprise: Enterprise, user: User) -> list[Entry]:
    """The entries, and what would be granted before `user` acts: for telling what is open to them.

    Nothing is written; who only looks leaves no entry.
    """
    last = entries[-1] if entries else None
    wanted, within = _held(report_flow(), enterprise, user)
    content = {"person": user.signature, "roles": list(wanted), "within": dict(within)}
    act = Act(GRANT, SITE, f"person:{user.signature}", content)
    number, time, before = (last.number + 1, last.time, last.hash) if last else (1, "", "")
    return [*entries, Entry.after(act, number, time, before)]


def _held(
    flow: Flow, enterprise: Enterprise, user: User
) -> tuple[tuple[str, ...], Mapping[str, str]]:
    """The roles of the flow that somebody has for an enterprise, and the division they end at."""
    assigned = Assignment.objects.filter(user=user, enterprise=enterprise, ended=None).exists()
    held, divisions = set(), set()
    for one in Membership.objects.filter(user=user, ended=None):
        within = one.kind.within
        if (
            (within == "enterprise" and one.enterprise_id == enterprise.pk)
            or (within == "assignment" and assigned)
            or (within == "division" and enterprise.division.startswith(one.division))
        ):
            held.add(one.role)
            if within == "division":
                divisions.add(one.division)
    limit = max(divisions, key=len, default="")
    roles = tuple(name for name in flow.roles if name in held)
    return roles, {"division": f"{limit}*"} if limit else {}


__all__ = ["SITE", "ensure_grants", "with_grants"]

"""Where what a job has made is looked at (结果地址): each kind's app says it.

    @leads_to("mrv.run")
    def _(one: Job, actor: Actor) -> str: ...

It is asked for a job that is over, done or not: where that failed, it is the page from which the
job is started again.
"""

from __future__ import annotations

from collections.abc import Callable

from tongjian.site.access.actor import Actor
from tongjian.site.operations.models import Job

Address = Callable[[Job, Actor], str]
_addresses: dict[str, Address] = {}


def leads_to(*kinds: str) -> Callable[[Address], Address]:
    """Register where the result of kinds of jobs is; apps do so when ready."""

    def register(function: Address) -> Address:
        _addresses.update(dict.fromkeys(kinds, function))
        return function

    return register


def address_of(one: Job, actor: Actor) -> str:
    """The address of what came of a job, or of where it is asked for; empty where there is none."""
    found = _addresses.get(one.kind)
    return found(one, actor) if found is not None and one.over else ""


__all__ = ["address_of", "leads_to"]

"""Where what a job has made is looked at (结果地址): each kind's app says it.

@leads_to("mrv.run")
def _(one: Job) -> str: ...
"""

from __future__ import annotations

from collections.abc import Callable

from tongjian.site.operations.models import Job

Address = Callable[[Job], str]
_addresses: dict[str, Address] = {}


def leads_to(kind: str) -> Callable[[Address], Address]:
    """Register where the result of a kind of job is; apps do so when ready."""

    def register(function: Address) -> Address:
        _addresses[kind] = function
        return function

    return register


def address_of(one: Job) -> str:
    """The address of what came of a job; empty where there is none to go to."""
    found = _addresses.get(one.kind)
    return found(one) if found is not None and one.state == Job.DONE else ""


__all__ = ["address_of", "leads_to"]

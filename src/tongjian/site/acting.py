"""Acting on an enterprise (办理): what every act of a person does before and after the act itself.

    with acting(request.actor, enterprise) as workspace:
        advance(workspace.log, report_flow(), subject, "submit", request.actor.signature, ...)

Before: the log is told what the actor may do. After, also where the act was refused: the rows of
the database follow the log. No transaction of the database may be open meanwhile.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from django.db import connection

from tongjian.site.access.actor import Actor
from tongjian.site.access.grants import ensure_grants
from tongjian.site.mrv.projection import catch_up
from tongjian.site.registry.models import Enterprise
from tongjian.site.workspaces import Workspace


@contextmanager
def acting(actor: Actor, enterprise: Enterprise) -> Iterator[Workspace]:
    """The workspace of an enterprise, for an act of `actor` upon it.

    That the actor may see the enterprise is for the caller to have asked, by `seen_by`.
    """
    assert not connection.in_atomic_block, "the log is written first, rows follow"
    assert actor.user is not None
    workspace = Workspace(enterprise)
    ensure_grants(workspace.log, enterprise, actor.user)
    try:
        yield workspace
    finally:
        catch_up(workspace)


__all__ = ["acting"]

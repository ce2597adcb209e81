"""How the endpoints of `operations` are called."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from tests.site.matrix import UNKNOWN_KEY, Example
from tests.site.world import World
from tongjian.evidence import Act, EvidenceLog
from tongjian.site.operations.models import AuditEntry, Job
from tongjian.site.operations.roots import sign_roots


def job(world: World, of: str) -> Mapping[str, Any]:
    """The address of a job that the preparer of an enterprise has started."""
    actor = world.actor("preparer", of)
    found = Job.every.filter(user=actor.user).first()
    if found is None:
        found = Job.every.create(
            kind="mrv.run", by=actor.signature, user=actor.user, enterprise=world.enterprise(of)
        )
    return {"key": found.key}


def entry(world: World, of: str) -> Mapping[str, Any]:
    """The address of an entry of an enterprise's log that is its own business."""
    enterprise = world.enterprise(of)
    if not AuditEntry.every.filter(log=enterprise.key).exists():
        by = world.actor("preparer", of).signature
        log = world.workspace(of).log
        then = EvidenceLog(log.store, lambda: datetime(2020, 1, 15, tzinfo=UTC))
        then.append([Act("meter.calibrate", by, "meter:M1", {"meter": "M1"})])
        sign_roots()
    return {"log": enterprise.key, "number": 1}


OF_ENTERPRISE = ("preparer {of}", "approver {of}", "admin")
NO_ENTRY = {"log": "0" * 16, "number": 1}
EXAMPLES = {
    "operations:alive": Example(),
    "operations:jobs": Example(),
    "operations:job": Example(job, OF_ENTERPRISE, UNKNOWN_KEY),
    "operations:job_stop": Example(job, OF_ENTERPRISE, UNKNOWN_KEY),
    "operations:audit": Example(),
    "operations:audit_entry": Example(entry, OF_ENTERPRISE, NO_ENTRY),
    "operations:audit_proof": Example(entry, OF_ENTERPRISE, NO_ENTRY),
    "operations:health": Example(),
    "operations:backups": Example(),
    "operations:backup": Example(),
}

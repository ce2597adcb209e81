"""How the endpoints of verification, review and reminders are called."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from tests.site.matrix import Example
from tests.site.world import YEAR, World
from tongjian.evidence import Act
from tongjian.site.mrv.models import Notice
from tongjian.versions import report_subject

UNKNOWN = {"code": "NO-SUCH-PLANT", "year": YEAR}


def report(world: World, of: str) -> Mapping[str, Any]:
    """The address of a report, begun or not."""
    return {"code": world.plant(of).code, "year": YEAR}


def finding(world: World, of: str) -> Mapping[str, Any]:
    """The address of a finding, as if a verifier had raised it."""
    log, subject = world.workspace(of).log, report_subject(world.plant(of).code, YEAR)
    content = {
        "report": subject,
        "kind": "observation",
        "about": "boundary:x",
        "text": "x",
        "effect_tco2e": None,
        "rests_on": [],
        "role": "verifier",
    }
    name = f"finding:{subject.removeprefix('report:')}/1"
    if not log.entries("finding.raise", subject=name):
        log.append([Act("finding.raise", world.actor("verifier", of).signature, name, content)])
    return {**report(world, of), "number": 1}


def notice(world: World, of: str) -> Mapping[str, Any]:
    """The address of a reminder that the preparer of an enterprise has."""
    actor, plant = world.actor("preparer", of), world.plant(of)
    assert actor.user is not None
    made, _ = Notice.every.get_or_create(
        user=actor.user,
        enterprise=plant.enterprise,
        plant=plant,
        year=YEAR,
        rule="demand",
        day="2026-03-31",
        days=0,
    )
    return {"key": made.key}


OF_REPORT = Example(report, "authority", UNKNOWN)
OF_FINDING = Example(finding, "authority", {**UNKNOWN, "number": 1})
PAGES = ("verification", "sample", "checklist", "inspection", "findings")
ACTS = ("draw", "check", "answer", "recompute", "opinion", "statement", "raise")
STEPS = (
    *("start", "notify", "reopen", "verify"),
    *("pass", "accept", "return", "recall", "demand", "determine"),
)
EXAMPLES = {
    **{f"mrv:{name}": OF_REPORT for name in (*PAGES, *ACTS)},
    **{f"mrv:act_{name}": OF_REPORT for name in STEPS},
    **{f"mrv:{name}": OF_FINDING for name in ("finding", "respond", "close", "reopen_finding")},
    "mrv:queue": Example(),
    "mrv:notices": Example(),
    "mrv:notices_read": Example(),
    "mrv:notice": Example(notice, ("preparer {of}",), {"key": "0" * 16}),
}

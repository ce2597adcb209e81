"""The parts of a report's page for verification and review (核查、审核)."""

from __future__ import annotations

from typing import Any

from tongjian.site.mrv.panels import Panel, adds_panel
from tongjian.site.mrv.services_compare import LEAST, compare
from tongjian.site.mrv.services_findings import finding_rows
from tongjian.site.mrv.services_reports import ReportDesk
from tongjian.verification import look_again, opinion_of
from tongjian.workflow import Step

# From whom a report has passed on to whom (三级审核), by the step that passes it.
_LEVELS = (
    ("enterprise", ("submit", "correct")),
    ("verification", ("verify",)),
    ("city", ("pass",)),
    ("province", ("accept", "determine")),
)
_BACK = ("withdraw", "return", "recall")


@adds_panel("verified", order=30)
def verified(desk: ReportDesk) -> Panel | None:
    """Opinion and findings, with the way to the verifier's workspace."""
    if not desk.handed_in or not desk.actor.may("mrv.findings"):
        return None
    opinion = opinion_of(desk.entries, desk.subject)
    content = {
        "opinion": opinion,
        "off": look_again(desk.entries, opinion) if opinion else [],
        "rows": finding_rows(desk),
    }
    return Panel("mrv.panel_verification", "mrv/parts/verified.html", content)


@adds_panel("review", order=40)
def review(desk: ReportDesk) -> Panel | None:
    """The three levels; to an authority also last year and the peers."""
    content: dict[str, Any] = {"levels": levels(desk)}
    if desk.actor.may("mrv.act_return") or desk.actor.may("mrv.act_recall"):
        compared = compare(desk.actor, desk.plant, desk.year)
        content |= {"compared": compared, "least": LEAST, "compares": True}
    return Panel("mrv.panel_review", "mrv/parts/review.html", content)


def levels(desk: ReportDesk) -> list[dict[str, Any]]:
    """Each level with the step by which the report has passed it, if it has."""
    passed: dict[str, Step] = {}
    for step in desk.history.steps:
        if step.transition.name in _BACK:
            passed.clear()
        for name, transitions in _LEVELS:
            if step.transition.name in transitions:
                passed[name] = step
    left = [name for name, _ in _LEVELS if name not in passed]
    now = left[0] if left and not desk.state.final else ""
    return [
        {"name": f"mrv.level_{name}", "step": passed.get(name), "now": name == now}
        for name, _ in _LEVELS
    ]


__all__ = ["levels", "review", "verified"]

"""What the control plan says of the data that are verified (控制计划对照)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from tongjian.control_plan import (
    Finding,
    History,
    Links,
    findings,
    history,
    link,
    read_guide,
    reads,
)
from tongjian.evidence import EvidenceLog, china_day
from tongjian.records import Catalogue
from tongjian.verification._engagement import Engagement


@dataclass(frozen=True, slots=True)
class PlanView:
    """A facility's plan held against the data of an engagement (计划与数据的对照)."""

    history: History
    links: Links
    findings: tuple[Finding, ...]


def plan_view(log: EvidenceLog, engagement: Engagement, today: date | None = None) -> PlanView:
    """The plan of the engagement's facility as the log has it, on `today` (now without it)."""
    day, catalogue = today or china_day(log.clock()), Catalogue.load()
    known = history(log, engagement.facility)
    rows, read = engagement.records_of_year(), reads([engagement.rules], catalogue)
    sector = str(engagement.run.facilities[engagement.facility]["sector"])
    guide = read_guide(engagement.run.rulebook, sector, catalogue)
    year = engagement.year
    return PlanView(
        known,
        link(rows, known, year, day, read),
        findings(known, rows, year, guide, day, read) if known.revisions else (),
    )


__all__ = ["PlanView", "plan_view"]

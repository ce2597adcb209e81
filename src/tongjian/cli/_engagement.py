"""What commands of ``tongjian verification`` verify: a report's result, on the agreed terms."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

from tongjian.cli._output import Output
from tongjian.cli._workflow import report_named
from tongjian.cli._workspace import do_run, open_log
from tongjian.evidence import Entry, EvidenceLog
from tongjian.problems import Problem, TongjianError
from tongjian.verification import (
    Assessment,
    CheckItem,
    Engagement,
    Ground,
    Materiality,
    PlanView,
    assess,
    checklist,
    default_settings,
    ground_of,
    plan_view,
    sample_of,
)


@dataclass(frozen=True)
class Terms:
    """What an engagement was asked for on the command line; the rest is as in the last sample."""

    ruleset: str | None = None
    assurance: str | None = None
    materiality: str | None = None
    source: str = ""
    rulebook: Path | None = None


@dataclass(frozen=True)
class Verified:
    """A report under verification: its log, its result and what the control plan says."""

    log: EvidenceLog
    engagement: Engagement

    @property
    def subject(self) -> str:
        """The report in the log."""
        return self.engagement.subject

    @cached_property
    def plan(self) -> PlanView:
        """The control plan held against the data."""
        return plan_view(self.log, self.engagement)

    @cached_property
    def items(self) -> list[CheckItem]:
        """The check list."""
        return checklist(self.engagement, self.plan)

    @cached_property
    def ground(self) -> Ground:
        """What an opinion would be given on."""
        return ground_of(self.engagement, self.items)

    def assessed(self, entries: list[Entry] | None = None) -> Assessment:
        """Where verification stands."""
        listed = self.log.entries() if entries is None else entries
        return assess(listed, self.subject, self.ground)


def verified(out: Output, workspace: Path, report: str, terms: Terms | None = None) -> Verified:
    """The report `report` with the result that the workspace gives now.

    Rule set, assurance and materiality level are those of the newest sample, where `terms` do not
    ask for others. Without `terms` there has to be one; raises `TongjianError` otherwise.
    """
    subject, facility, year = report_named(report)
    log = open_log(workspace)
    drawn = sample_of(log.entries(), subject)
    if drawn is None and terms is None:
        raise TongjianError(Problem("verification.no_sample"))
    said = {} if drawn is None else drawn.entry.content
    terms = terms or Terms()
    # The same rule sets and years as a plain run, so that its manifest is that of a kept run.
    run = do_run(out, workspace, terms.rulebook, (), (year,))
    if terms.materiality is not None:
        level = Materiality.agreed(terms.materiality, terms.source)
    elif said:
        level = Materiality.of_content(said)
    else:
        level = Materiality.of(run.rulebook)
    engagement = Engagement.of(
        run,
        facility,
        year,
        level,
        terms.assurance or str(said.get("assurance", next(iter(default_settings().assurance)))),
        terms.ruleset or said.get("ruleset"),
    )
    return Verified(log, engagement)

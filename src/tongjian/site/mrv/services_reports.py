"""A report as one person sees it (报告工作台), and taking a step of its flow."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from tongjian.evidence import Entry
from tongjian.problems import Problem, TongjianError
from tongjian.site.access.actor import Actor
from tongjian.site.access.grants import with_grants
from tongjian.site.acting import acting
from tongjian.site.mrv.models import ANALYST, Report
from tongjian.site.mrv.submitted import handed_in
from tongjian.site.registry.models import Plant
from tongjian.site.workspaces import Workspace
from tongjian.verification import report_guards
from tongjian.versions import ReportVersion, report_subject, versions_in
from tongjian.workflow import (
    Flow,
    History,
    Option,
    Situation,
    State,
    Step,
    advance,
    options_in,
    report_flow,
)


@dataclass(frozen=True)
class ReportDesk:
    """The report of a plant's year, for `actor` (报告工作台).

    What is decided is decided by the log: `options` are all transitions that lead on from here,
    each open to the actor or with every reason why not.
    """

    actor: Actor
    plant: Plant
    year: int

    @property
    def subject(self) -> str:
        """By what the log calls the report."""
        return report_subject(self.plant.code, self.year)

    @cached_property
    def workspace(self) -> Workspace:
        """Records, log, files and runs of the enterprise."""
        return Workspace(self.plant.enterprise)

    @cached_property
    def entries(self) -> Sequence[Entry]:
        """All entries of the enterprise's log."""
        return self.workspace.log.entries()

    @cached_property
    def history(self) -> History:
        """What became of the report so far."""
        return History.of(report_flow(), self.subject, self.entries)

    @property
    def flow(self) -> Flow:
        """The flow of reports."""
        return report_flow()

    @property
    def state(self) -> State:
        """Where the report stands."""
        return self.flow.states[self.history.state]

    @property
    def steps(self) -> list[Step]:
        """The steps that were taken, newest first."""
        return list(reversed(self.history.steps))

    @cached_property
    def row(self) -> Report | None:
        """The row of the report; None before its first step."""
        found = Report.objects.seen_by(self.actor).filter(plant=self.plant, year=self.year)
        return found.first()

    @cached_property
    def options(self) -> list[Option]:
        """Every transition from here: those open to the actor first, then those of their party."""
        if self.actor.user is None:
            return []
        entries = with_grants(self.entries, self.plant.enterprise, self.actor.user)
        clock = self.workspace.log.clock()
        situation = Situation(self.history, entries, self.actor.signature, {}, clock)
        found = options_in(situation, report_guards(), facts_of(self.plant))
        party = self.actor.role.party
        return sorted(
            (one for one in found if one.allowed or self._concerns(one, party)),
            key=lambda one: not one.allowed,
        )

    def _concerns(self, option: Option, party: str) -> bool:
        return any(self.flow.roles[role].party == party for role in option.transition.roles)

    @cached_property
    def versions(self) -> list[ReportVersion]:
        """The versions that the actor may know of, newest first.

        What an enterprise has not handed in is known to nobody else.
        """
        made = versions_in(self.entries, self.subject)
        if not self.is_ours:
            made = [one for one in made if one.number in self.handed_in]
        return list(reversed(made))

    def version(self, number: int) -> ReportVersion:
        """A version that the actor may know of; raises `TongjianError` for any other."""
        for one in self.versions:
            if one.number == number:
                return one
        values = {"facility": self.plant.code, "year": self.year, "number": number}
        values |= {"count": len(self.versions)}
        raise TongjianError(Problem("versions.unknown_version", values=values))

    @property
    def is_ours(self) -> bool:
        """Whether the actor acts for the enterprise itself."""
        return self.actor.role.party == "enterprise"

    @cached_property
    def handed_in(self) -> frozenset[int]:
        """The numbers of the versions that were handed in."""
        return frozenset(number for _, number in handed_in(self.history, self.entries))


def facts_of(plant: Plant) -> dict[str, str]:
    """The attributes of a report to which roles may be limited."""
    return {"facility": plant.code, "division": plant.division}


def is_theirs(actor: Actor, plant: Plant, year: int) -> bool:
    """Whether a plant's year is for somebody who may see the plant.

    A verification is given for a year, and not for all that the enterprise ever reports; to an
    analyst only what rests is shown.
    """
    if actor.role.id == ANALYST:
        return Report.objects.seen_by(actor).filter(plant=plant, year=year).exists()
    if actor.role.within != "assignment":
        return True
    return plant.enterprise_id in set(actor.assigned(year))


def take_step(
    actor: Actor,
    plant: Plant,
    year: int,
    transition: str,
    reason: str = "",
    content: Mapping[str, Any] | None = None,
) -> Entry:
    """Take a transition of the report's flow; raises `TongjianError` with every reason why not."""
    with acting(actor, plant.enterprise) as workspace:
        return advance(
            workspace.log,
            report_flow(),
            report_subject(plant.code, year),
            transition,
            actor.signature,
            guards=report_guards(),
            reason=reason,
            content=content,
            facts=facts_of(plant),
        )


__all__ = ["ReportDesk", "facts_of", "is_theirs", "take_step"]

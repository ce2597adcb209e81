"""Computing, keeping and looking into runs of an enterprise (核算), and making a version of one."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from tongjian.engine import Run, run
from tongjian.problems import Problem, TongjianError
from tongjian.reports._used import used_factors
from tongjian.site.acting import acting
from tongjian.site.mrv.bench import run_again
from tongjian.site.mrv.inventory import Block, YearlySheet, blocks, docs_of_run, yearly
from tongjian.site.mrv.services_reports import ReportDesk, is_theirs
from tongjian.site.operations.jobs import Running, job
from tongjian.site.registry.models import Plant
from tongjian.site.rulebooks.waiting import ask
from tongjian.site.workspaces import rulebook, site_log
from tongjian.statutory import Authority, Statement, Unconfirmed
from tongjian.versions import KeptRun, make_version, report_versions, standing

KEEP = "run.keep"
_SHOWN = 12


def runs_of(desk: ReportDesk) -> list[KeptRun]:
    """The newest kept runs that were asked for the year of the report."""
    found = []
    for one in reversed(desk.entries):
        if one.act == KEEP:
            kept = KeptRun(one, desk.workspace.files)
            years = kept.asked.years
            if years is None or desk.year in years:
                found.append(kept)
        if len(found) == _SHOWN:
            break
    return found


@dataclass(frozen=True)
class Preview:
    """A kept run as the enterprise looks at it before it makes a version (结果预览)."""

    desk: ReportDesk
    kept: KeptRun

    @cached_property
    def run(self) -> Run:
        """The run, computed again to the same bytes."""
        return run_again(self.desk.workspace, self.kept)

    @cached_property
    def blocks(self) -> list[Block]:
        """The inventory of the plant's year."""
        lines = self.run.select(facility=self.desk.plant.code, year=self.desk.year)
        open_ = Counter(name for one in self.statement.open for name in one.rulesets)
        return blocks(lines, docs_of_run(self.run, self.desk.year), open_)

    @cached_property
    def yearly(self) -> list[YearlySheet]:
        """The figures beside the inventory."""
        return yearly(self.run, self.desk.plant.code, self.desk.year)

    @property
    def problems(self) -> Sequence[Problem]:
        """What was left out, and warnings."""
        return self.run.problems

    @property
    def errors(self) -> int:
        """How many rows could not be computed."""
        return sum(one.severity == "error" for one in self.problems)

    @cached_property
    def statement(self) -> Statement:
        """What the numbers have from memory, and who has confirmed which of it."""
        used_factors(self.run, self.desk.plant.code)
        return standing(self.run, self.desk.plant.code, self.desk.year, Authority(site_log()))

    @property
    def is_current(self) -> bool:
        """Whether the records and the rulebook are still those of the run."""
        now = self.desk.workspace.store.digest, rulebook().digest
        return now == (self.kept.records["digest"], self.kept.rulebook)


def subject_of(task: Running, action: str) -> tuple[Plant, int]:
    """The plant and year that a job is about, if who asked may still do it; else refuses."""
    said = task.asked
    actor = task.actor
    seen = Plant.objects.seen_by(actor).select_related("enterprise")
    found = seen.filter(code=said["plant"]).first() if actor.may(action) else None
    if found is None or not is_theirs(actor, found, int(said["year"])):
        raise TongjianError(Problem("site.no_longer", values={"by": actor.signature or "-"}))
    return found, int(said["year"])


@job("mrv.run", stops=True)
def compute(task: Running) -> dict[str, Any]:
    """Compute a year of the enterprise under every rule set that applies, and keep the run."""
    plant, year = subject_of(task, "mrv.compute")

    def progress(name: str, done: int, total: int) -> None:
        task.progress(done, total)

    with acting(task.actor, plant.enterprise) as workspace:
        made = run(rulebook(), workspace.store, None, [year], progress=progress)
        kept = workspace.runs.keep(made, task.actor.signature)
    return {"run": kept.id, "plant": plant.code, "year": year}


@job("mrv.version")
def version(task: Running) -> dict[str, Any]:
    """Make the next version of a report from a kept run."""
    plant, year = subject_of(task, "mrv.make_version")
    said = task.asked
    try:
        with acting(task.actor, plant.enterprise) as workspace:
            known = report_versions(workspace.log, plant.code, year)
            made = make_version(
                workspace.runs,
                plant.code,
                year,
                [str(said["run"])],
                task.actor.signature,
                "supplementary" if known else "original",
                str(said.get("reason", "")),
                authority=Authority(site_log()),
                statutory=bool(said.get("statutory")),
            )
    except Unconfirmed as error:  # whoever may confirm is told what waits for them
        ask(error.doubts)
        raise
    return {"version": made.number, "plant": plant.code, "year": year}


__all__ = ["Preview", "compute", "runs_of", "subject_of", "version"]

"""What a verifier works on (核查工作台): the result of the version that was handed in.

The result is computed again from the kept run of that version, so that what is verified is what was
submitted and not what the records say by now. Results are kept in the process by the id of the kept
run, check lists by everything that they are made of.
"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable, Hashable
from dataclasses import dataclass
from functools import cached_property
from threading import Lock
from typing import Any, Generic, TypeVar

from tongjian.engine import Run
from tongjian.evidence import china_day
from tongjian.rules import Words
from tongjian.site.mrv.bench import run_again
from tongjian.site.mrv.services_reports import ReportDesk
from tongjian.verification import (
    Assessment,
    CheckItem,
    Engagement,
    Ground,
    Materiality,
    Opinion,
    PlanView,
    SampleState,
    assess,
    checklist,
    default_settings,
    ground_of,
    opinion_of,
    plan_view,
    sample_of,
)
from tongjian.versions import ReportVersion, reproduce, require_identical

Value = TypeVar("Value")
_PLAN = ("plan.revise", "meter.calibrate", "month.freeze")
"""Acts of the control plan, which the check list is made of besides the result."""


class _Kept(Generic[Value]):
    """The newest few of what was made, by what it was made of; safe for threads."""

    def __init__(self, most: int) -> None:
        self.most, self._lock = most, Lock()
        self._known: OrderedDict[Hashable, Value] = OrderedDict()

    def get(self, key: Hashable, make: Callable[[], Value]) -> Value:
        with self._lock:
            if key in self._known:
                self._known.move_to_end(key)
                return self._known[key]
        made = make()
        with self._lock:
            self._known[key] = made
            while len(self._known) > self.most:
                self._known.popitem(last=False)
        return made


_lists: _Kept[list[CheckItem]] = _Kept(32)


@dataclass(frozen=True, slots=True)
class Terms:
    """What was agreed (核查约定): rule set, assurance, and materiality in per cent with its source.

    An empty `percent` is the level of the rulebook.
    """

    ruleset: str
    assurance: str
    percent: str = ""
    source: str = ""


@dataclass(frozen=True)
class Verification:
    """The verification of a report as `desk.actor` sees it (核查)."""

    desk: ReportDesk
    fresh: bool = False
    """Whether the result is to be computed anew: for what is entered in the log."""

    @property
    def subject(self) -> str:
        """The report in the log."""
        return self.desk.subject

    @property
    def is_verifying(self) -> bool:
        """Whether the report is in a state in which it is verified."""
        return self.desk.state.id in default_settings().verifying

    @cached_property
    def version(self) -> ReportVersion | None:
        """The newest version that was handed in; None where none was."""
        known = [one for one in self.desk.versions if one.number in self.desk.handed_in]
        return known[0] if known else None

    @cached_property
    def runs(self) -> list[tuple[str, Run]]:
        """The runs of that version, with their ids, computed again to the same bytes."""
        store = self.desk.workspace.runs
        kept = [store.open(mark) for mark in (self.version.runs if self.version else ())]
        if self.fresh:
            return [(one.id, require_identical(reproduce(store, one))) for one in kept]
        return [(one.id, run_again(self.desk.workspace, one)) for one in kept]

    @cached_property
    def rulesets(self) -> list[tuple[str, Words]]:
        """The rule sets that give a greenhouse gas total of the plant's year, with their titles."""
        at = (self.desk.plant.code, self.desk.year)
        found: dict[str, Words] = {}
        for _, run in self.runs:
            known = {
                line.ruleset
                for line in run.lines
                if (line.facility, line.year) == at and line.co2e_micro is not None
            }
            for one in run.results:
                if one.ruleset.id in known and self.desk.year in one.years:
                    found[one.ruleset.id] = one.ruleset.doc.title
        return sorted(found.items())

    @cached_property
    def sample(self) -> SampleState | None:
        """The newest sample; None while none was drawn."""
        return sample_of(self.desk.entries, self.subject)

    @cached_property
    def level(self) -> Materiality | None:
        """The level of the rulebook, which holds unless another one is agreed."""
        return Materiality.of(self.runs[0][1].rulebook) if self.runs else None

    @cached_property
    def engagement(self) -> Engagement | None:
        """The result on the terms of the newest sample; None while none was drawn."""
        if self.sample is None or not self.runs:
            return None
        said = self.sample.entry.content
        level = Materiality.of_content(said)
        return self._engagement(str(said["ruleset"]), str(said["assurance"]), level)

    def on(self, terms: Terms) -> Engagement:
        """The result on terms that are about to be agreed; raises `TongjianError`."""
        if terms.percent.strip():
            level = Materiality.agreed(terms.percent, terms.source.strip())
        else:
            level = Materiality.of(self.runs[0][1].rulebook)
        return self._engagement(terms.ruleset, terms.assurance, level)

    def _engagement(self, ruleset: str, assurance: str, level: Materiality) -> Engagement:
        run = next(
            (run for _, run in self.runs if any(one.ruleset == ruleset for one in run.lines)),
            self.runs[0][1],
        )
        plant = self.desk.plant
        return Engagement.of(run, plant.code, self.desk.year, level, assurance, ruleset or None)

    @cached_property
    def plan(self) -> PlanView | None:
        """The control plan held against the data."""
        made = self.engagement
        return None if made is None else plan_view(self.desk.workspace.log, made)

    @cached_property
    def items(self) -> list[CheckItem]:
        """The check list; empty while nothing was agreed."""
        made, plan = self.engagement, self.plan
        if made is None or plan is None:
            return []
        day = china_day(self.desk.workspace.log.clock())
        planned = tuple(one.hash for one in self.desk.entries if one.act in _PLAN)
        key = (made.result, made.records, str(made.run.manifest["result"]), day, planned)
        return _lists.get(key, lambda: checklist(made, plan))

    @cached_property
    def ground(self) -> Ground | None:
        """What an opinion would be given on."""
        made = self.engagement
        return None if made is None else ground_of(made, self.items)

    @cached_property
    def assessment(self) -> Assessment | None:
        """Where verification stands, and what stands against each opinion."""
        if self.ground is None:
            return None
        return assess(self.desk.entries, self.subject, self.ground)

    @cached_property
    def opinion(self) -> Opinion | None:
        """The newest opinion."""
        return opinion_of(self.desk.entries, self.subject)


def progress(found: Assessment) -> dict[str, Any]:
    """How far sample, check list, findings and re-computation are, as numbers for the page."""
    sample, asked = found.sample, found.checklist.asked
    off = found.misstatements
    most = max(off.together, off.largest)
    return {
        "sampled": 0 if sample is None else len(sample.ids),
        "checked": 0 if sample is None else len(sample.ids) - len(sample.left),
        "asked": asked,
        "answered": asked - len(found.checklist.left),
        "open": sum(one.state == "open" for one in found.findings),
        "waiting": sum(one.state == "answered" for one in found.findings),
        "closed": sum(one.state == "closed" for one in found.findings),
        "share": f"{found.ground.share:.3%}",
        "misstated": most,
        "threshold": off.threshold,
        "bar": max(off.threshold * 1.5, most),
        "material": off.material,
        "unknown": off.unknown,
    }


__all__ = ["Terms", "Verification", "progress"]

"""How far a report of the sample goes (演示流程), step by step, each by whose step it is."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from tongjian.engine import run
from tongjian.evidence import EvidenceLog
from tongjian.records import Correction
from tongjian.site.access.actor import Actor
from tongjian.site.acting import acting
from tongjian.site.demo.words import words
from tongjian.site.registry.models import Plant
from tongjian.site.workspaces import Workspace, rulebook, site_log
from tongjian.statutory import Authority
from tongjian.verification import (
    Engagement,
    Materiality,
    answer,
    check_datum,
    checklist,
    close_finding,
    draw_sample,
    enter_recomputation,
    findings_of,
    give_opinion,
    plan_view,
    raise_finding,
    recompute,
    report_guards,
    respond,
    sample_of,
)
from tongjian.versions import make_version, report_subject, reproduce, require_identical
from tongjian.workflow import advance, report_flow

STAGES = (
    "unopened",
    "draft",
    "submitted",
    "under_verification",
    "findings_open",
    "verified",
    "city_reviewed",
    "accepted",
    "returned",
    "supplementary",
)
"""What a report may reach in the sample."""
_SMALL = 1.01


@dataclass(frozen=True)
class Journey:
    """The report of a plant's year on its way; `people` has who acts in which role."""

    plant: Plant
    year: int
    people: dict[str, Actor]

    def go(self, stage: str) -> None:
        """Bring the report as far as `stage`."""
        for step in self._steps(stage):
            step()

    def _steps(self, stage: str) -> list[Callable[[], None]]:
        ways: dict[str, list[Callable[[], None]]] = {
            "draft": [self.open, self.compute],
            "submitted": [self.submit],
            "under_verification": [self.start],
            "findings_open": [self.find],
            "verified": [self.settle, self.opine],
            "city_reviewed": [lambda: self.step("city", "pass")],
            "accepted": [lambda: self.step("province", "accept")],
        }
        branches = {
            "unopened": ("", []),
            "returned": ("submitted", [self.give_back]),
            "supplementary": ("accepted", [self.ask_again, self.compute_again, self.submit]),
        }
        last, more = branches.get(stage, (stage, []))
        found: list[Callable[[], None]] = []
        for name, steps in ways.items():
            if not last:
                break
            found += steps
            if name == last:
                break
        return [*found, *more]

    # ---- the enterprise ----

    def open(self) -> None:
        self.step("preparer", "open")

    def compute(self, kind: str = "original", reason: str = "") -> None:
        """Compute the year, keep the run, make the next version of the report."""
        actor = self.people["preparer"]
        with acting(actor, self.plant.enterprise) as workspace:
            made = run(rulebook(), workspace.store, None, [self.year])
            kept = workspace.runs.keep(made, actor.signature)
            make_version(
                workspace.runs,
                self.plant.code,
                self.year,
                [kept.id],
                actor.signature,
                kind,  # type: ignore[arg-type]
                reason,
                authority=Authority(site_log()),
            )

    def submit(self) -> None:
        self.step("approver", "submit")

    def compute_again(self) -> None:
        """Correct one datum and make a supplementary version."""
        self.step("preparer", "revise")
        store = Workspace(self.plant.enterprise).store
        rows = store.read_activity(self.plant.code, self.year)
        row = max(
            (one for one in rows if one["tier"] == "monitored" and one["quantity"]),
            key=lambda one: (one["evidence"] != "", one["quantity"]),
        )
        quantity = round(row["quantity"] * _SMALL, 4)
        corrected = {
            **row,
            "quantity": quantity,
            "entered_quantity": repr(quantity),
            "entered_unit": row["unit"],
        }
        by, said = self.people["preparer"].signature, words()
        store.add(
            [corrected],
            source=said["source"],
            correction=Correction(by, said["corrected"], row["evidence"]),
        )
        self.compute("supplementary", said["supplementary"])

    # ---- the verifier ----

    def start(self) -> None:
        self.step("verifier", "start")
        self._verify(lambda log, by: draw_sample(log, self.engagement, by))

    def find(self) -> None:
        """Raise a finding and an observation, and notify the enterprise."""
        said, about = words(), f"report:{self.plant.code}"

        def enter(log: EvidenceLog, by: str) -> None:
            raise_finding(log, self.subject, "clarification", about, said["finding"], by)
            raise_finding(log, self.subject, "observation", about, said["observation"], by)

        self._verify(enter)
        self.step("verifier", "notify")

    def settle(self) -> None:
        """The enterprise answers, the verifier closes."""
        said, actor = words(), self.people["preparer"]
        with acting(actor, self.plant.enterprise) as workspace:
            for one in findings_of(workspace.log.entries(), self.subject):
                respond(workspace.log, one.id, said["answer"], actor.signature)
        self.step("approver", "correct")

        def close(log: EvidenceLog, by: str) -> None:
            for one in findings_of(log.entries(), self.subject):
                close_finding(log, one.id, "explained", by)

        self._verify(close)

    def opine(self) -> None:
        """Look at the sample, answer the list, compute again, give the opinion; the review."""
        engagement = self.engagement

        def enter(log: EvidenceLog, by: str) -> None:
            state = sample_of(log.entries(), self.subject)
            for name in state.left if state else ():
                check_datum(log, self.subject, name, "agrees", by)
            items = checklist(engagement, plan_view(log, engagement))
            planned = [one.id for one in items if one.group == "plan"]
            others = [one.id for one in items if one.group != "plan"]
            answer(log, self.subject, items, others, "yes", by)
            if planned:
                note = str(words()["no_plan"])
                answer(log, self.subject, items, planned, "not_applicable", by, note)
            enter_recomputation(log, self.subject, recompute(engagement), by)
            give_opinion(log, engagement, items, "unmodified", by)

        self._verify(enter)
        self.step("reviewer", "verify")

    # ---- the authorities ----

    def give_back(self) -> None:
        self.step("city", "return", reason=words()["returned"])

    def ask_again(self) -> None:
        self.step("province", "recall", reason=words()["recalled"])

    # ---- what they share ----

    @property
    def subject(self) -> str:
        """The report in the log."""
        return report_subject(self.plant.code, self.year)

    def step(self, role: str, transition: str, **more: Any) -> None:
        """Take a step of the flow."""
        actor = self.people[role]
        with acting(actor, self.plant.enterprise) as workspace:
            advance(
                workspace.log,
                report_flow(),
                self.subject,
                transition,
                actor.signature,
                guards=report_guards(),
                facts={"facility": self.plant.code, "division": self.plant.division},
                **more,
            )

    @cached_property
    def engagement(self) -> Engagement:
        """The result of the version that was handed in, computed again to the same bytes."""
        runs = Workspace(self.plant.enterprise).runs
        (kept,) = list(runs.runs().values())[-1:]
        made = require_identical(reproduce(runs, kept))
        level = Materiality.of(made.rulebook)
        at = (self.plant.code, self.year)
        named = sorted(
            {
                line.ruleset
                for line in made.lines
                if (line.facility, line.year) == at and line.co2e_micro is not None
            }
        )
        return Engagement.of(made, *at, level, ruleset=named[0])

    def _verify(self, enter: Callable[[EvidenceLog, str], Any]) -> None:
        actor = self.people["verifier"]
        with acting(actor, self.plant.enterprise) as workspace:
            enter(workspace.log, actor.signature)


__all__ = ["STAGES", "Journey"]

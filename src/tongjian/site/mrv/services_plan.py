"""The control plan of a plant (数据质量控制计划): as the log has it, and entering what is new."""

from __future__ import annotations

import copy
import io
import tempfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from functools import cached_property
from pathlib import Path
from typing import IO, Any

import yaml

from tongjian.control_plan import (
    Finding,
    History,
    MeterState,
    MonthState,
    Outcome,
    Plan,
    PlanChange,
    Revision,
    accounts_of,
    calibrate,
    changes,
    draft,
    findings,
    freeze,
    history,
    meter_state,
    month_states,
    plan_of,
    read_guide,
    read_plan_workbook,
    reads,
    revise,
    write_plan_workbook,
)
from tongjian.evidence import china_day, retention
from tongjian.problems import Problem, TongjianError
from tongjian.rules import Source
from tongjian.site.access.actor import Actor
from tongjian.site.acting import acting
from tongjian.site.registry.models import Plant, stored
from tongjian.site.workspaces import Workspace, catalogue, rulebook


@dataclass(frozen=True)
class PlanDesk:
    """The plan of a plant, looked at for a year of data (计划工作台)."""

    plant: Plant
    year: int

    @cached_property
    def workspace(self) -> Workspace:
        """Records, log and files of the enterprise."""
        return Workspace(self.plant.enterprise)

    @cached_property
    def history(self) -> History:
        """Everything that was entered about the plan."""
        return history(self.workspace.log, self.plant.code)

    @cached_property
    def today(self) -> date:
        """The day in China."""
        return china_day(self.workspace.log.clock())

    @property
    def standing(self) -> Revision | None:
        """The revision in force today."""
        return self.history.at(self.today)

    @property
    def newest(self) -> Revision | None:
        """The revision that was entered last."""
        return self.history.revisions[-1] if self.history.revisions else None

    @cached_property
    def revisions(self) -> list[tuple[Revision, int]]:
        """The revisions, newest first, each with how much it changed."""
        listed = self.history.revisions
        return [
            (one, len(changes(listed[at - 1].plan, one.plan)) if at else 0)
            for at, one in reversed(list(enumerate(listed)))
        ]

    def changed_by(self, number: int) -> tuple[PlanChange, ...] | None:
        """What a revision changed against the one before; None where there is none before."""
        before, after = self.history.revision(number - 1), self.history.revision(number)
        return None if before is None or after is None else changes(before.plan, after.plan)

    @cached_property
    def meters(self) -> list[tuple[Any, MeterState]]:
        """Every meter of the newest revision with its state this month."""
        newest = self.newest
        return [
            (one, meter_state(self.history, one.id, f"{self.today:%Y-%m}", self.today))
            for one in (newest.plan.meters.values() if newest else ())
        ]

    @cached_property
    def rows(self) -> list[dict[str, Any]]:
        """The activity data of the year."""
        return self.workspace.store.read_activity(self.plant.code, self.year)

    @cached_property
    def months(self) -> list[MonthState]:
        """How the months of the year were frozen."""
        guide = read_guide(rulebook(), self.plant.sector, catalogue())
        return month_states(self.history, self.rows, self.year, guide, self.today)

    @cached_property
    def findings(self) -> Sequence[Finding]:
        """What is wrong between plan and data of the year; nothing where there is no plan."""
        if not self.history.revisions:
            return ()
        guide = read_guide(rulebook(), self.plant.sector, catalogue())
        chosen = accounts_of(rulebook(), self.plant.sector, self.year)
        read = reads(chosen, catalogue())
        return findings(self.history, self.rows, self.year, guide, self.today, read)

    def workbook(self) -> bytes:
        """The newest revision as a workbook, or a draft from the records where there is none."""
        data = self.newest.plan.data if self.newest else yaml.safe_load(self.draft())
        if self.newest:
            data = {**data, "revision": self.newest.plan.revision + 1, "reason": ""}
        with tempfile.TemporaryDirectory(prefix="tongjian-plan-") as name:
            path = Path(name) / "plan.xlsx"
            write_plan_workbook(path, data)
            return path.read_bytes()

    def draft(self) -> str:
        """A draft from the records and what the rule sets read, as YAML to be completed."""
        store, code = self.workspace.store, self.plant.code
        known = {str(one["facility"]): one for one in store.read_facilities()}
        rows = list(store.read_activity(code))
        first = (self.today.replace(day=1) + timedelta(days=32)).replace(day=1)
        year = max((int(row["year"]) for row in rows), default=first.year)
        chosen = accounts_of(rulebook(), self.plant.sector, year)
        plant = known.get(code) or stored(self.plant)
        return draft(plant, store.read_process_units(), rows, chosen, catalogue(), first)


def revise_by_workbook(actor: Actor, plant: Plant, content: IO[bytes], name: str) -> Revision:
    """Enter an uploaded workbook as the next revision; raises `TongjianError` with every fault."""
    with tempfile.TemporaryDirectory(prefix="tongjian-plan-") as folder:
        path = Path(folder) / _file_name(name)
        path.write_bytes(content.read())
        plan = read_plan_workbook(path, catalogue())
    return _revise(actor, plant, plan)


def revise_by_data(actor: Actor, plant: Plant, data: Mapping[str, Any]) -> Revision:
    """Enter a plan as plain data as the next revision; raises `TongjianError` with every fault."""
    plan = plan_of(Source("plan", dict(data), {}, set()), catalogue())
    return _revise(actor, plant, plan)


def _revise(actor: Actor, plant: Plant, plan: Plan) -> Revision:
    if plan.facility != plant.code:
        values = {"found": plan.facility, "expected": plant.code}
        raise TongjianError(Problem("site.other_plant", values=values))
    with acting(actor, plant.enterprise) as workspace:
        return revise(workspace.log, plan, actor.signature)


def _file_name(name: str) -> str:
    """The last part of a name, for messages; with an ending that says what is read."""
    kept = "".join(one for one in name.replace("\\", "/").rpartition("/")[2] if one.isprintable())
    return kept[-80:] if kept.lower().endswith(".xlsx") else "plan.xlsx"


def revise_meter(
    actor: Actor, plant: Plant, meter: Mapping[str, Any], in_force: date, reason: str
) -> Revision:
    """Enter the newest plan with a meter added, or another in the place of the one of its id.

    Raises `TongjianError` where there is no plan yet, or with everything that is wrong.
    """
    with acting(actor, plant.enterprise) as workspace:
        known = history(workspace.log, plant.code)
        if not known.revisions:
            values = {"facility": plant.code, "day": in_force}
            raise TongjianError(Problem("control_plan.none", values=values))
        newest = known.revisions[-1].plan
        data = copy.deepcopy(dict(newest.data))
        others = [one for one in data["meters"] if one["id"] != meter["id"]]
        before: dict[str, Any] = next(
            (one for one in data["meters"] if one["id"] == meter["id"]), {}
        )
        data["meters"] = [*others, {**before, **meter}]
        data |= {
            "revision": newest.revision + 1,
            "in_force": in_force.isoformat(),
            "reason": reason,
        }
        plan = plan_of(Source("plan", data, {}, set()), catalogue())
        return revise(workspace.log, plan, actor.signature)


def enter_calibration(
    actor: Actor,
    plant: Plant,
    meter: str,
    *,
    day: date,
    result: Outcome,
    next_due: date | None,
    certificate: str,
    institution: str,
    file: IO[bytes] | None,
    name: str,
) -> None:
    """Enter a calibration, with the certificate if it was uploaded; raises `TongjianError`."""
    with acting(actor, plant.enterprise) as workspace:
        files: tuple[str, ...] = ()
        known = history(workspace.log, plant.code)
        if file is not None and meter in known.meters:
            keep = retention(rulebook(), china_day(workspace.log.clock()))
            about = f"meter:{plant.code}/{meter}"
            content = io.BytesIO(file.read())
            files = workspace.files.store(content, actor.signature, about, keep, name).files
        calibrate(
            workspace.log,
            plant.code,
            meter,
            actor.signature,
            day=day,
            result=result,
            next_due=next_due,
            certificate=certificate,
            institution=institution,
            files=files,
        )


def freeze_month(actor: Actor, plant: Plant, month: str, reason: str) -> None:
    """Freeze the key parameters of a month; raises `TongjianError`."""
    with acting(actor, plant.enterprise) as workspace:
        guide = read_guide(rulebook(), plant.sector, catalogue())
        rows = workspace.store.read_activity(plant.code, int(month[:4]))
        freeze(workspace.log, plant.code, month, rows, guide, actor.signature, reason=reason)


__all__ = [
    "PlanDesk",
    "enter_calibration",
    "freeze_month",
    "revise_by_data",
    "revise_by_workbook",
    "revise_meter",
]

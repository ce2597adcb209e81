"""Meters of the control plan beside those of the registry (计划与登记的计量器具): the same ids."""

from __future__ import annotations

from collections.abc import Mapping

from tongjian.control_plan import Meter as Planned
from tongjian.control_plan import plan_at
from tongjian.problems import Problem, TongjianError
from tongjian.site.access.actor import Actor
from tongjian.site.registry.models import Meter, Plant
from tongjian.site.registry.services import change
from tongjian.site.workspaces import Workspace


def planned_meters(plant: Plant) -> Mapping[str, Planned]:
    """The meters of the plan in force today, by id; none without a plan."""
    revision = plan_at(Workspace(plant.enterprise).log, plant.code)
    return {} if revision is None else revision.plan.meters


def differences(meter: Meter, planned: Planned) -> list[str]:
    """The fields in which the registry says something else than the plan does."""
    made = _of(meter.plant, planned)
    names = ("serial", "accuracy_class", "low", "high", "range_unit", "interval")
    return [
        name
        for name in names
        if getattr(meter, name) != getattr(made, name) and getattr(made, name) not in (None, "")
    ]


def take_over(actor: Actor, plant: Plant) -> int:
    """Register the meters of the plan that are not registered yet; returns how many.

    What is registered is left as it is. Those that cannot be taken as they stand in the plan are
    told all at once, after the others were taken (`TongjianError`).
    """
    known = set(Meter.objects.seen_by(actor).filter(plant=plant).values_list("code", flat=True))
    problems: list[Problem] = []
    taken = 0
    for name, planned in planned_meters(plant).items():
        if name in known:
            continue
        try:
            taken += change(actor, _of(plant, planned))
        except TongjianError as error:
            problems += error.problems
    if problems:
        raise TongjianError(problems)
    return taken


def _of(plant: Plant, planned: Planned) -> Meter:
    span = planned.range
    return Meter(
        plant=plant,
        code=planned.id,
        name_zh=planned.name,
        kind=planned.type,
        serial=planned.serial,
        accuracy_class=planned.accuracy_class,
        low=span.low if span else None,
        high=span.high if span else None,
        range_unit=span.unit if span else "",
        interval=planned.interval,
        calibrated=planned.calibrated,
    )


__all__ = ["differences", "planned_meters", "take_over"]

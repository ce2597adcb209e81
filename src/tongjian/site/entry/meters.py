"""Meter readings (抄表): entered as evidence, and the month's quantity as a draft of the grid."""

from __future__ import annotations

from dataclasses import dataclass

from tongjian.evidence import Act
from tongjian.problems import TongjianError
from tongjian.records import metered
from tongjian.site.access.actor import Actor
from tongjian.site.acting import acting
from tongjian.site.entry.drafts import Typed, keep_drafts, read_typed, stored_cells
from tongjian.site.entry.models import Draft, MeterReading
from tongjian.site.registry.models import Plant

READ = "meter.read"
_TIER = "monitored"


@dataclass(frozen=True, slots=True)
class Reading:
    """A reading as it was typed."""

    meter: str
    period: str
    process_unit: str
    stream: str
    item: str
    before: str
    after: str
    multiplier: str
    digits: int
    unit: str
    source: str = "manual"

    @property
    def evidence(self) -> str:
        """How the quantity came about, in a few words for the record."""
        return f"{self.meter} {self.before}→{self.after} ×{self.multiplier}"


def read_meter(actor: Actor, plant: Plant, reading: Reading) -> MeterReading:
    """Enter a reading; its quantity becomes a draft. Raises `TongjianError` with all faults."""
    year = int(reading.period[:4])
    quantity = metered(reading.before, reading.after, reading.multiplier, reading.digits)
    cell = (reading.process_unit, reading.stream, reading.item, "", reading.period)
    typed = Typed(cell, quantity, reading.unit, _TIER, reading.evidence, 0, "meter")
    [checked] = read_typed(plant, [typed])
    if checked.row is None:
        raise TongjianError(checked.problems)
    with acting(actor, plant.enterprise) as workspace:
        content = {
            "period": reading.period,
            "process_unit": reading.process_unit,
            "stream": reading.stream,
            "item": reading.item,
            "before": reading.before,
            "after": reading.after,
            "multiplier": reading.multiplier,
            "digits": reading.digits,
            "quantity": quantity,
            "unit": reading.unit,
            "source": reading.source,
        }
        subject = f"meter:{plant.code}/{reading.meter}"
        [entry] = workspace.log.append([Act(READ, actor.signature, subject, content)])
        # The line of the grid is that of the records, where there are any.
        slot = str(checked.row["unit"])
        recorded = stored_cells(workspace, plant, year)
        lines = {key[3] for key in recorded if key[:3] == cell[:3]}
        key = (*cell[:3], slot if slot in lines else "", reading.period)
        draft = Draft.every.filter(plant=plant, year=year).filter(
            process_unit=key[0], stream=key[1], item=key[2], slot=key[3], period=key[4]
        )
        seen = draft.values_list("version", flat=True).first() or 0
        again = Typed(key, quantity, reading.unit, _TIER, reading.evidence, seen, "meter")
        keep_drafts(actor, workspace, plant, year, [again])
    return MeterReading.every.create(
        enterprise=plant.enterprise,
        plant=plant,
        meter=reading.meter,
        period=reading.period,
        process_unit=reading.process_unit,
        stream=reading.stream,
        item=reading.item,
        before=reading.before,
        after=reading.after,
        multiplier=reading.multiplier,
        digits=reading.digits,
        quantity=quantity,
        unit=reading.unit,
        source=reading.source,
        by=actor.signature,
        entry=entry.number,
    )


def last_reading(actor: Actor, plant: Plant, meter: str) -> MeterReading | None:
    """The newest reading of a meter, where the next one begins."""
    found = MeterReading.objects.seen_by(actor).filter(plant=plant, meter=meter)
    return found.order_by("-period", "-pk").first()


__all__ = ["READ", "Reading", "last_reading", "read_meter"]

"""What control plans say of how sure the records are, for an uncertainty."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from tongjian.control_plan import half_widths, history, link, read_guide
from tongjian.engine import Run
from tongjian.evidence import EvidenceLog, china_day
from tongjian.records import Store
from tongjian.uncertainty import Assumption


def half_widths_of_plans(
    store: Store,
    log: EvidenceLog,
    run: Run,
    facilities: Sequence[str],
    year: int,
    today: date | None = None,
) -> list[Assumption]:
    """Half widths by meter and test, wider where a calibration was overdue; none without a plan.

    `today` is the day up to which calibrations are looked at, that of the clock if none is given.
    """
    today = today or china_day(log.clock())
    sectors = {str(one["facility"]): str(one["sector"]) for one in store.read_facilities()}
    found = []
    for facility in facilities:
        known = history(log, facility)
        if not known.revisions:
            continue
        guide = read_guide(run.rulebook, sectors.get(facility, ""))
        links = link(store.read_activity(facility, year), known, year, today)
        found += [
            Assumption(
                one.pattern,
                one.half_width,
                one.source,
                "plan" if one.status == "stated" else one.status,
            )
            for one in half_widths(links, guide)
        ]
    return found


__all__ = ["half_widths_of_plans"]

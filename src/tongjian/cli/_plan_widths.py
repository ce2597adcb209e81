"""What the control plans of a workspace say of how sure the records are, for an uncertainty."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from pathlib import Path

from tongjian.cli._plan_options import facility_of
from tongjian.cli._workspace import open_log, open_store
from tongjian.control_plan import half_widths, history, link, read_guide
from tongjian.engine import Run
from tongjian.evidence import china_day
from tongjian.uncertainty import Assumption


def half_widths_of_plans(
    workspace: Path, run: Run, facilities: Sequence[str], year: int, today: date | None = None
) -> list[Assumption]:
    """Half widths by meter and test, wider where a calibration was overdue; none without a plan.

    `today` is the day up to which calibrations are looked at, that of the clock if none is given.
    """
    log = open_log(workspace)
    today = today or china_day(log.clock())
    found = []
    for facility in facilities:
        known = history(log, facility)
        if not known.revisions:
            continue
        store = open_store(workspace)
        guide = read_guide(run.rulebook, str(facility_of(store, facility)["sector"]))
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

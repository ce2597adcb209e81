"""What is wrong between the plan, the meters, the data and the months that were frozen (发现)."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import date

from tongjian.control_plan._finding import Finding
from tongjian.control_plan._findings_data import of_parameter, unplanned, without_uncertainty
from tongjian.control_plan._findings_log import of_laboratories, of_meters, of_months
from tongjian.control_plan._freeze import month_states
from tongjian.control_plan._guide import Guide
from tongjian.control_plan._history import REVISE, History, subject
from tongjian.control_plan._link import Links, Reads, Row, link
from tongjian.control_plan._periods import shown
from tongjian.problems import Problem

_ORDER = ("nonconformity", "clarification", "observation")


def findings(
    known: History,
    rows: Iterable[Row],
    year: int,
    guide: Guide,
    today: date,
    reads: Reads | None = None,
) -> tuple[Finding, ...]:
    """Everything found about a facility's plan and its data of `year` as it stands on `today`.

    `rows` are the activity data, `reads` says which of them a rule set reads (all without it).
    The most serious come first.
    """
    listed = list(rows)
    links = link(listed, known, year, today, reads)
    found = [
        *_of_plan(links, known),
        *unplanned(links, guide.catalogue),
        *(one for its in links.coverage for one in of_parameter(its, known, guide.catalogue)),
        *without_uncertainty(links),
        *of_meters(links, known),
        *of_laboratories(links, known),
        *of_months(known, month_states(known, listed, year, guide, today)),
    ]
    found.sort(key=lambda one: _ORDER.index(one.severity))
    return tuple(found)


def _of_plan(links: Links, known: History) -> Iterator[Finding]:
    about = subject(REVISE, known.facility)
    bare = {one.period for one in links.links if one.revision is None}
    if bare:
        words = Problem(
            "control_plan.no_plan", values={"facility": known.facility, "periods": shown(bare)}
        )
        yield Finding.of(known.facility, about, words, periods=tuple(sorted(bare)))
    used = {one.revision.entry for one in links.links if one.revision is not None}
    used |= {one.revision.entry for one in links.coverage}
    for revision in known.revisions:
        if revision.back_dated and revision.entry in used:
            values = {
                "facility": known.facility,
                "revision": revision.plan.revision,
                "day": revision.plan.in_force,
                "entered": revision.entered,
                "effective": revision.effective,
            }
            words = Problem("control_plan.back_dated", values=values)
            yield Finding.of(known.facility, about, words, entries=(revision.entry,))


__all__ = ["findings"]

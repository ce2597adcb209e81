"""Rows of boards from the log of a report (看板投影), at every step that was entered.

What was handed in stands from then until the next hand-in or until it is withdrawn; what was
accepted stands from then until a supplement is asked for. So a board as of any day says what was
known on that day, and a supplementary report changes nothing before it.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from tongjian.evidence import Entry
from tongjian.site.boards.measured import columns, halves_of, results_of
from tongjian.site.boards.models import Intensity, Stage, Standing, Total
from tongjian.site.boards.summed import refresh
from tongjian.site.mrv.models import Report, SubmittedFigure, SubmittedVersion
from tongjian.site.mrv.projection import follows
from tongjian.site.mrv.submitted import HANDED_IN, handed_in
from tongjian.site.workspaces import rulebook
from tongjian.workflow import History, Step

_ENDS = {
    "withdraw": (Standing.SUBMITTED,),
    "recall": (Standing.ACCEPTED,),
    # What an authority determines takes the place of whatever was handed in.
    "determine": (Standing.SUBMITTED, Standing.ACCEPTED),
}
_BY_DEFAULT = "by_default"


@dataclass(frozen=True, slots=True)
class Interval:
    """From when until when something stood: a version by its number, or a state."""

    what: str
    number: int
    since: datetime
    until: datetime | None


@follows
def follow(report: Report, told: History, entries: Sequence[Entry]) -> None:
    """Bring the rows of one report to where its log is."""
    versions = {one.number: one for one in report.submitted_versions.all()}
    numbers = {step.entry.number: number for step, number in handed_in(told, entries)}
    stood = list(standings(told.steps, numbers))
    if _differs(stood, report.standings.select_related("version")):
        report.standings.all().delete()
        Standing.every.bulk_create(
            Standing(
                enterprise_id=report.enterprise_id,
                report=report,
                version=versions[one.number],
                basis=one.what,
                year=report.year,
                division=versions[one.number].division,
                sector=versions[one.number].sector,
                since=one.since,
                until=one.until,
            )
            for one in stood
        )
    _write_stages(report, told.steps)
    known = set(Total.every.filter(version__report=report).values_list("version", flat=True))
    for version in versions.values():
        if version.pk not in known:
            write_totals(version)
    refresh()


def standings(steps: Iterable[Step], numbers: dict[int, int]) -> Iterator[Interval]:
    """Which version stood when; `numbers` has the version of each entry that handed one in."""
    open_: dict[str, tuple[int, datetime]] = {}

    def close(what: str, at: datetime) -> Iterator[Interval]:
        began = open_.pop(what, None)
        if began is not None and began[1] < at:
            yield Interval(what, began[0], began[1], at)

    newest = 0
    for step in steps:
        at, name = datetime.fromisoformat(step.entry.time), step.transition.name
        if name in HANDED_IN and step.entry.number in numbers:
            newest = numbers[step.entry.number]
            yield from close(Standing.SUBMITTED, at)
            open_[Standing.SUBMITTED] = (newest, at)
        elif name == "accept" and newest:
            yield from close(Standing.ACCEPTED, at)
            open_[Standing.ACCEPTED] = (newest, at)
        elif name in _ENDS:
            for what in _ENDS[name]:
                yield from close(what, at)
    for what, (number, since) in open_.items():
        yield Interval(what, number, since, None)


def write_totals(version: SubmittedVersion) -> None:
    """Add the figures of a version up over their categories, in whole micro-units.

    With them what boards read of its kept results besides: see ``measured.toml``.
    """
    sums: dict[tuple[str, str, str, str], tuple[int, int | None]] = {}
    for figure in SubmittedFigure.every.filter(version=version):
        if not _counts(figure.ruleset):
            continue
        mark = (figure.ruleset, figure.boundary, figure.substance, figure.unit)
        amount, co2e = sums.get(mark, (0, None))
        if figure.co2e_micro is not None:
            co2e = (co2e or 0) + figure.co2e_micro
        sums[mark] = (amount + figure.amount_micro, co2e)
    results = results_of(version)
    sums |= {mark: (amount, None) for mark, amount in columns(version, results)}
    Total.every.bulk_create(
        Total(
            enterprise_id=version.enterprise_id,
            version=version,
            year=version.year,
            division=version.division,
            sector=version.sector,
            ruleset=ruleset,
            boundary=boundary,
            substance=substance,
            unit=unit,
            amount_micro=amount,
            co2e_micro=co2e,
        )
        for (ruleset, boundary, substance, unit), (amount, co2e) in sums.items()
    )
    Intensity.every.bulk_create(
        Intensity(
            enterprise_id=version.enterprise_id,
            version=version,
            year=version.year,
            division=version.division,
            sector=version.sector,
            key=one.kind.key,
            above_micro=one.above,
            below_micro=one.below,
        )
        for one in halves_of(version, results, sums)
    )


def _counts(ruleset: str) -> bool:
    """Whether a rule set accounts by default; one that the rulebook no longer has did."""
    editions = rulebook().rulesets.get(ruleset)
    return not editions or any(one.doc.selected == _BY_DEFAULT for one in editions)


def _differs(stood: Sequence[Interval], rows: Iterable[Standing]) -> bool:
    kept = {(one.basis, one.version.number, one.since, one.until) for one in rows}
    return kept != {(one.what, one.number, one.since, one.until) for one in stood}


def _write_stages(report: Report, steps: Sequence[Step]) -> None:
    times = [datetime.fromisoformat(one.entry.time) for one in steps]
    ends: list[datetime | None] = [*times[1:], None] if times else []
    told = [
        (step.to, since, until, _determined(step))
        for step, since, until in zip(steps, times, ends, strict=True)
        if since != until
    ]
    if set(told) == set(report.stages.values_list("state", "since", "until", "co2e_micro")):
        return
    report.stages.all().delete()
    Stage.every.bulk_create(
        Stage(
            enterprise_id=report.enterprise_id,
            report=report,
            state=state,
            year=report.year,
            division=report.plant.division,
            since=since,
            until=until,
            co2e_micro=co2e,
        )
        for state, since, until, co2e in told
    )


def _determined(step: Step) -> int | None:
    """The emission that an authority has determined with this step, in micro-tonnes."""
    said = step.entry.content.get("content", {}).get("emission_tco2e")
    if step.transition.name != "determine" or said is None:
        return None
    try:
        return int((Decimal(str(said)) * 10**6).to_integral_value())
    except (ArithmeticError, ValueError):
        return None


__all__ = ["Interval", "follow", "standings", "write_totals"]

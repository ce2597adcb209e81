"""What is wrong between the plan, the meters, the data and the months that were frozen (发现)."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from datetime import date
from itertools import groupby

from tongjian.control_plan._calibration import MeterState
from tongjian.control_plan._finding import Finding
from tongjian.control_plan._freeze import MonthState, month_states
from tongjian.control_plan._guide import Guide
from tongjian.control_plan._history import CALIBRATE, REVISE, History, subject
from tongjian.control_plan._link import Coverage, Link, Links, Reads, Row, link
from tongjian.control_plan._missing import substitutes
from tongjian.control_plan._periods import last_day, shown
from tongjian.control_plan._plan import Parameter
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
        *_unplanned(links),
        *(one for its in links.coverage for one in _of_parameter(its, known)),
        *_of_meters(links, known),
        *_of_laboratories(links, known),
        *_of_months(known, month_states(known, listed, year, guide, today)),
    ]
    found.sort(key=lambda one: _ORDER.index(one.severity))
    return tuple(found)


def _datum(facility: str, datum: tuple[str, str, str]) -> str:
    return f"datum:{facility}/{'/'.join(datum)}"


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


def _unplanned(links: Links) -> Iterator[Finding]:
    planned = [one for one in links.unplanned if one.revision is not None]
    for datum, group in groupby(planned, key=lambda one: one.datum):
        rows = list(group)
        periods = tuple(sorted({one.period for one in rows}))
        unit, stream, item = datum
        words = Problem(
            "control_plan.no_parameter",
            values={
                "facility": links.facility,
                "unit": unit or "—",
                "stream": stream,
                "item": item,
                "periods": shown(periods),
                "revision": _revisions(rows),
            },
        )
        about = _datum(links.facility, datum)
        yield Finding.of(links.facility, about, words, periods=periods, entries=_entries(rows))


def _of_parameter(its: Coverage, known: History) -> Iterator[Finding]:
    one = its.parameter
    recorded = one.recorded or "—"
    all_of_it = _values(its, its.links)
    if one.obtained not in ("default", "absent") and not its.links:
        words = Problem("control_plan.not_recorded", values=all_of_it)
        yield _about(its, known, words, ())
    elif its.missing:
        more = {"missing": shown(its.missing), "count": len(its.missing), "recorded": recorded}
        words = Problem("control_plan.months_missing", values=all_of_it | more)
        yield replace(_about(its, known, words, its.links), periods=its.missing)
    if its.yearly:
        values = {**all_of_it, "recorded": recorded}
        words = Problem("control_plan.only_yearly", values=values)
        yield _about(its, known, words, its.links)
    absent = [link for link in its.links if link.agreement == "absent"]
    if absent:
        words = Problem("control_plan.recorded_though_absent", values=_values(its, absent))
        yield _about(its, known, words, absent)
    better = [link for link in its.links if link.agreement == "better"]
    if better:
        words = Problem("control_plan.better_than_planned", values=_values(its, better))
        yield _about(its, known, words, better)
    yield from _of_substitutes(its, known)
    if one.obtained in ("measured", "tested") and its.links and not _spreads(one, its):
        words = Problem("control_plan.no_uncertainty", values=all_of_it)
        yield _about(its, known, words, its.links)


def _of_substitutes(its: Coverage, known: History) -> Iterator[Finding]:
    worse = [link for link in its.links if link.agreement == "worse"]
    rule = its.parameter.missing.rule if its.parameter.missing else "none"
    # Where nothing at all was obtained as planned, no rule for gaps explains it.
    told = [] if len(worse) == len(its.links) else substitutes(its.links)
    for one in told:
        values = {
            **_values(its, [one.link]),
            "rule": rule,
            "expected": "—" if one.expected is None else f"{one.expected:.6g}",
            "value": f"{one.link.row['quantity']:.6g}",
        }
        if one.followed is False:
            words = Problem("control_plan.substituted_otherwise", values=values)
        else:
            words = Problem("control_plan.substituted", values=values)
        yield _about(its, known, words, [one.link])
    left = [link for link in worse if not any(one.link is link for one in told)]
    if left:
        words = Problem("control_plan.worse_than_planned", values=_values(its, left))
        yield _about(its, known, words, left)


def _values(its: Coverage, links: Sequence[Link]) -> dict[str, object]:
    """What every finding about a parameter names."""
    return {
        "id": its.parameter.id,
        "stream": its.parameter.stream,
        "item": its.parameter.item,
        "planned": its.parameter.obtained,
        "tiers": ", ".join(sorted({str(link.row["tier"]) for link in links})) or "—",
        "periods": shown({link.period for link in links}) or "—",
        "revision": its.revision.plan.revision,
    }


def _about(its: Coverage, known: History, words: Problem, links: Sequence[Link]) -> Finding:
    return Finding.of(
        known.facility,
        _datum(known.facility, its.parameter.datum),
        words,
        parameter=its.parameter.id,
        periods=tuple(sorted({link.period for link in links})),
        entries=(its.revision.entry,),
    )


def _spreads(one: Parameter, its: Coverage) -> bool:
    """Whether somebody has stated an uncertainty for a parameter."""
    if one.uncertainty is not None:
        return True
    states = [state for link in its.links for state in link.meters]
    return bool(states) and all(state.uncertainty is not None for state in states)


def _of_meters(links: Links, known: History) -> Iterator[Finding]:
    by_meter: dict[str, list[tuple[Link, MeterState]]] = {}
    for one in links.links:
        for state in one.meters:
            if state.state != "valid":
                by_meter.setdefault(state.meter, []).append((one, state))
    for meter, pairs in by_meter.items():
        for name in ("failed", "overdue", "unknown"):
            its = [pair for pair in pairs if pair[1].state == name]
            if its:
                yield _of_meter(known, meter, its)


def _of_meter(known: History, meter: str, pairs: list[tuple[Link, MeterState]]) -> Finding:
    state = pairs[0][1]
    last = max((one.last.entry for _, one in pairs if one.last), default=0)
    periods = tuple(sorted({one.period for one, _ in pairs}))
    parameters = sorted({one.parameter.id for one, _ in pairs if one.parameter})
    named = known.meters.get(meter)
    values = {
        "meter": meter,
        "name": "" if named is None else named.name,
        "since": min((one.since for _, one in pairs if one.since), default="—"),
        "until": max((one.until for _, one in pairs if one.until), default="—"),
        "periods": shown(periods),
        "parameters": ", ".join(parameters),
    }
    if state.state == "failed":
        words = Problem("control_plan.failed", values=values)
    elif state.state == "overdue":
        words = Problem("control_plan.overdue", values=values)
    else:
        words = Problem("control_plan.calibration_unknown", values=values)
    about = subject(CALIBRATE, known.facility, meter)
    entries = (last,) if last else ()
    return Finding.of(
        known.facility,
        about,
        words,
        meter=meter,
        parameter=parameters[0] if len(parameters) == 1 else "",
        periods=periods,
        entries=entries,
    )


def _of_laboratories(links: Links, known: History) -> Iterator[Finding]:
    told: dict[str, list[Link]] = {}
    for one in links.links:
        if one.parameter and one.parameter.laboratory and one.parameter.obtained == "tested":
            told.setdefault(one.parameter.laboratory, []).append(one)
    for name, its in told.items():
        revision = its[-1].revision
        assert revision is not None  # there is a parameter
        its_lab = revision.plan.laboratories[name]
        about = f"laboratory:{known.facility}/{name}"
        entries = (revision.entry,)
        after = [one for one in its if its_lab.valid_to and its_lab.valid_to < last_day(one.period)]
        parameters = ", ".join(sorted({one.parameter.id for one in its if one.parameter}))
        values = {"laboratory": name, "name": its_lab.name, "parameters": parameters}
        if not its_lab.accreditation:
            words = Problem("control_plan.no_accreditation", values=values)
            yield Finding.of(known.facility, about, words, entries=entries)
        if after:
            periods = tuple(sorted({one.period for one in after}))
            more = {**values, "day": its_lab.valid_to, "periods": shown(periods)}
            words = Problem("control_plan.accreditation_expired", values=more)
            yield Finding.of(known.facility, about, words, periods=periods, entries=entries)


def _of_months(known: History, states: Sequence[MonthState]) -> Iterator[Finding]:
    late = [one for one in states if one.state == "late missing"]
    if late:
        periods = tuple(one.month for one in late)
        told: dict[str, object] = {
            "facility": known.facility,
            "periods": shown(periods),
            "deadline": late[0].deadline,
            "count": len(late),
            "parameters": ", ".join(dict.fromkeys(name for one in late for name in one.key)),
        }
        words = Problem("control_plan.freeze_missing", values=told)
        yield Finding.of(known.facility, subject(REVISE, known.facility), words, periods=periods)
    for one in states:
        about = f"month:{known.facility}/{one.month}"
        values: dict[str, object] = {"month": one.month, "deadline": one.deadline or "—"}
        entries = tuple(its.entry for its in one.freezes)
        if one.freezes and one.freezes[0].late:
            entered = {**values, "entered": one.freezes[0].entered}
            words = Problem("control_plan.freeze_late", values=entered)
            yield Finding.of(known.facility, about, words, periods=(one.month,), entries=entries)
        if one.missing:
            named = ", ".join(one.missing)
            words = Problem(
                "control_plan.freeze_incomplete", values={**values, "parameters": named}
            )
            yield Finding.of(known.facility, about, words, periods=(one.month,), entries=entries)
        for change in one.changes:
            about_it = {
                **values,
                "id": change.parameter,
                "before": change.before,
                "now": change.now,
                "entry": change.entry,
            }
            words = Problem("control_plan.changed_since", values=about_it)
            yield Finding.of(
                known.facility,
                about,
                words,
                parameter=change.parameter,
                periods=(one.month,),
                entries=entries,
            )


def _revisions(links: Iterable[Link]) -> str:
    numbers = {one.revision.plan.revision for one in links if one.revision is not None}
    return ", ".join(map(str, sorted(numbers)))


def _entries(links: Iterable[Link]) -> tuple[int, ...]:
    return tuple(sorted({one.revision.entry for one in links if one.revision is not None}))


__all__ = ["findings"]

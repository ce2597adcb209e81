"""What is found about meters, laboratories and the months that were frozen (发现)."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from tongjian.control_plan._calibration import MeterState, merged
from tongjian.control_plan._finding import Finding
from tongjian.control_plan._freeze import MonthState
from tongjian.control_plan._history import CALIBRATE, REVISE, History, subject
from tongjian.control_plan._link import Link, Links
from tongjian.control_plan._periods import last_day, shown
from tongjian.problems import Problem


def of_meters(links: Links, known: History) -> Iterator[Finding]:
    """Meters that were not calibrated while they measured."""
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
    spans = merged(span for _, one in pairs for span in one.spans)
    values = {
        "meter": meter,
        "name": "" if named is None else named.name,
        "days": ", ".join(f"{begin}…{end}" for begin, end in spans) or "—",
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


def of_laboratories(links: Links, known: History) -> Iterator[Finding]:
    """Laboratories that tested without an accreditation."""
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


def of_months(known: History, states: Sequence[MonthState]) -> Iterator[Finding]:
    """Months frozen late, not at all or in part, and records changed since."""
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


__all__ = ["of_laboratories", "of_meters", "of_months"]

"""The monthly evidence of key parameters (月度存证): freezing, deadlines, what changed since."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import date
from typing import Any, Literal

from tongjian.control_plan._guide import Guide
from tongjian.control_plan._history import (
    FREEZE,
    Freeze,
    FrozenValue,
    History,
    Revision,
    history,
    subject,
)
from tongjian.control_plan._link import Row, datum_of
from tongjian.control_plan._periods import first_day, last_day, months_of
from tongjian.control_plan._plan import Parameter, Plan
from tongjian.evidence import Act, EvidenceLog, china_day
from tongjian.problems import Problem, TongjianError

_FIELDS = ("period", "process_unit", "stream", "item", "unit", "quantity", "tier", "evidence")
_SHOWN = ("quantity", "unit", "tier", "evidence")
_State = Literal["running", "due", "late missing", "frozen", "frozen late", "no duty"]


@dataclass(frozen=True, slots=True)
class Change:
    """A key parameter whose records are no longer those that were frozen (存证后变动)."""

    parameter: str
    before: str
    now: str
    entry: int


@dataclass(frozen=True, slots=True)
class MonthState:
    """A month and its evidence (月度存证状态).

    ``running``: the month is not over; ``due``: to be frozen by `deadline`; ``late missing``: the
    deadline has passed; ``no duty``: no deadline is known for the sector. `key` lists the key
    parameters, `missing` those of them that the last freeze lacks, `changes` what the records say
    differently since.
    """

    month: str
    state: _State
    deadline: date | None
    key: tuple[str, ...]
    freezes: tuple[Freeze, ...]
    missing: tuple[str, ...]
    changes: tuple[Change, ...]

    def as_dict(self) -> dict[str, Any]:
        """The month as plain data, for JSON."""
        return {
            "month": self.month,
            "state": self.state,
            "deadline": None if self.deadline is None else self.deadline.isoformat(),
            "key": list(self.key),
            "entries": [one.entry for one in self.freezes],
            "missing": list(self.missing),
            "changes": [asdict(one) for one in self.changes],
        }


def key_parameters(revision: Revision, month: str, guide: Guide) -> tuple[Parameter, ...]:
    """The parameters of a plan that are frozen for a month."""
    return tuple(one for one in revision.plan.parameters if guide.is_key(one, month))


def freeze(
    log: EvidenceLog,
    facility: str,
    month: str,
    rows: Iterable[Row],
    guide: Guide,
    by: str,
    *,
    reason: str = "",
    files: Sequence[str] = (),
) -> Freeze:
    """Enter the key parameters of `month` as `rows` have them; `files` are digests of attachments.

    A key parameter without a record is listed as missing. Raises `TongjianError` for a month that
    is not over or that no plan covers, without a single key value, and for a month frozen before
    when nothing has changed or no `reason` is given.
    """
    listed = list(rows)
    with log.locked():
        known = history(log, facility)
        today = china_day(log.clock())
        revision = known.for_period(month)
        values = {"facility": facility, "month": month, "last": last_day(month)}
        if last_day(month) >= today:
            raise TongjianError(Problem("control_plan.month_running", values=values))
        if revision is None:
            raise TongjianError(Problem("control_plan.freeze_no_plan", values=values))
        key = key_parameters(revision, month, guide)
        frozen = frozen_values(revision.plan, key, month, listed)
        _refuse(known, month, frozen, reason)
        deadline = guide.deadline(month)
        content = {
            "revision": revision.plan.revision,
            "plan_entry": revision.entry,
            "deadline": None if deadline is None else deadline[0].isoformat(),
            "late": deadline is not None and today > deadline[0],
            "values": [_plain(one) for one in frozen if one.values],
            "missing": [one.parameter for one in frozen if not one.values],
            "reason": reason,
        }
        act = Act(FREEZE, by, subject(FREEZE, facility, month), content, tuple(files))
        [entry] = log.append_locked([act])
    return next(one for one in history(log, facility).freezes if one.entry == entry.number)


def _refuse(known: History, month: str, frozen: Sequence[FrozenValue], reason: str) -> None:
    values: dict[str, object] = {
        "facility": known.facility,
        "month": month,
        "last": last_day(month),
    }
    problems = []
    if not any(one.values for one in frozen):
        listed = {"parameters": ", ".join(one.parameter for one in frozen) or "—"}
        problems.append(Problem("control_plan.freeze_nothing", values={**values, **listed}))
    before = known.frozen(month)
    if before:
        more = {**values, "entry": before[-1].entry}
        same = {one.parameter: one.rows for one in before[-1].values}
        if same == {one.parameter: one.rows for one in frozen if one.values}:
            problems.append(Problem("control_plan.frozen_already", values=more))
        elif not reason:
            problems.append(Problem("control_plan.freeze_reason", values=more))
    if problems:
        raise TongjianError(problems)


def frozen_values(
    plan: Plan, parameters: Iterable[Parameter], month: str, rows: Iterable[Row]
) -> list[FrozenValue]:
    """What `rows` say of each parameter in a month; without values where there is no row.

    A parameter of the whole plant takes in the rows of its process units, unless those have a
    parameter of their own.
    """
    by_parameter: dict[str, list[Row]] = {}
    for row in rows:
        if row["facility"] == plan.facility and row["period"] == month:
            its = plan.parameter_of(*datum_of(row))
            if its is not None:
                by_parameter.setdefault(its.id, []).append(row)
    return [_frozen(one, by_parameter.get(one.id, [])) for one in parameters]


def _frozen(one: Parameter, rows: Sequence[Row]) -> FrozenValue:
    plain = [{name: row[name] for name in _FIELDS} for row in rows]
    plain.sort(key=lambda row: (str(row["process_unit"]), str(row["unit"])))
    values = [
        {"process_unit": str(row["process_unit"] or ""), **{name: row[name] for name in _SHOWN}}
        for row in plain
    ]
    return FrozenValue(
        one.id, one.process_unit, one.stream, one.item, tuple(values), rows_digest(plain)
    )


def rows_digest(rows: Sequence[Mapping[str, Any]]) -> str:
    """SHA-256 of rows of the records: what they say, and not from which file it came."""
    lines = [
        json.dumps({name: row[name] for name in _FIELDS}, ensure_ascii=False, sort_keys=True)
        for row in rows
    ]
    return hashlib.sha256("\n".join(sorted(lines)).encode()).hexdigest()


def month_states(
    known: History, rows: Iterable[Row], year: int, guide: Guide, today: date
) -> list[MonthState]:
    """The evidence of each month of a year in which a plan is in force, and that has begun."""
    listed = list(rows)
    found = []
    for month in months_of(year):
        revision = known.for_period(month)
        freezes = known.frozen(month)
        if first_day(month) > today or (revision is None and not freezes):
            continue
        key = () if revision is None else key_parameters(revision, month, guide)
        found.append(_month(known, month, key, freezes, listed, guide, today))
    return found


def _month(
    known: History,
    month: str,
    key: Sequence[Parameter],
    freezes: tuple[Freeze, ...],
    rows: Sequence[Row],
    guide: Guide,
    today: date,
) -> MonthState:
    duty = guide.deadline(month)
    deadline = duty[0] if duty is not None else None
    state: _State
    if freezes:
        state = "frozen late" if freezes[0].late else "frozen"
    elif last_day(month) >= today:
        state = "running"
    elif deadline is None or not key:
        state = "no duty"
    else:
        state = "late missing" if today > deadline else "due"
    return MonthState(
        month,
        state,
        deadline,
        tuple(one.id for one in key),
        freezes,
        freezes[-1].missing if freezes else (),
        _changes(known, month, freezes[-1], rows) if freezes else (),
    )


def _changes(known: History, month: str, frozen: Freeze, rows: Sequence[Row]) -> tuple[Change, ...]:
    revision = known.revision(frozen.revision)
    assert revision is not None  # it was frozen by that revision
    by_id = {one.id: one for one in revision.plan.parameters}
    wanted = [by_id[name] for name in (*(one.parameter for one in frozen.values), *frozen.missing)]
    # Rows go to the same parameter as when the month was frozen.
    now = {one.parameter: one for one in frozen_values(revision.plan, wanted, month, rows)}
    before = {one.parameter: one for one in frozen.values}
    changes = []
    for one in wanted:
        then = before.get(one.id)
        old, new = "—" if then is None else shown_values(then), shown_values(now[one.id])
        differs = now[one.id].rows != then.rows if then is not None else bool(now[one.id].values)
        if differs:
            changes.append(Change(one.id, old, new, frozen.entry))
    return tuple(changes)


def shown_values(one: FrozenValue) -> str:
    """The values of a parameter in a few words."""
    parts = []
    for its in one.values:
        unit, evidence = its["process_unit"], its["evidence"]
        head = f"{unit} " if unit else ""
        tail = f", {evidence}" if evidence else ""
        parts.append(f"{head}{its['quantity']:.10g} {its['unit']} ({its['tier']}{tail})")
    return "; ".join(parts) or "—"


def _plain(one: FrozenValue) -> dict[str, Any]:
    return {**asdict(one), "values": [dict(its) for its in one.values]}


__all__ = [
    "Change",
    "MonthState",
    "freeze",
    "frozen_values",
    "key_parameters",
    "month_states",
    "rows_digest",
    "shown_values",
]

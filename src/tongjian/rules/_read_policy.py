"""Reads targets and tasks of policy documents; each entry says where it stands."""

from __future__ import annotations

from typing import Any

from tongjian.rules._documents import Basis, Words
from tongjian.rules._policy_documents import (
    ColumnOf,
    CountOf,
    Filter,
    LedgerOf,
    Measure,
    Policy,
    Quantity,
    Target,
    TargetList,
    Task,
    TaskList,
)
from tongjian.rules._reader import Reader
from tongjian.rules._source import Path as Keys

# What each comparator needs: a value, both ends of a range, or neither.
_BOUNDED = (">=", ">", "<=", "<", "==", "about")
# These look back at another year, which the entry therefore has to name.
_FROM_BASE = ("cut", "rise", "growth")


def read_targets(reader: Reader) -> TargetList:
    """The targets of one document that fits its schema."""
    data = reader.source.data
    place = reader.source.place(("targets",))
    forwarded = reader.words(data["forwarded"]) if "forwarded" in data else None
    title = reader.words(data["title"])
    policy = Policy(data["targets"], title, reader.basis(), forwarded, place)
    targets = tuple(
        _target(reader, policy, spec, ("list", index)) for index, spec in enumerate(data["list"])
    )
    return TargetList(policy.id, targets, place)


def _target(reader: Reader, policy: Policy, spec: dict[str, Any], at: Keys) -> Target:
    first, last = spec.get("base_year"), spec.get("year")
    kind = spec["measure"].get("as", "level")
    if first is not None and last is not None and last <= first:
        reader.problem("target_years", (*at, "year"), target=spec["id"], first=first, last=last)
    if (kind in _FROM_BASE and first is None) or (kind == "cumulative" and last is None):
        reader.problem("target_base", at, target=spec["id"], kind=kind)
    is_range = spec["comparator"] == "range"
    ends = ("low", "high") if is_range else ("value",)
    given = [name for name in ("value", "low", "high") if name in spec]
    bounded = is_range or spec["comparator"] in _BOUNDED
    # A document may set a limit without printing it; then a user has to enter it.
    if given and (not bounded or tuple(given) != ends):
        values = {"target": spec["id"], "comparator": spec["comparator"], "given": ", ".join(given)}
        reader.problem("target_value", at, **values)
    return Target(
        id=spec["id"],
        policy=policy,
        title=reader.words(spec["title"]),
        basis=_basis(policy.basis, spec),
        sectors=tuple(spec.get("sectors", ())),
        scope=spec.get("scope", reader.source.data.get("scope", "nation")),
        base_year=first,
        year=last,
        comparator=spec["comparator"],
        value=spec.get("low", spec.get("value")),
        high=spec.get("high"),
        unit=reader.unit(spec["unit"], (*at, "unit")),
        better=spec.get("better"),
        effort=spec.get("effort", ""),
        agencies=tuple(spec["agencies"]),
        measure=_measure(reader, spec["measure"]),
        place=reader.source.place((*at, "id")),
        applies_to=_words(reader, spec, "applies_to"),
        criterion=_words(reader, spec, "criterion"),
        governed_by=spec.get("governed_by", ""),
        note=_words(reader, spec, "note"),
    )


def _measure(reader: Reader, spec: dict[str, Any]) -> Measure:
    where = spec.get("where")
    return Measure(
        kind=spec.get("as", "level"),
        of=_quantity(spec.get("of")),
        per=_quantity(spec.get("per")),
        where=Filter(ColumnOf.of(where["column"]), where["is"]) if where else None,
        capacity=ColumnOf.of(spec["capacity"]) if "capacity" in spec else None,
        statistic=spec.get("statistic", False),
        first=spec.get("first"),
        open=ColumnOf.of(spec["open"]) if "open" in spec else None,
        missing=_words(reader, spec, "missing"),
    )


def _quantity(spec: str | dict[str, Any] | None) -> Quantity | None:
    if spec is None:
        return None
    if isinstance(spec, str):
        return ColumnOf.of(spec)
    if "count" in spec:
        rows = tuple(sorted(spec.get("rows", {}).items()))
        words = tuple(spec.get("leave_out", ()))
        return CountOf(ColumnOf.of(spec["count"]), spec["is"], words, rows)
    return LedgerOf(spec["ledger"], spec["measure"], tuple(spec.get("categories", ())))


def read_tasks(reader: Reader) -> TaskList:
    """The tasks of one document that fits its schema."""
    data = reader.source.data
    basis = reader.basis()
    tasks = tuple(
        Task(
            id=spec["id"],
            document=data["tasks"],
            title=reader.words(spec["title"]),
            basis=_basis(basis, spec),
            agencies=tuple(spec["agencies"]),
            due=reader.day(spec.get("due"), ("list", index, "due")),
            track=_words(reader, spec, "track"),
            place=reader.source.place(("list", index, "id")),
        )
        for index, spec in enumerate(data["list"])
    )
    return TaskList(
        data["tasks"], reader.words(data["title"]), tasks, reader.source.place(("tasks",))
    )


def _basis(basis: Basis, spec: dict[str, Any]) -> Basis:
    clause, status = spec.get("clause", basis.clause), spec.get("status", basis.status)
    return Basis(basis.document, clause, status, basis.note)


def _words(reader: Reader, spec: dict[str, Any], key: str) -> Words | None:
    return reader.words(spec[key]) if key in spec else None


__all__ = ["read_targets", "read_tasks"]

"""Reads a plan from its file, or as it stands in the log; every fault at once, with its line."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import Any

from tongjian.control_plan._build import build
from tongjian.control_plan._plan import Meter, Parameter, Plan
from tongjian.problems import Place, Problem, TongjianError
from tongjian.records import Catalogue, Stream
from tongjian.rules import Source, check_schema, read_yaml

_PACKAGE = "tongjian.control_plan"
_Keys = tuple[str | int, ...]


def read_plan(path: Path | str, catalogue: Catalogue | None = None) -> Plan:
    """The plan in a YAML file; streams and items may be written by any name of the catalogue.

    Raises `TongjianError` with every fault of the file and its line.
    """
    path = Path(path)
    try:
        text = path.read_text(encoding="utf-8-sig")
    except (OSError, UnicodeDecodeError) as error:
        values = {"path": str(path), "detail": str(error)}
        problem = Problem("control_plan.file", Place(file=str(path)), values)
        raise TongjianError(problem) from None
    return plan_of(read_yaml(text, path.name), catalogue or Catalogue.load())


def plan_of(source: Source, catalogue: Catalogue) -> Plan:
    """The plan in a document that was read from somewhere; raises `TongjianError`."""
    problems = check_schema(source, "plan", _PACKAGE)
    if problems:
        raise TongjianError(problems)
    reading = _Reading(source, catalogue)
    data = reading.with_ids()
    reading.days()
    if reading.problems:
        raise TongjianError(reading.problems)
    plan = build(data, source.place)
    reading.check(plan)
    if reading.problems:
        raise TongjianError(reading.problems)
    return plan


@dataclass(slots=True)
class _Reading:
    """What the schema cannot say: names of the catalogue, references, dates."""

    source: Source
    catalogue: Catalogue
    problems: list[Problem] = field(default_factory=list)

    def tell(self, code: str, path: _Keys, **values: object) -> None:
        self.problems.append(Problem(f"control_plan.{code}", self.source.place(path), values))

    def with_ids(self) -> dict[str, Any]:
        """The document with streams and items by their ids."""
        data = dict(self.source.data)
        data["parameters"] = [
            self.parameter(one, ("parameters", at)) for at, one in enumerate(data["parameters"])
        ]
        data["sources"] = [
            {**one, "streams": self.streams(one["streams"], ("sources", at, "streams"))}
            for at, one in enumerate(data["sources"])
        ]
        return data

    def stream(self, text: str, path: _Keys) -> Stream | None:
        found = self.catalogue.resolve_stream(text)
        if found is None:
            near = self.catalogue.suggest_streams(text)
            hints = {
                "zh": "、".join(one.zh for one in near) or "—",
                "en": ", ".join(one.en for one in near) or "—",
            }
            self.tell("stream", path, value=text, near_zh=hints["zh"], near_en=hints["en"])
        return found

    def streams(self, texts: Iterable[str], path: _Keys) -> list[str]:
        found = [self.stream(text, (*path, at)) for at, text in enumerate(texts)]
        return [one.id for one in found if one is not None]

    def parameter(self, given: Mapping[str, Any], path: _Keys) -> dict[str, Any]:
        stream = self.stream(given["stream"], (*path, "stream"))
        if stream is None:
            return dict(given)
        item = self.catalogue.resolve_item(stream, given["item"])
        if item is None:
            known = self.catalogue.items_of(stream.stream_class).values()
            self.tell(
                "item",
                (*path, "item"),
                value=given["item"],
                stream_zh=stream.zh,
                stream_en=stream.en,
                known_zh="、".join(f"{one.zh}（{one.id}）" for one in known),
                known_en=", ".join(f"{one.en} ({one.id})" for one in known),
            )
            return dict(given)
        return {**given, "stream": stream.id, "item": item.id}

    def days(self) -> None:
        """Whether every text that has to be a day is one."""
        data = self.source.data
        places: list[_Keys] = [("in_force",)]
        for at in range(len(data["meters"])):
            places += [("meters", at, "calibrated"), ("meters", at, "next_due")]
        places += [
            ("laboratories", at, "valid_to") for at in range(len(_list(data, "laboratories")))
        ]
        for path in places:
            found = _at(data, path)
            if found is None:
                continue
            try:
                date.fromisoformat(found)
            except ValueError:
                self.tell("day", path, value=found)

    def check(self, plan: Plan) -> None:
        """References between the parts, and what contradicts itself."""
        for kind in ("sources", "meters", "laboratories", "parameters", "roles"):
            self.unique(kind)
        units = {""} | {one.id for one in plan.boundary.process_units}
        for at, one in enumerate(plan.sources):
            self.among(one.process_unit, units, ("sources", at, "process_unit"))
        for at, meter in enumerate(plan.meters.values()):
            self.meter(meter, ("meters", at))
        seen: dict[tuple[str, str, str], Parameter] = {}
        for at, one_ in enumerate(plan.parameters):
            path: _Keys = ("parameters", at)
            other = seen.setdefault(one_.datum, one_)
            if other is not one_:
                self.tell("same_datum", path, id=one_.id, other=other.id)
            self.references(one_, plan, units, path)

    def references(self, one: Parameter, plan: Plan, units: set[str], path: _Keys) -> None:
        self.among(one.process_unit, units, (*path, "process_unit"))
        for number, meter in enumerate(one.meters):
            self.among(meter, plan.meters, (*path, "meters", number))
        self.among(one.laboratory, {"", *plan.laboratories}, (*path, "laboratory"))
        self.among(one.source, {"", *(its.id for its in plan.sources)}, (*path, "source"))
        for name in ("filled_by", "checked_by"):
            self.among(getattr(one, name), {"", *plan.roles}, (*path, name))
        if one.filled_by and one.filled_by == one.checked_by:
            self.tell("same_role", (*path, "checked_by"), id=one.id, role=one.filled_by)

    def meter(self, one: Meter, path: _Keys) -> None:
        if one.calibrated and one.next_due and one.next_due <= one.calibrated:
            self.tell(
                "due_before", (*path, "next_due"), id=one.id, due=one.next_due, day=one.calibrated
            )
        if one.range and one.range.high <= one.range.low:
            self.tell("range", (*path, "range"), id=one.id, low=one.range.low, high=one.range.high)

    def unique(self, kind: str) -> None:
        seen: set[str] = set()
        for at, one in enumerate(_list(self.source.data, kind)):
            if one["id"] in seen:
                self.tell("id_twice", (kind, at, "id"), id=one["id"], kind=kind)
            seen.add(one["id"])

    def among(self, name: str, known: Iterable[str], path: _Keys) -> None:
        listed = list(known)
        if name not in listed:
            shown = ", ".join(filter(None, listed)) or "—"
            self.tell("unknown", path, field=str(path[-1]), value=name, known=shown)


def _list(data: Mapping[str, Any], name: str) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = data.get(name) or []
    return found


def _at(data: Any, path: _Keys) -> Any:
    for key in path:
        data = data.get(key) if isinstance(data, dict) else data[key]
    return data


__all__ = ["plan_of", "read_plan"]

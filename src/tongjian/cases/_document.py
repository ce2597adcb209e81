"""Reads a file of golden cases."""

from __future__ import annotations

from dataclasses import dataclass, field
from decimal import Decimal
from pathlib import Path
from typing import Any

from tongjian.problems import Place, Problem, RuleError
from tongjian.rules import check_schema, read_yaml

BACKENDS = ("duckdb", "python", "decimal")
# Back-ends that are optional extras: they are asked by name, and for whatever DuckDB has to hold.
EXTRA_BACKENDS = ("spark",)


@dataclass(frozen=True, slots=True)
class InputRow:
    """One row of activity data of a case, as it would be entered."""

    stream: str
    item: str
    quantity: str
    unit: str
    period: str
    facility: str = ""
    process_unit: str = ""
    tier: str = ""
    evidence: str = ""


@dataclass(frozen=True, slots=True)
class Expectation:
    """What must come out: a cell within a tolerance, or a reported problem."""

    sheet: str = ""
    column: str = ""
    where: dict[str, Any] = field(default_factory=dict)
    value: Decimal = Decimal(0)
    unit: str = ""
    tolerance: Decimal = Decimal(0)
    backends: tuple[str, ...] = BACKENDS
    problem: str = ""
    label: str = ""
    missing: bool = False

    def holds_on(self, backend: str) -> bool:
        """Whether the value has to come out on a back-end."""
        return ("duckdb" if backend in EXTRA_BACKENDS else backend) in self.backends


@dataclass(frozen=True, slots=True)
class Case:
    """One golden case."""

    id: str
    ruleset: str
    year: int
    binds: dict[str, str]
    facility: dict[str, str]
    process_units: tuple[dict[str, str], ...]
    inputs: tuple[InputRow, ...]
    expect: tuple[Expectation, ...]
    source: str
    status: str
    place: Place
    facilities: tuple[dict[str, str], ...] = ()
    """Further plants; the first one has no name in the case."""
    title: str = ""
    note: str = ""
    """How the expected values were derived."""


def read_cases(path: Path) -> list[Case]:
    """The cases of a YAML file; raises `RuleError` with every fault of the file."""
    try:
        text = path.read_text(encoding="utf-8")
    except OSError:
        raise RuleError(Problem("cases.file", Place(file=str(path)))) from None
    source = read_yaml(text, path.name)
    problems = check_schema(source, "case")
    if problems:
        raise RuleError(problems)
    cases: dict[str, Case] = {}
    for index, spec in enumerate(source.data["cases"]):
        place = source.place(("cases", index))
        if spec["id"] in cases:
            problems.append(Problem("cases.repeated", place, {"case": spec["id"]}))
        cases[spec["id"]] = _case(spec, place)
    if problems:
        raise RuleError(problems)
    return list(cases.values())


def _case(spec: dict[str, Any], place: Place) -> Case:
    year = spec["year"]
    return Case(
        id=spec["id"],
        ruleset=spec["ruleset"],
        year=year,
        binds=spec.get("binds", {}),
        facility=spec.get("facility", {}),
        process_units=tuple(spec.get("process_units", ())),
        inputs=tuple(_input(row, str(year)) for row in spec["inputs"]),
        expect=tuple(_expectation(one) for one in spec["expect"]),
        source=spec["source"],
        status=spec.get("status", ""),
        place=place,
        facilities=tuple(spec.get("facilities", ())),
        title=spec.get("title", ""),
        note=spec.get("note", ""),
    )


def _input(row: dict[str, Any], year: str) -> InputRow:
    texts = {key: str(value) for key, value in row.items()}
    return InputRow(**{"period": year, "unit": "", **texts})


def _expectation(spec: dict[str, Any]) -> Expectation:
    if "problem" in spec:
        return Expectation(problem=spec["problem"])
    return Expectation(
        sheet=spec["sheet"],
        column=spec["column"],
        where=spec.get("where", {}),
        value=Decimal(str(spec.get("value", 0))),
        unit=str(spec.get("unit", "")),
        tolerance=Decimal(str(spec.get("tolerance", 0))),
        label=spec.get("label", ""),
        missing=spec.get("missing", False),
        backends=tuple(spec.get("backends", BACKENDS)),
    )

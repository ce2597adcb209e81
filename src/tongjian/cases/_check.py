"""Computes golden cases on every back-end and compares."""

from __future__ import annotations

import csv
import tempfile
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path
from typing import Any

from tongjian.cases._document import Case, Expectation, InputRow, read_cases
from tongjian.engine import Snapshot, compute_sheets, run
from tongjian.problems import Problem, RuleError
from tongjian.records import Catalogue, Store, import_files
from tongjian.rules import CompiledRuleSet, Rulebook
from tongjian.units import parse_unit

_FACILITY = "CASE"


@dataclass(frozen=True, slots=True)
class CaseResult:
    """One comparison: what was expected, what came out, does it hold."""

    case: str
    what: str
    backend: str
    expected: str
    found: str
    tolerance: str
    holds: bool

    def as_dict(self) -> dict[str, Any]:
        """The comparison as plain data."""
        return {name: getattr(self, name) for name in CaseResult.__slots__}


def check_files(paths: Iterable[Path], rulebook: Rulebook) -> list[CaseResult]:
    """Check the cases of several files; raises `RuleError` for files that cannot be read."""
    return check_cases([case for path in paths for case in read_cases(path)], rulebook)


def check_cases(cases: Sequence[Case], rulebook: Rulebook) -> list[CaseResult]:
    """Check cases; raises `RuleError` where a case names what does not exist."""
    catalogue = Catalogue.load()
    with tempfile.TemporaryDirectory(prefix="tongjian-cases-") as folder:
        return [
            result
            for number, case in enumerate(cases)
            for result in _check_case(case, rulebook, catalogue, Path(folder) / str(number))
        ]


def _check_case(
    case: Case, rulebook: Rulebook, catalogue: Catalogue, folder: Path
) -> list[CaseResult]:
    edition = rulebook.ruleset(case.ruleset, case.year)
    if edition is None:
        values = {"case": case.id, "ruleset": case.ruleset, "year": case.year}
        raise RuleError(Problem("cases.not_in_force", case.place, values))
    bound = rulebook.rebound(edition, case.binds)
    store = Store.create(folder)
    report = import_files(store, _write_inputs(case, edition, folder), catalogue)
    problems = list(report.errors)
    wanted = [one for one in case.expect if one.problem]
    if report.ok:
        if wanted:
            found = run(rulebook, store, [case.ruleset], binds=case.binds)
            problems = found.problems
        sheets = {
            backend: compute_sheets(
                rulebook, edition, Snapshot.of(store), (case.year,), backend, case.binds
            )
            for backend in sorted(
                {b for one in case.expect if not one.problem for b in one.backends}
            )
        }
    else:
        sheets = {}
    codes = sorted({problem.code for problem in problems})
    results = [
        CaseResult(
            case.id, "problem", "-", one.problem, ", ".join(codes) or "-", "-", one.problem in codes
        )
        for one in wanted
    ]
    for one in case.expect:
        if not one.problem:
            results += [
                _compare(case, one, bound, backend, sheets.get(backend, {}), problems)
                for backend in one.backends
            ]
    return results


def _write_inputs(case: Case, edition: CompiledRuleSet, folder: Path) -> list[Path]:
    """The case as the files that an accountant would import."""
    facility = {
        "facility": _FACILITY,
        "name_zh": "算例",
        "name_en": "golden case",
        "sector": case.facility.get("sector", edition.doc.sectors[0]),
        "province": case.facility.get("province", "Jiangsu"),
        "city": case.facility.get("city", ""),
        "division": "",
        "fictitious": "true",
    }
    units = [
        {
            "facility": _FACILITY,
            "name_zh": unit["process_unit"],
            "name_en": unit["process_unit"],
            "kind": "",
            "technology": "",
            "abatement": "",
            "capacity": "",
            "capacity_unit": "",
            **unit,
        }
        for unit in case.process_units
    ]
    activity = [
        {
            "facility": _FACILITY,
            **{name: getattr(row, name) for name in InputRow.__slots__},
            "tier": row.tier or "calculated",
        }
        for row in case.inputs
    ]
    files = []
    for name, rows in (
        ("facilities", [facility]),
        ("process_units", units),
        ("activity", activity),
    ):
        if rows:
            path = folder / f"{name}.csv"
            with path.open("w", encoding="utf-8", newline="") as file:
                writer = csv.DictWriter(file, list(rows[0]))
                writer.writeheader()
                writer.writerows(rows)
            files.append(path)
    return files


def _compare(
    case: Case,
    one: Expectation,
    ruleset: CompiledRuleSet,
    backend: str,
    sheets: dict[str, list[dict[str, Any]]],
    problems: Sequence[Problem],
) -> CaseResult:
    sheet = ruleset.program.sheets.get(one.sheet)
    cell = f"{one.sheet}.{one.column}"
    if sheet is None or one.column not in {*sheet.formulas, *sheet.inputs}:
        known = ", ".join(ruleset.program.sheets if sheet is None else sheet.formulas)
        values = {
            "case": case.id,
            "sheet": one.sheet,
            "column": one.column,
            "where": one.where,
            "known": known,
        }
        raise RuleError(Problem("cases.no_cell", case.place, values))
    doc = (
        sheet.formulas[one.column].doc
        if one.column in sheet.formulas
        else sheet.inputs[one.column].doc
    )
    assert doc.unit is not None
    have, want = doc.unit, parse_unit(one.unit)
    if not have.same_dimension(want):
        values = {
            "case": case.id,
            "unit": one.unit,
            "sheet": one.sheet,
            "column": one.column,
            "want": have.text,
        }
        raise RuleError(Problem("cases.unit", case.place, values))
    rows = [
        row
        for row in sheets.get(one.sheet, ())
        if all(row.get(name) == value for name, value in one.where.items())
    ]
    expected = f"{one.value} {one.unit}"
    if len(rows) != 1 or rows[0][one.column] is None:
        found = "; ".join(problem.text("zh") for problem in problems) or f"{len(rows)} rows"
        return CaseResult(case.id, cell, backend, expected, found, str(one.tolerance), False)
    value = rows[0][one.column]
    exact = value if isinstance(value, Decimal) else Decimal(repr(value))
    factor = have.scale / want.scale
    found_value = exact if factor == 1 else exact * factor.numerator / factor.denominator
    holds = abs(found_value - one.value) <= one.tolerance
    return CaseResult(
        case.id, cell, backend, expected, f"{found_value} {one.unit}", str(one.tolerance), holds
    )

"""Computes golden cases on every back-end and compares."""

from __future__ import annotations

import tempfile
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from pathlib import Path
from typing import TYPE_CHECKING, Any

from tongjian.cases._document import (
    BACKENDS,
    EXTRA_BACKENDS,
    Case,
    Expectation,
    read_cases,
)
from tongjian.cases._inputs import Inputs, case_inputs, write_inputs
from tongjian.cases._together import TOGETHER, Sheets, compute_together
from tongjian.engine import Snapshot, compute_sheets, run
from tongjian.problems import Problem, RuleError
from tongjian.records import Catalogue, Store, import_files
from tongjian.rules import CompiledRuleSet, FormulaDoc, InputDoc, Rulebook
from tongjian.units import parse_unit

if TYPE_CHECKING:
    from pyspark.sql import SparkSession


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


def check_files(
    paths: Iterable[Path], rulebook: Rulebook, backends: Sequence[str] = BACKENDS
) -> list[CaseResult]:
    """Check the cases of several files; raises `RuleError` for files that cannot be read."""
    cases = [case for path in paths for case in read_cases(path)]
    return check_cases(cases, rulebook, backends)


def check_cases(
    cases: Sequence[Case],
    rulebook: Rulebook,
    backends: Sequence[str] = BACKENDS,
    *,
    spark: SparkSession | None = None,
) -> list[CaseResult]:
    """Check cases; raises `RuleError` where a case names what does not exist.

    In SQL (on "spark" with the session `spark`, if given) the cases of one rule set, year and set
    of tables are plants of one province: a statement there takes as long for many as for one.
    """
    check_backend(backends)
    catalogue = Catalogue.load()
    with tempfile.TemporaryDirectory(prefix="tongjian-cases-") as folder:
        works = [
            _Work.of(case, rulebook, catalogue, Path(folder) / str(number), f"CASE{number:04}")
            for number, case in enumerate(cases)
        ]
        for backend in TOGETHER:
            if backend in backends:
                compute_together(works, rulebook, Path(folder), backend, spark)
        return [result for work in works for result in work.results(rulebook, backends)]


@dataclass(slots=True)
class _Work:
    """A case with its imported inputs."""

    case: Case
    edition: CompiledRuleSet
    bound: CompiledRuleSet
    facility: str
    inputs: Inputs
    store: Store
    faults: list[Problem]
    """What kept the inputs from being imported."""
    sheets: dict[str, Sheets] = field(default_factory=dict)
    """Rows by back-end, where they have been computed."""

    @classmethod
    def of(
        cls, case: Case, rulebook: Rulebook, catalogue: Catalogue, folder: Path, facility: str
    ) -> _Work:
        edition = rulebook.ruleset(case.ruleset, case.year)
        if edition is None:
            values = {"case": case.id, "ruleset": case.ruleset, "year": case.year}
            raise RuleError(Problem("cases.not_in_force", case.place, values))
        store = Store.create(folder)
        inputs = case_inputs(case, edition, facility)
        report = import_files(store, write_inputs(inputs, folder), catalogue)
        bound = rulebook.rebound(edition, case.binds)
        return cls(case, edition, bound, facility, inputs, store, list(report.errors))

    def results(self, rulebook: Rulebook, backends: Sequence[str]) -> list[CaseResult]:
        case, problems = self.case, self.faults
        wanted = [one for one in case.expect if one.problem]
        if wanted and not problems:
            problems = run(rulebook, self.store, [case.ruleset], binds=case.binds).problems
        codes = sorted({problem.code for problem in problems})
        results = [
            CaseResult(case.id, "problem", "-", one.problem, ", ".join(codes) or "-", "-", holds)
            for one in wanted
            for holds in [one.problem in codes]
        ]
        for one in case.expect:
            if not one.problem:
                results += [
                    _compare(case, one, self.bound, backend, self.on(backend, rulebook), problems)
                    for backend in backends
                    if one.holds_on(backend)
                ]
        return results

    def on(self, backend: str, rulebook: Rulebook) -> Sheets:
        """The rows of all sheets on a back-end."""
        found = self.sheets.get(backend)
        if found is None and self.faults:
            found = {}
        if found is None:
            case, snapshot = self.case, Snapshot.of(self.store)
            found = compute_sheets(
                rulebook, self.edition, snapshot, (case.year,), backend, case.binds
            )
        self.sheets[backend] = found
        return found


def check_backend(names: Iterable[str]) -> None:
    """Raises `RuleError` for back-ends that do not exist."""
    known = (*BACKENDS, *EXTRA_BACKENDS)
    raised = [name for name in names if name not in known]
    if raised:
        values = {"known": ", ".join(known)}
        raise RuleError(Problem("cases.backend", values={**values, "name": one}) for one in raised)


def _compare(
    case: Case,
    one: Expectation,
    ruleset: CompiledRuleSet,
    backend: str,
    sheets: Sheets,
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
    rows = [row for row in sheets.get(one.sheet, ()) if is_asked(row, one.where)]
    if one.label or one.missing:
        expected = one.label or "–"
        texts = [words_of(row[one.column], doc) for row in rows]
        found = ", ".join(texts) or f"{len(rows)} rows"
        return CaseResult(case.id, cell, backend, expected, found, "-", texts == [expected])
    have, want = doc.unit, parse_unit(one.unit)
    if have is None or not have.same_dimension(want):
        values = {
            "case": case.id,
            "unit": one.unit,
            "sheet": one.sheet,
            "column": one.column,
            "want": have.text if have is not None else "label",
        }
        raise RuleError(Problem("cases.unit", case.place, values))
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


def is_asked(row: Mapping[str, Any], where: Mapping[str, Any]) -> bool:
    """Whether a row is the one that an expectation speaks of."""
    return all(row.get(name) == value for name, value in where.items())


def words_of(value: Any, doc: FormulaDoc | InputDoc) -> str:
    """What a cell says in words: its label or choice, `–` where it is missing."""
    if value is None:
        return "–"
    if isinstance(doc, InputDoc) and doc.choices:
        return doc.choices[int(value) - 1]
    return str(value)

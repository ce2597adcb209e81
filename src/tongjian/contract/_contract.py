"""The public contract check (契约检查): what every rule document has to keep."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from functools import cached_property
from pathlib import Path
from typing import Any

from tongjian.cases import Case, read_cases
from tongjian.contract._dates import check_dates
from tongjian.contract._directions import check_directions
from tongjian.contract._docs import check_docs
from tongjian.contract._golden import Coverage, check_golden, cover
from tongjian.contract._pages import method_pages
from tongjian.contract._policies import check_policies
from tongjian.contract._references import check_references
from tongjian.contract._sources import check_sources
from tongjian.contract._subject import Subject
from tongjian.contract._substitutions import check_substitutions
from tongjian.contract._zero import check_zero
from tongjian.problems import Place, Problem, RuleError
from tongjian.records import Catalogue
from tongjian.rules import Rulebook, read_documents, read_yaml, rulebook_folder

# In this order they are told: what does not load comes first.
CHECKS: dict[str, Callable[[Subject], Iterator[Problem]]] = {
    "dates": check_dates,
    "sources": check_sources,
    "references": check_references,
    "policies": check_policies,
    "substitutions": check_substitutions,
    "zero": check_zero,
    "directions": check_directions,
}
_SEVERITIES = ("error", "warning", "note")


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that a check has found (发现): an error, a warning or a note."""

    check: str
    problem: Problem

    def as_dict(self) -> dict[str, Any]:
        """The finding as plain data, for JSON."""
        return {"check": self.check, **self.problem.as_dict()}


class Contract:
    """Documents held against the contract; the checks run when `findings` is first asked for."""

    def __init__(
        self, subject: Subject, cases: Sequence[Case], faults: Sequence[Problem], docs: Path | None
    ) -> None:
        self.subject = subject
        self.cases = cases
        self.docs = docs
        self._faults = faults

    @property
    def book(self) -> Rulebook:
        """The documents under test with the rulebook below them, as far as they are sound."""
        return self.subject.book

    @cached_property
    def _covered(self) -> tuple[list[Coverage], list[Problem]]:
        problems = list(self._faults)
        return list(cover(self.subject, self.cases, problems).values()), problems

    @property
    def coverage(self) -> list[Coverage]:
        """How far the golden cases reach into each method under test (算例覆盖)."""
        return self._covered[0]

    @cached_property
    def pages(self) -> dict[str, str]:
        """The documentation pages of the methods under test, by file name."""
        return method_pages(self.subject, self.coverage)

    @cached_property
    def findings(self) -> list[Finding]:
        """Everything found, errors first."""
        found = [Finding("loads", one) for one in self._loading()]
        for name, check in CHECKS.items():
            found += [Finding(name, one) for one in _once(check(self.subject))]
        found += [Finding("cases", one) for one in self._golden()]
        if self.docs is not None:
            found += [Finding("docs", one) for one in check_docs(self.pages, self.docs)]
        return sorted(found, key=lambda one: _SEVERITIES.index(one.problem.severity))

    @property
    def ok(self) -> bool:
        """Whether nothing is an error."""
        return all(one.problem.severity != "error" for one in self.findings)

    def as_dict(self) -> dict[str, Any]:
        """The whole result as plain data, for JSON."""
        counts = dict.fromkeys(_SEVERITIES, 0)
        for one in self.findings:
            counts[one.problem.severity] += 1
        return {
            "ok": self.ok,
            "digest": self.book.digest,
            "counts": counts,
            "findings": [one.as_dict() for one in self.findings],
            "coverage": [one.as_dict() for one in self.coverage],
        }

    def _loading(self) -> list[Problem]:
        """Faults of the documents under test, and of others that keep them from loading."""
        return list(self.subject.reading.problems)

    def _golden(self) -> list[Problem]:
        coverage, problems = self._covered
        if not self.cases and coverage:
            place = Place(file=self.book.folder)
            return [*problems, Problem("contract.no_cases", place, severity="warning")]
        return [*problems, *check_golden(coverage)]


def check_contract(
    documents: Sequence[Path] = (),
    rulebook: Path | None = None,
    *,
    cases: Sequence[Path] = (),
    docs: Path | None = None,
    today: date | None = None,
) -> Contract:
    """Hold documents against the contract of the rule language (契约检查).

    `documents` are YAML files or folders of them, ours or anybody's, laid on top of `rulebook` (by
    default the package's own); none given means the rulebook itself. `cases` are files or folders
    of golden cases; folders of documents may hold cases too, and beside a source checkout of the
    package its own are found. `docs` is the folder in which the pages have to be. Raises
    `RuleError` when there is nothing to check.
    """
    files, own_cases = _sorted_out(documents)
    if documents and not files:
        listed = ", ".join(path.as_posix() for path in documents)
        raise RuleError(Problem("contract.nothing", values={"paths": listed}))
    reading = read_documents(rulebook, files)
    faults: list[Problem] = []
    every = dict.fromkeys([*own_cases, *_case_files(cases, rulebook)])
    found = _read_cases(every, faults)
    subject = Subject(reading, _catalogue(rulebook), today or date.today())
    return Contract(subject, found, faults, docs)


def own_cases_folder() -> Path | None:
    """The golden cases of a source checkout of the package, if this is one."""
    folder = rulebook_folder().parents[2] / "cases"
    return folder if folder.is_dir() else None


def _sorted_out(paths: Iterable[Path]) -> tuple[list[Path], list[Path]]:
    """YAML files of rules, and those of golden cases."""
    rules, cases = dict[Path, None](), dict[Path, None]()
    for path in paths:
        for file in sorted(path.rglob("*.yaml")) if path.is_dir() else [path]:
            if "catalogue" in file.relative_to(path).parts:
                continue
            (cases if _holds_cases(file) else rules)[file] = None
    return list(rules), list(cases)


def _holds_cases(path: Path) -> bool:
    try:
        data = read_yaml(path.read_text(encoding="utf-8"), path.name).data
    except (RuleError, UnicodeDecodeError):
        return False
    except OSError:
        raise RuleError(Problem("contract.no_file", Place(file=path.as_posix()))) from None
    return isinstance(data, dict) and "cases" in data


def _case_files(paths: Sequence[Path], rulebook: Path | None) -> list[Path]:
    chosen = list(paths)
    if not chosen and rulebook is None and (own := own_cases_folder()) is not None:
        chosen = [own]
    files: dict[Path, None] = {}
    for path in chosen:
        inside = sorted(path.rglob("*.yaml")) if path.is_dir() else []
        files |= dict.fromkeys([one for one in inside if _holds_cases(one)] or [path])
    return list(files)


def _read_cases(paths: Iterable[Path], faults: list[Problem]) -> list[Case]:
    found: list[Case] = []
    for path in paths:
        try:
            found += read_cases(path)
        except RuleError as error:
            faults.extend(error.problems)
    return found


def _catalogue(rulebook: Path | None) -> Catalogue:
    own = rulebook / "catalogue" if rulebook is not None else None
    return Catalogue.load(own if own is not None and own.is_dir() else None)


def _once(problems: Iterable[Problem]) -> list[Problem]:
    """Without repetitions: rule sets that share a method find the same in it."""
    return list({(one.code, one.place, one.message("en")): one for one in problems}.values())


__all__ = ["CHECKS", "Contract", "Finding", "check_contract", "own_cases_folder"]

"""The rulebook: all documents of a folder, checked, with their editions."""

from __future__ import annotations

import difflib
import pickle
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import TypeVar

from tongjian.problems import Place, Problem, RuleError
from tongjian.rules._check_policy import by_id, check_targets
from tongjian.rules._compile import Library, check_method, compile_method
from tongjian.rules._documents import Conflict, Method, RuleSet, Table, UnavailableEdition
from tongjian.rules._policy_documents import Target, Task
from tongjian.rules._program import Program, SheetPlan
from tongjian.rules._put_in import put_in
from tongjian.rules._read import Documents, read_folder
from tongjian.rules._variants import build_variants
from tongjian.units import UnitError, parse_unit

_Dated = TypeVar("_Dated", Method, RuleSet, UnavailableEdition)


class CompiledRuleSet:
    """A rule set with its program.

    Programs are most of a compiled rulebook and a run needs few of them: in the compiled copy each
    is packed by itself, and unpacked when it is asked for.
    """

    __slots__ = ("_packed", "_program", "doc")

    def __init__(self, doc: RuleSet, program: Program) -> None:
        self.doc = doc
        self._program: Program | None = program
        self._packed = b""

    @property
    def id(self) -> str:
        return self.doc.id

    @property
    def program(self) -> Program:
        if self._program is None:
            self._program = pickle.loads(self._packed)
            self._packed = b""
        return self._program

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, CompiledRuleSet):
            return NotImplemented
        return (self.doc, self.program) == (other.doc, other.program)

    def __getstate__(self) -> tuple[RuleSet, bytes]:
        return self.doc, pickle.dumps(self.program, protocol=5)

    def __setstate__(self, state: tuple[RuleSet, bytes]) -> None:
        self.doc, self._packed = state
        self._program = None


@dataclass(slots=True)
class Rulebook:
    """Checked documents (规则库): tables by id, editions of methods and rule sets by id."""

    folder: str
    digest: str
    tables: dict[str, Table] = field(default_factory=dict)
    methods: dict[str, tuple[Method, ...]] = field(default_factory=dict)
    rulesets: dict[str, tuple[CompiledRuleSet, ...]] = field(default_factory=dict)
    unavailable: dict[str, tuple[UnavailableEdition, ...]] = field(default_factory=dict)
    """Editions without a text, by the id of their rule set."""
    conflicts: dict[str, Conflict] = field(default_factory=dict)
    variants: dict[str, Table] = field(default_factory=dict)
    """Tables as alternatives of conflicts have them; a run can be bound to them."""
    targets: dict[str, Target] = field(default_factory=dict)
    """Targets of policy documents (政策目标), by id."""
    tasks: dict[str, Task] = field(default_factory=dict)
    """Tasks of policy documents (政策任务), by id."""

    def table(self, name: str) -> Table | None:
        """A table, a variant of one or a table with values put in, by id.

        Raises `RuleError` for values that do not fit.
        """
        return self.listed(name) or put_in(name, self.listed)

    def listed(self, name: str) -> Table | None:
        """A table or a variant of one as the documents have it, by id."""
        return self.tables.get(name) or self.variants.get(name)

    def ruleset(self, name: str, year: int) -> CompiledRuleSet | None:
        """The edition of rule set `name` that is in force at the end of `year`, if any.

        Raises `RuleError` when there is no rule set of that name at all, or when the edition in
        force is one whose text is not available.
        """
        day = date(year, 12, 31)
        if name not in self.rulesets and name not in self.unavailable:
            known = [*self.rulesets, *self.unavailable]
            near = difflib.get_close_matches(name, known, n=3) or sorted(known)
            values = {"name": name, "known": ", ".join(near)}
            raise RuleError(Problem("rules.unknown_ruleset", values=values))
        unread = _in_force(self.unavailable.get(name, ()), day)
        if unread is not None:
            raise RuleError(text_not_available(unread))
        return next((e for e in self.rulesets.get(name, ()) if e.doc.validity.covers(day)), None)

    def without_text(self, year: int) -> list[UnavailableEdition]:
        """The editions in force at the end of `year` whose text is not available."""
        day = date(year, 12, 31)
        editions = [one for group in self.unavailable.values() for one in group]
        return [one for one in editions if one.validity.covers(day)]

    def rebound(self, ruleset: CompiledRuleSet, binds: Mapping[str, str]) -> CompiledRuleSet:
        """The rule set with some tables replaced by alias (a what-if), compiled anew.

        Aliases that the rule set does not have are ignored, so that one set of replacements can
        go to several rule sets. Raises `RuleError` when a table does not fit.
        """
        usable = {k: v for k, v in binds.items() if k in ruleset.program.tables}
        if not usable:
            return ruleset
        library = _library(self, ruleset.doc.validity.first)
        method = library.method(ruleset.doc.method)
        assert method is not None
        program = compile_method(
            method, library, {**ruleset.doc.binds, **usable}, ruleset.doc.place
        )
        return CompiledRuleSet(ruleset.doc, program)

    def programs(self) -> dict[str, list[Program]]:
        """The programs of every edition of each rule set, by its id."""
        return {name: [one.program for one in group] for name, group in self.rulesets.items()}

    def method(self, name: str, day: date) -> Method | None:
        """The edition of method `name` in force on `day`, if any."""
        found = [m for m in self.methods.get(name, ()) if m.validity.covers(day)]
        return found[0] if found else None


def _in_force(editions: Iterable[UnavailableEdition], day: date) -> UnavailableEdition | None:
    return next((one for one in editions if one.validity.covers(day)), None)


def text_not_available(edition: UnavailableEdition) -> Problem:
    """The refusal of an edition without a text: what is missing and what can be used instead."""
    values = {
        "name": edition.id,
        "document": edition.basis.document,
        "span": str(edition.validity),
        "missing_zh": edition.missing.zh,
        "missing_en": edition.missing.en,
        "nearest": edition.nearest,
    }
    return Problem("rules.text_not_available", edition.place, values)


def build_rulebook(folder: Path, digest: str) -> Rulebook:
    """Read and check every document below `folder`; raises `RuleError` with all problems."""
    documents = read_folder(folder)
    if not (documents.tables or documents.methods or documents.problems):
        raise RuleError(Problem("rules.no_rulebook", values={"folder": str(folder)}))
    return assemble(documents, str(folder), digest)


def assemble(documents: Documents, folder: str, digest: str) -> Rulebook:
    """Check documents against each other and compile them; raises `RuleError` with all problems."""
    book, problems = assemble_sound(documents, folder, digest)
    if problems:
        raise RuleError(problems)
    return book


def assemble_sound(
    documents: Documents, folder: str, digest: str
) -> tuple[Rulebook, list[Problem]]:
    """What can be used of the documents, without rule sets that have a fault, and all faults."""
    problems = documents.problems
    book = Rulebook(folder, digest)
    for table in documents.tables:
        if table.id in book.tables:
            other = book.tables[table.id].place.file
            values = {"name": table.id, "file": other}
            problems.append(Problem("rules.id_twice", table.place, values))
        book.tables[table.id] = table
    book.conflicts = {one.id: one for one in documents.conflicts}
    book.variants = build_variants(documents.conflicts, book.tables, problems)
    book.methods = _editions(documents.methods, problems)
    rulesets = _editions(documents.rulesets, problems)
    _check_methods(book, problems)
    book.unavailable = _editions(documents.unavailable, problems)
    _check_unavailable(book, rulesets, problems)
    problems.extend(_check_defaults([one for group in rulesets.values() for one in group]))
    for name, editions in rulesets.items():
        compiled = [_compile_ruleset(book, one, problems) for one in editions]
        book.rulesets[name] = tuple(one for one in compiled if one is not None)
    _take_policies(book, documents, problems)
    return book, _once(problems)


def _take_policies(book: Rulebook, documents: Documents, problems: list[Problem]) -> None:
    """Targets and tasks; they come last because they read what rule sets give."""
    book.targets = by_id((one for doc in documents.targets for one in doc.targets), problems)
    book.tasks = by_id((one for doc in documents.tasks for one in doc.tasks), problems)
    if book.targets:
        problems.extend(check_targets(book.targets, book.programs()))


def _editions(
    documents: Sequence[_Dated], problems: list[Problem]
) -> dict[str, tuple[_Dated, ...]]:
    groups: dict[str, list[_Dated]] = {}
    for document in documents:
        group = groups.setdefault(document.id, [])
        for other in group:
            if other.validity.overlaps(document.validity):
                values = {
                    "name": document.id,
                    "first": str(other.validity),
                    "file": other.place.file,
                    "second": str(document.validity),
                }
                problems.append(Problem("rules.edition_overlap", document.place, values))
        group.append(document)
    return {
        name: tuple(sorted(group, key=lambda one: one.validity.first or date.min))
        for name, group in groups.items()
    }


def _check_defaults(rulesets: Sequence[RuleSet]) -> Iterator[Problem]:
    """A sector has one rule set by default for each boundary and day; others run on request."""
    defaults = [one for one in rulesets if one.selected == "by_default"]
    for index, first in enumerate(defaults):
        for second in defaults[index + 1 :]:
            shared = sorted(set(first.sectors) & set(second.sectors))
            alike = first.boundary == second.boundary and first.id != second.id
            if shared and alike and first.validity.overlaps(second.validity):
                values = {
                    "first": first.id,
                    "second": second.id,
                    "sectors": ", ".join(shared),
                    "boundary": first.boundary,
                }
                yield Problem("rules.default_twice", second.place, values)


def _check_unavailable(
    book: Rulebook, rulesets: Mapping[str, Sequence[RuleSet]], problems: list[Problem]
) -> None:
    """They must not overlap with usable editions, and what they point to has to exist."""
    for name, editions in book.unavailable.items():
        for edition in editions:
            for other in rulesets.get(name, ()):
                if other.validity.overlaps(edition.validity):
                    values = {
                        "name": name,
                        "first": str(other.validity),
                        "file": other.place.file,
                        "second": str(edition.validity),
                    }
                    problems.append(Problem("rules.edition_overlap", edition.place, values))
            if edition.nearest not in rulesets:
                values = {"name": edition.nearest, "known": ", ".join(sorted(rulesets))}
                problems.append(Problem("rules.unknown_ruleset", edition.place, values))


def _library(book: Rulebook, day: date | None) -> Library:
    return Library(method=lambda name: book.method(name, day or date.max), table=book.table)


def _check_methods(book: Rulebook, problems: list[Problem]) -> None:
    """Each method has to make sense by itself, whatever tables a rule set will name."""
    for editions in book.methods.values():
        for method in editions:
            problems.extend(check_method(method, _library(book, method.validity.first)))


def _compile_ruleset(
    book: Rulebook, ruleset: RuleSet, problems: list[Problem]
) -> CompiledRuleSet | None:
    library = _library(book, ruleset.validity.first)
    method = library.method(ruleset.method)
    if method is None:
        values = {"name": ruleset.method}
        problems.append(Problem("rules.unknown_method", ruleset.place, values))
        return None
    try:
        program = compile_method(method, library, ruleset.binds, ruleset.place)
    except RuleError as error:
        problems.extend(error.problems)
        return None
    found = [
        *_check_total(ruleset, program),
        *_check_shown(ruleset, program),
        *_check_solve(ruleset, program),
        *_check_ledger(program),
    ]
    problems.extend(found)
    return None if found else CompiledRuleSet(ruleset, program)


def _check_total(ruleset: RuleSet, program: Program) -> list[Problem]:
    if ruleset.total is None:
        return []
    sheet, _, column = ruleset.total.partition(".")
    if sheet in program.sheets and column in program.sheets[sheet].formulas:
        return []
    return [Problem("rules.total_column", ruleset.place, {"name": ruleset.total})]


def _check_shown(ruleset: RuleSet, program: Program) -> Iterator[Problem]:
    """What a judgement is told by has to be there."""
    for one in ruleset.shows:
        sheet = program.sheets.get(one.sheet)
        known = [] if sheet is None else [*sheet.inputs, *sheet.formulas]
        wrong = [name for name in (*one.columns, *one.unless) if name not in known]
        labels = {} if sheet is None else {k: f.doc.labels for k, f in sheet.formulas.items()}
        wrong += [word for name, word in one.unless.items() if word not in labels.get(name, ())]
        if sheet is None or wrong:
            values = {
                "name": ", ".join([one.sheet, *wrong]),
                "known": ", ".join(known or program.sheets),
            }
            yield Problem("rules.shown_column", ruleset.place, values)


def _check_solve(ruleset: RuleSet, program: Program) -> Iterator[Problem]:
    """What can be solved for has to be a cell of a sheet and a table that the program reads."""
    one = ruleset.solve
    if one is None:
        return
    sheet = program.sheets.get(one.cell[0])
    columns = [] if sheet is None else [*sheet.grain, *sheet.formulas]
    named = [one.cell[1], *one.key, *(end for end in one.bracket if isinstance(end, str))]
    wrong = [name for name in named if name not in columns]
    if one.at[0] not in program.tables:
        wrong.append(".".join(one.at))
    if wrong:
        values = {
            "name": ", ".join(wrong),
            "known": ", ".join([*(columns or program.sheets), *program.tables]),
        }
        yield Problem("rules.solve_name", ruleset.place, values)


def _check_ledger(program: Program) -> list[Problem]:
    """A ledger line has to be in tonnes of its substance, at the grain facility-year."""
    problems = []
    for sheet in program.sheets.values():
        for name, formula in sheet.formulas.items():
            if formula.doc.ledger is None:
                continue
            if sheet.grain != ("facility", "year"):
                problems.append(Problem("rules.ledger_grain", formula.doc.place, {"name": name}))
            problems.extend(_check_substance(name, formula.doc.place, sheet))
    return problems


def _check_substance(name: str, place: Place, sheet: SheetPlan) -> list[Problem]:
    doc = sheet.formulas[name].doc
    assert doc.ledger is not None and doc.unit is not None
    substance = doc.ledger.substance
    try:
        unit = parse_unit(substance if substance == "tce" else f"t{substance}")
    except UnitError:
        unit = None
    if unit is not None and unit.same_dimension(doc.unit) and doc.unit.scale == unit.scale:
        return []
    values = {"name": name, "substance": substance, "unit": doc.unit.text}
    return [Problem("rules.ledger_unit", place, values)]


def _once(problems: list[Problem]) -> list[Problem]:
    """Without repetitions: a fault of a method shows again in every rule set that uses it."""
    return list({(p.code, p.place, p.message("en")): p for p in problems}.values())

"""The rulebook: all documents of a folder, checked, with their editions."""

from __future__ import annotations

import difflib
import pickle
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date

from tongjian.problems import Problem, RuleError
from tongjian.rules._compile import Library, compile_method
from tongjian.rules._documents import Conflict, Method, RuleSet, Table, UnavailableEdition
from tongjian.rules._policy_documents import Target, Task
from tongjian.rules._program import Program
from tongjian.rules._put_in import put_in
from tongjian.rules._substitution_documents import Substitution


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


class _Programs(Mapping[str, Sequence[Program]]):
    """Who asks for the program of one rule set need not unpack those of all."""

    def __init__(self, rulesets: Mapping[str, Sequence[CompiledRuleSet]]) -> None:
        self._rulesets = rulesets

    def __getitem__(self, name: str) -> Sequence[Program]:
        return [one.program for one in self._rulesets[name]]

    def __iter__(self) -> Iterator[str]:
        return iter(self._rulesets)

    def __len__(self) -> int:
        return len(self._rulesets)


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
    substitutions: dict[str, tuple[Substitution, ...]] = field(default_factory=dict)
    """Rules on the substitution of monitored hours (监测数据替代规则), editions by id."""

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

    def substitution(self, name: str, day: date | None = None) -> Substitution:
        """The edition of a substitution rule (监测数据替代规则) in force on `day`.

        Where none is, or no day is given, it is the latest: whoever uses it is told that the hours
        lie outside of its dates. Raises `RuleError` when there is no rule of that name.
        """
        editions = self.substitutions.get(name, ())
        if not editions:
            known = list(self.substitutions)
            near = difflib.get_close_matches(name, known, n=3) or sorted(known)
            values = {"name": name, "known": ", ".join(near)}
            raise RuleError(Problem("rules.unknown_substitution", values=values))
        covering = (one for one in editions if day is not None and one.validity.covers(day))
        return next(covering, editions[-1])

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
        library = self.library(ruleset.doc.validity.first)
        method = library.method(ruleset.doc.method)
        assert method is not None
        program = compile_method(
            method, library, {**ruleset.doc.binds, **usable}, ruleset.doc.place
        )
        return CompiledRuleSet(ruleset.doc, program)

    def library(self, day: date | None) -> Library:
        """Finds documents for a method that is in force from `day` on."""
        return Library(method=lambda name: self.method(name, day or date.max), table=self.table)

    def programs(self) -> Mapping[str, Sequence[Program]]:
        """The programs of every edition of each rule set, by its id; unpacked when looked up."""
        return _Programs(self.rulesets)

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

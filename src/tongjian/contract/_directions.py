"""Sign and monotonicity: more of an input moves the total the way the document says (方向)."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field, replace

from tongjian.contract._subject import Subject
from tongjian.contract._trial import Slope, Trial
from tongjian.problems import Place, Problem
from tongjian.rules import InputDoc

# Derivatives smaller than this are the rounding of terms that cancel.
_NOISE, _LEAST = 1e-15, 1e-9


# Sheets of several methods may have the same name: the file tells them apart.
_Mark = tuple[str | None, str, str]


@dataclass(slots=True)
class Reactions:
    """How outcomes answered to one input, over all rule sets and trial rows."""

    doc: InputDoc
    sheet: str
    asked: bool = False
    """Whether some rule set has an outcome that the input's direction speaks of."""
    tried: bool = False
    rising: list[tuple[str, Slope]] = field(default_factory=list)
    falling: list[tuple[str, Slope]] = field(default_factory=list)


def check_directions(subject: Subject) -> Iterator[Problem]:
    """Inputs by which a total moves the other way, not at all, or although it should not.

    Inputs of methods that are not under test are tried as well where a rule set under test runs
    them: what becomes of them is decided by the methods that gather them.
    """
    reactions: dict[_Mark, Reactions] = {}
    outcomes = 0
    for trial in subject.trials():
        for sheet in trial.leaves:
            if trial.outcome(sheet) is None:
                continue  # a judgement without a total: no direction was promised
            for plan in sheet.inputs.values():
                mark = (plan.doc.place.file, sheet.name, plan.doc.name)
                found = reactions.setdefault(mark, Reactions(plan.doc, sheet.name))
                found.asked |= trial.outcome(sheet) is not None
        outcomes += _try(trial, reactions)
    yield from _by_cases(subject)
    for found in reactions.values():
        mine_too = subject.reading.tests(found.doc.place)
        for problem in _judge(found, outcomes):
            if mine_too:
                yield problem
            elif problem.code == "contract.direction":
                yield replace(problem, place=_gathered(subject, str(problem.values["ruleset"])))


def _by_cases(subject: Subject) -> Iterator[Problem]:
    """The sheets that no synthetic plant tries, each once."""
    sheets = (one for trial in subject.trials() for one in trial.engine.program.sheets.values())
    left = {one.doc.place: one for one in sheets if one.is_leaf and one.doc.tried_by == "cases"}
    for place, sheet in left.items():
        if subject.reading.tests(place):
            values = {"sheet": sheet.name, "count": len(sheet.inputs)}
            yield Problem("contract.tried_by_cases", place, values, "note")


def _gathered(subject: Subject, ruleset: str) -> Place:
    """Where the rule set that gathers an input stands."""
    return next(one.ruleset.doc.place for one in subject.trials() if one.ruleset.id == ruleset)


def _try(trial: Trial, reactions: dict[_Mark, Reactions]) -> int:
    """Notes how the outcomes of one rule set answer; returns how many there were."""
    found = 0
    speaks_of = {sheet.name: trial.outcome(sheet) for sheet in trial.leaves}
    for plant in trial.plants():
        for cell in trial.outcomes():
            value = trial.value(plant, cell)
            if value is None:
                continue
            found += 1
            least = _NOISE * abs(value) + _LEAST
            for slope in trial.slopes(plant, *cell):
                if speaks_of[slope.sheet] == cell:
                    doc = trial.engine.program.sheets[slope.sheet].inputs[slope.name].doc
                    mark = (doc.place.file, slope.sheet, slope.name)
                    _note(reactions[mark], trial.ruleset.id, slope, least)
    return found


def _note(one: Reactions, ruleset: str, slope: Slope, least: float) -> None:
    one.tried = True
    if slope.effect > least:
        one.rising.append((ruleset, slope))
    elif slope.effect < -least:
        one.falling.append((ruleset, slope))


def _judge(found: Reactions, outcomes: int) -> Iterator[Problem]:
    doc = found.doc
    values: dict[str, object] = {
        "input": f"{found.sheet}.{doc.name}",
        "title_zh": doc.title.zh,
        "title_en": doc.title.en,
        "direction": doc.direction,
    }
    wrong = {"up": found.falling, "down": found.rising, "either": []}.get(
        doc.direction, [*found.rising, *found.falling]
    )
    if wrong:
        ruleset, slope = wrong[0]
        values |= {
            "ruleset": ruleset,
            "entered": ", ".join(slope.entered),
            "stream": slope.stream or "-",
            "found": "up" if slope.effect > 0 else "down",
        }
        yield Problem("contract.direction", doc.place, values)
    elif not found.tried and found.asked and outcomes:
        yield Problem("contract.not_tried", doc.place, values, "warning")
    elif doc.direction != "none" and found.tried and not (found.rising or found.falling):
        yield Problem("contract.no_effect", doc.place, values, "warning")


__all__ = ["check_directions"]

"""Sign and monotonicity: more of an input moves the total the way the document says (方向)."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field

from tongjian.contract._subject import Subject
from tongjian.contract._trial import Slope, Trial
from tongjian.problems import Problem
from tongjian.rules import InputDoc, Method

# Derivatives smaller than this are the rounding of terms that cancel.
_NOISE, _LEAST = 1e-15, 1e-9


@dataclass(slots=True)
class Reactions:
    """How outcomes answered to one input, over all rule sets and trial rows."""

    doc: InputDoc
    sheet: str
    tried: bool = False
    rising: list[tuple[str, Slope]] = field(default_factory=list)
    falling: list[tuple[str, Slope]] = field(default_factory=list)


def check_directions(subject: Subject) -> Iterator[Problem]:
    """Inputs by which a total moves the other way, not at all, or although it should not."""
    reactions = _inputs(subject.methods)
    outcomes = 0
    for trial in subject.trials():
        outcomes += _try(trial, reactions)
    for (sheet, name), found in reactions.items():
        if not any(_runs(trial, sheet, name) for trial in subject.trials()):
            continue  # no rule set reaches it, which is said elsewhere
        yield from _judge(found, outcomes)


def _inputs(methods: list[Method]) -> dict[tuple[str, str], Reactions]:
    return {
        (sheet.name, name): Reactions(doc, sheet.name)
        for method in methods
        for sheet in method.sheets.values()
        for name, doc in sheet.inputs.items()
    }


def _runs(trial: Trial, sheet: str, name: str) -> bool:
    plan = trial.engine.program.sheets.get(sheet)
    return plan is not None and name in plan.inputs


def _try(trial: Trial, reactions: dict[tuple[str, str], Reactions]) -> int:
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
                one = reactions.get((slope.sheet, slope.name))
                if speaks_of[slope.sheet] == cell and one is not None and _is_of(trial, one):
                    _note(one, trial.ruleset.id, slope, least)
    return found


def _is_of(trial: Trial, one: Reactions) -> bool:
    """Whether a rule set runs this very edition of the input's method."""
    return trial.engine.program.sheets[one.sheet].inputs[one.doc.name].doc == one.doc


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
    elif not found.tried and outcomes:
        yield Problem("contract.not_tried", doc.place, values, "warning")
    elif doc.direction != "none" and found.tried and not (found.rising or found.falling):
        yield Problem("contract.no_effect", doc.place, values, "warning")


__all__ = ["check_directions"]

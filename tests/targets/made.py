"""Hand-made plants for targets: what they reported, and targets over it."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from tests.support import (
    BASIS,
    WORDS,
    Document,
    Records,
    formulas,
    inputs,
    method,
    ruleset,
    sheet,
    write_rulebook,
)
from tongjian.rules import Rulebook, load_rulebook
from tongjian.targets import Entries, Evaluation, Figures, Options, Region, evaluate, gather

# Every plant reports `a` and `b`; the value of a target is the sum of one, or one over the other.
LINE = sheet(
    "facility period process_unit",
    inputs(
        a={"unit": "t", "stream": "plant"},
        b={"unit": "t", "stream": "plant"},
        rated={"unit": "t", "stream": "plant"},
        where={"stream": "plant", "choices": ["inside", "outside"]},
        mark={"unit": "1", "stream": "plant"},
    ),
    formulas(
        got="t: a if given(a) else 0",
        out="t: b if given(b) else 0",
        says="1: 1 if given(where) and where == 'inside' else 0",
    ),
)


def entered(total: str, item: str) -> Document:
    """A column of the year that is missing where no plant entered the item."""
    there = f"maximum(1 if given(line.{item}) else 0) > 0"
    return {"optional": True, "is": f"{total} if {there} else none"}


LEDGER = {"category": "a", "substance": "CO2"}
YEAR = sheet(
    "facility year",
    formulas=formulas(
        a={"unit": "t", **entered("sum(line.got)", "a")},
        b={"unit": "t", **entered("sum(line.out)", "b")},
        capacity={"unit": "t", **entered("sum(coalesce(line.rated, 0))", "rated")},
        ratio={"unit": "1", "optional": True, "is": "a / b if given(a) and given(b) else none"},
        mark={"unit": "1", **entered("maximum(coalesce(line.mark, 0))", "mark")},
        region={
            "labels": {"inside": WORDS, "outside": WORDS},
            "is": "'inside' if maximum(line.says) > 0 else 'outside'",
        },
        co2={"unit": "tCO2", "is": "sum(line.got) * (tCO2/t)", "ledger": LEDGER},
    ),
)
METHOD = method(sheets={"line": LINE, "year": YEAR})
RULES = ruleset("made.rules", shows=[{"sheet": "year"}])
A, B = "made.rules:year.a", "made.rules:year.b"
SHARE = {"of": A, "per": B}


def target(name: str = "T", **more: Any) -> Document:
    """One target of the list; by default a share of at least 15 %."""
    made: Document = {
        "id": name,
        "title": WORDS,
        "clause": "1",
        "comparator": ">=",
        "unit": "%",
        "agencies": ["MEE"],
        "measure": SHARE,
        "year": 2025,
    }
    if more.get("comparator", ">=") in (">=", ">", "<=", "<", "==", "about"):
        made["value"] = 15
    return {key: value for key, value in (made | more).items() if value is not None}


def policy(*targets: Document, name: str = "made.policy", **more: object) -> Document:
    """A policy document with these targets."""
    return {"targets": name, "title": WORDS, "basis": BASIS, "list": list(targets), **more}


def rules(folder: Path, *documents: Document) -> Rulebook:
    """A rulebook with the made rule set and these documents."""
    return load_rulebook(write_rulebook(folder / "rules", METHOD, RULES, *documents), cache=False)


class Made:
    """Plants and the targets they are held against."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.records = Records(folder / "records")
        self._names: set[str] = set()

    def plant(
        self,
        name: str,
        years: Mapping[int, tuple[float | None, float | None]],
        sector: str = "test",
        **where: str,
    ) -> Made:
        """A plant with `a` and `b` by year."""
        self.records.facility(name, sector, **{"province": "Jiangsu", **where})
        for year, (a, b) in years.items():
            for item, value in (("a", a), ("b", b)):
                if value is not None:
                    self.say(name, year, item, value)
        return self

    def say(self, name: str, year: int, item: str, value: float, unit: str = "t") -> Made:
        """One more datum of a plant."""
        self.records.add("plant", item, value, unit, name, str(year))
        return self

    def figures(self, *targets: Document, **more: object) -> Figures:
        book = rules(self.folder, policy(*targets, **more))
        return gather(book, self.records.snapshot(), list(book.targets.values()))

    def judge(
        self,
        one: Document,
        year: int = 2025,
        region: Region | None = None,
        entries: Entries | None = None,
        tolerance: float = 0.05,
        **more: object,
    ) -> Evaluation:
        """One target, evaluated for all plants unless a region is given."""
        figures = self.figures(one, **more)
        options = Options(entries or Entries(), tolerance)
        found = figures.book.targets[one["id"]]
        return evaluate(found, figures, region or Region(), year, options)


def why(found: Evaluation) -> list[str]:
    """The codes of what is missing."""
    return [problem.code for problem in found.missing]

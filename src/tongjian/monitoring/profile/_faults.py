"""What a table of the monitoring profile may hold, and what is wrong with one (档案检查)."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tongjian.problems import Place, Problem


@dataclass(frozen=True, slots=True)
class Is:
    """What a field has to be: a test, and its words for those who have to mend it."""

    fits: Callable[[Any], bool]
    zh: str
    en: str
    required: bool = False
    secret: bool = False


def text(required: bool = False) -> Is:
    """Text; not empty where it is required."""
    return Is(lambda it: isinstance(it, str) and bool(it or not required), "文字", "text", required)


def texts() -> Is:
    """A table of texts by name."""
    return Is(
        lambda it: isinstance(it, dict) and all(isinstance(one, str) for one in it.values()),
        "名称与文字的表",
        "a table of names and texts",
    )


def among(*values: str, required: bool = False) -> Is:
    """One of a few words."""
    shown = " / ".join(values)
    return Is(lambda it: it in values, f"这些之一：{shown}", f"one of {shown}", required)


def number(
    above: float | None = None, least: float | None = None, below: float | None = None
) -> Is:
    """A number, in given bounds."""
    zh, en = "数字", "a number"
    for bound, word_zh, word_en in (
        (above, "大于", "above"),
        (least, "不小于", "not below"),
        (below, "小于", "below"),
    ):
        if bound is not None:
            zh, en = f"{zh}，{word_zh} {bound:g}", f"{en} {word_en} {bound:g}"

    def fits(it: Any) -> bool:
        return (
            isinstance(it, int | float)
            and not isinstance(it, bool)
            and (above is None or it > above)
            and (least is None or it >= least)
            and (below is None or it < below)
        )

    return Is(fits, zh, en)


YES_OR_NO = Is(lambda it: isinstance(it, bool), "true 或 false", "true or false")
TABLES = Is(
    lambda it: isinstance(it, list) and all(isinstance(one, dict) for one in it),
    "若干表 [[...]]",
    "tables [[...]]",
)


@dataclass(frozen=True, slots=True)
class Spot:
    """Where in the file: the number of the table, and what stands before its fields' names."""

    path: Path
    row: int
    prefix: str = ""

    def fault(self, name: str, value: object, zh: str, en: str) -> Problem:
        """`name` has `value` and has to be something else."""
        values = {
            "field": f"{self.prefix}{name}", "value": value, "expected_zh": zh, "expected_en": en,
        }  # fmt: skip
        place = Place(file=str(self.path), row=self.row or None)
        return Problem("monitoring.stations_file", place, values)

    def faults(
        self, row: Mapping[str, Any], known: Mapping[str, Is], more: bool = False
    ) -> Iterator[Problem]:
        """All that is wrong with the fields of `row`; with `more`, others are somebody else's."""
        for name in row:
            if name not in known and not more:
                listed = "、".join(known), ", ".join(known)
                zh, en = f"这些之一：{listed[0]}", f"one of {listed[1]}"
                yield self.fault(name, row[name], zh, en)
        for name, one in known.items():
            if name not in row:
                if one.required:
                    yield self.fault(name, "", one.zh, one.en)
            elif not one.fits(row[name]):
                yield self.fault(name, "…" if one.secret else row[name], one.zh, one.en)

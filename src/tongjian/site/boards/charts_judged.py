"""Charts of calculations over a region (测算的图): efficiency curves and progress of targets."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from tongjian.charts import (
    Bar,
    Chart,
    Line,
    ProcessUnit,
    Progress,
    Status,
    Tone,
    efficiency_curve,
    tally,
    target_progress,
)
from tongjian.rules import Words
from tongjian.site.boards import names
from tongjian.site.boards.models import BoardRun
from tongjian.site.boards.target_list import STATUSES

TONES: dict[str, Tone] = {
    "met": "good", "on_track": "good", "at_risk": "warn", "off": "bad", "missed": "bad",
    "rule": "none", "not_measurable": "none",
}  # fmt: skip
_MOST = 40


def curve(run: BoardRun, found: Mapping[str, Any]) -> Chart:
    """The units of one product from best to worst, with benchmark and baseline."""
    title = words(found["title"])
    lines = [
        Line(names.phrase(f"boards.{kind}"), values[0][0], kind)
        for kind, values in found["lines"].items()
        if values
    ]
    units = [ProcessUnit(_unit_name(one), one["width"], one["value"]) for one in found["units"]]
    return efficiency_curve(
        title,
        units,
        lines,
        level=names.phrase("boards.level"),
        unit=names.unit(found["unit"]),
        output_unit=names.phrase("boards.capacity", unit=names.unit(found["width_unit"])),
        source=source(run, found["document"]),
    )


def progress(run: BoardRun, shown: Sequence[Mapping[str, Any]]) -> Chart:
    """How far the targets with a number are on their way."""
    known = [one for one in shown if one["progress"]["share"] is not None][:_MOST]
    targets = [
        Progress(
            words(one["title"]),
            one["progress"]["share"],
            _reading(one),
            names.phrase(f"boards.status_{one['status']}"),
            TONES[one["status"]],
            one["progress"]["expected"],
        )
        for one in known
    ]
    return target_progress(names.phrase("boards.chart_progress"), targets, source=source(run))


def statuses(run: BoardRun, shown: Sequence[Mapping[str, Any]]) -> Chart:
    """How many targets of each policy are in which status."""
    present = [one for one in STATUSES if any(each["status"] == one for each in shown)]
    policies: dict[str, list[str]] = {}
    for one in shown:
        policies.setdefault(one["document"], []).append(one["status"])
    rows = [
        Bar(document, tuple(found.count(one) or None for one in present))
        for document, found in policies.items()
    ]
    named = [Status(names.phrase(f"boards.status_{one}"), TONES[one]) for one in present]
    return tally(names.phrase("boards.chart_statuses"), rows, named, source=source(run))


def source(run: BoardRun, document: str = "") -> Words:
    """What a chart rests on."""
    made = names.phrase("boards.made_of", plants=run.plants, rulebook=run.rulebook[:12])
    return Words(
        *(f"{document}；{made[lang]}" if document else made[lang] for lang in ("zh", "en"))
    )


def words(said: Mapping[str, str]) -> Words:
    """A text in both languages as results keep it."""
    return Words(said["zh"], said["en"])


def _unit_name(one: Mapping[str, Any]) -> Words:
    name, unit = words(one["name"]), one["process_unit"]
    return Words(*(f"{name[lang]} {unit}".strip() for lang in ("zh", "en")))


def _reading(one: Mapping[str, Any]) -> Words:
    goal = one["goal"]
    bound = goal["low"] if goal["low"] is not None else goal["high"]
    unit = names.unit(one["unit"])
    return Words(*(f"{one['value']:.4g} / {bound:.4g} {unit[lang]}" for lang in ("zh", "en")))


__all__ = ["TONES", "curve", "progress", "source", "statuses", "words"]

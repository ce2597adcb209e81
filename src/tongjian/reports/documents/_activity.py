"""The chapter on activity data (活动水平数据及来源说明): amounts, units, tiers, evidence."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from itertools import groupby
from typing import Any

from tongjian.reports._numbers import NOTHING
from tongjian.reports._words import Words
from tongjian.reports.documents._annual import entered_total, is_amount, spread
from tongjian.reports.documents._emissions import percent
from tongjian.reports.documents._model import (
    Block,
    Cell,
    Column,
    Heading,
    Paragraph,
    Row,
    Table,
    count,
    figure,
    row,
)
from tongjian.reports.documents._teller import Teller, share

_EVIDENCE = 1
_KEY = ("class", "stream", "item", "process_unit", "unit")


def activity(teller: Teller) -> Iterator[Block]:
    """The chapter's blocks."""
    text = teller.text
    yield Heading(1, text("activity"))
    if not teller.material.read_records:
        yield Paragraph(text("no_records"), "warning")
        return
    yield Paragraph(text("activity_lead"))
    yield activity_table(teller)
    yield Heading(2, text("sources_of_data"))
    yield Paragraph(text("tiers_lead"))
    yield tiers(teller)
    yield Heading(2, text("control_plan"))
    yield from plan(teller)


def activity_table(teller: Teller) -> Table:
    """One line per stream, item and process unit, over all periods of the year."""
    words, text = teller.words, teller.text
    lines: list[Row] = []
    records = teller.material.read_records
    for heading, members in groupby(records, lambda one: str(one["stream"])):
        lines.append(row(words.key("stream", heading), kind="group"))
        for _, found in groupby(members, lambda one: tuple(one[name] for name in _KEY)):
            lines.append(_line(teller, list(found)))
    columns = (
        Column(text("item_of_record")),
        Column(text("process_unit")),
        Column(text("year_value"), align="right"),
        Column(text("unit"), align="center"),
        Column(text("periods"), align="right"),
        Column(text("tier_of_data"), align="center"),
        Column(text("evidence")),
    )
    notes = (text("activity_note"),)
    return Table(text("activity_table"), columns, tuple(lines), text("sheet_activity"), notes)


def _line(teller: Teller, found: list[dict[str, Any]]) -> Row:
    words, first = teller.words, found[0]
    value, unit = year_value(found, words)
    tiers = words.listed(list(dict.fromkeys(words.key("tier", one["tier"]) for one in found)))
    return row(
        words.item(first["stream"], first["item"]),
        teller.unit_name(first["process_unit"] or ""),
        value,
        unit,
        count(len(found)),
        tiers,
        evidence_of(teller, found),
    )


def year_value(found: list[dict[str, Any]], words: Words) -> tuple[Cell, str]:
    """An amount added over the year, or the values of a content or rate, with the unit."""
    first = found[0]
    added = words.is_activity(first["stream"], first["item"]) and is_amount(first["unit"])
    if added or len(found) == 1:
        entered = entered_total(found)
        if entered is not None:
            return entered[0], words.unit(entered[1])
        if added:
            total = sum(float(one["quantity"]) for one in found if one["quantity"] is not None)
            return figure(total, 10), words.unit(first["unit"])
    if first["quantity"] is None:
        said = list(dict.fromkeys(str(one["entered_quantity"]) for one in found))
        return words.listed(said), NOTHING
    return spread(found), words.unit(first["unit"])


def evidence_of(teller: Teller, found: list[dict[str, Any]]) -> str:
    """The first papers named as evidence, and how many more there are."""
    named = list(dict.fromkeys(str(one["evidence"]) for one in found if one["evidence"]))
    if not named:
        return teller.text("no_evidence")
    said = teller.words.listed(named[:_EVIDENCE])
    more = len(named) - _EVIDENCE
    return said + teller.text("more_evidence", count=len(named)) if more > 0 else said


def tiers(teller: Teller) -> Table:
    """How the values were come by, and how many have evidence."""
    words, text = teller.words, teller.text
    records = teller.material.read_records
    counts = Counter(str(one["tier"]) for one in records)
    proven = Counter(str(one["tier"]) for one in records if one["evidence"])
    lines = [
        row(
            words.key("tier", tier) or text("not_stated"),
            count(number),
            percent(share(number, len(records))),
            count(proven[tier]),
        )
        for tier, number in counts.most_common()
    ]
    lines.append(
        row(
            text("total"),
            count(len(records)),
            percent(100.0),
            count(sum(proven.values())),
            kind="total",
        )
    )
    columns = (
        Column(text("tier_of_data")),
        Column(text("values"), align="right"),
        Column(text("share"), "%", align="right"),
        Column(text("with_evidence"), align="right"),
    )
    return Table(text("tiers_table"), columns, tuple(lines), text("sheet_tiers"))


def plan(teller: Teller) -> Iterator[Block]:
    """How the control plan says each parameter is obtained, and its meters."""
    found, text, said = teller.material.papers.plan, teller.text, teller.said
    if not found:
        yield Paragraph(text("no_plan"), "note")
        return
    yield Paragraph(
        text("plan_lead", revision=said(found.get("revision")), day=said(found.get("valid_from")))
    )
    parameters = found.get("parameters", ())
    if parameters:
        columns = (
            Column(text("stream_of_record")),
            Column(text("item_of_record")),
            Column(text("how_obtained")),
            Column(text("meter")),
            Column(text("frequency")),
            Column(text("missing_rule")),
        )
        names = ("method", "meter", "frequency", "missing")
        lines = tuple(
            row(
                teller.words.key("stream", str(one.get("stream", ""))),
                teller.words.item(str(one.get("stream", "")), str(one.get("item", ""))),
                *(said(one.get(name)) or NOTHING for name in names),
            )
            for one in parameters
        )
        yield Table(text("plan_parameters"), columns, lines, text("sheet_plan"))
    yield from _meters(teller)


def _meters(teller: Teller) -> Iterator[Block]:
    text, said = teller.text, teller.said
    meters = teller.material.papers.plan.get("meters", ())
    if not meters:
        return
    names = ("id", "name", "class", "calibrated", "due", "uncertainty")
    columns = tuple(Column(text(f"meter_{name}")) for name in names)
    lines = tuple(
        row(
            *(said(one.get(name)) or NOTHING for name in names),
            kind="doubtful" if one.get("overdue") else "",
        )
        for one in meters
    )
    notes = (text("meters_note"),) if any(one.get("overdue") for one in meters) else ()
    yield Table(text("meters"), columns, lines, text("sheet_meters"), notes)


__all__ = ["activity", "activity_table", "evidence_of", "plan", "tiers", "year_value"]

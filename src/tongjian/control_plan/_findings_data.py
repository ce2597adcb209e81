"""What is found about the data of each parameter: how and how often they were obtained (发现)."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from itertools import groupby

from tongjian.control_plan._finding import Finding
from tongjian.control_plan._history import REVISE, History, subject
from tongjian.control_plan._link import Coverage, Link, Links
from tongjian.control_plan._missing import substitutes
from tongjian.control_plan._periods import shown
from tongjian.control_plan._plan import Parameter
from tongjian.control_plan._words import word
from tongjian.problems import Problem
from tongjian.records import TIERS, Catalogue


def unplanned(links: Links, catalogue: Catalogue) -> Iterator[Finding]:
    """Data that a rule set reads and the plan does not speak of."""
    planned = [one for one in links.unplanned if one.revision is not None]
    for datum, group in groupby(planned, key=lambda one: one.datum):
        rows = list(group)
        periods = tuple(sorted({one.period for one in rows}))
        unit, stream, item = datum
        words = Problem(
            "control_plan.no_parameter",
            values={
                "facility": links.facility,
                "unit": unit or "—",
                **_datum_words(stream, item, catalogue),
                "periods": shown(periods),
                "revision": _revisions(rows),
            },
        )
        about = _datum(links.facility, datum)
        yield Finding.of(links.facility, about, words, periods=periods, entries=_entries(rows))


def of_parameter(its: Coverage, known: History, catalogue: Catalogue) -> Iterator[Finding]:
    """What is found about the year of one parameter."""
    one = its.parameter
    often = {
        "recorded_zh": word("frequency", one.recorded, "zh") if one.recorded else "—",
        "recorded_en": word("frequency", one.recorded, "en") if one.recorded else "—",
    }
    all_of_it = _values(its, its.links, catalogue)
    if one.obtained not in ("default", "absent") and not its.links:
        words = Problem("control_plan.not_recorded", values=all_of_it)
        yield _about(its, known, words, ())
    elif its.missing:
        more = {"missing": shown(its.missing), "count": len(its.missing)}
        words = Problem("control_plan.months_missing", values=all_of_it | more | often)
        yield replace(_about(its, known, words, its.links), periods=its.missing)
    if its.yearly:
        values = {**all_of_it, **often}
        words = Problem("control_plan.only_yearly", values=values)
        yield _about(its, known, words, its.links)
    absent = [link for link in its.links if link.agreement == "absent"]
    if absent:
        words = Problem(
            "control_plan.recorded_though_absent", values=_values(its, absent, catalogue)
        )
        yield _about(its, known, words, absent)
    better = [link for link in its.links if link.agreement == "better"]
    if better:
        words = Problem("control_plan.better_than_planned", values=_values(its, better, catalogue))
        yield _about(its, known, words, better)
    yield from _of_substitutes(its, known, catalogue)


def _of_substitutes(its: Coverage, known: History, catalogue: Catalogue) -> Iterator[Finding]:
    worse = [link for link in its.links if link.agreement == "worse"]
    rule = its.parameter.missing.rule if its.parameter.missing else "none"
    # Where nothing at all was obtained as planned, no rule for gaps explains it.
    told = [] if len(worse) == len(its.links) else substitutes(its.links)
    for one in told:
        values = {
            **_values(its, [one.link], catalogue),
            "rule_zh": word("missing", rule, "zh"),
            "rule_en": word("missing", rule, "en"),
            "expected": "—" if one.expected is None else f"{one.expected:.6g}",
            "value": f"{one.link.row['quantity']:.6g}",
        }
        if one.followed is False:
            words = Problem("control_plan.substituted_otherwise", values=values)
        else:
            words = Problem("control_plan.substituted", values=values)
        yield _about(its, known, words, [one.link])
    left = [link for link in worse if not any(one.link is link for one in told)]
    if left:
        words = Problem("control_plan.worse_than_planned", values=_values(its, left, catalogue))
        yield _about(its, known, words, left)


def _values(its: Coverage, links: Sequence[Link], catalogue: Catalogue) -> dict[str, object]:
    """What every finding about a parameter names."""
    one = its.parameter
    codes = {str(link.row["tier"]) for link in links}
    tiers = [tier for tier in TIERS if tier.code in codes]
    return {
        "id": one.id,
        **_datum_words(one.stream, one.item, catalogue),
        "planned": one.obtained,
        "planned_zh": word("way", one.obtained, "zh"),
        "planned_en": word("way", one.obtained, "en"),
        "tiers_zh": "、".join(tier.zh for tier in tiers) or "—",
        "tiers_en": ", ".join(tier.en for tier in tiers) or "—",
        "periods": shown({link.period for link in links}) or "—",
        "revision": its.revision.plan.revision,
    }


def _datum_words(stream: str, item: str, catalogue: Catalogue) -> dict[str, object]:
    """Stream and item by their names and their ids."""
    its = catalogue.streams.get(stream)
    its_item = None if its is None else catalogue.items_of(its.stream_class).get(item)
    return {
        "stream": stream,
        "stream_zh": stream if its is None else its.zh,
        "stream_en": stream if its is None else its.en,
        "item": item,
        "item_zh": item if its_item is None else its_item.zh,
        "item_en": item if its_item is None else its_item.en,
    }


def _about(its: Coverage, known: History, words: Problem, links: Sequence[Link]) -> Finding:
    return Finding.of(
        known.facility,
        _datum(known.facility, its.parameter.datum),
        words,
        parameter=its.parameter.id,
        periods=tuple(sorted({link.period for link in links})),
        entries=(its.revision.entry,),
    )


def without_uncertainty(links: Links) -> Iterator[Finding]:
    """Parameters of meters and tests for which nobody has stated an uncertainty, all together."""
    bare = [
        its
        for its in links.coverage
        if its.parameter.obtained in ("measured", "tested")
        and its.links
        and not _spreads(its.parameter, its)
    ]
    if bare:
        values = {
            "facility": links.facility,
            "count": len(bare),
            "parameters": ", ".join(its.parameter.id for its in bare),
            "revision": bare[-1].revision.plan.revision,
        }
        words = Problem("control_plan.no_uncertainty", values=values)
        about = subject(REVISE, links.facility)
        entries = (bare[-1].revision.entry,)
        only = bare[0].parameter.id if len(bare) == 1 else ""
        yield Finding.of(links.facility, about, words, parameter=only, entries=entries)


def _spreads(one: Parameter, its: Coverage) -> bool:
    """Whether somebody has stated an uncertainty for a parameter."""
    if one.uncertainty is not None:
        return True
    states = [state for link in its.links for state in link.meters]
    return bool(states) and all(state.uncertainty is not None for state in states)


def _datum(facility: str, datum: tuple[str, str, str]) -> str:
    return f"datum:{facility}/{'/'.join(datum)}"


def _revisions(links: Iterable[Link]) -> str:
    numbers = {one.revision.plan.revision for one in links if one.revision is not None}
    return ", ".join(map(str, sorted(numbers)))


def _entries(links: Iterable[Link]) -> tuple[int, ...]:
    return tuple(sorted({one.revision.entry for one in links if one.revision is not None}))


__all__ = ["of_parameter", "unplanned", "without_uncertainty"]

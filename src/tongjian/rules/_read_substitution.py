"""Reads a document on the substitution of monitored hours (监测数据替代规则)."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Sequence
from itertools import product
from typing import Any

from tongjian.rules._documents import Basis, Words
from tongjian.rules._reader import Reader
from tongjian.rules._source import Path as Keys
from tongjian.rules._substitution_documents import (
    Availability,
    Band,
    Notify,
    Span,
    Statistic,
    Substitution,
    SubstitutionPart,
)


def read_substitution(reader: Reader) -> Substitution:
    """The substitution rule of a document that fits its schema."""
    data = reader.source.data
    basis = reader.basis()
    window = data.get("availability")
    parts = tuple(
        _part(reader, basis, spec, ("parts", index)) for index, spec in enumerate(data["parts"])
    )
    _once(reader, [one.id for one in parts], ("parts",))
    if window is None and any(not b.availability.anything for p in parts for b in p.bands):
        reader.problem("substitution_availability", ("parts",))
    return Substitution(
        id=data["substitution"],
        title=reader.words(data["title"]),
        basis=basis,
        validity=reader.validity(),
        availability=window and Availability(window["window"], window.get("hours", 0)),
        parts=parts,
        notes=_words(reader, data, "notes"),
        place=reader.source.place(("substitution",)),
    )


def _part(reader: Reader, basis: Basis, spec: dict[str, Any], at: Keys) -> SubstitutionPart:
    bands = tuple(
        _band(reader, basis, one, (*at, "bands", index)) for index, one in enumerate(spec["bands"])
    )
    _once(reader, [one.id for one in bands], (*at, "bands"))
    _check_reach(reader, bands, at)
    return SubstitutionPart(
        id=spec["id"],
        title=reader.words(spec["title"]),
        of=tuple(spec.get("of", ())),
        analogy=tuple(spec.get("analogy", ())),
        states=tuple(spec["states"]),
        anchor=spec.get("anchor", "gap"),
        oldest=spec.get("oldest"),
        notify=tuple(
            Notify(one["above"], reader.words(one["message"]), _basis(basis, one))
            for one in spec.get("notify", ())
        ),
        bands=bands,
        note=_words(reader, spec, "note"),
        place=reader.source.place((*at, "id")),
    )


def _band(reader: Reader, basis: Basis, spec: dict[str, Any], at: Keys) -> Band:
    use = spec["use"]
    listed = [] if use == "none" else use.get("greater_of", [use])
    band = Band(
        id=spec["id"],
        availability=_span(spec.get("availability", {})),
        gap=_span(spec.get("gap", {})),
        history=_span(spec.get("history", {})),
        use=tuple(_statistic(one) for one in listed),
        basis=_basis(basis, spec),
        note=_words(reader, spec, "note"),
        place=reader.source.place((*at, "id")),
    )
    for key in ("availability", "gap", "history"):
        if getattr(band, key).empty:
            reader.problem("substitution_empty", (*at, key), band=band.id, condition=key)
    return band


def _statistic(spec: dict[str, Any]) -> Statistic:
    return Statistic(
        kind=spec["is"],
        over=spec.get("over", "none"),
        hours=spec.get("hours", 0),
        percentile=float(spec.get("percentile", 0)),
        deviations=float(spec.get("deviations", 0)),
        alone=tuple(spec.get("alone", ())),
    )


def _span(spec: dict[str, Any]) -> Span:
    return Span(
        low=float(spec.get("from", spec.get("above", -math.inf))),
        high=float(spec.get("to", spec.get("below", math.inf))),
        low_open="above" in spec,
        high_open="below" in spec,
    )


def _check_reach(reader: Reader, bands: Sequence[Band], at: Keys) -> None:
    """Every case has its band, if only one that puts nothing, and every band has a case.

    Conditions change at their bounds only: it is enough to try each bound and both sides of it.
    """
    axes = [
        _trials([one.availability for one in bands], 0.0, 1.0, 1e-9),
        _trials([one.gap for one in bands], 1.0, math.inf, 1.0),
        _trials([one.history for one in bands], 0.0, math.inf, 1.0),
    ]
    reached, lacking = set(), []
    for share, gap, history in product(*axes):
        found = next(
            (
                one.id
                for one in bands
                if one.availability.holds(share) and one.gap.holds(gap)
                if one.history.holds(history)
            ),
            None,
        )
        if found is None:
            lacking.append((share, gap, history))
        reached.add(found)
    if lacking:
        share, gap, history = lacking[0]
        values = {"share": f"{share:.4g}", "gap": f"{gap:g}", "history": f"{history:g}"}
        reader.problem("substitution_open", (*at, "bands"), **values)
    for index, one in enumerate(bands):
        if one.id not in reached:
            reader.problem("substitution_unreachable", (*at, "bands", index, "id"), band=one.id)


def _trials(spans: Sequence[Span], least: float, most: float, step: float) -> list[float]:
    bounds = {bound for one in spans for bound in (one.low, one.high) if math.isfinite(bound)}
    tried = {least} | {bound + side * step for bound in bounds for side in (-1, 0, 1)}
    if math.isfinite(most):
        tried.add(most)
    return sorted(one for one in tried if least <= one <= most)


def _once(reader: Reader, names: Sequence[str], at: Keys) -> None:
    for name, count in Counter(names).items():
        if count > 1:
            reader.problem("substitution_twice", at, name=name)


def _basis(basis: Basis, spec: dict[str, Any]) -> Basis:
    clause, status = spec.get("clause", basis.clause), spec.get("status", basis.status)
    return Basis(basis.document, clause, status, basis.note)


def _words(reader: Reader, spec: dict[str, Any], key: str) -> Words | None:
    return reader.words(spec[key]) if key in spec else None


__all__ = ["read_substitution"]

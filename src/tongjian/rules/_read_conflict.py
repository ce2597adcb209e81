"""Reads a conflict between sources: its alternatives and the values they would have."""

from __future__ import annotations

from typing import Any

from tongjian.rules._documents import Alternative, Conflict, Override
from tongjian.rules._reader import Reader
from tongjian.rules._source import Path as Keys


def read_conflict(reader: Reader) -> Conflict:
    """The conflict of a document that fits its schema."""
    data = reader.source.data
    return Conflict(
        id=data["conflict"],
        title=reader.words(data["title"]),
        question=reader.words(data["question"]),
        adopted=data["adopted"],
        reason=reader.words(data["reason"]),
        alternatives=tuple(
            _alternative(reader, spec, ("alternatives", index))
            for index, spec in enumerate(data["alternatives"])
        ),
        place=reader.source.place(("conflict",)),
    )


def _alternative(reader: Reader, spec: dict[str, Any], at: Keys) -> Alternative:
    overrides = tuple(
        Override(
            table=one["table"],
            key=tuple(one.get("key", ())),
            column=one["column"],
            printed=one["value"],
            unit=str(one["unit"]),
            place=reader.source.place((*at, "values", index)),
        )
        for index, one in enumerate(spec.get("values", ()))
    )
    basis = reader.basis_of(spec["basis"])
    return Alternative(
        spec["id"], reader.words(spec["title"]), basis, overrides, spec.get("tables", {})
    )

"""Reads a method: what it uses, requires and expects, and its sheets of inputs and formulas."""

from __future__ import annotations

from typing import Any

from tongjian.rules._documents import (
    CheckDoc,
    FormulaDoc,
    InputDoc,
    LedgerEntry,
    Method,
    SheetDoc,
    SheetShape,
    Signature,
)
from tongjian.rules._reader import Reader
from tongjian.rules._source import Path as Keys


def read_method(reader: Reader) -> Method:
    """The method of a document that fits its schema."""
    data = reader.source.data
    uses = {
        alias: spec
        if isinstance(spec, str)
        else Signature(
            tuple(spec.get("axes") or spec["keys"]),
            {
                name: reader.unit(text, ("uses", alias, "columns", name))
                for name, text in spec["columns"].items()
            },
            reader.source.place(("uses", alias)),
            reader.axes(spec, ("uses", alias)),
            spec.get("steps", False),
        )
        for alias, spec in data.get("uses", {}).items()
    }
    return Method(
        id=data["method"],
        title=reader.words(data["title"]),
        basis=reader.basis(),
        validity=reader.validity(),
        requires=tuple(data.get("requires", ())),
        uses=uses,
        sheets={name: _sheet(reader, name, spec) for name, spec in data["sheets"].items()},
        place=reader.source.place(("method",)),
        expects={
            name: _shape(reader, name, spec) for name, spec in data.get("expects", {}).items()
        },
    )


def _shape(reader: Reader, name: str, data: dict[str, Any]) -> SheetShape:
    at: Keys = ("expects", name)
    columns = {
        key: reader.unit(text, (*at, "columns", key)) for key, text in data["columns"].items()
    }
    return SheetShape(name, tuple(data["grain"]), columns, reader.source.place(at))


def _sheet(reader: Reader, name: str, data: dict[str, Any]) -> SheetDoc:
    at: Keys = ("sheets", name)
    inputs = {
        key: InputDoc(
            name=key,
            unit=reader.unit(spec.get("unit", 1), (*at, "inputs", key, "unit")),
            item=spec["item"],
            stream=spec.get("stream"),
            required=spec.get("required", False),
            default=reader.expression(spec, "default", (*at, "inputs", key)),
            title=reader.words(spec),
            place=reader.source.place((*at, "inputs", key, "<key>")),
            choices=tuple(spec.get("choices", ())),
            is_date=spec.get("date", False),
            # A word or a day is no more and no less.
            direction=spec.get("direction", "up" if "unit" in spec else "none"),
        )
        for key, spec in data.get("inputs", {}).items()
    }
    formulas = {
        key: _formula(reader, key, spec, (*at, "formulas", key))
        for key, spec in data.get("formulas", {}).items()
    }
    checks = tuple(
        CheckDoc(
            spec["name"],
            reader.needed(spec, "when", (*at, "checks", index)),
            spec["severity"],
            reader.words(spec),
            reader.source.place((*at, "checks", index)),
        )
        for index, spec in enumerate(data.get("checks", ()))
    )
    return SheetDoc(
        name=name,
        title=reader.words(data["title"]),
        grain=tuple(data["grain"]),
        streams=_listed(data.get("streams")),
        inputs=inputs,
        formulas=formulas,
        checks=checks,
        place=reader.source.place((*at, "<key>")),
        outcome=data.get("outcome", ""),
        tried_by=data.get("tried_by", "plants"),
    )


def _formula(reader: Reader, name: str, spec: dict[str, Any], at: Keys) -> FormulaDoc:
    ledger = spec.get("ledger")
    return FormulaDoc(
        name=name,
        unit=reader.unit(spec["unit"], (*at, "unit")) if "unit" in spec else None,
        expression=reader.needed(spec, "is", at),
        title=reader.words(spec),
        clause=spec.get("clause", ""),
        status=spec.get("status", reader.basis().status),
        optional=spec.get("optional", False),
        ledger=LedgerEntry(**ledger) if ledger else None,
        place=reader.source.place((*at, "<key>")),
        labels={key: reader.words(text) for key, text in spec.get("labels", {}).items()},
    )


def _listed(value: str | list[str] | None) -> tuple[str, ...]:
    if value is None:
        return ()
    return (value,) if isinstance(value, str) else tuple(value)

"""What formulas can see of a sheet: its keys, inputs and formulas, each with its kind."""

from __future__ import annotations

from tongjian.rules import _ir as ir
from tongjian.rules._documents import SheetDoc
from tongjian.rules._faults import Faults
from tongjian.rules._scope import EVIDENCE, KEYS, SheetScope, key_columns


def sheet_scope(sheet: SheetDoc, faults: Faults) -> SheetScope:
    """The columns of a sheet; notes names that stand twice and keys that do not exist."""
    for key in sheet.grain:
        if key not in KEYS:
            faults.complain("grain_key", sheet.place, key=key, known=", ".join(KEYS))
    columns = key_columns(sheet.grain)
    for name, item in sheet.inputs.items():
        if name in columns:
            faults.complain("name_twice", item.place, name=name, sheet=sheet.name)
        needed = item.required or item.default is not None
        columns[name] = ir.Kind(
            "number", item.unit, not needed, labels=item.choices, is_date=item.is_date
        )
        columns[name + EVIDENCE] = ir.Kind("bool")
    for name, formula in sheet.formulas.items():
        if name in columns:
            faults.complain("name_twice", formula.place, name=name, sheet=sheet.name)
        columns[name] = (
            ir.Kind("text", nullable=formula.optional, labels=tuple(formula.labels))
            if formula.unit is None
            else ir.Kind("number", formula.unit, nullable=formula.optional)
        )
    _check_sources(sheet, faults)
    return SheetScope(sheet.name, sheet.grain, columns, of_records=bool(sheet.inputs))


def _check_sources(sheet: SheetDoc, faults: Faults) -> None:
    """Every input must say which stream it belongs to, one way or the other."""
    if not sheet.inputs:
        return
    # Without one of these, several records would fall into one cell and all but one be lost.
    if not {"facility", "period", "process_unit"} <= set(sheet.grain):
        faults.complain("leaf_grain", sheet.place, sheet=sheet.name)
    # The month of a row is that of its period, so that it is no key beside it.
    if "month" in sheet.grain:
        faults.complain("leaf_month", sheet.place, sheet=sheet.name)
    by_stream = "stream" in sheet.grain
    if by_stream and not sheet.streams:
        faults.complain("streams_missing", sheet.place, sheet=sheet.name)
    for item in sheet.inputs.values():
        if by_stream == bool(item.stream):
            faults.complain("input_stream", item.place, name=item.name, sheet=sheet.name)

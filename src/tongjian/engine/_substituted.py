"""A formula with values in place of names (代入值), and only the branches taken."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from tongjian.engine._python import PythonEngine
from tongjian.rules import FormulaPlan, InputDoc, Reference
from tongjian.rules import _ir as ir

Row = dict[str, Any]


def substituted(engine: PythonEngine, plan: FormulaPlan, row: Row) -> str:
    """The formula's text with the values that its names have in a computed row."""
    text = plan.doc.expression.text
    return _filled(engine, text, (0, len(text)), plan.references, row)


def _filled(
    engine: PythonEngine,
    text: str,
    span: tuple[int, int],
    references: Sequence[Reference],
    row: Row,
) -> str:
    pieces: list[str] = []
    position, end = span
    for one in references:
        if one.start < position or one.end > end:
            continue
        pieces.append(text[position : one.start])
        value = engine.row_value(one.node, row)
        if one.branches is None:
            pieces.append(_printed(value, one.node))
        else:
            taken = one.branches[0 if value else 1]
            pieces.append(_filled(engine, text, taken, references, row))
        position = one.end
    return "".join([*pieces, text[position:end]])


def _printed(value: Any, node: ir.Node) -> str:
    if value is None:
        return "∅"
    if node.kind.labels and not isinstance(value, str):
        value = node.kind.labels[int(value) - 1]
    if isinstance(value, str):
        return f'"{value}"'
    if node.kind.is_date:
        return f'day("{day_text(value)}")'
    if isinstance(value, bool):
        return str(value).lower()
    unit = node.kind.unit.text
    number = f"{value:.10g}"
    return number if unit == "1" else f"{number} {unit}"


def in_words(value: Any, doc: InputDoc) -> Any:
    """What was entered as a choice or a day, as people write it; numbers stay numbers."""
    if value is None:
        return None
    if doc.choices:
        return doc.choices[int(value) - 1]
    return day_text(value) if doc.is_date else value


def day_text(value: float) -> str:
    """The number 20251231 as 2025-12-31."""
    digits = f"{int(value):08d}"
    return f"{digits[:4]}-{digits[4:6]}-{digits[6:]}"


__all__ = ["day_text", "in_words", "substituted"]

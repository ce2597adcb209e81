"""Numbers of headings, tables and figures (编号): 一、（一）1. in Chinese, 1 1.1 in English."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

from tongjian.reports._words import Words
from tongjian.reports.documents._model import Block, Form, Heading, Picture, Table

_LEVELS = 3


def numbered(blocks: Iterable[Block], words: Words) -> tuple[Block, ...]:
    """The blocks with their numbers filled in, in the manner of official Chinese reports."""
    counts, appendices = [0] * _LEVELS, 0
    tables = annex_tables = figures = 0
    found: list[Block] = []
    for block in blocks:
        match block:
            case Heading(plain=True):
                pass
            case Heading(appendix=True, level=1):
                appendices += 1
                counts[1:] = [0] * (_LEVELS - 1)
                block = replace(block, number=words.text("appendix_number", number=appendices))
            case Heading(level=level):
                counts[level - 1] += 1
                counts[level:] = [0] * (_LEVELS - level)
                block = replace(block, number=_number(level, counts, words))
            case Table() | Form() if block.appendix:
                annex_tables += 1
                number = words.text("annex_table_number", number=annex_tables)
                block = replace(block, number=number)
            case Table() | Form():
                tables += 1
                block = replace(block, number=words.text("table_number", number=tables))
            case Picture():
                figures += 1
                block = replace(block, number=words.text("figure_number", number=figures))
            case _:
                pass
        found.append(block)
    return tuple(found)


def _number(level: int, counts: list[int], words: Words) -> str:
    if words.lang == "en":
        return ".".join(str(one) for one in counts[:level]) + "  "
    if level == 1:
        return words.number(counts[0])
    if level == 2:
        return f"（{words.number(counts[1])[:-1]}）"
    return f"{counts[2]}. "


__all__ = ["numbered"]

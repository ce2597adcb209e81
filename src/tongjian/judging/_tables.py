"""The results of a judging rule set as tables (判定结果表)."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from tongjian.engine import RuleSetResult, in_words
from tongjian.rules import InputDoc, SheetPlan, Words

Row = dict[str, Any]


@dataclass(frozen=True, slots=True)
class JudgedColumn:
    """A column: its name, titles, unit ("" where it says words) and what its words mean."""

    name: str
    title: Words
    unit: str
    labels: Mapping[str, Words]
    clause: str
    status: str
    item: InputDoc | None = None
    """The input that the column is, where it is an entry and no formula."""

    @property
    def says_words(self) -> bool:
        """Whether the column judges and does not count."""
        return bool(self.labels)

    def text(self, value: object, lang: str) -> object:
        """A cell as people read it: the words of a label, numbers as they are."""
        if isinstance(value, str) and value in self.labels:
            return self.labels[value][lang]
        return value if self.item is None else in_words(value, self.item)


@dataclass(frozen=True, slots=True)
class Tally:
    """How often a column says each of its labels."""

    column: JudgedColumn
    counts: Mapping[str, int]


@dataclass(frozen=True, slots=True)
class JudgedTable:
    """One sheet of one rule set: keys, columns and rows, each row as plain values."""

    ruleset: str
    title: Words
    document: str
    status: str
    sheet: str
    heading: Words
    keys: tuple[str, ...]
    columns: tuple[JudgedColumn, ...]
    rows: tuple[Row, ...]

    def tallies(self) -> Iterator[Tally]:
        """How often each judging column says what; words that nobody got are zero."""
        for column in self.columns:
            if column.says_words:
                counts = dict.fromkeys(column.labels, 0)
                for row in self.rows:
                    value = row[column.name]
                    if value is not None:
                        counts[value] += 1
                yield Tally(column, counts)

    def as_dict(self) -> dict[str, Any]:
        """The table as plain data, for JSON."""
        return {
            "ruleset": self.ruleset,
            "zh": self.title.zh,
            "en": self.title.en,
            "document": self.document,
            "status": self.status,
            "sheet": self.sheet,
            "keys": list(self.keys),
            "columns": [
                {
                    "name": one.name,
                    "zh": one.title.zh,
                    "en": one.title.en,
                    "unit": one.unit,
                    "clause": one.clause,
                    "status": one.status,
                    "labels": {
                        code: {"zh": words.zh, "en": words.en} for code, words in one.labels.items()
                    },
                }
                for one in self.columns
            ],
            "rows": [
                {name: row[name] for name in (*self.keys, *(one.name for one in self.columns))}
                for row in self.rows
            ],
        }


def tables_of(result: RuleSetResult, rows_of: Mapping[str, Sequence[Row]]) -> list[JudgedTable]:
    """The tables that a rule set shows, with the rows of each sheet that are wanted."""
    found = []
    doc = result.ruleset.doc
    for shown in doc.shows:
        sheet = result.ruleset.program.sheets[shown.sheet]
        names = shown.columns or tuple(sheet.formulas)
        found.append(
            JudgedTable(
                ruleset=doc.id,
                title=doc.title,
                document=doc.basis.document,
                status=doc.basis.status,
                sheet=shown.sheet,
                heading=sheet.doc.title,
                keys=sheet.grain,
                columns=tuple(_column(sheet, name) for name in names),
                rows=tuple(rows_of[shown.sheet]),
            )
        )
    return found


def _column(sheet: SheetPlan, name: str) -> JudgedColumn:
    if name in sheet.inputs:
        item = sheet.inputs[name].doc
        return JudgedColumn(name, item.title, item.unit.text, {}, "", "", item)
    doc = sheet.formulas[name].doc
    unit = "" if doc.unit is None else doc.unit.text
    return JudgedColumn(name, doc.title, unit, doc.labels, doc.clause, doc.status)


__all__ = ["JudgedColumn", "JudgedTable", "Row", "Tally", "tables_of"]

"""Checks handed in as a table (检验记录表): one row for each reading, rows of a test together."""

from __future__ import annotations

import csv
import io
import math
import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from functools import lru_cache
from importlib.resources import files
from pathlib import Path
from typing import Any

import numpy as np

from tongjian.monitoring.profile import measured_quantities
from tongjian.monitoring.quality._limits import CHECK_FORM, CHECK_LIMIT, QAL3, rows
from tongjian.problems import Place, Problem, RecordError
from tongjian.rules import Rulebook

Cells = Sequence[object]
_TIMES = ("%Y-%m-%d %H:%M", "%Y-%m-%d %H:%M:%S", "%Y-%m-%d", "%Y%m%d%H%M%S", "%Y%m%d%H%M")
_LEVELS = {"drift": ("zero", "span"), "qal3": ("zero", "span"), "linearity": ("low", "mid", "high")}


@dataclass(slots=True)
class Reading:
    """One row: a reference and what the system showed."""

    row: int
    reference: float
    measured: float
    level: str
    used: bool
    time: np.datetime64


@dataclass(slots=True)
class Test:
    """The rows of one test, and what they say alike."""

    name: str
    kind: str
    rules: str
    row: int
    common: dict[str, Any]
    readings: list[Reading] = field(default_factory=list)


def read_csv(path: Path) -> list[tuple[int, Cells]]:
    """The rows of a CSV file that hold anything, numbered; raises `RecordError` if unreadable."""
    try:
        raw = path.read_bytes()
    except OSError as error:
        values = {"detail": error.strerror or str(error)}
        raise RecordError(
            Problem("monitoring.qa_unreadable", Place(file=str(path)), values)
        ) from error
    for encoding in ("utf-8-sig", "gb18030"):
        try:
            text = raw.decode(encoding)
            found = [(number, row) for number, row in enumerate(csv.reader(io.StringIO(text)), 1)]
        except (UnicodeDecodeError, csv.Error):
            continue
        return [(number, row) for number, row in found if any(cell.strip() for cell in row)]
    values = {"detail": "UTF-8, GB 18030"}
    raise RecordError(Problem("monitoring.qa_unreadable", Place(file=str(path)), values))


def tests_of(
    table: Sequence[tuple[int, Cells]], file: str, rules: str = "", rulebook: Rulebook | None = None
) -> list[Test]:
    """The tests of a table whose first row names its columns (读检验记录表).

    `rules` are those of rows that name none. Raises `RecordError` with every fault of the table:
    file, row, column, value and what it has to be.
    """
    reader = _Reader(file, rules, _known_rules(rulebook))
    if not table:
        reader.fault(None, "test", "", "表头和数据行", "a head and rows")
        raise RecordError(reader.problems)
    (head_row, head), *body = table
    columns = reader.columns(head_row, head)
    for number, cells in body:
        reader.row(number, {name: _text(cells, at) for name, at in columns.items()}, cells, columns)
    tests = list(reader.tests.values())
    if not tests and not reader.problems:
        reader.fault(None, "test", "", "至少一行数据", "at least one row")
    if reader.problems:
        raise RecordError(reader.problems)
    return tests


class _Reader:
    def __init__(self, file: str, rules: str, known: Sequence[str]) -> None:
        self.file, self.rules, self.known = file, rules, known
        self.problems: list[Problem] = []
        self.tests: dict[str, Test] = {}

    def fault(self, row: int | None, column: str, value: object, zh: str, en: str) -> None:
        place = Place(file=self.file, row=row, field=column)
        values = {"field": column, "value": value, "expected_zh": zh, "expected_en": en}
        self.problems.append(Problem("monitoring.qa_table", place, values))

    def columns(self, row: int, head: Cells) -> dict[str, int]:
        """The places of the columns; complains about those that are needed and not there."""
        known = _names("columns")
        found: dict[str, int] = {}
        for at, cell in enumerate(head):
            text = str(cell).strip()
            name = known.get(_plain(text))
            if name is None and text:
                listed = ", ".join(_form()["columns"])
                self.fault(row, text, text, f"这些列之一：{listed}", f"one of the columns {listed}")
            elif name in found:
                self.fault(row, text, text, "各列只出现一次", "a column that stands once")
            elif name is not None:
                found[name] = at
        for name in ("kind", "reference", "measured"):
            if name not in found:
                zh = _form()["columns"][name][0]
                self.fault(row, name, "", f"有“{zh}”一列", f"there as a column '{name}'")
        return found

    def row(
        self, number: int, texts: Mapping[str, str], cells: Cells, columns: Mapping[str, int]
    ) -> None:
        """Takes one row into its test, or complains."""
        before = len(self.problems)
        kind = self._choice(number, "kind", texts)
        rules = texts.get("rules") or self.rules
        if rules not in self.known:
            listed = ", ".join(self.known)
            self.fault(number, "rules", rules, f"这些之一：{listed}", f"one of {listed}")
        sizes = {
            "span": self._number(number, "span", texts, needed=False),
            "deviation": self._number(number, "deviation", texts, needed=kind == "qal3"),
        }
        for name, size in sizes.items():
            if size is not None and size <= 0:
                self.fault(number, name, texts[name], "大于 0 的数", "a number above 0")
        common = {
            "quantity": self._quantity(number, texts.get("quantity", "")),
            "unit": texts.get("unit", ""),
            "channel": texts.get("channel", ""),
            **sizes,
        }
        reading = Reading(
            number,
            self._number(number, "reference", texts) or 0.0,
            self._number(number, "measured", texts) or 0.0,
            self._level(number, kind, texts),
            self._choice(number, "used", texts, default="yes") == "yes",
            self._time(
                number,
                cells[columns["time"]]
                if "time" in columns and columns["time"] < len(cells)
                else "",
            ),
        )
        if len(self.problems) > before:
            return
        # A row without a name is a test of its own, as a calibration is.
        name = texts.get("test") or f"#{number}"
        test = self.tests.setdefault(name, Test(name, kind, rules, number, common))
        self._alike(test, number, {"kind": kind, "rules": rules, **common})
        test.readings.append(reading)

    def _alike(self, test: Test, number: int, said: Mapping[str, Any]) -> None:
        first = {"kind": test.kind, "rules": test.rules, **test.common}
        for name, value in said.items():
            if value != first[name]:
                shown = "—" if first[name] in (None, "") else first[name]
                zh = f"与第 {test.row} 行相同：{shown}"
                self.fault(
                    number,
                    name,
                    "" if value is None else value,
                    zh,
                    f"as in row {test.row}: {shown}",
                )

    def _choice(self, number: int, name: str, texts: Mapping[str, str], default: str = "") -> str:
        text = texts.get(name, "")
        found = _names(name).get(_plain(text), default if not text else "")
        if not found:
            listed = ", ".join(_form()[name])
            self.fault(number, name, text, f"这些之一：{listed}", f"one of {listed}")
        return found

    def _level(self, number: int, kind: str, texts: Mapping[str, str]) -> str:
        allowed = _LEVELS.get(kind, ())
        found = _names("level").get(_plain(texts.get("level", "")), "")
        if allowed and found not in allowed:
            listed = ", ".join(allowed)
            self.fault(
                number, "level", texts.get("level", ""), f"这些之一：{listed}", f"one of {listed}"
            )
        return found

    def _quantity(self, number: int, text: str) -> str:
        found = _quantities().get(_plain(text))
        if found is None and text:
            listed = ", ".join(measured_quantities())
            self.fault(number, "quantity", text, f"这些之一：{listed}", f"one of {listed}")
        return found or ""

    def _number(
        self, number: int, name: str, texts: Mapping[str, str], needed: bool = True
    ) -> float | None:
        text = texts.get(name, "")
        try:
            found = float(text) if text or needed else None
        except ValueError:
            found = math.nan
        if found is not None and not math.isfinite(found):
            self.fault(number, name, text, "数字，例如 12.5", "a number, such as 12.5")
            return None
        return found

    def _time(self, number: int, cell: object) -> np.datetime64:
        if isinstance(cell, datetime):
            return np.datetime64(cell, "m")
        if isinstance(cell, date):
            return np.datetime64(cell, "m")
        text = str(cell).strip().replace("/", "-").replace("T", " ")
        for form in _TIMES if text else ():
            try:
                return np.datetime64(datetime.strptime(text, form), "m")
            except ValueError:
                continue
        if text:
            self.fault(
                number,
                "time",
                text,
                "时间，例如 2025-01-16 08:30",
                "a time, such as 2025-01-16 08:30",
            )
        return np.datetime64("NaT", "m")


def _text(cells: Cells, at: int) -> str:
    cell = cells[at] if at < len(cells) else ""
    return "" if cell is None else str(cell).strip()


def _plain(text: str) -> str:
    return text.strip().lower().replace(" ", "").replace("_", "")


@lru_cache(maxsize=1)
def _form() -> dict[str, dict[str, list[str]]]:
    text = (files("tongjian.monitoring.quality") / "sheet.toml").read_text(encoding="utf-8")
    return tomllib.loads(text)


@lru_cache(maxsize=8)
def _names(of: str) -> dict[str, str]:
    return {_plain(one): name for name, others in _form()[of].items() for one in (name, *others)}


@lru_cache(maxsize=1)
def _quantities() -> dict[str, str]:
    return {
        _plain(text): one.name
        for one in measured_quantities().values()
        for text in (one.name, one.zh, one.en, *one.hj212)
    }


def _known_rules(rulebook: Rulebook | None) -> tuple[str, ...]:
    names = (CHECK_LIMIT, CHECK_FORM, QAL3)
    return tuple(dict.fromkeys(one.key[0] for name in names for one in rows(name, rulebook)))


__all__ = ["Reading", "Test", "read_csv", "tests_of"]

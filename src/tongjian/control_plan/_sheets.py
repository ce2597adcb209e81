"""The sheets of a plan as a workbook (计划工作簿的表), as ``sheets.toml`` lists them."""

from __future__ import annotations

import tomllib
from dataclasses import dataclass
from functools import lru_cache
from importlib.resources import files
from typing import Literal

from tongjian.control_plan._words import words

Kind = Literal["text", "number", "whole", "day", "list", "flag"]
SPLIT = ";"
"""What stands between the entries of a list within a cell; the full-width one is read as well."""


@dataclass(frozen=True, slots=True)
class PlanColumn:
    """A column (列): `path` is where its value goes in an entry, such as ``range.low``.

    `words` is the group of ``words.toml`` from which it takes one word; ``""`` for none.
    """

    path: str
    zh: str
    kind: Kind = "text"
    words: str = ""

    @property
    def heading(self) -> str:
        """The header of the template."""
        return f"{self.zh} {self.path}"

    @property
    def choices(self) -> dict[str, str]:
        """The Chinese words that it may have, and what they stand for."""
        if not self.words:
            return {}
        return {zh: code for code, (zh, _) in words(self.words).items()}


@dataclass(frozen=True, slots=True)
class PlanSheet:
    """A sheet (工作表): `path` is the list of the document that its rows are entries of.

    The sheet whose path is ``""`` has one row with the plan's own fields.
    """

    path: str
    zh: str
    columns: tuple[PlanColumn, ...]
    plain: bool = False
    """Whether its rows are texts and no entries with fields."""


@lru_cache(maxsize=1)
def sheets() -> tuple[PlanSheet, ...]:
    """Every sheet in the order of the workbook."""
    text = (files("tongjian.control_plan") / "sheets.toml").read_text(encoding="utf-8")
    return tuple(
        PlanSheet(**{**one, "columns": tuple(PlanColumn(**column) for column in one["columns"])})
        for one in tomllib.loads(text)["sheet"]
    )


__all__ = ["SPLIT", "Kind", "PlanColumn", "PlanSheet", "sheets"]

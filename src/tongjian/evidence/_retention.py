"""How long originals are kept (保存期限), as the rulebook says."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Any

from tongjian.problems import Problem, TongjianError
from tongjian.rules import Rulebook

_TABLE = "retention.originals"


@dataclass(frozen=True, slots=True)
class Retention:
    """A statutory time of keeping (法定保存期限), in whole years, with its source and status.

    It is counted from the end of the calendar year in which a file was stored: the text may be
    read as a later beginning, never as an earlier end.
    """

    years: int
    document: str
    clause: str
    status: str

    def until(self, stored: date) -> date:
        """The last day on which a file stored on that day has to be there."""
        return date(stored.year + self.years, 12, 31)

    def as_dict(self) -> dict[str, Any]:
        """The rule as plain data, for the entry."""
        return {name: getattr(self, name) for name in self.__slots__}


def retention(book: Rulebook, day: date) -> Retention:
    """The time of keeping in force on `day`; raises `TongjianError` where the rulebook has none."""
    table = book.tables.get(_TABLE)
    for value in table.values if table else ():
        if value.validity.covers(day) and value.printed:
            document = value.source or (table.basis.document if table else "")
            return Retention(int(value.printed), document, value.clause, value.status)
    raise TongjianError(Problem("evidence.no_retention", values={"day": day, "table": _TABLE}))


__all__ = ["Retention", "retention"]

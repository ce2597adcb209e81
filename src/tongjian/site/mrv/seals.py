"""The triggers that freeze what was submitted (冻结触发器), as the migration has made them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Literal

from tongjian.book import sealed_tables

PARENT = "mrv_submittedversion"
CHILDREN = ("mrv_submittedfigure", "mrv_submittedrow")


def seals(dialect: Literal["sqlite", "postgresql"]) -> Sequence[str]:
    """The statements that make them."""
    keys = {PARENT: (("id",), ("report_id", "number"))}
    return sealed_tables(dialect, PARENT, CHILDREN, keys=keys)


__all__ = ["CHILDREN", "PARENT", "seals"]

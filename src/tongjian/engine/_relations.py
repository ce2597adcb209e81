"""Where an engine finds the records: the relations behind a query."""

from __future__ import annotations

from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class Sources:
    """Names of the relations that hold the records.

    `wide` names a relation with one column per input for some leaf sheets; the others are read
    from the long table `activity`. `scope`, if any, lists the facilities to run.
    """

    activity: str = "activity"
    facilities: str = "facilities"
    process_units: str = "process_units"
    scope: str | None = None
    wide: dict[str, str] = field(default_factory=dict)

"""The one interface of sources (数据源接口): sessions that give batches until the line breaks."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable, Sequence
from dataclasses import dataclass
from typing import Protocol

from tongjian.monitoring.sources._value import Value
from tongjian.problems import Problem, TongjianError

Tell = Callable[[Problem], None]
"""Whom a source tells what is wrong while it goes on."""


@dataclass(frozen=True, slots=True)
class Batch:
    """Values that came together (一批数据).

    `kept` is called once they are in the sink: a source that acknowledges what it receives does
    so there and no sooner. `begins` says that the values are a fresh start of the session, such
    as a birth: what was held before them is held no longer. `lost` are the keys that a source
    knows to have fallen silent.
    """

    values: Sequence[Value]
    kept: Callable[[], None] | None = None
    lost: Sequence[str] = ()


class SourceError(TongjianError):
    """A session ended or could not begin; it is tried again later."""


class Source(Protocol):
    """A source of values (数据源)."""

    @property
    def name(self) -> str:
        """Its name in the profile."""

    @property
    def keys(self) -> Sequence[str]:
        """The series that it gives."""

    @property
    def holds(self) -> bool:
        """Whether a value stands until the next one comes (reported by exception)."""

    def batches(self, tell: Tell) -> AsyncIterator[Batch]:
        """One session: connects, gives batches for as long as the line stands.

        Raises
        ------
        SourceError
            When the line cannot be made or breaks. Closing the iterator ends the session.
        """

"""What a data flag says of its value (数据标记与数据状态), by the vocabulary of the station."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from tongjian.monitoring.hj212 import FlagMeaning, flags
from tongjian.monitoring.hours import State


def state_of(vocabulary: str, flag: str | None) -> State:
    """The state of a value with `flag` in `vocabulary` (标记对应的状态).

    Without a flag a value stands as it is. A flag that the vocabulary does not know is no proof of
    a measurement: FLAGGED (`flag_is_known` tells it apart).
    """
    if not flag:
        return State.VALID
    meaning = _meaning(vocabulary, flag)
    return State.FLAGGED if meaning is None else State[meaning.state.upper()]


def flag_is_known(vocabulary: str, flag: str | None) -> bool:
    """Whether `vocabulary` has the flag; none at all is known (标记是否在词表中)."""
    return not flag or _meaning(vocabulary, flag) is not None


def states(
    vocabulary: str, sent: Sequence[str | None], value: NDArray[np.float64]
) -> NDArray[np.uint8]:
    """The state of each value, as `Minutes` holds it; `sent` are their flags, in any order.

    A value that is NaN with a flag of a measurement is MISSING, and so is a zero with a flag that
    a zero does not go with. The unit of the values does not matter.
    """
    letters = set(sent)
    code = {one: int(state_of(vocabulary, one)) for one in letters}
    zero = {one: _zero_counts(vocabulary, one) for one in letters}
    found = np.fromiter((code[one] for one in sent), dtype=np.uint8, count=len(sent))
    counts = np.fromiter((zero[one] for one in sent), dtype=bool, count=len(sent))
    lost = np.isnan(value) | (~counts & (value == 0))
    found[(found == State.VALID) & lost] = State.MISSING
    return found


def _meaning(vocabulary: str, flag: str) -> FlagMeaning | None:
    return flags().get((vocabulary, flag))


def _zero_counts(vocabulary: str, flag: str | None) -> bool:
    meaning = _meaning(vocabulary, flag) if flag else None
    return meaning is None or meaning.zero

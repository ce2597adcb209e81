"""Reads kept hours again (读取留存的小时值)."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import duckdb
import numpy as np
from numpy.typing import NDArray

from tongjian.problems import Place, Problem, RecordError


@dataclass(frozen=True, slots=True)
class KeptHours:
    """The hours of a gas as they went through the rules, all arrays of the same length.

    `times` datetime64[h]; `state` numbers of `State`; `columns` the inputs of the rule document by
    name (units as it declares them), NaN where nothing is used; `rule` the substitution rule, empty
    where the hour's own values are used; `reached` the first and last hour that it looked at.
    """

    times: NDArray[np.datetime64]
    state: NDArray[np.uint8]
    columns: dict[str, NDArray[np.float64]]
    rule: NDArray[np.object_]
    reached: tuple[NDArray[np.object_], NDArray[np.object_]]

    def __len__(self) -> int:
        return len(self.times)


_OTHER = {"facility", "period", "year", "process_unit", "stream"}
_TEXTS = ("rule", "reached_from", "reached_to")


def read_hours(path: Path, process_unit: str, gas: str) -> KeptHours:
    """The hours of one gas at one process unit; raises `RecordError` if the file is not there."""
    try:
        with duckdb.connect(":memory:", config={"threads": 1}) as connection:
            found = connection.execute(
                "SELECT * FROM read_parquet(?) WHERE process_unit = ? AND stream = ? "
                "ORDER BY period",
                [str(path), process_unit, gas],
            ).fetchnumpy()
    except duckdb.Error as error:
        values = {"detail": str(error).splitlines()[0]}
        raise RecordError(Problem("measured.summary", Place(file=str(path)), values)) from error
    plain = {name: _plain(column) for name, column in found.items()}
    texts = [plain.pop(name).astype(object) for name in _TEXTS]
    return KeptHours(
        plain["period"].astype(str).astype("datetime64[h]"),
        plain.pop("state").astype(np.uint8),
        {name: one.astype(np.float64) for name, one in plain.items() if name not in _OTHER},
        texts[0],
        (texts[1], texts[2]),
    )


def _plain(column: NDArray[np.generic]) -> NDArray[np.generic]:
    if isinstance(column, np.ma.MaskedArray):
        numbers: NDArray[np.float64] = np.ma.filled(column.astype(np.float64), np.nan)
        return numbers
    return column


__all__ = ["KeptHours", "read_hours"]

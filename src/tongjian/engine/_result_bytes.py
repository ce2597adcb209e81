"""Results in canonical form (结果的规范字节): of these the digest is taken, these are kept."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Sequence
from typing import TYPE_CHECKING

from tongjian.engine._ledger import LedgerLine

if TYPE_CHECKING:
    from tongjian.engine._run import RuleSetResult


def result_bytes(results: Iterable[RuleSetResult], lines: Iterable[LedgerLine]) -> Iterator[bytes]:
    """Every result cell and ledger line, in a fixed order and spelling, piece by piece.

    For each sheet the id of the rule set, the name of the sheet and its columns, then one JSON
    array for each row; at the end one JSON array for each ledger line.
    """
    for result in results:
        for name, rows in sorted(result.sheets.items()):
            sheet = result.ruleset.program.sheets[name]
            columns = [*sheet.grain, *sheet.formulas, "@missing"]
            yield f"{result.ruleset.id}\n{name}\n{columns}\n".encode()
            for row in sorted(rows, key=lambda r: tuple(str(r[key]) for key in sheet.grain)):
                yield _spelled([row[column] for column in columns])
    for line in lines:
        yield _spelled(list(line.as_row().values()))


def _spelled(values: Sequence[object]) -> bytes:
    # json writes floats with repr: the shortest text that reads back as the same bits.
    return json.dumps(values, ensure_ascii=False).encode() + b"\n"


__all__ = ["result_bytes"]

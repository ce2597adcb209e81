"""What tests of the engine ask for."""

from __future__ import annotations

import pytest

from tests.backends import Backends, installed
from tests.engine.sheets import AllAlike, Sheets
from tongjian.engine import Snapshot
from tongjian.rules import Rulebook


@pytest.fixture(scope="session")
def all_alike(backends: Backends) -> AllAlike:
    """Computes the sheets of a rulebook on every back-end, and gives them when all agree."""

    def computed(book: Rulebook, snapshot: Snapshot) -> Sheets:
        compiled = book.ruleset("test.rules", 2025)
        found = {
            name: backends.sheets(name, book, compiled, snapshot, [2024, 2025])
            for name in installed()
        }
        for name, plan in compiled.program.sheets.items():
            columns = [*plan.grain, *plan.inputs, *plan.formulas]
            columns += [] if plan.is_leaf else ["@missing"]
            rows = {
                backend: [[row[column] for column in columns] for row in sheets[name]]
                for backend, sheets in found.items()
            }
            for other in rows.keys() - {"python", "decimal"}:
                assert rows[other] == rows["python"], (name, other)
            for exact, plain in zip(rows["decimal"], rows["python"], strict=True):
                for one, other in zip(exact, plain, strict=True):
                    if isinstance(other, float):
                        assert float(one) == pytest.approx(other, rel=1e-12, abs=1e-12)
                    else:
                        assert one == other
        return found["python"]

    return computed

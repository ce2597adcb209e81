"""What the alternatives of a conflict would change in a plant's totals."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from tests.engine.plant import DOCUMENTS, FILES
from tests.support import BASIS, WORDS, Records, only
from tongjian.engine import conflict_effects, run
from tongjian.problems import EngineError
from tongjian.rules import Rulebook

Book = Callable[..., Rulebook]
REGISTER = {
    "conflict": "coke.ncv",
    **{"title": WORDS, "question": WORDS, "reason": WORDS, "adopted": "printed"},
    "alternatives": [
        {"id": "printed", "title": WORDS, "basis": BASIS},
        {
            "id": "higher",
            **{"title": WORDS, "basis": BASIS},
            "values": [
                {"table": "fuel", "key": ["coke"], "column": "ncv", "value": "30", "unit": "GJ/t"}
            ],
        },
        {"id": "ar6", "title": WORDS, "basis": BASIS, "tables": {"gwp.a": "gwp.b"}},
    ],
}


def test_effects_on_a_plant(book: Book, records: Records) -> None:
    records.unit("F1", "u1", technology="dual")
    records.add("coke", "consumed", 100, "t", process_unit="u1", **{"class": "fuel.solid"})
    records.add("acid", "produced", 1000, "t HNO3", process_unit="u1")
    made = book(*DOCUMENTS, REGISTER, files=FILES)
    done = run(made, records.snapshot())
    printed, higher, ar6 = conflict_effects(done, "F1", 2025)
    assert (printed.adopted, printed.effect, printed.binds) == (True, 0.0, {})
    assert higher.effect == pytest.approx(100 * (30 - 28.435) * 0.0295 * 44 / 12, abs=2e-6)
    assert ar6.effect == 8 * (273 - 265)  # 8 t N2O
    assert higher.as_dict()["binds"] == {"fuel": "fuel~coke.ncv.higher"}
    # A run bound to the alternative comes to what was said.
    bound = run(made, records.snapshot("again"), binds=higher.binds)
    (before,), (after,) = done.inventory(["facility"]), bound.inventory(["facility"])
    assert after["co2e"] - before["co2e"] == pytest.approx(higher.effect, abs=1e-6)
    with pytest.raises(EngineError) as caught:
        conflict_effects(done, "F2", 2025)
    only(caught.value.problems, "engine.unknown_cell")

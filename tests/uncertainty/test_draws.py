"""Draws and derivatives against the engine itself, formula by formula.

The cases of `tests.engine.test_semantics` fix what formulas mean. Here every record is multiplied
by a few numbers: each draw has to be what the engine gives for records entered that way, and each
derivative the slope between two of its runs.
"""

from __future__ import annotations

import math
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from tests.engine.test_semantics import CASES, FORMULAS, LETTERS, SUM_FORMULAS, SUMS, make_book
from tests.support import Records, sheet
from tests.support import formulas as formula_docs
from tests.support import inputs as input_docs
from tongjian.engine import PlantModel, compute_sheets
from tongjian.engine._draws import Draws
from tongjian.engine._plant_model import Quantity
from tongjian.engine._prepared import prepare
from tongjian.engine._sensitivity import _Reverse
from tongjian.rules import RAW
from tongjian.rules import _ir as ir

# No factor above one: a recorded share is not drawn above one, which the engine does not know.
FACTORS = (1.0, 0.9, 0.625)
GRAIN = "facility period process_unit stream"


def leaves_of(model: PlantModel, factor: float) -> dict[str, list[dict[str, Any]]]:
    """The leaf rows as they would be if every entered number were `factor` times as large."""
    found = {}
    for name, plan in model.program.sheets.items():
        if plan.is_leaf:
            found[name] = [dict(row) for row in model.sheets[name]]
            for row in found[name]:
                for one in plan.inputs:
                    if row.get(one + RAW) is not None:
                        row[one + RAW] *= factor
    return found


def drawn(value: Any, index: int) -> float | None:
    """One draw; what has no value is None, as in the engine."""
    number = value[index] if isinstance(value, np.ndarray) else value
    return None if number is None or math.isnan(number) else float(number)


class Recorder(dict[Quantity, np.ndarray]):
    """The same factors for every recorded quantity, and none for tables."""

    def get(self, quantity: Quantity, default: Any = None) -> Any:  # type: ignore[override]
        return np.array(FACTORS) if quantity.kind == "record" else default


def every_draw_is_a_run(model: PlantModel, sheet_name: str, name_of: Any, margin: float) -> int:
    """Compares all formulas of a sheet in all rows; returns how many values were compared."""
    draws = Draws(model, Recorder())
    compared = 0
    for index, factor in enumerate(FACTORS):
        other = model.engine.run(leaves_of(model, factor))
        rows = {name_of(row): row for row in other[sheet_name]}
        for row in model.sheets[sheet_name]:
            for column in model.program.sheets[sheet_name].formulas:
                ours = drawn(draws.cell(sheet_name, row, column), index)
                theirs = rows[name_of(row)][column]
                text = model.program.sheets[sheet_name].formulas[column].doc.expression.text
                where = (text, factor, {k: v for k, v in row.items() if k.endswith(RAW)})
                if theirs is None:
                    assert ours is None, where
                else:
                    assert ours == pytest.approx(theirs, rel=1e-12, abs=margin), where
                compared += 1
    return compared


@pytest.fixture(scope="module")
def rows(tmp_path_factory: pytest.TempPathFactory) -> PlantModel:
    """One facility with a row for each case of a formula."""
    folder = tmp_path_factory.mktemp("draws")
    needed = {letter: {"unit": "1", "required": True} for letter in "pq"}
    more = {"x": "1", "y": "1", "d": {"unit": "1", "default": "plant.by_plant"}}
    columns = {name: {"unit": "1", "is": text, "optional": True} for text, name in FORMULAS.items()}
    leaf = sheet(GRAIN, input_docs(**needed, **more), formula_docs(**columns), streams="any")
    book = make_book(folder / "book", {"s": leaf})
    records = Records(folder / "records").facility()
    for index, given in enumerate(case[1] for case in CASES):
        # Beyond the largest double a draw is infinite; no quantity of a plant comes near it.
        if any(abs(one) > 1e300 for one in given.values() if isinstance(one, float)):
            continue
        at = {"process_unit": f"u{index:03}", "class": "fuel.solid"}
        for letter in LETTERS:
            if given.get(letter) is not None:
                records.add("coke", letter, given[letter], "1", **at)
    return model_of(book, records, "F1")


def model_of(book: Any, records: Records, facility: str) -> PlantModel:
    snapshot = records.snapshot(facility)
    compiled = book.ruleset("test.rules", 2025)
    sheets = compute_sheets(book, compiled, snapshot, [2025])
    _, engine = prepare(book, compiled, (2025,), {})
    return PlantModel(engine, facility, 2025, sheets, {})


def test_every_formula_is_drawn_as_it_is_run(rows: PlantModel) -> None:
    assert every_draw_is_a_run(rows, "s", lambda row: row["process_unit"], 0) > 10_000


def test_without_anything_that_varies_draws_are_plain_numbers(rows: PlantModel) -> None:
    draws = Draws(rows, {})
    for row in rows.sheets["s"]:
        for column in rows.program.sheets["s"].formulas:
            value = draws.cell("s", row, column)
            assert not isinstance(value, np.ndarray)
            assert value == row[column] or (value is None and row[column] is None)


def plant(folder: Path, index: int) -> PlantModel:
    """One facility whose rows are those of a case of an aggregate."""
    leaf = sheet(
        GRAIN,
        input_docs(p={"unit": "t", "required": True}, w={"unit": "t", "required": True}),
        streams="any",
    )
    anchor = sheet(GRAIN, input_docs(other={"unit": "t"}), streams="any")
    columns = {name: {"unit": "t", "is": text} for text, name in SUM_FORMULAS.items()}
    columns["anchor"] = {"unit": "1", "is": "count(o)"}
    sheets = {"s": leaf, "o": anchor}
    sheets["facility"] = sheet("facility year", formulas=formula_docs(**columns))
    book = make_book(folder / "book", sheets)
    records = Records(folder / "records").facility()
    records.add("coke", "other", 1, "t")
    for number, quantity in enumerate(SUMS[index][1]):
        at = {"process_unit": f"u{number}"}
        records.add("coke", "w", 1 + number, "t", **at)
        if quantity is not None:
            records.add("coke", "p", quantity, "t", **at)
    return model_of(book, records, "F1")


# The rows of the cases, each once: all aggregates are computed for each of them. Those that are
# about the rounding of a run's totals to micro-units are left out, since draws do not round; and so
# are rows that cancel to nothing, which draws do to the last digit only.
DISTINCT = {
    tuple(case[1]): index
    for index, case in enumerate(SUMS)
    if not any(quantity is not None and 0 < abs(quantity) < 1e-3 for quantity in case[1])
    and not (len(case[1]) > 2 and any(case[1]) and sum(one or 0 for one in case[1]) == 0)
}


@pytest.mark.parametrize("index", DISTINCT.values(), ids=map(str, DISTINCT))
def test_every_aggregate_is_drawn_and_differentiated_as_it_is_run(
    tmp_path: Path, index: int
) -> None:
    model = plant(tmp_path, index)
    # Sums of a run are whole micro-units (before constant factors), those of draws are not.
    assert every_draw_is_a_run(model, "facility", lambda row: row["facility"], 1e-5)
    differentiated(model)


def differentiated(model: PlantModel) -> None:
    """All records up and down by a thousandth: the sum of the effects is the slope."""
    step = 1e-3
    above, base, below = (
        model.engine.run(leaves_of(model, factor))["facility"][0]
        for factor in (1 + step, 1.0, 1 - step)
    )
    for column, formula in model.program.sheets["facility"].formulas.items():
        text = formula.doc.expression.text
        effects = _Reverse(model).effects("facility", column)
        if base[column] is None:
            continue
        right, left = (above[column] - base[column]) / step, (base[column] - below[column]) / step
        if "if" in text or ">" in text:
            continue  # a record may stand just at the threshold, where there is no slope
        # Totals of a run are rounded to 1e-6; averages bend a little within the step.
        assert right == pytest.approx(left, rel=1e-2, abs=3e-3), text
        ours = sum(effect for one, effect in effects.items() if one.kind == "record")
        assert ours == pytest.approx((right + left) / 2, rel=1e-4, abs=2e-3), text


def test_a_new_kind_of_node_is_not_passed_over(rows: PlantModel) -> None:
    class Strange(ir.Node):
        pass

    with pytest.raises(NotImplementedError, match="Strange"):
        Draws(rows, {}).value(
            Strange(ir.Kind("number")), rows.program.sheets["s"], rows.sheets["s"][0]
        )

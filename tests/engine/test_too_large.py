"""A value too large for a total is left out and reported, the same on every back-end."""

from tests.support import Records
from tongjian.engine import run


def test_value_beyond_the_integer_range(tmp_path, rulebook):
    records = Records(tmp_path).facility("F1", "steel")
    records.add("coke", "consumed", 1e14, "t", **{"class": "fuel.solid.coke"})
    records.add("bfg", "consumed", 1e9, "Nm3", **{"class": "fuel.gas"})
    snapshot = records.snapshot()
    runs = [
        run(rulebook, snapshot, ["cn.steel.ndrc-2013"], backend=backend)
        for backend in ("duckdb", "python")
    ]

    assert len({one.manifest["result"] for one in runs}) == 1
    for one in runs:
        (line,) = [row for row in one.ledger if row["category"] == "fuel_combustion"]
        assert line["missing"] == 1
        (problem,) = [p for p in one.problems if p.code == "engine.too_large"]
        assert "coke" in problem.message("zh") and "coke" in problem.message("en")

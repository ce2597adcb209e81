"""Sheets over sheets: every shape of a program gives the same rows on every back-end."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import sqlglot

from tests.backends import RUNS, Backends, installed
from tests.conftest import Portion
from tests.engine.sheets import LEAF, LEAF_SHEET, MASS, PLAIN, AllAlike, Book, make, some
from tests.support import (
    ACTIVITY,
    Document,
    Records,
    formulas,
    inputs,
    sheet,
    write_parquet,
)
from tongjian.engine import Snapshot, run
from tongjian.engine._backend import SqlBackend
from tongjian.engine._dialects import DUCKDB, SPARK, Dialect
from tongjian.engine._duck import DuckEngine
from tongjian.engine._prepared import prepare
from tongjian.engine._relations import Sources
from tongjian.engine._spark import SparkEngine
from tongjian.rules import Rulebook


@pytest.mark.parametrize(
    "grain",
    [
        "facility year",
        "facility period",
        "facility year process_unit",
        "facility period process_unit",
        "facility year stream",
        "facility period stream process_unit",
        "year",
        "period",
        "facility",
        "stream",
    ],
)
def test_any_coarser_grain(book: Book, records: Records, grain: str, all_alike: AllAlike) -> None:
    coarse = sheet(grain, formulas=formulas(total="t: sum(s.part)", n="1: count(s)"))
    found = all_alike(make(book, s=LEAF_SHEET, coarse=coarse), some(records))["coarse"]
    assert sum(row["n"] for row in found) == 48
    assert sum(row["total"] for row in found) == 2 * sum(range(1, 25))
    keys = [tuple(row[key] for key in grain.split()) for row in found]
    assert keys == sorted(set(keys))


def test_a_coarse_row_knows_its_year_and_attributes(
    book: Book, records: Records, all_alike: AllAlike
) -> None:
    coarse = sheet(
        "facility period process_unit stream",
        formulas=formulas(
            total="t: sum(s.part)",
            late="1: 1 if year > 2024 else 0",
            boiler="1: 1 if kind == 'boiler' else 0",
            solid="1: 1 if within(stream_class, 'fuel.solid') else 0",
            here="1: 1 if province == 'Hebei' else 0",
        ),
    )
    found = all_alike(make(book, s=LEAF_SHEET, coarse=coarse), some(records))["coarse"]
    assert [sum(row[name] for row in found) for name in ("late", "boiler", "solid", "here")] == [
        24,
        16,
        24,
        24,
    ]


def test_factors_by_attributes_within_a_sum(
    book: Book, records: Records, all_alike: AllAlike
) -> None:
    total = formulas(
        by_kind={"unit": "t", "is": "sum(s.part * by_kind.share)"},
        grid="tCO2: sum(s.used * grid.ef)",
        both="tCO2: sum(s.used * grid.ef + s.part * by_class.share * (tCO2/t))",
    )
    found = all_alike(
        make(book, s=LEAF_SHEET, facility=sheet("facility year", formulas=total)), some(records)
    )["facility"]
    # Unit u3 is not registered, and tar has no share: those rows are counted as left out.
    # (6 rows of tar, 4 of u3, 2 of them both: each row counts once.)
    assert {row["@missing"] for row in found} == {8}
    first = found[0]
    used = [n / 7 for n in range(1, 13) if n % 3]
    assert first["grid"] == pytest.approx(0.6 * sum(used), abs=1e-5)


@pytest.mark.parametrize("grain", ["facility year", "facility period process_unit"])
@pytest.mark.parametrize("alias", ["by_unit", "by_both", "by_kind"])
def test_factors_of_units_that_nobody_registered(
    book: Book, records: Records, alias: str, grain: str, all_alike: AllAlike
) -> None:
    # Unit u3 is in the records and in the tables, but not in the register.
    leaf = sheet(
        LEAF, MASS, PLAIN | formulas(x=f"t: part * coalesce({alias}.share, 0)"), streams="any"
    )
    total = formulas(a=f"t: sum(s.part * coalesce({alias}.share, 0))", b="t: sum(s.x)")
    found = all_alike(make(book, s=leaf, coarse=sheet(grain, formulas=total)), some(records))
    assert [row["a"] for row in found["coarse"]] == [row["b"] for row in found["coarse"]]
    assert sum(row["a"] for row in found["coarse"]) > 0


def test_factors_in_a_sum_over_several_years(
    book: Book, records: Records, all_alike: AllAlike
) -> None:
    formula = formulas(grid="tCO2: sum(s.used * grid.ef)")
    sheets = {
        "all": sheet("facility", formulas=formula),
        "y": sheet("facility year", formulas=formula),
    }
    found = all_alike(make(book, s=LEAF_SHEET, **sheets), some(records))
    for row in found["all"]:
        parts = [one["grid"] for one in found["y"] if one["facility"] == row["facility"]]
        assert row["grid"] == pytest.approx(sum(parts), abs=1e-5)


def test_factors_by_attributes_within_a_sum_of_a_middle_sheet(
    book: Book, records: Records, all_alike: AllAlike
) -> None:
    middle = sheet(
        "facility year process_unit",
        formulas=formulas(part="t: sum(s.part)", used="MWh: sum(s.used)"),
    )
    total = formulas(
        plain="t: sum(m.part)",
        by_kind={"unit": "t", "is": "sum(m.part * coalesce(by_kind.share, 0))"},
        grid="tCO2: sum(m.used * grid.ef)",
        if_kind={"unit": "t", "is": "sum(m.part if m.kind == 'kiln' else 0)"},
        biggest="t: maximum(m.part)",
        two="t: sum_largest(m.part, 2)",
        n="1: count(m)",
    )
    yearly = sheet("facility year", formulas=total)
    found = all_alike(make(book, s=LEAF_SHEET, m=middle, facility=yearly), some(records))
    first = found["facility"][0]
    assert (first["plain"], first["n"], first["@missing"]) == (78, 3, 0)
    assert first["by_kind"] == 0.5 * (1 + 2 + 7 + 8) + 0.25 * (3 + 4 + 9 + 10)
    assert first["if_kind"] == 3 + 4 + 9 + 10


def test_a_sum_over_a_formula_that_gathers_and_multiplies(
    book: Book, records: Records, all_alike: AllAlike
) -> None:
    middle = sheet(
        "facility year process_unit",
        formulas=formulas(mix="tCO2: sum(s.part) * (tCO2/t) + sum(s.used) * grid.ef"),
    )
    yearly = sheet(
        "facility year",
        formulas=formulas(a="tCO2: sum(m.mix)", b="tCO2: sum(m.mix if m.kind == 'kiln' else 0)"),
    )
    found = all_alike(make(book, s=LEAF_SHEET, m=middle, facility=yearly), some(records))
    for row in found["facility"]:
        units = [one for one in found["m"] if one["facility"] == row["facility"]]
        units = [one for one in units if one["year"] == row["year"]]
        assert row["a"] == pytest.approx(sum(one["mix"] for one in units), abs=1e-5)
        assert row["b"] == pytest.approx(next(u["mix"] for u in units if u["kind"] == "kiln"))


def test_several_finer_sheets(book: Book, records: Records, all_alike: AllAlike) -> None:
    other = sheet(
        "facility period process_unit", inputs(tar={"unit": "t", "item": "mass", "stream": "tar"})
    )
    total = formulas(
        a="t: sum(s.part)", b="t: sum(coalesce(o.tar, 0))", c="t: a - b", n="1: count(o)"
    )
    yearly = sheet("facility year", formulas=total)
    found = all_alike(make(book, s=LEAF_SHEET, o=other, facility=yearly), some(records))
    assert [(row["a"], row["b"], row["c"], row["n"]) for row in found["facility"][:1]] == [
        (78, 42, 36, 6)
    ]


def test_a_coarse_column_may_be_called_like_an_input_with_a_default(
    book: Book, records: Records, all_alike: AllAlike
) -> None:
    leaf = sheet(
        LEAF,
        inputs(mass="t", share={"unit": "1", "default": "by_class.share"}),
        formulas(part="t: coalesce(mass, 0) * (share if given(share) else 2)"),
        streams="any",
    )
    middle = sheet(
        "facility year process_unit",
        formulas=formulas(
            share={"unit": "1", "is": "1 if kind == 'kiln' else none", "optional": True},
            part="t: sum(s.part)",
            again="t: part if given(share) else 0",
        ),
    )
    total = formulas(kilns="t: sum(m.part if given(m.share) else 0)", again="t: sum(m.again)")
    yearly = sheet("facility year", formulas=total)
    found = all_alike(make(book, s=leaf, m=middle, facility=yearly), some(records))
    assert [row["kilns"] == row["again"] > 0 for row in found["facility"]] == [True] * 4


def test_a_chain_of_formulas(book: Book, records: Records, all_alike: AllAlike) -> None:
    chain = {f"x{n}": f"t: x{n - 1} + 1 * kg" for n in range(1, 40)}
    leaf = sheet(LEAF, MASS, formulas(x0="t: coalesce(mass, 0)", **chain), streams="any")
    total = formulas(
        total="t: sum(s.x39)", **{f"y{n}": f"t: y{n - 1} + total" for n in range(1, 40)}
    )
    total["y0"] = {"unit": "t", "is": "total", "zh": "y", "en": "y"}
    made = make(book, s=leaf, facility=sheet("facility year", formulas=total))
    found = all_alike(made, some(records))["facility"][0]
    assert found["total"] == pytest.approx(78 + 12 * 0.039, abs=1e-6)


def test_long_sums_of_products(book: Book, records: Records, all_alike: AllAlike) -> None:
    # Each term is pulled out of the sum; together they must not nest too deeply for a back-end.
    text = " + ".join(["s.used * grid.ef"] * 45)
    nested = " + ".join(["w"] * 10)
    leaf = sheet(
        LEAF,
        MASS,
        PLAIN | formulas(w=f"tCO2: {text.replace('s.', '')}", v=f"tCO2: {nested}"),
        streams="any",
    )
    total = formulas(a=f"tCO2: sum({text})", b="tCO2: sum(s.v)")
    found = all_alike(
        make(book, s=leaf, facility=sheet("facility year", formulas=total)), some(records)
    )["facility"][0]
    assert found["b"] == pytest.approx(10 * found["a"], rel=1e-6)


# -- checks, evidence, wide data -------------------------------------------------------------


def checked(check: str) -> Document:
    return sheet(LEAF, MASS, PLAIN, [{"name": "c", "when": check}], streams="any")


@pytest.mark.parametrize(
    ("check", "refused"),
    [
        ("coalesce(mass, 0) > 100 * t", 0),
        ("given(power) and power > 1 * MWh", 11),
        ("stream == 'tar' and not evidenced(mass)", 12),
        ("evidenced(power)", 0),
        ("coalesce(mass, 0) * by_class.share > 1.15 * t", 6),
        ("kind == ''", 8),
        # A condition that cannot be decided refuses nothing.
        ("1 / (coalesce(mass, 0) - coalesce(mass, 0)) > 0 * unit('1/t')", 0),
    ],
)
def test_checks_refuse_the_same_rows(
    book: Book, records: Records, check: str, refused: int, all_alike: AllAlike
) -> None:
    total = formulas(total="t: sum(s.part)", used="MWh: sum(s.used)")
    made = make(book, s=checked(check), facility=sheet("facility year", formulas=total))
    found = all_alike(made, some(records))["facility"]
    assert sum(row["@missing"] for row in found if row["facility"] == "F1") == refused


WIDE = {
    "facility": "VARCHAR",
    "period": "VARCHAR",
    "year": "INTEGER",
    "process_unit": "VARCHAR",
    "stream": "VARCHAR",
    "mass": "DOUBLE",
    "power": "DOUBLE",
}


def test_whole_runs_agree_too(book: Book, records: Records, backends: Backends) -> None:
    total = formulas(grid="tCO2: sum(s.used * grid.ef)", kinds="t: sum(s.part * by_kind.share)")
    made = make(book, s=LEAF_SHEET, facility=sheet("facility year", formulas=total))
    snapshot = some(records)
    one, *others = (backends.run(name, made, snapshot) for name in installed(RUNS))
    for other in others:
        assert one.manifest == other.manifest
        assert [p.as_dict() for p in one.problems] == [p.as_dict() for p in other.problems]


def test_wide_data_give_what_long_data_give(
    book: Book, records: Records, tmp_path: Path, all_alike: AllAlike
) -> None:
    long = some(records)
    cells: dict[tuple[str, ...], dict[str, Any]] = {}
    for row in records.activity:
        key = tuple(str(row[name]) for name in list(WIDE)[:5])
        cell = cells.setdefault(key, {name: row.get(name) for name in WIDE})
        cell[row["item"]] = row["quantity"]
    write_parquet(tmp_path / "wide.parquet", WIDE, list(cells.values()))
    wide = Snapshot(
        "wide", (), long.facilities, long.process_units, wide={"s": tmp_path / "wide.parquet"}
    )
    total = formulas(total="t: sum(s.part)", grid="tCO2: sum(s.used * grid.ef)", n="1: count(s)")
    leaf = checked("stream == 'tar' and not evidenced(mass)")
    made = make(book, s=leaf, facility=sheet("facility year", formulas=total))
    assert all_alike(made, wide)["facility"] == all_alike(made, long)["facility"]
    # A run finds its years in the wide table, there being no other records.
    ours, theirs = (run(made, one).results[0] for one in (wide, long))
    assert ours.years == theirs.years
    assert ours.sheets == theirs.sheets


# -- SQL as text -----------------------------------------------------------------------------


def statements(
    book: Rulebook, dialect: Dialect, snapshot: Snapshot, rulesets: list[str]
) -> list[str]:
    """The SQL of every coarser sheet of some rule sets."""
    found = []
    for name in rulesets:
        compiled = book.rulesets[name][-1]
        _, engine = prepare(book, compiled, (2024, 2025), {})
        with snapshot.connect() as connection:
            where = DuckEngine(connection) if dialect is DUCKDB else SparkEngine(None)  # type: ignore[arg-type]
            back = SqlBackend(where, compiled.program, engine.tables, Sources())
            for plan in compiled.program.sheets.values():
                if not plan.is_leaf:
                    # Finished sheets are read by name; here none has been computed.
                    back.results[plan.name] = plan.name
                    found += [back.sheet_sql(safe=s).coarse(plan) for s in (False, True)]
    return found


@pytest.mark.parametrize(
    ("dialect", "read"), [(DUCKDB, "duckdb"), (DUCKDB, "postgres"), (SPARK, "spark")]
)
def test_the_sql_of_the_rulebook_is_sql(
    rulebook: Rulebook, records: Records, portion: Portion, dialect: Dialect, read: str
) -> None:
    # Parsing takes long: many rule sets in our own dialect, the most varied one in the others.
    names = ["cn.chemicals.ndrc-2013"]
    if read == "duckdb":
        names = list(portion(list(rulebook.rulesets), 10))
    texts = statements(rulebook, dialect, some(records), names)
    assert len(texts) >= 2 * len(names)
    # Rule sets that share a method share most of its statements.
    for text in dict.fromkeys(texts):
        tree = sqlglot.parse_one(text, read=read)
        assert isinstance(tree, sqlglot.exp.Select)
        assert not list(tree.find_all(sqlglot.exp.Command))


def test_the_columns_of_the_records_are_those_of_the_engine(records: Records) -> None:
    empty = Snapshot("empty")
    with empty.connect() as connection:
        columns = connection.execute("DESCRIBE activity").fetchall()
    assert {name: kind for name, kind, *_ in columns} == ACTIVITY

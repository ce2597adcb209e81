"""What judging needs: labels, choices, days, ladders, the year before, regions."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from typing import Any

import numpy as np
import pytest

from tests.engine.sheets import AllAlike
from tests.support import (
    Document,
    Records,
    codes,
    formulas,
    inputs,
    method,
    only,
    ruleset,
    says,
    sheet,
    table,
    values,
)
from tongjian.engine import Snapshot, compute_sheets, explain, run, sensitivity
from tongjian.engine._draws import _combined
from tongjian.problems import EngineError, RuleError
from tongjian.rules import Rulebook, partials
from tongjian.rules import _ir as ir

Book = Callable[..., Rulebook]
LEAF, YEAR = "facility period process_unit", "facility year"
WORDS = {"zh": "词", "en": "word"}
CLASS = {"good": WORDS, "fair": WORDS, "poor": WORDS, "unknown": WORDS}
GRADE = {"item": "grade", "stream": "plant", "choices": ["A", "B", "C"]}
CLOSED = {"item": "closed", "stream": "plant", "date": True}
FROM = table("rung", columns={"price": "CNY/kWh"}, axes={"excess": "kWh/t"}, steps="from")
ABOVE = table("above", columns={"price": "CNY/kWh"}, axes={"excess": "kWh/t"}, steps="above")
for document in (FROM, ABOVE):
    del document["keys"]
LADDER = values(
    ["excess"],
    *(
        [place, "price", price, "CNY/kWh"]
        for place, price in (("0", "0"), ("20", "0.01"), ("40", "0.05"))
    ),
)
USES = {"rung": "rung", "above": "above"}
FILES = {"rung.csv": LADDER, "above.csv": LADDER}
LINE = sheet(
    LEAF,
    inputs(
        out={"unit": "t", "stream": "plant", "item": "out", "required": True},
        power={"unit": "kWh", "stream": "plant", "item": "power"},
        grade=GRADE,
        closed=CLOSED,
    ),
    formulas(
        level={
            "labels": CLASS,
            "is": '"unknown" if not given(power) else "good" if power / out <= 100 * kWh/t'
            ' else "fair" if power / out <= 120 * kWh/t else "poor"',
        },
        weight="t: out if level == 'good' else 0",
        rated={
            "labels": {"yes": WORDS, "no": WORDS},
            "optional": True,
            "is": '("yes" if grade == "A" else "no") if given(grade) else none',
        },
        open="1: 1 if not given(closed) else 1 if closed > year_end(year) else 0",
        early="1: 1 if given(closed) and closed <= day('2024-06-30') else 0",
    ),
)
PLANT = sheet(
    YEAR,
    formulas=formulas(
        out="t: sum(line.out)",
        good="t: sum(line.weight)",
        share="1: good / out",
        lines="1: count(line)",
        least={"unit": "kWh", "is": "minimum(line.power)", "optional": True},
        most={
            "unit": "kWh/t",
            "is": "maximum(line.power / line.out if given(line.power) and line.out > 50 * t"
            " else none)",
            "optional": True,
        },
        excess="kWh/t: sum(coalesce(line.power, 0)) / out",
        begun="CNY/kWh: coalesce(step(rung.price, excess), 0)",
        above="CNY/kWh: coalesce(step(above.price, excess), 0)",
        steps="1: ceil(excess / (20 * kWh/t))",
        whole="1: floor(excess / (20 * kWh/t))",
        root="1: sqrt(share)",
        grown="1: power(1 + share, 10 * lines + 3)",
        still="1: power(0 * share, 0 * lines)",
        before={"unit": "t", "is": "previous(base.out)", "optional": True},
        growth="1: out / previous(base.out) - 1 if given(previous(base.out)) else 0",
    ),
)
BASE = sheet(YEAR, formulas=formulas(out="t: sum(line.out)"))
PROVINCE = sheet("province year", formulas=formulas(out="t: sum(line.out)", n="1: count(line)"))
NATION = sheet(
    "year",
    formulas=formulas(out="t: sum(province.out)", mean="t: sum(province.out) / count(province)"),
)
PART = sheet(
    YEAR,
    formulas=formulas(
        own="t: sum(line.out)", of_province="1: own / province.out", of_all="1: own / nation.out"
    ),
)
SHEETS: dict[str, Document] = {
    "line": LINE, "plant": PLANT, "base": BASE, "province": PROVINCE, "nation": NATION,
    "part": PART,
}  # fmt: skip


def made(book: Book, **sheets: Document) -> Rulebook:
    documents = method(sheets=sheets or SHEETS, uses=USES)
    return book(documents, ruleset(), FROM, ABOVE, files=FILES)


def some(records: Records) -> Snapshot:
    """Three plants in two provinces, two years."""
    for facility, province in (("F1", "Jiangsu"), ("F2", "Jiangsu"), ("F3", "Hebei")):
        records.facility(facility, province=province)
        for unit in ("u1", "u2"):
            records.unit(facility, unit)

    def add(facility: str, period: str, unit: str, **items: float) -> None:
        for item, quantity in items.items():
            measured = {"out": "t", "power": "kWh"}.get(item, "1")
            records.add("plant", item, quantity, measured, facility, period, process_unit=unit)

    add("F1", "2024", "u1", out=80, power=8000, grade=1, closed=20240630)
    add("F1", "2024", "u2", out=20, grade=2)
    add("F1", "2025", "u1", out=90, power=10800, closed=20260101)
    add("F1", "2025", "u2", out=60, power=7201, grade=3)
    add("F2", "2025", "u1", out=50, power=0)
    add("F3", "2024", "u1", out=300, power=12000)
    add("F3", "2025", "u1", out=100, power=2000.0000000001)
    return records.snapshot()


def test_a_step_without_a_value_is_a_step(
    book: Book, records: Records, all_alike: AllAlike
) -> None:
    ladder = table("gap", columns={"price": "CNY/kWh"}, axes={"excess": "kWh/t"}, steps="from")
    del ladder["keys"]
    empty = {"excess": "50", "column": "price", "status": "not-found"}
    rungs = values(["excess"], ["0", "price", "0", "CNY/kWh"], empty)
    plant = sheet(
        YEAR,
        formulas=formulas(
            excess="kWh/t: sum(coalesce(line.power, 0)) / sum(line.out)",
            price={
                "unit": "CNY/kWh",
                "is": "coalesce(step(gap.price, excess), none)",
                "optional": True,
            },
        ),
    )
    found = all_alike(
        book(
            method(sheets={"line": LINE, "plant": plant}, uses={"gap": "gap"}),
            ruleset(),
            ladder,
            files={"gap.csv": rungs},
        ),
        some(records),
    )["plant"]
    # 80 kWh/t stands on the step that nobody found, and not on the one before it.
    assert row_of(found, facility="F1", year=2024)["excess"] == 80
    assert row_of(found, facility="F1", year=2024)["price"] is None
    assert row_of(found, facility="F3", year=2024)["price"] == 0


def row_of(rows: list[dict[str, Any]], **key: object) -> dict[str, Any]:
    (found,) = [row for row in rows if all(row[name] == value for name, value in key.items())]
    return found


def test_all_of_it_on_every_backend(book: Book, records: Records, all_alike: AllAlike) -> None:
    found = all_alike(made(book), some(records))
    levels = [row["level"] for row in found["line"]]
    assert levels == ["good", "unknown", "fair", "poor", "good", "good", "good"]
    assert [row["rated"] for row in found["line"]] == ["yes", "no", None, "no", None, None, None]
    assert [row["open"] for row in found["line"]] == [0, 1, 1, 1, 1, 1, 1]
    assert [row["early"] for row in found["line"]] == [1, 0, 0, 0, 0, 0, 0]
    plants = found["plant"]
    one = row_of(plants, facility="F1", year=2024)
    assert (one["share"], one["root"]) == (0.8, pytest.approx(0.8**0.5, abs=1e-15))
    # Of two lines one has no power: no row is left out, and the value is that of the other.
    assert (one["least"], one["most"], one["@missing"]) == (8000, 100, 0)
    other = row_of(plants, facility="F2", year=2025)
    assert (other["least"], other["most"], other["@missing"]) == (0, None, 0)
    # F1 has two lines: (1 + 0.8)^23, and 0^0 is 1.
    assert one["grown"] == pytest.approx(1.8**23, rel=1e-14)
    assert one["still"] == 1
    # 40 kWh/t is on the step of 40, but not above it; 20.000000000001 is not more than 20.
    assert (row_of(plants, facility="F3", year=2024)["begun"]) == 0.05
    assert (row_of(plants, facility="F3", year=2024)["above"]) == 0.01
    assert (row_of(plants, facility="F3", year=2025)["steps"]) == 1
    assert (row_of(plants, facility="F3", year=2025)["whole"]) == 1
    assert (row_of(plants, facility="F2", year=2025)["above"]) == 0  # below every step
    assert (row_of(plants, facility="F1", year=2025)["before"]) == 100
    assert (row_of(plants, facility="F1", year=2025)["growth"]) == 0.5
    assert (row_of(plants, facility="F2", year=2025)["before"]) is None
    assert {(row["province"], row["year"]): row["out"] for row in found["province"]} == {
        ("Hebei", 2024): 300, ("Hebei", 2025): 100, ("Jiangsu", 2024): 100, ("Jiangsu", 2025): 200,
    }  # fmt: skip
    assert [row["out"] for row in found["nation"]] == [400, 300]
    part = row_of(found["part"], facility="F1", year=2025)
    assert (part["of_province"], part["of_all"]) == (0.75, 0.5)


def test_medians_of_peers_and_of_the_distances_from_them(
    book: Book, records: Records, all_alike: AllAlike
) -> None:
    """Median and median absolute deviation by sector: a sheet up, a sheet down, a sheet up."""
    line = {**LINE, "formulas": formulas(used="kWh: coalesce(power, 0)")}
    rate = {"unit": "kWh/t", "optional": True, "is": "used / out if used > 0 * kWh else none"}
    plant = formulas(out="t: sum(line.out)", used="kWh: sum(line.used)", rate=rate)
    away = {
        "unit": "kWh/t",
        "optional": True,
        "is": "abs(plant.rate - peers.middle)"
        " if given(plant.rate) and given(peers.middle) else none",
    }
    middle = {"unit": "kWh/t", "optional": True, "is": "median(plant.rate)"}
    mad = {"unit": "kWh/t", "optional": True, "is": "median(distance.away)"}
    rulebook = made(
        book,
        line=line,
        plant=sheet(YEAR, formulas=plant),
        peers=sheet("sector year", formulas=formulas(middle=middle)),
        distance=sheet(YEAR, formulas=formulas(rows="1: count(line)", away=away)),
        spread=sheet("sector year", formulas=formulas(mad=mad)),
    )
    snapshot = some(records)
    found = all_alike(rulebook, snapshot)
    # 2024: F1 8000/100 and F3 12000/300. 2025: F1 18001/150 and F3 2000/100; F2 used none.
    high, low = 18001 / 150, 2000.0000000001 / 100
    assert [row["middle"] for row in found["peers"]] == [60, pytest.approx((low + high) / 2)]
    assert [row["mad"] for row in found["spread"]] == [20, pytest.approx((high - low) / 2)]
    assert [row["away"] is None for row in found["distance"]] == [False, False, True, False, False]
    # Who has nothing to say is no fault.
    assert {row["@missing"] for rows in found.values() for row in rows if "@missing" in row} == {0}
    for backend in ("python", "duckdb"):
        assert not run(rulebook, snapshot, backend=backend).problems


def test_days_are_counted_and_can_be_subtracted(
    book: Book, records: Records, all_alike: AllAlike
) -> None:
    counted = {"unit": "d", "optional": True, "is": "days(closed) if given(closed) else none"}
    latest = {"unit": "d", "optional": True, "is": "maximum(line.day)"}
    earliest = {"unit": "d", "optional": True, "is": "minimum(line.day)"}
    rulebook = made(
        book,
        line={
            **LINE,
            "formulas": formulas(
                day=counted, late="d: days(day('2024-03-01')) - days(day('2024-02-28'))"
            ),
        },
        plant=sheet(YEAR, formulas=formulas(latest=latest, earliest=earliest)),
    )
    days = (
        date(1900, 2, 28),
        date(1999, 12, 31),
        date(2000, 2, 29),
        date(2024, 3, 1),
        date(2100, 1, 1),
    )
    records.facility("F1")
    for at, one in enumerate(days):
        unit = {"process_unit": f"u{at}"}
        records.add("plant", "out", 1, "t", **unit)
        records.add("plant", "closed", int(one.strftime("%Y%m%d")), "1", **unit)
    records.add("plant", "out", 1, "t", process_unit="v")
    records.facility("F2").add("plant", "out", 1, "t", "F2", process_unit="v")
    snapshot = records.snapshot()
    found = all_alike(rulebook, snapshot)
    assert [row["day"] for row in found["line"]] == [*(one.toordinal() for one in days), None, None]
    assert {row["late"] for row in found["line"]} == {2}
    ends = (days[-1].toordinal(), days[0].toordinal())
    assert [(row["latest"], row["earliest"]) for row in found["plant"]] == [ends, (None, None)]
    assert {row["@missing"] for row in found["plant"]} == {0}
    assert not run(rulebook, snapshot, backend="duckdb").problems


def test_runs_agree_and_one_year_sees_the_year_before(book: Book, records: Records) -> None:
    rulebook, snapshot = made(book), some(records)
    runs = [run(rulebook, snapshot, backend=backend) for backend in ("python", "duckdb")]
    assert runs[0].manifest == runs[1].manifest
    late = run(rulebook, snapshot, years=[2025])
    for name in ("plant", "part", "nation"):
        both = [row for row in runs[0].sheet("test.rules", name) if row["year"] == 2025]
        plain = [{k: v for k, v in row.items() if k != "@aggregates"} for row in both]
        alone = [
            {k: v for k, v in row.items() if k != "@aggregates"}
            for row in late.sheet("test.rules", name)
        ]
        assert alone == plain
    assert {row["year"] for row in late.sheet("test.rules", "plant")} == {2025}


def test_the_year_before_has_its_own_factors_in_previews_too(book: Book, records: Records) -> None:
    """`compute_sheets` for one year, as golden cases use it, resolves tables for the year read."""
    factor = table("factor", columns={"price": "CNY/t"})
    priced = sheet(YEAR, formulas=formulas(cost="CNY: sum(line.out * factor.price)"))
    change = formulas(
        now="CNY: sum(line.out * factor.price)",
        before={"unit": "CNY", "optional": True, "is": "previous(priced.cost)"},
    )
    rulebook = book(
        method(
            sheets={"line": LINE, "priced": priced, "change": sheet(YEAR, formulas=change)},
            uses={**USES, "factor": "factor"},
        ),
        ruleset(),
        FROM,
        ABOVE,
        factor,
        files={**FILES, "factor.csv": values([], ["price", "2", "CNY/t"])},
    )
    compiled, snapshot = rulebook.ruleset("test.rules", 2025), some(records)
    for backend in ("python", "duckdb", "decimal"):
        found = compute_sheets(rulebook, compiled, snapshot, (2025,), backend)
        assert row_of(found["change"], facility="F1", year=2025)["before"] == 200


def test_explanations_say_words_and_see_other_plants(book: Book, records: Records) -> None:
    result = run(made(book), some(records))
    key = {"facility": "F1", "year": 2025}
    share = explain(result, "test.rules", "part", key, "of_all")
    assert (share.value, share.substituted) == (0.5, "150 t / 300 t")
    growth = explain(result, "test.rules", "plant", key, "growth")
    assert growth.substituted == "150 t / 100 t - 1"
    weights = explain(result, "test.rules", "plant", {"facility": "F1", "year": 2024}, "good")
    level = next(node for node in weights.walk() if node.value == "good")
    assert level.label is not None
    assert level.label.en == "word"
    assert level.as_dict()["label_zh"] == "词"


def test_what_rests_on_other_plants_is_not_analysed_alone(book: Book, records: Records) -> None:
    ledger = formulas(
        x={"unit": "tCO2e", "is": "own / nation.out * tCO2e * 1000",
           "ledger": {"category": "a", "substance": "CO2e"}},
        own="t: sum(line.out)",
    )  # fmt: skip
    sheets = {**SHEETS, "part": sheet(YEAR, formulas=ledger)}
    result = run(made(book, **sheets), some(records))
    with pytest.raises(EngineError) as caught:
        sensitivity(result, ["F1"], 2025, "test.rules", "part.x")
    says(only(caught.value.problems, "engine.beyond_plant"), "test.rules")


def test_a_boundary_chooses_rule_sets(book: Book, records: Records) -> None:
    rulebook = book(
        method(sheets={"line": LINE, "plant": sheet(YEAR, formulas=formulas(n="1: count(line)"))}),
        ruleset(),
        ruleset("test.levels", boundary="levels", selected="on_request"),
        ruleset("other.levels", boundary="levels", selected="on_request", sectors=["other"]),
    )
    snapshot = some(records)
    chosen = [one.ruleset.id for one in run(rulebook, snapshot, boundary="levels").results]
    assert chosen == ["test.levels"]
    assert [one.ruleset.id for one in run(rulebook, snapshot).results] == ["test.rules"]
    with pytest.raises(EngineError) as caught:
        run(rulebook, snapshot, boundary="tariff")
    assert codes(caught.value.problems) == ["engine.no_records"]


@pytest.mark.parametrize(
    ("formula", "code", "said"),
    [
        ('"good" if out > 1 * t else "splendid"', "rules.unknown_label", "splendid"),
        ("out", "rules.result_kind", "number"),
        ('"good" if grade == "D" else "poor"', "rules.unknown_label", "A, B, C"),
        ('"good" if grade > 1 else "poor"', "rules.not_a_number", "grade"),
        ('"good" if grade == "A" else "poor"', "rules.may_be_missing", "grade"),
        ('"good" if given(closed) and closed > 3 else "poor"', "rules.not_a_number", "closed"),
        ('"good" if given(closed) and closed > day("2025-02-30") else "poor"', "rules.day_text",
         "2025-02-30"),
        ('"good" if days(out) > 1 * d else "poor"', "rules.not_a_day", "out"),
        ('"good" if days(closed) > 1 * d else "poor"', "rules.may_be_missing", "closed"),
        ('"good" if sqrt(out) > 1 else "poor"', "rules.unit_differs", "out"),
        ('"good" if power(out, 2) > 1 else "poor"', "rules.unit_differs", "out"),
        ('"good" if previous(out) > 1 else "poor"', "rules.previous", "previous(out)"),
        ('"good" if step(rung.price, out) > 1 else "poor"', "rules.unit_differs", "out"),
    ],
)  # fmt: skip
def test_mistakes_are_named(book: Book, formula: str, code: str, said: str) -> None:
    wrong = sheet(LEAF, LINE["inputs"], formulas(level={"labels": CLASS, "is": formula}))
    total = sheet(YEAR, formulas=formulas(n="1: count(line)"))
    with pytest.raises(RuleError) as caught:
        made(book, line=wrong, total=total)
    says(only(caught.value.problems, code), said)


def test_a_ladder_is_read_by_step_and_nothing_else(book: Book) -> None:
    reads = sheet(
        YEAR,
        formulas=formulas(
            x="kWh/t: sum(line.out) / t * kWh/t", y="CNY/kWh: interpolate(above.price, x)"
        ),
    )
    with pytest.raises(RuleError) as caught:
        made(book, line=LINE, plant=reads)
    says(only(caught.value.problems, "rules.interpolate"), "step")
    plane = table("rung", columns={"price": "1"}, axes={"x": "1", "y": "1"}, steps="from")
    del plane["keys"]
    with pytest.raises(RuleError) as caught:
        book(
            method(sheets={"line": LINE}), ruleset(), plane, files={"rung.csv": values(["x", "y"])}
        )
    says(only(caught.value.problems, "rules.steps_axes"), "x, y")


@pytest.mark.parametrize("exponent", ["64", "0 - 1", "lines / 4", "1e9"])
def test_powers_are_whole_and_small(
    book: Book, records: Records, exponent: str, all_alike: AllAlike
) -> None:
    plant = sheet(
        YEAR,
        formulas=formulas(lines="1: count(line)", x=f"1: power(2 * lines, {exponent})"),
    )
    found = all_alike(made(book, line=LINE, plant=plant), some(records))
    assert {row["x"] for row in found["plant"]} == {None}


def test_powers_have_derivatives_and_draws() -> None:
    kind = ir.Kind("number")
    base = ir.Column(kind, "x")
    node = ir.Call(kind, "power", (base, ir.number(3)))
    values = {base: 2.0, node: 8.0}
    slopes = partials(node, lambda part: values.get(part, 3.0))
    assert slopes == {base: 12.0}  # 3 x^2
    assert partials(node, lambda part: 64.0 if part is node.arguments[1] else 2.0) == {}
    exponent = ir.Column(kind, "n")
    other = ir.Call(kind, "power", (ir.number(2), exponent))
    drawn = {ir.number(2): 2.0, exponent: 3.0, other: 8.0}
    assert partials(other, drawn.get) == {exponent: pytest.approx(8 * np.log(2))}  # 2^3 ln 2
    assert _combined(node, [np.array([2.0, 3.0]), 3.0]).tolist() == [8.0, 27.0]
    assert _combined(node, [2.0, 0.5]) is None


def test_a_boundary_passes_over_editions_without_a_text_of_another(
    book: Book, records: Records
) -> None:
    unread = {
        "unavailable": "test.unread",
        "title": WORDS,
        "basis": {"document": "test"},
        "in_force": {"from": "2000-01-01"},
        "sectors": ["test"],
        "boundary": "enterprise",
        "missing": WORDS,
        "nearest": "test.rules",
    }
    older = ruleset("test.unread", in_force={"from": "1990-01-01", "to": "1999-12-31"})
    rulebook = book(
        method(
            sheets={"line": LINE, "plant": sheet(YEAR, formulas=formulas(n="1: count(line)"))},
            in_force={"from": "1990-01-01"},
        ),
        ruleset(boundary="levels", selected="on_request"),
        older,
        unread,
    )
    found = run(rulebook, some(records), boundary="levels")
    assert [one.ruleset.id for one in found.results] == ["test.rules"]
    assert found.problems == []

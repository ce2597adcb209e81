"""Results of accounting as the records of a judgement, across sectors."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from tests.backends import RUNS, Backends, params
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
from tongjian.engine import Snapshot, explain, run
from tongjian.problems import EngineError
from tongjian.rules import Rulebook

Book = Callable[..., Rulebook]
LEAF, YEAR = "facility period process_unit", "facility year"


def accounting(name: str, sector: str, factor: str) -> list[Document]:
    """Rules of a sector: what is burnt times a factor of its own."""
    burnt = {"unit": "t", "stream": "coal", "item": "burnt", "required": True}
    leaf = sheet(LEAF, inputs(burnt=burnt), formulas(co2=f"tCO2: burnt * {factor} * tCO2/t"))
    co2 = {"unit": "tCO2", "is": "sum(s.co2)", "ledger": {"category": "a", "substance": "CO2"}}
    plant = formulas(co2=co2, total="kgCO2e: co2 * gwp.CO2", share="1: 0.25")
    sheets = {"s": leaf, "facility": sheet(YEAR, formulas=plant)}
    uses = {"gwp": {"keys": [], "columns": {"CO2": "tCO2e/tCO2"}}}
    rules = ruleset(name, name, sectors=[sector], total="facility.total", binds={"gwp": "gwp.one"})
    return [method(name, sheets=sheets, uses=uses), rules]


JUDGING = {
    "given": sheet(
        LEAF,
        inputs(
            total={"unit": "tCO2e", "stream": "result_enterprise", "item": "total"},
            share={"unit": "1", "stream": "result_enterprise", "item": "share"},
            left_out={"unit": "1", "stream": "result_enterprise", "item": "left_out"},
        ),
    ),
    "emitted": sheet(
        f"{LEAF} stream",
        inputs(emission={"unit": "t", "item": "emission", "required": True}),
        streams="result.enterprise",
    ),
    "city": sheet(
        "city year",
        formulas=formulas(
            total="tCO2e: sum(coalesce(given.total, 0))",
            emitted="t: sum(emitted.emission)",
            left_out="1: maximum(coalesce(given.left_out, 0))",
            change={"unit": "tCO2e", "optional": True, "is": "total - previous(city.total)"},
        ),
    ),
    "plant": sheet(
        YEAR,
        formulas=formulas(
            total="tCO2e: sum(coalesce(given.total, 0))",
            of_city={"unit": "1", "optional": True, "is": "total / city.total"},
        ),
    ),
}
JUDGING["city"]["formulas"].pop("change")  # a sheet does not read itself
JUDGING["change"] = sheet(
    "city year",
    formulas=formulas(
        rise={
            "unit": "tCO2e",
            "optional": True,
            "is": "sum(coalesce(given.total, 0)) - previous(city.total)"
            " if given(previous(city.total)) else none",
        }
    ),
)


def made(book: Book) -> Rulebook:
    judge = ruleset(
        "test.judge",
        "test.judge",
        sectors=["one", "two"],
        boundary="synergy",
        selected="on_request",
        results_of=["enterprise"],
    )
    gwps = [table(name, columns={"CO2": "tCO2e/tCO2"}) for name in ("gwp.one", "gwp.two")]
    files = {
        f"{name}.csv": values([], ["CO2", number, "tCO2e/tCO2"])
        for name, number in (("gwp.one", "1"), ("gwp.two", "2"))
    }
    documents = [*accounting("rules.one", "one", "2"), *accounting("rules.two", "two", "3")]
    return book(*documents, method("test.judge", sheets=JUDGING), judge, *gwps, files=files)


def some(records: Records) -> Snapshot:
    records.facility("F1", sector="one", city="南京").facility("F2", sector="two", city="南京")
    for facility, period, tonnes in (("F1", "2024", 10), ("F1", "2025", 20), ("F2", "2025-01", 1)):
        records.add("coal", "burnt", tonnes, "t", facility, period)
    records.add("coal", "burnt", 2, "t", "F2", "2025-02")
    return records.snapshot()


@pytest.mark.parametrize("backend", params(RUNS))
def test_a_judgement_reads_results_of_every_sector(
    book: Book, records: Records, backends: Backends, backend: str
) -> None:
    """F1 emits 2 t per tonne, F2 3 t: 20 t, then 40 t and 9 t."""
    rulebook, snapshot = made(book), some(records)
    result = backends.run(backend, rulebook, snapshot, boundary="synergy")
    city = {row["year"]: row for row in result.sheet("test.judge", "city")}
    assert (city[2024]["total"], city[2025]["total"]) == (20, 49)
    assert (city[2024]["emitted"], city[2025]["emitted"]) == (20, 49)
    assert result.accounts is not None
    assert [one.ruleset.id for one in result.accounts.results] == ["rules.one", "rules.two"]
    assert result.manifest["records"] == snapshot.digest
    assert result.manifest["results_of"] == run(rulebook, snapshot).manifest
    assert result.manifest == run(rulebook, snapshot, boundary="synergy").manifest


def test_one_year_reads_the_results_of_the_year_before(book: Book, records: Records) -> None:
    result = run(made(book), some(records), ["test.judge"], [2025])
    (row,) = result.sheet("test.judge", "change")
    assert (row["year"], row["rise"]) == (2025, 29)


def test_a_result_is_explained_down_to_the_records(book: Book, records: Records) -> None:
    result = run(made(book), some(records), ["test.judge"])
    key = {"facility": "F2", "year": 2025}
    share = explain(result, "test.judge", "plant", key, "of_city")
    nodes = list(share.walk())
    assert (share.substituted, {record["source"] for node in nodes for record in node.records}) == (
        "9 tCO2e / 49 tCO2e",
        {"rules.two!facility.total!", "rules.one!facility.total!"}
        | {f"plant.xlsx!活动数据!{row}" for row in (3, 4, 5)},
    )
    city = explain(result, "test.judge", "city", {"city": "南京", "year": 2024}, "emitted")
    assert any(node.kind == "total" and node.value == 20 for node in city.walk())
    left = explain(result, "test.judge", "city", {"city": "南京", "year": 2024}, "left_out")
    assert left.value == 0


def test_what_was_entered_as_a_result_stands(book: Book, records: Records) -> None:
    records.facility("PARK", sector="two", city="无锡").facility("F1", sector="one", city="南京")
    more = {"class": "result.total", "source": "park.xlsx!1!2"}
    records.add("result_enterprise", "total", 500, "tCO2e", "PARK", "2025", **more)
    records.add("result_enterprise", "total", 7, "tCO2e", "F1", "2025", **more)
    records.add("coal", "burnt", 1, "t", "F1", "2025")
    result = run(made(book), records.snapshot(), ["test.judge"])
    total = {row["facility"]: row["total"] for row in result.sheet("test.judge", "plant")}
    assert total == {"F1": 7, "PARK": 500}
    says(only(result.problems, "engine.results_entered"), "F1 2025")
    node = explain(result, "test.judge", "plant", {"facility": "PARK", "year": 2025}, "total")
    assert node.value == 500


def test_entered_results_alone_are_judged(book: Book, records: Records) -> None:
    records.facility("PARK", sector="three", city="无锡")
    more = {"class": "result.total", "source": "park.xlsx!1!2"}
    records.add("result_enterprise", "total", 500, "tCO2e", "PARK", "2025", **more)
    result = run(made(book), records.snapshot(), ["test.judge"])
    assert result.accounts is None
    assert [row["total"] for row in result.sheet("test.judge", "city")] == [500]
    assert "results_of" not in result.manifest


def test_results_that_are_incomplete_are_named(book: Book, records: Records) -> None:
    records.add("coal", "burnt", None, "t", "F1", "2025").facility("F1", sector="one", city="南京")
    records.add("coal", "burnt", 5, "t", "F1", "2025-02")
    result = run(made(book), records.snapshot(), ["test.judge"])
    says(only(result.problems, "engine.results_incomplete"), "rules.one")
    assert [row["left_out"] for row in result.sheet("test.judge", "city")] == [1]


def test_replacements_go_to_the_side_that_knows_them(book: Book, records: Records) -> None:
    rulebook, snapshot = made(book), some(records)
    result = run(rulebook, snapshot, ["test.judge"], binds={"gwp": "gwp.two"})
    assert [row["total"] for row in result.sheet("test.judge", "city")] == [40, 98]
    assert result.accounts is not None
    assert result.accounts.binds == {"gwp": "gwp.two"}
    with pytest.raises(EngineError) as caught:
        run(rulebook, snapshot, ["test.judge"], binds={"gpw": "gwp.two"})
    assert codes(caught.value.problems) == ["engine.unknown_bind"]

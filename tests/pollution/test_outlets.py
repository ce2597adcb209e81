"""Air pollutants at permit outlets: the order of the routes, the tax base, missing is not zero."""

from __future__ import annotations

import csv
from collections import defaultdict
from pathlib import Path

import pytest

from tongjian.engine import Run, explain, run
from tongjian.problems import RuleError
from tongjian.records import Catalogue, Store, import_files
from tongjian.rules import load_rulebook
from tongjian.sample import write_sample

AIR, CHEMICALS = "cn.pollution.air", "cn.pollution.chemicals"
HEADER = ("facility", "period", "process_unit", "stream", "item", "quantity", "unit", "tier")


def _imported(folder: Path, sector: str, units: list[dict[str, str]], rows: list[tuple]) -> Store:
    store = Store.create(folder / "store")
    tables = {
        "facilities": [{"facility": "F", "name_zh": "某厂", "sector": sector, "province": "江苏"}],
        "process_units": [
            {"facility": "F", "name_zh": unit["process_unit"], **unit} for unit in units
        ],
        "activity": [dict(zip(HEADER, ("F", *row), strict=True)) for row in rows],
    }
    paths = []
    for name, content in tables.items():
        path = folder / f"{name}.csv"
        with path.open("w", encoding="utf-8", newline="") as file:
            names = list(dict.fromkeys(key for row in content for key in row))
            writer = csv.DictWriter(file, names)
            writer.writeheader()
            writer.writerows(content)
        paths.append(path)
    report = import_files(store, paths, Catalogue.load())
    assert report.committed, [problem.text("en") for problem in report.problems]
    assert [problem for problem in report.problems if problem.severity == "error"] == []
    return store


def _lines(result: Run) -> dict[tuple[str, str], float]:
    return {(line["category"], line["substance"]): line["amount"] for line in result.ledger}


@pytest.mark.parametrize("kind", ["fugitive", "无组织排放源", "Fugitive source"])
def test_a_kind_that_rules_know_goes_by_code_or_name(tmp_path, kind):
    units = [{"process_unit": "WZ01", "kind": kind}, {"process_unit": "K1", "kind": "回转窑"}]
    rows = [
        ("2024-01", "WZ01", "一般性粉尘", "monitored", "2", "t", "calculated"),
        ("2024-01", "K1", "air_dust", "monitored", "3", "t", "monitored"),
    ]
    store = _imported(tmp_path, "cement", units, rows)

    result = run(load_rulebook(), store, [AIR])

    assert {row["kind"] for row in store.read_process_units()} == {"fugitive", "回转窑"}
    assert _lines(result) == {("fugitive_emission", "PM"): 2.0, ("stack_emission", "PM"): 3.0}


@pytest.mark.parametrize("backend", ["python", "duckdb"])
def test_what_was_not_recorded_is_missing_and_not_zero(tmp_path, backend):
    # NOx has a coefficient nobody knows: its only row is left out, and no line says zero.
    rows = [
        ("2024-01", "DA001", "air_so2", "monitored", "1", "t", "monitored"),
        ("2024-01", "DA001", "air_nox", "activity", "1000", "t", "monitored"),
    ]
    store = _imported(tmp_path, "cement", [{"process_unit": "DA001", "kind": "outlet"}], rows)

    result = run(load_rulebook(), store, [AIR], backend=backend)

    assert _lines(result) == {("stack_emission", "SO2"): 1.0}
    assert [line["co2e"] for line in result.ledger] == [None]
    (problem,) = [one for one in result.problems if one.severity == "error"]
    assert problem.code == "engine.row_factor"
    assert "2021" in problem.text("zh") and "copollutant.census" in problem.text("en")
    (row,) = result.sheet(AIR, "facility")
    assert (row["nox_stack"], row["co_stack"], row["tax"]) == (None, None, None)


def test_explaining_shows_the_route_taken_and_the_annex(tmp_path):
    rows = [
        ("2024-01", "DA001", "air_so2", "emission_rate", "2.5", "kg/h", "tested"),
        ("2024-01", "DA001", "air_so2", "operating_hours", "700", "h", "calculated"),
        ("2024-01", "DA001", "air_so2", "activity", "1000", "t", "monitored"),
    ]
    store = _imported(tmp_path, "cement", [{"process_unit": "DA001", "kind": "outlet"}], rows)
    result = run(load_rulebook(), store, [AIR])

    key = {"facility": "F", "year": 2024}
    nodes = list(explain(result, AIR, "facility", key, "taxed").walk())

    by_title = {node.title.en: node for node in nodes}
    tested = by_title["emission by manual tests"]
    assert tested.substituted == "2.5 kg/h * 700 h" and tested.value == pytest.approx(1.75)
    assert "emission by the coefficient" not in by_title
    parameters = [node for node in nodes if node.kind == "parameter"]
    assert [(one.value, one.status) for one in parameters] == [(0.95, "seen-twice")]
    assert {record["tier"] for node in nodes for record in node.records} == {"tested", "calculated"}


def test_pollutants_cannot_be_added_without_their_equivalents(tmp_path):
    # As tonnes of a substance each, which is how every sheet above the records holds them.
    source = Path(load_rulebook().folder)
    target = tmp_path / "book"
    _copy(source, target)
    method = target / "methods" / "pollution" / "air.yaml"
    text = method.read_text(encoding="utf-8")
    total = "sum(outlet_pollutant.so2) + sum(outlet_pollutant.nox)"
    wrong = f"both: {{unit: tSO2, is: {total}, zh: 和, en: sum}}"
    text = text.replace("      periods:", f"      {wrong}\n      periods:")
    method.write_text(text, encoding="utf-8")

    with pytest.raises(RuleError) as caught:
        load_rulebook(target)

    texts = [problem.text("zh") for problem in caught.value.problems]
    assert any("NOx、SO2 是不同物质" in text and "污染当量" in text for text in texts)
    assert not any("GWP" in text for text in texts)


def _copy(source: Path, target: Path) -> None:
    for path in source.rglob("*"):
        if path.is_file():
            copy = target / path.relative_to(source)
            copy.parent.mkdir(parents=True, exist_ok=True)
            copy.write_bytes(path.read_bytes())


def test_every_taxed_pollutant_is_a_stream_and_every_stream_but_voc_is_taxed():
    catalogue, book = Catalogue.load(), load_rulebook()
    listed = {value.key[0] for value in book.tables["peq.air"].values}

    streams = {
        stream.id: stream.stream_class
        for stream in catalogue.streams.values()
        if stream.stream_class.startswith("pollutant.air.")
    }

    assert listed <= set(streams)
    assert {streams[name] for name in set(streams) - listed} == {"pollutant.air.voc"}


def test_the_unknown_half_of_a_tail_gas_is_left_open(tmp_path):
    # Only the stack is measured: what was generated is not known, nor what was destroyed.
    rows = [
        ("2024", "C1", "caprolactam", "n2o_measured", "300", "tN2O", "monitored"),
        ("2024", "C1", "air_nox", "monitored", "5", "t", "monitored"),
        ("2024-01", "C2", "air_nox", "inlet", "9", "t", "monitored"),
        ("2024-01", "C2", "air_nox", "monitored", "1", "t", "monitored"),
        ("2024-02", "C2", "air_nox", "monitored", "1", "t", "monitored"),
    ]
    units = [{"process_unit": "C1"}, {"process_unit": "C2"}]
    store = _imported(tmp_path, "caprolactam", units, rows)

    first, second = run(load_rulebook(), store, [CHEMICALS]).sheet(CHEMICALS, "tail_gas")

    assert (first["n2o"], first["n2o_generated"], first["n2o_destroyed"]) == (300, None, None)
    assert (first["nox"], first["nox_generated"], first["n2o_per_product"]) == (5, None, None)
    # One month of the other unit lacks its inlet: the year is not given as if it were whole.
    assert (second["n2o"], second["nox"], second["nox_generated"]) == (None, 2, None)


def test_the_tax_base_of_the_sample_is_that_of_the_law(tmp_path):
    """Ranked here again: three largest of each outlet and month, in exact kilograms."""
    assert write_sample(tmp_path, plants=24, months=3).ok
    book, store = load_rulebook(), Store.open(tmp_path)
    weights = {v.key[0]: float(v.number) for v in book.tables["peq.air"].values if v.number}
    emitted: dict[tuple[str, str, str], list[float]] = defaultdict(list)
    for row in store.read_activity():
        if row["item"] == "monitored" and row["stream"] in weights:
            peq = row["quantity"] * 1000 / weights[row["stream"]]
            emitted[row["facility"], row["period"], row["process_unit"]].append(peq)
    # Outlets where everything is monitored; the sinter strands have four pollutants.
    routes = {
        (row["facility"], row["period"], row["process_unit"])
        for row in store.read_activity()
        if row["stream"].startswith("air_") and row["item"] not in ("monitored", "inlet")
    }
    result = run(book, store, [AIR], [2024])
    checked = 0
    for row in result.sheet(AIR, "outlet"):
        key = (row["facility"], row["period"], row["process_unit"])
        if key not in routes and key in emitted:
            assert row["taxed"] == pytest.approx(sum(sorted(emitted[key])[-3:]), abs=1e-5)
            checked += len(emitted[key]) > 3
    assert checked >= 6

"""The demo's province: every total is explained down to clause, factor status and record."""

import pytest

from tongjian.cli._demo import run_demo
from tongjian.cli._output import Output
from tongjian.engine import explain_total, run
from tongjian.records import Store
from tongjian.rules import load_rulebook
from tongjian.sample import planted_faults, write_sample

PLANTS = 32


@pytest.fixture(scope="module")
def workspace(tmp_path_factory):
    folder = tmp_path_factory.mktemp("province")
    assert write_sample(folder, plants=PLANTS, months=12).ok
    return folder


@pytest.fixture(scope="module")
def province(workspace):
    return run(load_rulebook(), Store.open(workspace))


def test_all_sectors_and_boundaries_are_there(province):
    sectors = {row["sector"] for row in province.inventory(["sector", "boundary"])}

    assert len(sectors) == 8
    boundaries = {row["boundary"] for row in province.inventory(["boundary"])}
    assert boundaries == {"enterprise", "ets", "energy", "pollutants"}


def test_every_cell_of_the_province_reaches_clause_status_and_record(province):
    cells = province.inventory(["boundary", "sector", "substance", "category"])
    assert len(cells) > 40

    for cell in cells:
        if not cell["amount"]:
            continue  # nothing was recorded for this source
        where = {name: cell[name] for name in ("boundary", "sector", "substance", "category")}
        tree = explain_total(province, rows=1, **where)
        nodes = list(tree.walk())
        assert tree.value == pytest.approx(cell["amount"], abs=1e-9)
        assert any(node.kind == "formula" and node.document for node in nodes), where
        records = [record for node in nodes for record in node.records]
        assert records and all(record["source"] for record in records), where
        parameters = [node for node in nodes if node.kind == "parameter"]
        assert all(node.status and node.document for node in parameters), where
        measured_only = (
            where["substance"] == "N2O"
            or where["category"] == "carbonate"
            or where["boundary"] == "pollutants"
        )
        assert parameters or measured_only, where


def test_city_totals_add_up_to_the_province_exactly(province):
    where = {"boundary": "enterprise", "substance": "CO2"}
    province_micro = sum(line.amount_micro for line in province.select(**where))
    cities = {row["city"] for row in province.inventory(["city"], **where)}

    by_city = [
        sum(line.amount_micro for line in province.select(city=city, **where)) for city in cities
    ]

    assert province_micro == sum(by_city)


def test_totals_of_the_reports_are_the_ledgers_totals(province):
    for result in province.results:
        if result.ruleset.doc.boundary == "pollutants":
            continue  # its total is in equivalents, its ledger substance by substance
        sheet, _, column = (result.ruleset.doc.total or "").partition(".")
        for row in result.sheets[sheet]:
            lines = [
                line
                for line in province.select(facility=row["facility"], year=row["year"])
                if line.ruleset == result.ruleset.id
            ]
            energy = result.ruleset.doc.boundary == "energy"
            micro = sum((line.amount_micro if energy else line.co2e_micro) or 0 for line in lines)
            # Each of at most a dozen lines is rounded to a gram.
            assert row[column] == pytest.approx(micro / 1e6, abs=1e-5)


def test_every_planted_fault_shows(province):
    reported = {(problem.code, problem.message("en")) for problem in province.problems}
    for fault in planted_faults(plants=PLANTS, months=12):
        for shown in fault["shown"]:
            assert any(
                code == shown["code"] and fault["facility"] in message for code, message in reported
            ), fault["id"]


def test_one_and_two_threads_and_python_give_the_same_digest(workspace):
    store, book = Store.open(workspace), load_rulebook()
    digests = {
        run(book, store, backend=backend, threads=threads).manifest["result"]
        for backend, threads in (("duckdb", 1), ("duckdb", 2), ("python", None))
    }

    assert len(digests) == 1


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_demo_writes_its_reports(tmp_path, capsys, lang):
    run_demo(Output(lang, as_json=False), tmp_path, plants=16)

    printed = capsys.readouterr().out
    assert ("虚构" if lang == "zh" else "fictitious") in printed
    for name in ("report.zh.html", "report.en.html", "report.xlsx"):
        assert (tmp_path / "reports" / name).stat().st_size > 10_000
    assert list((tmp_path / "runs").glob("*/manifest.json"))

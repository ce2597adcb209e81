"""What the resources say, held against the pages' own services, at stations of a report's story."""

from __future__ import annotations

import csv
import io
from collections.abc import Callable
from decimal import Decimal
from typing import Any

import duckdb
import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from tests.site.story import ADDRESS, work_off
from tests.site.world import EXAMPLE, YEAR, World
from tongjian.site.api.shapes import exact
from tongjian.site.mrv.models import SubmittedFigure, SubmittedVersion
from tongjian.site.operations.models import Job

V1 = "/api/v1"
REPORT = f"{V1}/reports/DEMO-STEEL/{YEAR}"
JSON = "application/json"


def test_micro_units_are_told_to_the_last_digit() -> None:
    largest = 2**63 - 1
    assert exact(largest) == "9223372036854.775807"
    assert (exact(-1), exact(1_500_000), exact(0), exact(10_000_000)) == (
        "-0.000001",
        "1.5",
        "0",
        "10",
    )
    assert exact(None) is None


def test_a_year_is_imported_computed_and_made_a_version_by_the_api(world: World) -> None:
    preparer = world.client("preparer")

    def post(address: str, body: dict[str, Any], status: int) -> Any:
        answer = preparer.post(address, body, content_type=JSON)
        assert answer.status_code == status, answer.content
        return answer.json()

    post(f"{REPORT}/steps/open", {}, 201)
    # The plant itself comes from the registry.
    files = [SimpleUploadedFile("activity.csv", (EXAMPLE / "activity.csv").read_bytes())]
    brought = preparer.post(f"{V1}/imports", {"files": files, "mode": "add"})
    assert brought.status_code == 202, brought.content
    key = brought.json()["key"]
    work_off()
    looked = preparer.get(f"{V1}/imports/{key}").json()
    assert looked["state"] == "ready", preparer.get(f"{V1}/imports/{key}/problems").json()
    assert looked["errors"] == 0 and looked["counts"]["new"] > 0
    assert preparer.get(f"{V1}/plants/DEMO-STEEL/activity/{YEAR}").json()["items"] == []
    post(f"{V1}/imports/{key}/apply", {}, 202)
    work_off()
    assert preparer.get(f"{V1}/imports/{key}").json()["state"] == "applied"
    recorded = preparer.get(f"{V1}/plants/DEMO-STEEL/activity/{YEAR}?limit=500").json()["items"]
    assert len(recorded) == len(world.workspace().store.read_activity("DEMO-STEEL", YEAR)) > 5
    # A second time there is nothing to be recorded.
    assert preparer.post(f"{V1}/imports/{key}/apply", {}, content_type=JSON).status_code == 422
    job = post(f"{REPORT}/runs", {}, 202)
    work_off()
    done = preparer.get(f"{V1}/jobs/{job['key']}").json()
    assert done["state"] == "done"
    runs = preparer.get(f"{REPORT}/runs").json()
    assert [one["run"] for one in runs] == [done["result"]["run"]]
    post(f"{REPORT}/versions", {"run": runs[0]["run"]}, 202)
    work_off()
    assert [one["number"] for one in preparer.get(f"{REPORT}/versions").json()] == [1]
    # Not handed in: nobody else knows of it, and the preparer may not hand it in.
    assert world.client("city").get(f"{REPORT}/versions").json() == []
    assert world.client("city").get(f"{REPORT}/versions/1").status_code == 404
    refused = preparer.post(f"{REPORT}/steps/submit", {}, content_type=JSON)
    assert refused.status_code == 403
    taken = world.client("approver").post(f"{REPORT}/steps/submit", {}, content_type=JSON)
    assert taken.status_code == 201 and taken.json()["state"] == "submitted"
    seen = world.client("city").get(f"{REPORT}/versions").json()
    assert [(one["number"], one["handed_in"]) for one in seen] == [(1, True)]


@pytest.fixture
def submitted(at: Callable[[str], World]) -> World:
    return at("submitted")


def test_figures_and_data_of_a_version_are_those_of_its_rows(submitted: World) -> None:
    city, version = submitted.client("city"), SubmittedVersion.every.get()
    told = city.get(f"{REPORT}/versions/1/figures?limit=500").json()["items"]
    rows = list(SubmittedFigure.every.filter(version=version).order_by("pk"))

    assert len(told) == len(rows) > 10
    assert sum(Decimal(one["amount"]) for one in told) * 10**6 == sum(o.amount_micro for o in rows)
    data = city.get(f"{REPORT}/versions/1/data?limit=500").json()["items"]
    assert len(data) == version.rows.count()
    one = city.get(f"{REPORT}/versions/1").json()
    assert one["runs"] == version.runs and one["documents"]
    assert city.get(f"{REPORT}/versions/1/changes").status_code == 404
    assert city.get(f"{REPORT}/versions/2").status_code == 404


def test_the_report_says_what_is_open_to_whom(submitted: World) -> None:
    def allowed(who: str) -> set[str]:
        told = submitted.client(who).get(REPORT).json()
        assert told["state"] == "submitted"
        return {one["transition"] for one in told["options"] if one["allowed"]}

    assert "start" in allowed("verifier") and "withdraw" in allowed("approver")
    assert "start" not in allowed("city") and "withdraw" not in allowed("preparer")


def test_bulk_has_every_figure_that_one_sees_in_both_forms(submitted: World) -> None:
    city = submitted.client("city")
    text = city.get(f"{V1}/bulk/figures?year={YEAR}").getvalue().decode()
    lines = list(csv.DictReader(io.StringIO(text)))
    rows = SubmittedFigure.every.all()

    assert len(lines) == rows.count()
    whole = sum(Decimal(one["co2e"]) for one in lines if one["co2e"])
    assert whole * 10**6 == sum(one.co2e_micro or 0 for one in rows)
    answer = city.get(f"{V1}/bulk/figures?form=parquet")
    path = submitted.workspace().folder / "read.parquet"
    path.write_bytes(answer.getvalue())
    answer.close()
    with duckdb.connect() as base:
        count, total = base.execute(
            "SELECT count(*), sum(co2e) FROM read_parquet(?)", [str(path)]
        ).fetchone() or (0, 0)
    assert (count, total) == (len(lines), whole)
    for who, of in (("verifier", "B"), ("preparer", "B")):
        other = submitted.client(who, of).get(f"{V1}/bulk/figures").getvalue().decode()
        assert len(other.splitlines()) == 1, who


def test_a_document_is_made_and_fetched(submitted: World) -> None:
    city = submitted.client("city")
    papers = city.get(f"{REPORT}/versions/1").json()["documents"]
    kind = papers[0]["kind"]
    wrong = city.post(
        f"{REPORT}/versions/1/documents", {"kind": kind, "form": "exe"}, content_type=JSON
    )
    assert wrong.status_code == 422
    assert wrong.json()["problems"][0]["code"] == "site.api_document_form"
    asked = {"kind": kind, "form": "xlsx", "lang": "en"}
    made = city.post(f"{REPORT}/versions/1/documents", asked, content_type=JSON)
    assert made.status_code == 202, made.content
    key = made.json()["key"]
    assert city.get(f"{V1}/jobs/{key}/file").status_code == 404
    work_off()
    file = city.get(f"{V1}/jobs/{key}/file")

    assert file.status_code == 200 and "DEMO-STEEL" in file["Content-Disposition"]
    assert len(file.getvalue()) == Job.every.get(key=key).result["size"]
    assert submitted.client("preparer").get(f"{V1}/jobs/{key}/file").status_code == 404


def test_a_finding_is_raised_answered_and_told_apart(at: Callable[[str], World]) -> None:
    world = at("begun")
    verifier, preparer = world.client("verifier"), world.client("preparer")
    given = {
        "kind": "nonconformity",
        "about": "report:DEMO-STEEL",
        "text": "边界遗漏",
        "effect": 12.5,
    }
    answer = verifier.post(f"{REPORT}/findings", given, content_type=JSON)
    assert answer.status_code == 201, answer.content
    assert preparer.post(f"{REPORT}/findings", given, content_type=JSON).status_code == 403
    said = preparer.post(f"{REPORT}/findings/1/responses", {"text": "已补充"}, content_type=JSON)
    assert said.status_code == 201 and said.json()["state"] == "answered", said.content
    listed = verifier.get(f"{REPORT}/findings").json()
    assert [(one["number"], one["effect"]) for one in listed] == [(1, 12.5)]
    page = preparer.get(f"{ADDRESS}/findings/1").content.decode()
    assert "边界遗漏" in page and "已补充" in page
    other = world.client("verifier", "B")
    assert other.get(f"{REPORT}/findings").status_code == 404


def test_boards_sum_what_was_handed_in(submitted: World) -> None:
    city = submitted.client("city")
    told = city.get(f"{V1}/boards/region?year={YEAR}").json()

    assert told["plants"] == 1 and told["reported"] == 1 and told["sums"]
    assert told["asked"]["year"] == YEAR
    assert told["parts"][0]["reported"] == 1
    assert city.get(f"{V1}/boards/region?division=320500").status_code == 404
    targets = city.get(f"{V1}/boards/targets?year={YEAR}").json()
    assert targets["made"] is None and targets["targets"] == []


def test_the_audit_trail_and_health(submitted: World) -> None:
    told = submitted.client("preparer").get(f"{V1}/audit?act=report.submit").json()["items"]
    assert len(told) == 1 and told[0]["by"] == submitted.actor("approver").signature
    address = f"{V1}/audit/{told[0]['log']}/{told[0]['number']}"
    mine = submitted.client("preparer").get(address).json()
    assert mine["content"] and len(mine["hash"]) == 64
    admin = submitted.client("admin").get(address).json()
    assert admin["content"] is None and admin["hash"] == mine["hash"]
    assert submitted.client("preparer", "B").get(address).status_code == 404
    health = submitted.client("admin").get(f"{V1}/health").json()
    assert health["guards"] == [] and health["entries"] > 0


def test_the_rulebook_is_read_by_anyone(world: World) -> None:
    client = world.client("public")
    found = client.get(f"{V1}/rulebook?kind=rulesets&limit=2").json()
    assert len(found["items"]) == 2 and found["next"]
    name = found["items"][0]["id"]
    one = client.get(f"{V1}/rulebook/{name}").json()
    assert one["files"] and one["title"]["zh"] and one["title"]["en"]
    asked = "first=2015-01-01&second=2025-01-01"
    assert client.get(f"{V1}/rulebook/{name}/differences?{asked}").status_code == 200
    assert client.get(f"{V1}/rulebook/no.such").status_code == 404


def test_a_verification_is_given_and_taken_away(world: World) -> None:
    province, key = world.client("province"), world.enterprise("B").key
    given = {"enterprise": key, "year": 2023, "username": "verifiera"}
    made = province.post(f"{V1}/assignments", given, content_type=JSON)
    assert made.status_code == 201, made.content
    verifier = world.client("verifier")
    assert len(verifier.get(f"{V1}/plants").json()["items"]) == 2
    listed = province.get(f"{V1}/assignments?year=2023").json()["items"]
    assert [(one["enterprise"], one["username"]) for one in listed] == [(key, "verifiera")]
    for who in ("city", "verifier", "admin"):
        assert world.client(who).get(f"{V1}/assignments").status_code == 403
    ended = province.delete(f"{V1}/assignments/{key}/2023/verifiera")
    assert ended.status_code == 200 and ended.json()["ended"]
    assert province.delete(f"{V1}/assignments/{key}/2023/verifiera").status_code == 404
    assert len(verifier.get(f"{V1}/plants").json()["items"]) == 1
    refused = province.post(
        f"{V1}/assignments", {**given, "username": "preparera"}, content_type=JSON
    )
    assert refused.status_code == 404


def test_the_opinion_is_read_once_it_was_given(at: Callable[[str], World]) -> None:
    world = at("verified")
    told = world.client("city").get(f"{REPORT}/opinion").json()
    assert told["opinion"] == "unmodified" and told["favourable"] and told["version"] == 2
    assert world.client("verifier", "B").get(f"{REPORT}/opinion").status_code == 404
